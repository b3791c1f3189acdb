"""``newsarchive reextract``: the stored pages read again by the rules of now, and what differs shown or written."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from newsarchive import settings
from newsarchive.archive.index.worker import Workers
from newsarchive.archive.record import files
from newsarchive.cli import tables
from newsarchive.cli.clock import clock
from newsarchive.cli.days import SinceOption, UntilOption, first_and_last
from newsarchive.cli.engines import EngineOption, WorkersOption, workers_of
from newsarchive.cli.folder import ArchiveOption, JsonOption, profile_name
from newsarchive.cli.progress import progress
from newsarchive.cli.stopping import end_orderly
from newsarchive.cli.verify import archive_of
from newsarchive.errors import ArchiveDamaged, NewsArchiveError, UsageError, cause_of, did_you_mean
from newsarchive.jobs.reextracting import change, report_page, run
from newsarchive.jobs.reextracting.day import DAMAGED, DEFECT, Task
from newsarchive.jobs.reextracting.outcome import ReextractionOutcome
from newsarchive.jobs.reextracting.run import Plan, Tell
from newsarchive.operation.report import DONE, GRAVEST_FIRST, MISSING
from newsarchive.settings import values
from newsarchive.sina.page.layouts import LAYOUTS

SHOWN = 20
"""Documents, troubles and samples on the terminal; --report and --json tell more."""
CODES = {DAMAGED: ArchiveDamaged.exit_code, DEFECT: NewsArchiveError.exit_code}
"""Kind of a trouble → exit code; any other is ``MISSING``."""
SHOWN_LINES = 4
"""Of one sample."""


def reextract(
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    layout: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what this layout has read, or reads now.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only documents that failed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change; write nothing.")] = False,
    accept_losses: Annotated[
        bool, typer.Option("--accept-losses", help="Write also texts of which less than half is left.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write here what changes, as a page to look at.")
    ] = None,
    engine: EngineOption = "local",
    workers: WorkersOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the stored pages again by the rules of now, and keep what they give now as further states; nothing is fetched.

    The same rules change nothing. What other rules change is shown first with --dry-run. Without it, each page that gives
    another text, or other fields, gets a state of the kind reextracted, and the text before stays. A document that failed,
    and whose stored answer is an article now, is kept. A text of which less than half would be left stays as it is, and is
    listed: rules that lose so much are mostly wrong.

    Works beside polls: the archive is held for the commit of one day, no longer. What was interrupted is simply run again.

    Example: newsarchive reextract --dry-run --report changes.html | newsarchive reextract --layout SinaWeb2014Page

    Exit code: 0 done; 1 a defect of ours; 2 wrong usage; 3 done, but some pages are no article, or less than half of their
    text, by the rules of now, or some documents could not be written: they are listed and stay as they are; or interrupted;
    6 another run holds the archive for half an hour; 7 it cannot be written; 8 it, or a stored page, is damaged.
    """
    root = archive_of(archive)
    plan = _plan(
        root,
        first_and_last(since, until),
        layout,
        failed=failed,
        accepts=accept_losses,
        dry_run=dry_run,
        workers=workers_of(engine, workers, root),
    )
    _check_report(report)
    end_orderly()
    with progress("reextract", "pages") as tell_days:
        outcome = run.run(plan, clock(), Tell(tell_days, _say_waiting))
    if report:
        files.write_whole(report, report_page.page(outcome).encode(), files.free_part_path(report.parent, report.name))
    if as_json:
        typer.echo(json.dumps(outcome.as_dict(), ensure_ascii=False))
    else:
        _show(outcome)
    raise typer.Exit(_exit_code(outcome))


def _exit_code(outcome: ReextractionOutcome) -> int:
    """The gravest of what the troubles say."""
    codes = {CODES.get(kind, MISSING) for kind in outcome.trouble_counts}
    return next((code for code in GRAVEST_FIRST if code in codes), DONE)


def _plan(
    root: Path,
    days: tuple[date, date],
    layout: str | None,
    *,
    failed: bool,
    accepts: bool,
    dry_run: bool,
    workers: Workers,
) -> Plan:
    known = [one.__name__ for one in LAYOUTS]
    if layout is not None and layout not in known:
        raise UsageError(f"--layout {layout}: expected one of {', '.join(known)}{did_you_mean(layout, known)}")
    task = Task(
        root=root,
        profile=profile_name(root),
        extra_keys=tuple(_setting("ARCHIVE_EXTRA_KEYS")),
        hidden=run.hidden_names(root),
        layout=layout,
        failed_only=failed,
        accepts_losses=accepts,
    )
    return Plan(
        task=task,
        since=days[0],
        until=days[1],
        is_dry=dry_run,
        marks_same_text=_setting("DEDUPE_SAME_TEXT") == "mark",
        workers=workers,
    )


def _setting(name: str) -> list[str] | str:
    try:
        found: list[str] | str = values.value(vars(settings), name)
    except ValueError as expected:
        raise UsageError(f"setting {name}: expected {expected}") from None
    return found


def _check_report(report: Path | None) -> None:
    """What may stand there is an earlier report, and nothing else is replaced."""
    if report is None:
        return
    try:
        is_there, is_placed = os.path.lexists(report), report.parent.is_dir() and not report.is_dir()
    except OSError as error:  # the name is too long
        raise UsageError(f"--report {report}: {cause_of(error)[0]}; give another file") from error
    if not is_placed:
        raise UsageError(f"--report {report}: give a file in a folder that exists")
    if is_there and (report.is_symlink() or not report_page.is_report(report)):
        raise UsageError(f"--report {report}: it is no earlier report, and stays as it is; give another file")


def _say_waiting(why: str) -> None:
    typer.echo(f"waiting: {why}", err=True)


# --- shown -----------------------------------------------------------------------------------------------------------


def _show(outcome: ReextractionOutcome) -> None:
    counts = outcome.counts
    if outcome.layouts:
        tables.show(("layout", "states", "what", "gained", "lost", "altered"), list(_rows(outcome)))
        _show_samples(outcome)
    for trouble in outcome.troubles[:SHOWN]:
        typer.echo(tables.printable(f"{trouble.kind}: {trouble.docid} of {trouble.day}: {trouble.message}"))
    if (more := sum(outcome.trouble_counts.values()) - SHOWN) > 0:
        typer.echo(f"{more} more documents stay as they are; --json and --report name them.")
    would = "would be " if outcome.is_dry else ""
    typer.echo(
        f"{outcome.pages} stored pages of {outcome.days} days read again: {counts['unchanged']} states are the same, "
        f"{counts['changed']} {would or 'were '}read otherwise, {counts['found']} failed documents "
        f"{'would become' if outcome.is_dry else 'are'} articles, {counts['unstored']} states have no stored page."
    )
    if not outcome.is_dry:
        same = f", {counts['same-text']} have the text of another" if counts["same-text"] else ""
        typer.echo(f"Written: {counts['reextracted']} further states, {counts['kept']} articles{same}.")


def _rows(outcome: ReextractionOutcome) -> list[list[str]]:
    rows = []
    for name, told in sorted(outcome.layouts.items()):
        of_all = [(key, counts) for key, counts in sorted(told.fields.items())]
        of_all += [("text", told.texts)] if told.texts else []
        for what, counts in of_all:
            rows.append([name, str(told.states), what, *(str(counts[kind]) for kind in ("gained", "lost", "altered"))])
    return rows


def _show_samples(outcome: ReextractionOutcome) -> None:
    samples = [sample for told in outcome.layouts.values() for sample in told.samples][:SHOWN]
    for sample in samples:
        typer.echo(tables.printable(f"{sample.docid}  {sample.day}  state {sample.state}  {sample.title}"))
        for line in list(change.told(sample))[:SHOWN_LINES]:
            typer.echo(f"    {tables.printable(line)}")
