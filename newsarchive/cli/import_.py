"""``newsarchive import``: what others archived becomes part of this archive."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from newsarchive import settings
from newsarchive.cli.clock import clock
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder, archive_path
from newsarchive.cli.stopping import end_orderly
from newsarchive.cli.tables import printable
from newsarchive.errors import UsageError, cause_of
from newsarchive.jobs.importing import run
from newsarchive.jobs.importing.outcome import ARCHIVE, ImportOutcome, TellProgress
from newsarchive.jobs.mirroring.places import is_store, store_of
from newsarchive.operation.report import DONE, MISSING
from newsarchive.settings import values

TELL_EVERY = 0.1
"""Of the whole, between two lines where there is no terminal."""
SHOWN = 20
"""Files that could not be read, on the terminal; --report and --json tell all."""


def import_(
    source: Annotated[
        str, typer.Argument(metavar="DIR", help="Another archive, a folder of posts, or s3://… with a mirror.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come in; write nothing.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write here, a JSON object a line, what was mended and what could not be read."
        ),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in what others archived: another archive of this program, folders of the original program, Hexo or Hugo posts.

    Of another archive, a day that only it has comes in whole; of a day that both have, what is missing here. Nothing in
    DIR is changed, nothing that lies here is overwritten, and importing twice changes nothing. What lies at s3:// comes
    into a temporary folder (TMPDIR) first.

    Example: newsarchive import /mnt/other/archive --dry-run

    Exit code: 0 done; 2 wrong usage, or an archive of another profile; 3 done, but something in DIR could not be taken in:
    it is listed; 6 another run holds the archive; 7 it cannot be written; 8 it is damaged.
    """
    root = _root(archive)
    with _folder_of(source, root) as folder:
        run.check(root, folder)
        _check_report(report, folder)
        profile = run.profile_for(root, folder, _default_profile())
        with _progress() as tell:
            outcome = (
                run.rehearse(root, folder, profile, tell) if dry_run else run.run(root, folder, profile, clock(), tell)
            )
    if report:
        _write(report, outcome)
    _show(outcome, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(MISSING if outcome.left else DONE)


@contextmanager
def _folder_of(source: str, root: Path) -> Iterator[Path]:
    """The folder; of a copy in a store, one for the time being."""
    if not is_store(source):
        yield Path(source)
        return
    from newsarchive.jobs.mirroring import fetching  # noqa: PLC0415 - for a copy in a store alone

    end_orderly()
    with fetching.whole(store_of(source, root)) as folder:
        yield folder


def _root(given: Path | None) -> Path:
    """The archive, or the folder that will be one: unlike other verbs, this one may begin it."""
    path = archive_path(given)
    return archive_folder(given) if path.exists() else path


def _default_profile() -> str:
    try:
        return str(values.value(vars(settings), "ARCHIVE_PROFILE"))
    except ValueError as expected:
        raise UsageError(f"setting ARCHIVE_PROFILE: expected {expected}") from None


def _check_report(report: Path | None, folder: Path) -> None:
    if report is None:
        return
    if report.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"--report {report}: it lies in the folder that is imported, and nothing there is changed")
    if report.is_dir() or not report.parent.is_dir():
        raise UsageError(f"--report {report}: give a file in a folder that exists")


def _write(report: Path, outcome: ImportOutcome) -> None:
    mended = [{"path": one.path, "docid": one.docid, "file": one.file, "mended": one.mended} for one in outcome.mended]
    unread = [{"path": one.path, "reason": one.reason} for one in outcome.left]
    lines = [json.dumps(told, ensure_ascii=False) + "\n" for told in (*mended, *unread)]
    try:
        report.write_bytes("".join(lines).encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(
            f"--report {report} cannot be written: {cause_of(error)[0]}; the import itself is done"
        ) from error


def _show(outcome: ImportOutcome, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"dry_run": dry_run, **outcome.as_dict()}))
        return
    counts = outcome.counts
    verb = "Would import" if dry_run else "Imported"
    days = f"{counts['days']} days whole, " if outcome.kind == ARCHIVE else ""
    typer.echo(
        f"{verb} {days}{counts['articles']} articles, {counts['states']} further states of articles that were here; "
        f"{counts['unchanged']} were here already, {len(outcome.mended)} were mended."
    )
    for one in outcome.left[:SHOWN]:
        typer.echo(printable(f"Not taken in: {one.path}: {one.reason}"))
    if len(outcome.left) > SHOWN:
        typer.echo(f"Not taken in: {len(outcome.left) - SHOWN} more; --report FILE tells all.")


# --- progress --------------------------------------------------------------------------------------------------------


@contextmanager
def _progress() -> Iterator[TellProgress]:
    """A bar on a terminal, else a line for each tenth."""
    if sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415 - takes longer to load than a small import
        from rich.progress import Progress  # noqa: PLC0415

        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("Importing", total=None)
            yield lambda done, of_all: bar.update(task, total=of_all, completed=done)
    else:
        yield _lines()


def _lines() -> TellProgress:
    told_of = 0.0

    def tell(done: int, of_all: int) -> None:
        nonlocal told_of
        share = done / of_all if of_all else 1.0
        if share >= told_of + TELL_EVERY and share < 1:
            told_of = share
            typer.echo(f"{share:.0%} imported", err=True)

    return tell
