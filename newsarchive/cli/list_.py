"""``newsarchive list`` and ``newsarchive today``: the kept articles, by day, channel, media or symbol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Annotated

import typer

from newsarchive.cli import tables
from newsarchive.cli.channels import NAMES, lid_or_none
from newsarchive.cli.clock import now_of
from newsarchive.cli.days import SinceOption, UntilOption, first_and_last, one_day
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.errors import UsageError
from newsarchive.reading.entries import Entry, Selection
from newsarchive.reading.library import Library
from newsarchive.reading.records import csv_of, json_of, record_of

COLUMNS = ("published_at", "docid", "title", "media", "channels", "symbols", "url", "path", "states", "withdrawn_at")
"""Of the CSV."""

ChannelOption = Annotated[str | None, typer.Option(metavar="C", help="Shown by this channel: its number or name.")]
MediaOption = Annotated[str | None, typer.Option(metavar="NAME", help="From this source, like 新华社.")]
SymbolOption = Annotated[str | None, typer.Option(metavar="S", help="About this security, like sh600519.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="A table for spreadsheets, with a head.")]
PathsOption = Annotated[bool, typer.Option("--paths", help="The path of each file alone, a line each.")]


def list_(
    day: Annotated[str | None, typer.Argument(metavar="[DAY]", help="A day like 2026-11-23; else all.")] = None,
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    channel: ChannelOption = None,
    media: MediaOption = None,
    symbol: SymbolOption = None,
    most: Annotated[int | None, typer.Option("-n", min=1, help="At most so many.")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    paths: PathsOption = False,
    archive: ArchiveOption = None,
) -> None:
    """List the kept articles, newest first: of a day, a channel, a source, about a security, or all.

    Example: newsarchive list 2026-11-23 --media 新华社 | newsarchive list --symbol sh600519 --csv > 600519.csv

    Exit code: 0, also where there are none; 2 for a wrong day or channel.
    """
    if day is not None and (since is not None or until is not None):
        raise UsageError(f"{day}: give a day, or --since and --until, not both")
    first, last = (one_day(day),) * 2 if day is not None else first_and_last(since, until)
    library = Library(archive_folder(archive), NAMES)
    selection = Selection(since=first, until=last, channel=lid_or_none(channel), media=media, symbol=symbol)
    entries = islice(library.entries(selection, newest_first=True), most)
    if show(library, entries, as_json=as_json, as_csv=as_csv, paths=paths) == 0:
        typer.echo("No article of the archive is one of these.", err=True)


def today(
    *,
    channel: ChannelOption = None,
    media: MediaOption = None,
    symbol: SymbolOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    paths: PathsOption = False,
    archive: ArchiveOption = None,
) -> None:
    """List what was kept of this day in Beijing, newest first.

    Example: newsarchive today --channel 1686

    Exit code: 0, also where there is nothing yet: then the newest day that has something is named; 2 for a wrong channel.
    """
    library = Library(archive_folder(archive), NAMES)
    day = now_of().date()
    selection = Selection(since=day, until=day, channel=lid_or_none(channel), media=media, symbol=symbol)
    entries = library.entries(selection, newest_first=True)
    if show(library, entries, as_json=as_json, as_csv=as_csv, paths=paths) == 0:
        typer.echo(_nothing_yet(library, selection, day), err=True)


def show(library: Library, entries: Iterable[Entry], *, as_json: bool, as_csv: bool, paths: bool) -> int:
    """Print the entries one by one; how many there were."""
    if as_json + as_csv + paths > 1:
        raise UsageError("--json, --csv and --paths exclude each other: give one of them")
    shown = 0

    def counted() -> Iterator[Entry]:
        nonlocal shown
        for entry in entries:
            shown += 1
            yield entry

    lines: Iterable[str] = map(_line, counted())
    if as_json:
        lines = json_of("articles", map(record_of, counted()))
    elif as_csv:
        lines = csv_of(map(record_of, counted()), COLUMNS)
    elif paths:
        lines = (str(library.root / entry.file) for entry in counted())
    for line in lines:
        typer.echo(line)
    return shown


def _line(entry: Entry) -> str:
    marks = [f"state {entry.state}"] if entry.states > 1 else []
    marks += ["withdrawn"] if entry.is_withdrawn else []
    facts = [f"{entry.at:%Y-%m-%d %H:%M}", entry.docid, entry.title, *filter(None, [entry.media]), *marks]
    return tables.printable(tables.GAP.join(facts))


def _nothing_yet(library: Library, selection: Selection, day: date) -> str:
    earlier = replace(selection, since=date.min)
    newest = next(library.entries(earlier, newest_first=True), None)
    there = f"; the newest is of {newest.day}: newsarchive list {newest.day}" if newest else ""
    return f"Nothing of {day} yet{there}."
