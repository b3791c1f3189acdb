"""``newsarchive export``: a selection of the archive for other tools, from Obsidian and Hexo to Excel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from newsarchive.archive.index.worker import Workers
from newsarchive.cli.channels import NAMES, lid_or_none
from newsarchive.cli.days import SinceOption, UntilOption, first_and_last
from newsarchive.cli.engines import EngineOption, WorkersOption, workers_of
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.cli.progress import progress
from newsarchive.cli.search_index import brought_level
from newsarchive.cli.stopping import end_orderly
from newsarchive.errors import UsageError
from newsarchive.operation.report import DONE, MISSING
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.day_folders import FolderChange
from newsarchive.reading.export.formats import FORMATS
from newsarchive.reading.export.formats import export as write
from newsarchive.reading.export.searched import found_by
from newsarchive.reading.export.source import ExportSource, everything
from newsarchive.reading.library import Library
from newsarchive.reading.search.query import parse
from newsarchive.sina.listing.channels import CHANNELS

MOST_SHOWN = 20
"""Files that were left alone, named; the rest is counted."""
KINDS = "; ".join(f"{name}: {kind.makes}" for name, kind in FORMATS.items())
CHANNEL_NAMES = {channel.lid: channel.category for channel in reversed(CHANNELS)}


def export(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help=f"{KINDS}.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file or folder to be made.")],
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    channel: Annotated[str | None, typer.Option(metavar="CHANNEL", help="One channel, by lid or name.")] = None,
    media: Annotated[str | None, typer.Option(metavar="MEDIA", help="One source, like 证券时报.")] = None,
    symbol: Annotated[str | None, typer.Option(metavar="SYMBOL", help="One symbol, like sh600519.")] = None,
    search: Annotated[
        str | None, typer.Option(metavar="QUERY", help="What newsarchive search finds, in its language.")
    ] = None,
    local_images: Annotated[
        bool, typer.Option("--local-images", help="Bring the archive's own pictures along, and show these.")
    ] = False,
    engine: EngineOption = "local",
    workers: WorkersOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a selection of the archive for other tools.

    The options select; all that are given must hold. OUT appears when it is whole. A second export to the same folder of
    markdown, hexo or hugo changes only what changed, leaves alone what somebody edited, and keeps what another selection
    brought. Redacted articles are in no export; those that the source withdrew are marked. With --local-images, pictures that
    the archive keeps (ARCHIVE_IMAGES) are copied; the others stay Sina's addresses. One process reads, but for jsonl, csv,
    parquet and sqlite, where --workers or --engine ask for more.

    Example: newsarchive export hexo blog/source/_posts/news --since 2026-11-23 --channel 1686 |
    newsarchive export csv week.csv --since 2026-11-17 --until 2026-11-23 --search '央行 降准 OR 降息'

    Exit code: 0; 2 for a wrong format, place, selection or query, or an extra that is not installed; 3 if the file of an
    article, or its raw record, could not be read, or the search index is damaged, or interrupted; 7 if OUT cannot be
    written.
    """
    first, last = first_and_last(since, until)
    selection = Selection(since=first, until=last, channel=lid_or_none(channel), media=media, symbol=symbol)
    query = parse(search, NAMES) if search is not None else None
    library = Library(archive_folder(archive).absolute(), CHANNEL_NAMES)
    readers = _readers(engine, workers, library.root, has_query=query is not None)
    is_wanted = found_by(library.root, query, brought_level(library.root).behind) if query else everything
    end_orderly()
    with progress(f"export {format_name}", "articles") as tell:
        source = ExportSource(library, selection, is_wanted, tell, has_pictures=local_images, workers=readers)
        change = write(format_name, source, out)
    _show(source, change, out, as_json=as_json)
    raise typer.Exit(MISSING if source.unreadable else DONE)


def _readers(engine: str, count: int | None, root: Path, *, has_query: bool) -> Workers | None:
    """None: this process, which reads no article that is not wanted."""
    if engine == "local" and count is None:
        return None
    if has_query:
        raise UsageError("--engine and --workers are for whole days: give them without --search")
    return workers_of(engine, count, root)


def _show(source: ExportSource, change: FolderChange | None, out: Path, *, as_json: bool) -> None:
    left_alone = [str(path) for path in change.left_alone] if change else []
    if as_json:
        told: dict[str, Any] = {"out": str(out), "articles": source.exported, "unreadable": source.unreadable}
        if change:
            told |= {"written": change.written, "removed": change.removed, "left_alone": left_alone}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    changed = f" {change.written} files written, {change.removed} removed." if change else ""
    typer.echo(f"{source.exported} articles exported to {out}.{changed}")
    for path in left_alone[:MOST_SHOWN]:
        typer.echo(f"Left alone: {path} is not as an export wrote it; move it away to have it written again.", err=True)
    if len(left_alone) > MOST_SHOWN:
        typer.echo(f"Left alone: {len(left_alone) - MOST_SHOWN} more files.", err=True)
    for fault in source.faults:
        typer.echo(f"Not exported: {fault}.", err=True)
    if source.unreadable > len(source.faults):
        typer.echo(f"Not exported: {source.unreadable - len(source.faults)} more articles.", err=True)
