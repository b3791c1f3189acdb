"""``newsarchive rebuild``: the catalogue made anew from the journals alone, or the search index from journals and files."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.archive.format import paths
from newsarchive.archive.format.profiles import PROFILES
from newsarchive.archive.index import rebuild as rebuilding
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.rebuild import Progress, Tell
from newsarchive.archive.record import appending, files
from newsarchive.archive.record.damage import accept
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.cli.clock import now_of
from newsarchive.cli.engines import EngineOption, WorkersOption, workers_of
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder, profile_name
from newsarchive.cli.search_index import rebuild_search
from newsarchive.cli.stopping import end_orderly
from newsarchive.errors import ArchiveNotWritable, UsageError
from newsarchive.operation.report import DAMAGED, DONE, MISSING

LOST = (
    "which rows a finished poll has seen: the next poll of each channel reads on to known rows or to the end of the listing",
    "when the unsealed days were swept: each is swept once more",
    "when each channel was polled last",
)
"""What the journals do not say (design §6)."""
TELL_EVERY = 0.1
"""Of the bytes to be read, between two lines where there is no terminal."""


def rebuild(
    *,
    accept_damage: Annotated[
        bool, typer.Option("--accept-damage", help="Write into each damaged journal that you know of it, first.")
    ] = False,
    search: Annotated[
        bool, typer.Option("--search", help="The search index in place of the catalogue; beside a running crawl, too.")
    ] = False,
    engine: EngineOption = "local",
    workers: WorkersOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the catalogue anew from the journals alone, as a run does by itself where it finds none that it can use.

    No article is read, nothing but .newsarchive/ is written. The old catalogue stands until the new one is whole; what was
    interrupted goes on where it was.

    A journal that is damaged and cannot be put back from a copy is told by each run, until --accept-damage appends a line
    to it that says so. Nothing else of the journal is changed.

    With --search it makes the search index anew, from journals and articles, on all processors: some 0.5 ms an article. The
    old one is searched until the new one is whole. --engine and --workers say who reads the days.

    Example: newsarchive rebuild --accept-damage | newsarchive rebuild --search

    Exit code: 0 done; 2 wrong usage; 3 interrupted; 6 another run holds the archive, or writes the search index; 7 it cannot
    be written; 8 a journal is damaged: the catalogue is made all the same, of the lines that can be read.
    """
    root = archive_folder(archive)
    if search:
        _rebuild_search(root, engine, workers, accept_damage=accept_damage, as_json=as_json)
        return
    if engine != "local" or workers:
        raise UsageError("--engine and --workers are for the search index: give them with --search")
    if accept_damage:
        for damage in accept(root, profile_name(root), now_of):
            typer.echo(f"Accepted: {damage}.", err=True)
    state = root / paths.STATE_NAME
    files.check_writable(root)
    files.make_folder(state, root)
    end_orderly()
    began = time.monotonic()
    with ArchiveLock(state), _progress() as tell:
        try:
            done = _rebuild(root, state / paths.CATALOGUE_NAME, tell)
        except KeyboardInterrupt:
            typer.echo(
                "Interrupted: the old catalogue stands; newsarchive rebuild goes on where this one was", err=True
            )
            raise typer.Exit(MISSING) from None
        documents = _documents(state / paths.CATALOGUE_NAME)
    _show(done, documents, time.monotonic() - began, as_json=as_json)
    raise typer.Exit(DAMAGED if done.damage else DONE)


def _rebuild_search(root: Path, engine: str, workers: int | None, *, accept_damage: bool, as_json: bool) -> None:
    if accept_damage:
        raise UsageError("--accept-damage is about the journals: give it without --search")
    end_orderly()
    root = root.absolute()
    rebuild_search(root, workers_of(engine, workers, root), as_json=as_json)


def _rebuild(root: Path, path: Path, tell: Tell) -> Progress:
    try:
        return rebuilding.rebuild(root, path, PROFILES[profile_name(root)], mend=appending.mend, tell=tell)
    except (OSError, sqlite3.DatabaseError) as error:
        raise ArchiveNotWritable(
            f"{path} cannot be written, or a folder of the archive not be read ({error}); see that the disk is well and "
            "has space and that this user may read and write there, then start again: it goes on where it was"
        ) from error


def _documents(path: Path) -> dict[str, int]:
    with closing(Catalogue(path)) as catalogue:
        return catalogue.coverage.states()


def _show(done: Progress, documents: dict[str, int], seconds: float, *, as_json: bool) -> None:
    damaged = [{"day": damage.day.isoformat(), "line": damage.line, "kind": damage.kind} for damage in done.damage]
    if as_json:
        told = {
            "days": done.days,
            "resumed_days": done.days_found,
            "documents": documents,
            "seconds": round(seconds, 1),
        }
        typer.echo(json.dumps({**told, "lost": LOST, "damaged": damaged}))
        return
    states = ", ".join(f"{count} {state}" for state, count in sorted(documents.items())) or "none"
    resumed = f", {done.days_found} of them by an earlier rebuild that was interrupted" if done.days_found else ""
    typer.echo(f"Read {done.days} days{resumed}, in {seconds:.1f} s. Documents: {states}.")
    for line in LOST:
        typer.echo(f"Lost: {line}.")
    for damage in done.damage:
        typer.echo(f"Damaged: {damage}.")
    if done.damage:
        typer.echo("Put the journals back from a copy, or accept it: newsarchive rebuild --accept-damage")


# --- progress --------------------------------------------------------------------------------------------------------


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on a terminal, else a line for each tenth."""
    if sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        yield _lines()


def _lines() -> Tell:
    told_of = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told_of
        share = progress.bytes_done / progress.bytes if progress.bytes else 1.0
        if share >= told_of + TELL_EVERY and share < 1:
            told_of = share
            typer.echo(f"{share:.0%}: {progress.days_done} of {progress.days} days", err=True)

    return tell


@contextmanager
def _bar() -> Iterator[Tell]:
    from rich.console import Console  # noqa: PLC0415 - takes longer to load than a small rebuild
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True)) as bar:
        task = bar.add_task("Reading journals", total=None)
        yield lambda progress: bar.update(task, total=progress.bytes, completed=progress.bytes_done)
