"""``newsarchive backfill``: years of days, crawled in slices into folders of their own, and merged."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from newsarchive import settings
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.coverage import CoverageRow
from newsarchive.archive.record.store import Archive
from newsarchive.cli import tables
from newsarchive.cli.child import Stop, user_variables
from newsarchive.cli.clock import clock
from newsarchive.cli.days import one_day
from newsarchive.cli.engines import LOCAL, crawlers_of
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder, archive_path, profile_name, project_of
from newsarchive.cli.progress import progress
from newsarchive.errors import UsageError
from newsarchive.items import BEIJING
from newsarchive.jobs.backfilling import slices
from newsarchive.jobs.backfilling.orders import CONNECTIONS, Crawls
from newsarchive.jobs.backfilling.run import Backfill, BackfillOutcome
from newsarchive.jobs.backfilling.slices import Slice
from newsarchive.operation.masks import masked
from newsarchive.operation.report import DONE, GRAVEST_FIRST, MISSING
from newsarchive.settings import values
from newsarchive.sina.listing.channels import channel as channel_of

POLITE_RATE = 2.0
"""Requests a second to a host: what a crawl sends by default, and nobody needs to be asked for."""
SLICE_DAYS = 7
"""Of Sina's busiest channel, three hours at the polite rate: what is merged at once, and looked at once more after a kill."""
MAX_SLICE_DAYS = 366
MAX_WORKERS = 64
MAX_RATE = 1000.0
COUNTS = ("offered", "kept", "filtered", "failed", "gone", "pending")
KEYS = ("month", "channel", "days", *COUNTS, "sealed")
SHOWN_LEFT = 20
"""Sentences on the terminal; --json tells all."""


def backfill(
    *,
    since: Annotated[str, typer.Option(metavar="DAY", help="The first day, like 2020-01-01.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day; it is crawled first.")],
    channels: Annotated[
        str | None, typer.Option(metavar="LIST", help="By lid or name, with commas; else SINA_CHANNELS.")
    ] = None,
    rate: Annotated[
        float,
        typer.Option(metavar="R", min=0.001, max=MAX_RATE, help="Requests a second to a host, of all crawls together."),
    ] = POLITE_RATE,
    slice_days: Annotated[
        int, typer.Option("--slice", metavar="DAYS", min=1, max=MAX_SLICE_DAYS, help="Days that are crawled together.")
    ] = SLICE_DAYS,
    workers: Annotated[
        int, typer.Option(metavar="N", min=1, max=MAX_WORKERS, help="Crawls at once; they share the rate.")
    ] = CONNECTIONS,
    engine: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Who crawls: local, this machine; dask, a cluster on it; dask:ADDRESS, those workers of a scheduler that have "
            "the resource sina (dask worker ADDRESS --nthreads 1 --resources sina=1). The rate is the same.",
        ),
    ] = "local",
    yes: Annotated[
        bool, typer.Option("--yes", help="The site allows more than 2 requests a second; do not ask.")
    ] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Archive years of days: in slices, newest first, each a crawl of its own that is merged when it is whole.

    Stop it at any time (Ctrl-C; a kill loses nothing either) and give the same command again: it goes on where it was. Days
    that are sealed, or that an earlier backfill merged, are not asked for again. While it runs it holds the archive: a crawl
    started meanwhile ends with exit code 6, so that both together do not exceed the rate. A ban that one crawl hears stops all.

    Example: newsarchive backfill --since 2020-01-01 --until 2025-12-31 | newsarchive backfill --since 2025-01-01 --until
    2025-12-31 --engine dask:tcp://10.0.0.5:8786

    Exit code: 0 all days are merged and nothing is missing; 1 a defect, or a slice that ends its workers again and again; 2
    wrong usage; 3 something is missing yet: it is listed; 4 blocked by the site, until when is told; 5 a day was not answered;
    6 another run holds the archive; 7 it cannot be written; 8 it is damaged.
    """
    asked = _asked(since, until, channels)
    root = _root(archive)
    _ask_for_more(rate, workers, yes=yes)
    variables, where = user_variables(), _directory(root, engine)
    crawlers = crawlers_of(engine, workers, root, where, variables)
    crawls = Crawls(variables, where, rate, crawlers.count or workers)
    with Stop() as stop, closing(Archive.open(root, profile_name(root), clock())) as opened:
        with progress("backfill") as tell:
            job = Backfill(opened, crawls, tell)
            with crawlers.open(crawls.at_once) as executor:
                outcome = job.run(asked, slice_days, executor, lambda: stop.asked, crawlers.ended)
        with closing(opened.reader()) as catalogue:
            months = _months(catalogue, asked)
    code = _exit_code(outcome, months)
    if as_json:
        typer.echo(json.dumps(_as_dict(outcome, months, code), ensure_ascii=False))
    else:
        _show(outcome, months)
    raise typer.Exit(code)


def _asked(since: str, until: str, channels: str | None) -> Slice:
    first, last, today = one_day(since), one_day(until), clock()().astimezone(BEIJING).date()
    if first > last:
        raise UsageError(f"--since {since}: expected a day that is not after --until {until}")
    if last > today:
        raise UsageError(f"--until {until}: expected a day that is not after today ({today})")
    return Slice(first, last, _lids(channels))


def _lids(given: str | None) -> tuple[str, ...]:
    """Each once.  Raises ``UsageError``."""
    try:
        names = values.value(vars(settings), "SINA_CHANNELS") if given is None else given.split(",")
    except ValueError as expected:
        raise UsageError(f"setting SINA_CHANNELS: expected {expected}") from None
    return tuple(dict.fromkeys(channel_of(name.strip()).lid for name in names))


def _root(given: Path | None) -> Path:
    """The archive, or the folder that will be one."""
    path = archive_path(given)
    return (archive_folder(given) if path.exists() else path).absolute()


def _directory(root: Path, engine: str) -> Path:
    """Where the crawls run: the settings of a project are found from there, and other machines see the archive alone."""
    here = Path.cwd()
    return project_of(here) or (here if engine == LOCAL else root)


def _ask_for_more(rate: float, workers: int, *, yes: bool) -> None:
    """More than a crawl sends by default is asked for once.  Raises ``UsageError`` where nobody allows it."""
    if yes or (rate <= POLITE_RATE and workers <= CONNECTIONS):
        return
    more = f"{rate:g} requests a second and {workers} connections to a host"
    if not sys.stdin.isatty():
        raise UsageError(f"{more} are more than {POLITE_RATE:g} and {CONNECTIONS}; give --yes if the site allows it")
    is_allowed = False
    with suppress(typer.Abort):  # Ctrl-C, Ctrl-D
        is_allowed = typer.confirm(f"{more}: does the site allow that?", err=True)
    if not is_allowed:
        raise UsageError("nothing was crawled; without --rate and --workers a backfill is as polite as a crawl")


# --- what came of it -------------------------------------------------------------------------------------------------


def _months(catalogue: Catalogue, asked: Slice) -> list[dict[str, Any]]:
    """The coverage of the days that were asked for, by month and channel."""
    found: dict[tuple[str, str], list[CoverageRow]] = {}
    for row in catalogue.coverage.rows(asked.since, asked.until):
        if row.channel in asked.channels:
            found.setdefault((f"{row.day:%Y-%m}", str(row.channel)), []).append(row)
    return [_month(month, channel, rows) for (month, channel), rows in found.items()]


def _month(month: str, channel: str, rows: Sequence[CoverageRow]) -> dict[str, Any]:
    counts = {name: sum(getattr(row, name) for row in rows) for name in COUNTS}
    return {"month": month, "channel": channel, "days": len(rows), **counts, "sealed": sum(row.sealed for row in rows)}


def _exit_code(outcome: BackfillOutcome, months: Sequence[dict[str, Any]]) -> int:
    """The gravest of the crawls that are left; else whether anything of these days is missing."""
    left = next((code for code in (2, 6, *GRAVEST_FIRST) if outcome.codes[code]), None)
    if left is not None:
        return left
    is_missing = (
        outcome.left or len(outcome.done) < outcome.days or any(one["failed"] or one["pending"] for one in months)
    )
    return MISSING if is_missing else DONE


def _as_dict(outcome: BackfillOutcome, months: Sequence[dict[str, Any]], code: int) -> dict[str, Any]:
    return {
        "exit_code": code,
        "days": outcome.days,
        "done": slices.told(outcome.done),
        "empty": slices.told(outcome.empty),
        "slices": outcome.merged,
        "articles": outcome.articles,
        "left": [masked(told) for told in outcome.left],
        "blocked_until": outcome.blocked.until.isoformat() if outcome.blocked else None,
        "coverage": list(months),
    }


def _show(outcome: BackfillOutcome, months: Sequence[dict[str, Any]]) -> None:
    if months:
        tables.show(KEYS, [[str(one[key]) for key in KEYS] for one in months], right=KEYS[2:])
    for told in outcome.left[:SHOWN_LEFT]:
        typer.echo(tables.printable(masked(f"Left: {told}")))
    if len(outcome.left) > SHOWN_LEFT:
        typer.echo(f"Left: {len(outcome.left) - SHOWN_LEFT} more; --json tells all.")
    if outcome.empty:
        typer.echo(f"Empty, and too long ago for anything to come: {', '.join(slices.told(outcome.empty))}.")
    typer.echo(_sum(outcome))


def _sum(outcome: BackfillOutcome) -> str:
    if not outcome.days:
        return "Nothing to do: each of these days is sealed, or was merged by an earlier backfill."
    left = outcome.days - len(outcome.done)
    rest = f"; {left} days are left: give the same command again" if left > 0 else ""
    return f"Merged {len(outcome.done)} of {outcome.days} days in {outcome.merged} slices, {outcome.articles} articles{rest}."
