"""``newsarchive verify`` and ``heads``: whether the folder is what its journals say, and what proves that later."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.archive.format import heads as heads_format
from newsarchive.archive.format.folder import check_archive
from newsarchive.archive.format.heads import Head
from newsarchive.archive.index.worker import TellDays, Workers
from newsarchive.archive.record.audit import Look
from newsarchive.archive.record.finding import Finding
from newsarchive.cli import tables
from newsarchive.cli.engines import EngineOption, WorkersOption, workers_of
from newsarchive.cli.folder import OF_THE_ARCHIVE, ArchiveOption, JsonOption, archive_folder
from newsarchive.cli.progress import progress
from newsarchive.cli.stopping import end_orderly
from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.jobs import verify as job
from newsarchive.jobs.comparison import compare
from newsarchive.jobs.mirroring.places import is_store, store_of
from newsarchive.jobs.verify import Verification

KEYS = ("kind", "path", "docid", "detail")
"""Of a finding, as design §5 names them."""
DONE, DAMAGED = 0, ArchiveDamaged.exit_code


# --- verify ----------------------------------------------------------------------------------------------------------


def verify(
    *,
    fast: Annotated[bool, typer.Option("--fast", help="Names, sizes, counts and journals; no file is read.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Every byte of every file.")] = False,
    heads: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What newsarchive heads wrote; - for standard input.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="COPY", help="Another copy, a folder or s3://…: tell what each lacks or has altered."),
    ] = None,
    engine: EngineOption = "local",
    workers: WorkersOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold every file against the journal of its day, and name each that is not as it was written.

    Without an option, what came since the last verify is read whole, and a random thirtieth of the rest; of all other files
    name and size are checked. Works on a read-only folder and beside a running crawl; repairs nothing. --against s3://… asks
    the store for its checksums; with --full it reads each object.

    Example: newsarchive verify --full | newsarchive verify --full --engine dask:tcp://10.0.0.5:8786

    Exit code: 0 if all is well, 8 if anything is not: missing, altered, stray, torn, misnamed, duplicate, unlinked,
    shortened; 2 for wrong usage; 3 interrupted; 7 where a store does not answer.
    """
    if fast and full:
        raise UsageError("--fast and --full exclude each other: give one of them, or none")
    if against and heads:
        raise UsageError("--against and --heads exclude each other: run verify twice")
    root = archive_of(archive)
    look = job.FAST if fast else job.FULL if full or against else job.USUAL
    told = _told(heads) if heads else {}
    copy = copy_of("--against", Path(against), root) if against and not is_store(against) else None
    readers = workers_of(engine, workers, root, *([copy] if copy else []))
    end_orderly()
    with progress("verify", "files") as tell:
        if copy:
            verdict = _compared_with_folder(root, copy, look, tell, readers)
        elif against:
            verdict = _compared_with_store(root, against, look, tell, by_reading=full)
        else:
            verdict = job.verify(root, look, told, tell, readers)
    if as_json:
        typer.echo(_json(verdict))
    else:
        _show(verdict, told)
    raise typer.Exit(DAMAGED if verdict.findings else DONE)


def _compared_with_folder(root: Path, copy: Path, look: Look, tell: TellDays, workers: Workers) -> Verification:
    from newsarchive.jobs.mirroring import comparing  # noqa: PLC0415 - for a copy alone

    return comparing.with_raw(compare(root, copy, look, tell, workers), root, copy, look)


def _compared_with_store(root: Path, against: str, look: Look, tell: TellDays, *, by_reading: bool) -> Verification:
    from newsarchive.jobs.mirroring import comparing  # noqa: PLC0415 - for a copy in a store alone

    return comparing.compare(root, store_of(against, root), look, tell, by_reading=by_reading)


def archive_of(given: Path | None) -> Path:
    """The folder, which must be an archive that was begun: an empty one has nothing to verify.  Raises ``UsageError``."""
    root = archive_folder(given).absolute()
    check_archive(root, OF_THE_ARCHIVE, begun=True)
    return root


def copy_of(option: str, given: Path, root: Path) -> Path:
    """The other copy, which ``option`` names; raises ``UsageError`` where it is no archive, or the archive itself."""
    check_archive(given, f"give another copy of the archive with {option}", begun=True)
    if given.samefile(root):
        raise UsageError(f"{option} {given} is the archive itself: give another copy of it")
    return given.absolute()


def _told(file: Path) -> dict[date, Head]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        cause = (error.strerror or error) if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"--heads {file} cannot be read: {cause}") from None
    told = heads_format.parse(text.splitlines(), str(file))
    if not told:
        raise UsageError(f"--heads {file} tells no day: expected what `newsarchive heads` writes")
    return told


def _json(verdict: Verification) -> str:
    findings = rows_of(verdict.findings)
    return json.dumps({"checked": verdict.checked, "findings": findings, "explained": verdict.explained})


def rows_of(findings: Sequence[Finding]) -> list[dict[str, str | None]]:
    return [{key: getattr(finding, key) for key in KEYS} for finding in findings]


def _show(verdict: Verification, told: dict[date, Head]) -> None:
    for text in verdict.explained:
        typer.echo(tables.printable(f"explained: {text}"))
    show_findings(verdict.findings)
    proven = f", {len(told)} days as they were told" if told else ""
    count = len(verdict.findings)
    found = f"{count} finding{'s' * (count > 1)}" if count else f"all is well{proven}"
    typer.echo(f"{verdict.checked} files checked in {len(verdict.heads)} days: {found}.")


def show_findings(findings: Sequence[Finding]) -> None:
    if findings:
        rows = [[finding.kind, finding.path, finding.docid or "", finding.detail] for finding in findings]
        tables.show(KEYS, rows)


# --- heads -----------------------------------------------------------------------------------------------------------


def heads(*, archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """One line a day: date, link of the journal's last line, lines, articles.

    Kept elsewhere (mail, git, a timestamp service), they prove later that no day was shortened or altered since:
    newsarchive verify --heads FILE.

    Example: newsarchive heads > heads.txt

    Exit code: 0; 2 for wrong usage.
    """
    root = archive_of(archive)
    with progress("heads") as tell:
        found = job.heads(root, tell)
    if as_json:
        rows = [
            {"day": head.day.isoformat(), "link": head.link, "lines": head.lines, "articles": head.articles}
            for head in found
        ]
        typer.echo(json.dumps({"heads": rows}))
    else:
        for head in found:
            typer.echo(str(head))
