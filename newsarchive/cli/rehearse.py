"""``newsarchive rehearse``: the real crawl against the stand-in for Sina, and what came of it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import time
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

from newsarchive.cli import week, week_report
from newsarchive.cli.child import DONE, EXIT_CODES, HOPELESS, Stop, crawl_command, crawl_environment
from newsarchive.cli.outline import head_of, tree_of
from newsarchive.cli.rehearsal_folder import LOG, emptied
from newsarchive.errors import UsageError
from newsarchive.rehearsal import StandIn
from newsarchive.rehearsal.faults import FaultLevel
from newsarchive.rehearsal.judge import Verdict, judge
from newsarchive.rehearsal.week import polls_of

DEFAULT_FOLDER = Path("rehearsal-archive")
MAX_RUNS = 8
"""For the present, and for a past day. Hostile needs four or five; a crawl that is not done after eight never will be."""
BRAKE_SECONDS = 3.0
"""What the crawl takes for the length of a ban here, a little longer than the stand-in's ``BAN_SECONDS``."""
BLOCKED = 4
SHOWN_DIFFERENCES = 20


class RehearseCommand(TyperCommand):
    """Lets ``--serve`` stand without a port."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Let ``--serve`` stand without a port: it then means 0, a free one."""
        args = [
            "--serve=0" if word == "--serve" and not after.isdecimal() else word
            for word, after in zip_longest(args, args[1:], fillvalue="")
        ]
        return super().parse_args(ctx, args)


COMMAND = RehearseCommand
"""What the verb's command is made of."""


@dataclass(slots=True)
class Rehearsal:
    """One rehearsal: what was asked, and what came of it."""

    articles: int
    days: int
    seed: int
    faults: FaultLevel
    archive: Path
    years: bool = False
    runs: list[dict[str, Any]] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    requests: int = 0
    stopped: bool = False

    @property
    def exit_code(self) -> int:
        """The crawl's own where it failed or was stopped, 1 where the archive differs from the truth, else 0."""
        code: int = self.runs[-1]["exit_code"] if self.runs else 3
        if self.stopped:
            return code or 3
        if code not in DONE:
            return code
        return 0 if self.verdict.is_right else 1


def rehearse(
    *,
    articles: Annotated[
        int, typer.Option(min=1, max=50_000, metavar="N", help="How many articles the stand-in has.")
    ] = 200,
    days: Annotated[
        int, typer.Option(min=1, max=365, metavar="N", help="Over how many days they are spread, up to now.")
    ] = 3,
    archive: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Where the archive goes; emptied first, if a rehearsal made it."),
    ] = DEFAULT_FOLDER,
    faults: Annotated[FaultLevel, typer.Option(help="How badly the stand-in behaves.")] = FaultLevel.NONE,
    seed: Annotated[int, typer.Option(metavar="N", help="Another number, other news.")] = 7,
    years: Annotated[
        bool,
        typer.Option(
            "--years",
            help="Also documents of 2004 to 2022, of every layout and charset; their days are backfilled then.",
        ),
    ] = False,
    polls: Annotated[
        bool,
        typer.Option(
            "--polls", help="Play the days poll by poll, with time running fast and with all that goes wrong."
        ),
    ] = False,
    serve: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, metavar="[PORT]", help="Crawl nothing: serve until stopped, and say how to get there."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
) -> None:
    """Crawl a stand-in for Sina: the real crawl, invented news, no network.

    The stand-in is a proxy on this machine. The crawl is sent to it by environment variables alone and knows nothing of it;
    at the end the archive is compared with what the stand-in knows to be true.

    Example: newsarchive rehearse --articles 50 --faults mild

    With the pages of twenty years: newsarchive rehearse --years

    A week of polls in under two minutes, through kills, a ban, a sick hour and a machine that is off:
    newsarchive rehearse --days 7 --polls

    To crawl by hand instead: newsarchive rehearse --serve 8899

    Exit code: 0 if the archive is as expected, 1 if it differs, 2 for wrong usage, else that of the crawl.
    """
    if polls:
        if faults is not FaultLevel.NONE or years or serve is not None:
            raise UsageError("--polls brings its own troubles: it does not go with --faults, --years or --serve")
        _play(articles, days, seed, archive, as_json)
    with Stop() as stop:
        if serve is not None:
            stand_in = StandIn(articles=articles, days=days, seed=seed, faults=faults, years=years, port=serve)
            _serve(stand_in, stop, as_json)
            return
        rehearsal = Rehearsal(articles, days, seed, faults, emptied(archive), years)
        _run(rehearsal, stop, as_json)
    _tell(rehearsal, as_json)
    raise typer.Exit(rehearsal.exit_code)


def _play(articles: int, days: int, seed: int, archive: Path, as_json: bool) -> NoReturn:
    if articles < week.MIN_ARTICLES_A_DAY * days:
        raise UsageError(
            f"--polls needs {week.MIN_ARTICLES_A_DAY} articles a day: give --articles {week.MIN_ARTICLES_A_DAY * days}"
        )
    played = week_report.Week(articles, days, seed, emptied(archive), polls_of(days))
    with Stop() as stop:
        week.play(played, stop)
    if as_json:
        typer.echo(json.dumps(week_report.result_of(played), ensure_ascii=False))
    else:
        _tell_differences([] if played.stopped else played.differences)
        typer.echo(week_report.summary(played))
        if played.exit_code:
            typer.echo(f"What the polls said is in {played.archive / LOG}.")
        typer.secho(week_report.verdict_of(played), fg="green" if played.exit_code == 0 else "red", color=_colour())
    raise typer.Exit(played.exit_code)


def _serve(stand_in: StandIn, stop: Stop, as_json: bool) -> None:
    try:
        with stand_in as sina:
            lines = [f"export {name}={value}" for name, value in sina.env.items()]
            typer.echo(json.dumps({"env": sina.env}) if as_json else "\n".join(lines))
            _say(
                f"# {len(sina.truth)} rows are served. Set these, and NEWSARCHIVE_DIR to a folder for the trial, then run:"
            )
            _say("# newsarchive crawl -s DOWNLOAD_DELAY=0      (Ctrl-C here ends the serving)")
            if sina.past_days:
                _say("# Of old, with -a since=DAY -a until=DAY: " + " ".join(map(str, sina.past_days)))
            stop.wait()
    except OSError as error:
        message = f"the stand-in cannot be started ({error.strerror or error}); give another port, or none"
        raise UsageError(message) from error


def _run(rehearsal: Rehearsal, stop: Stop, as_json: bool) -> None:
    """Crawls the present and each past day until the crawl says that it is done, then compares."""
    with StandIn(
        articles=rehearsal.articles,
        days=rehearsal.days,
        seed=rehearsal.seed,
        faults=rehearsal.faults,
        years=rehearsal.years,
    ) as sina:
        _say(f"Rehearsal: {_extent(rehearsal, sina)}, faults {rehearsal.faults.value}, into {rehearsal.archive}")
        tasks = [{}, *({"since": str(day), "until": str(day)} for day in sina.past_days)]
        for task in tasks:
            if not _until_done(rehearsal, sina, stop, task, as_json):
                break
        _say("Comparing the archive with the truth")
        rehearsal.stopped, rehearsal.requests = stop.asked, len(sina.requests)
        rehearsal.verdict = judge(rehearsal.archive, sina.truth, sina.now())


def _extent(rehearsal: Rehearsal, sina: StandIn) -> str:
    past = f" and {len(sina.past_days)} of the years before" if sina.past_days else ""
    return f"{len(sina.truth)} rows over {rehearsal.days} days{past}"


def _until_done(rehearsal: Rehearsal, sina: StandIn, stop: Stop, task: dict[str, str], as_json: bool) -> bool:
    """Runs the crawl with the arguments ``task`` as often as it takes; False where going on is no use."""
    for attempt in range(1, MAX_RUNS + 1):
        code = _crawl(rehearsal, sina, stop, task, as_json)
        _say(_about_run(rehearsal, task, code))
        if code in DONE or stop.asked or code in HOPELESS:
            break
        if code == BLOCKED and attempt < MAX_RUNS:
            _say(f"The ban lasts; going on in {BRAKE_SECONDS:.0f} s")
            stop.wait(max(BRAKE_SECONDS, sina.ban_seconds_left()))
    return code in DONE and not stop.asked


def _about_run(rehearsal: Rehearsal, task: dict[str, str], code: int) -> str:
    day = f", {task['since']}" if task else ""
    meaning, seconds = EXIT_CODES.get(code, "no code of ours"), rehearsal.runs[-1]["seconds"]
    return f"Run {len(rehearsal.runs)}{day}: exit code {code}, {meaning} ({seconds} s)"


def _crawl(rehearsal: Rehearsal, sina: StandIn, stop: Stop, task: dict[str, str], as_json: bool) -> int:
    settings = {"DOWNLOAD_DELAY": "0", "SINA_BAN_MINUTES": f"{BRAKE_SECONDS / 60:g}"}
    arguments = [part for name, value in task.items() for part in ("-a", f"{name}={value}")]
    begun = time.monotonic()
    code = stop.run(
        [*crawl_command(settings), *arguments],
        env=crawl_environment(rehearsal.archive, sina.env),
        cwd=rehearsal.archive,
        stdout=sys.stderr if as_json else None,
    )
    rehearsal.runs.append(
        {"exit_code": code, "meaning": EXIT_CODES.get(code, ""), "seconds": round(time.monotonic() - begun, 1)}
    )
    return code


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _tell(rehearsal: Rehearsal, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_result(rehearsal), ensure_ascii=False))
        return
    if rehearsal.stopped:
        typer.secho(_verdict(rehearsal), fg="yellow", color=_colour())
        return
    for line in (*tree_of(rehearsal.archive), "", *head_of(rehearsal.archive), ""):
        typer.echo(line)
    _tell_differences(rehearsal.verdict.differences)
    typer.secho(_verdict(rehearsal), fg="green" if rehearsal.exit_code == 0 else "red", color=_colour())
    typer.echo(f"Read it in a browser: {_reader_command(rehearsal.archive)}")


def _reader_command(archive: Path) -> str:
    """What opens this archive, as it can be typed here: the program is seldom on the path of whoever tries it first."""
    program = Path(sys.argv[0])
    named = (
        "newsarchive" if program.name != "newsarchive" or shutil.which("newsarchive") == str(program) else str(program)
    )
    here = Path.cwd()
    folder = archive.relative_to(here) if archive.is_relative_to(here) else archive
    return shlex.join(
        [named, "serve", "--no-marks", "--archive", str(folder)]
    )  # marks would be no rehearsal's to empty


def _tell_differences(differences: list[str]) -> None:
    for difference in differences[:SHOWN_DIFFERENCES]:
        typer.echo(f"  {difference}")
    if (more := len(differences) - SHOWN_DIFFERENCES) > 0:
        typer.echo(f"  … and {more} more")


def _verdict(rehearsal: Rehearsal) -> str:
    verdict, seconds = rehearsal.verdict, sum(run["seconds"] for run in rehearsal.runs)
    counts = f"{verdict.kept} archived, {verdict.missing} missing, {verdict.false} false, {len(verdict.differences)} differences"
    effort = f"runs: {len(rehearsal.runs)}, requests: {rehearsal.requests}, {seconds:.0f} s"
    if rehearsal.stopped:
        return f"Stopped: {counts} ({effort})."
    said = "As expected" if rehearsal.exit_code == 0 else "NOT as expected"
    return f"{said}: {counts} ({effort})."


def _result(rehearsal: Rehearsal) -> dict[str, Any]:
    verdict = rehearsal.verdict
    return {
        "articles": rehearsal.articles,
        "days": rehearsal.days,
        "seed": rehearsal.seed,
        "years": rehearsal.years,
        "faults": rehearsal.faults.value,
        "archive": str(rehearsal.archive),
        "runs": rehearsal.runs,
        "requests": rehearsal.requests,
        "stopped": rehearsal.stopped,
        "kept": verdict.kept,
        "missing": verdict.missing,
        "false": verdict.false,
        "differences": verdict.differences,
        "exit_code": rehearsal.exit_code,
    }


def _colour() -> bool | None:
    """None lets typer look whether this is a terminal."""
    return False if os.environ.get("NO_COLOR") else None
