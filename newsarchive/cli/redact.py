"""``newsarchive redact``: takes a document out of the archive on purpose, and leaves a tombstone."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.archive.format.paths import STATE_NAME
from newsarchive.archive.record.redaction import Redaction
from newsarchive.archive.record.redaction import redact as take_out
from newsarchive.cli import tables
from newsarchive.cli.clock import clock
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder, profile_name
from newsarchive.cli.progress import progress
from newsarchive.cli.show import which
from newsarchive.errors import ArchiveLocked, ArchiveNotWritable, UsageError
from newsarchive.operation.report import DONE, MISSING
from newsarchive.reading import history
from newsarchive.reading.finding import FoundDocument
from newsarchive.reading.library import Library
from newsarchive.reading.search import building, index


def redact(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Docid, address, path, or a part of the title.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the journal: it stays, so it must not quote the text.")],
    keep_title: Annotated[
        bool, typer.Option("--keep-title", help="Leave title and picture addresses in the journal.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a document out for good: its text, all earlier states, its title, from files, journal, catalogue and search index.

    A tombstone stays in the journal: when, why, and the digests of what went. The document is never fetched again. Cannot
    be undone here. Copies, backups, logs and mail that you have elsewhere are yours to look after.

    Example: newsarchive redact nizpfak5450008 --reason "court order of 2026-11-20"

    Exit code: 0 done, also if it was done before; 2 nothing or several are meant, or nobody could be asked; 3 done, but
    files, or other documents with the same text, are left that somebody has to look at: they are named; 6 another run holds
    the archive; 7 it cannot be written; 8 its journal is damaged.
    """
    root = archive_folder(archive)
    found = which(Library(root), asked)
    if not yes:
        _ask(root, found)
    done = take_out(root, profile_name(root), found.docid, reason, keep_title=keep_title, clock=clock())
    _forget(root, done)
    if as_json:
        typer.echo(json.dumps(_as_dict(done), ensure_ascii=False))
    else:
        _show(done)
    raise typer.Exit(MISSING if done.traces.left or done.traces.also_kept else DONE)


def _ask(root: Path, found: FoundDocument) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"{found.docid}: nobody can be asked here; give --yes to take it out without being asked")
    told = history.history_of(root, found.day, found.docid)
    states = len(told.states) if told else 0
    typer.echo(tables.printable(f"{found.docid}  {found.day}  {found.title}  ({states} states)"), err=True)
    is_wanted = False
    with suppress(typer.Abort):  # Ctrl-C, Ctrl-D
        is_wanted = typer.confirm("Take it out for good?", err=True)
    if not is_wanted:
        raise UsageError(f"{found.docid}: nothing was taken out")


def _forget(root: Path, done: Redaction) -> None:
    """The words go from the search index, too; where they cannot, that is told as any other place where some are left."""
    try:
        with progress("Taking it out of the search index") as tell:
            building.forget(root, done.traces.docid, tell)
    except (ArchiveLocked, ArchiveNotWritable) as error:
        done.traces.left[f"{STATE_NAME}/{index.NAME}"] = f"{error}; then newsarchive rebuild --search"


def _as_dict(done: Redaction) -> dict[str, object]:
    found = done.traces
    return {
        "docid": found.docid,
        "days": [day.isoformat() for day in found.days],
        "states": found.states,
        "removed": [*found.files] if done.is_new else [],
        "records": found.records if done.is_new else [],
        "left": [{"path": path, "detail": why} for path, why in found.left.items()],
        "also_titled": found.also_titled,
        "also_kept": found.also_kept,
    }


def _show(done: Redaction) -> None:
    found = done.traces
    for path in found.files if done.is_new else ():
        typer.echo(tables.printable(f"removed: {path}"))
    if found.records and done.is_new:
        typer.echo(f"emptied: {len(found.records)} raw records")
    for path, why in found.left.items():
        typer.echo(tables.printable(f"left: {path}: {why}"))
    if found.also_titled:
        typer.echo(f"The same title stands with other documents, and stays there: {', '.join(found.also_titled)}")
    if found.also_kept:
        typer.echo(f"The same text is kept as {', '.join(found.also_kept)} too: redact these as well")
    if done.is_new:
        typer.echo(f"{found.docid} is taken out; newsarchive verify lists it.")
    else:
        typer.echo(f"{found.docid} was taken out before; nothing of it was found.")
