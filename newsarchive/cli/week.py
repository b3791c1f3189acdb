"""``newsarchive rehearse --polls``: the script of ``rehearsal.week`` played with real polls, and what was survived.

The clocks of the stand-in and of the crawl are moved together, from one poll to the next.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import typer

from newsarchive.cli.child import DONE, EXIT_CODES, HOPELESS, CutShort, Stop, crawl_command, crawl_environment
from newsarchive.cli.rehearsal_folder import LOG
from newsarchive.cli.week_report import Week
from newsarchive.items import BEIJING
from newsarchive.rehearsal import StandIn
from newsarchive.rehearsal.aftermath import Aftermath, half_written, read_aftermath
from newsarchive.rehearsal.judge import judge
from newsarchive.rehearsal.truth import Story
from newsarchive.rehearsal.week import (
    BLOCKED,
    EDITED_MARK,
    BanBegins,
    Cut,
    Edits,
    PlannedPoll,
    SickListing,
    Withheld,
    befall,
    late_rows,
)

MIN_ARTICLES_A_DAY = 15
"""With fewer a listing may well be empty at the first poll, or a day without any news: both are sick (exit 5), and rightly."""
BAN_MINUTES = 60
"""Of the crawl's own clock, as ever; the ban of the script lasts as long."""
CUT_AFTER_REQUESTS, CUT_AFTER_SECONDS = 8, 0.1
"""A poll that is to be cut short is so after at most so many requests, and so many seconds more: while it works."""
STATES = ("kept", "filtered", "failed", "gone", "pending")
"""Of a document, in ``newsarchive coverage``."""
CHANNELS = 2
"""Those that a crawl polls by default: a day is sealed when each of them is."""


@dataclass(slots=True)
class _Play:
    """A week while it is played."""

    week: Week
    sina: StandIn
    stop: Stop
    log: IO[bytes]
    rng: random.Random
    edited: list[Story] = field(default_factory=list)
    withheld: list[Story] = field(default_factory=list)
    polled_at: list[datetime] = field(default_factory=list)
    """When a poll was done that nothing cut short."""


def play(week: Week, stop: Stop) -> None:
    """The polls one after the other, up to the last midnight; a day of news is there before the first."""
    end = datetime.now(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    begun = time.monotonic()
    with (
        StandIn(articles=week.articles, days=week.days + 1, seed=week.seed, now=end) as sina,
        (week.archive / LOG).open("ab") as log,
    ):
        playing = _Play(week, sina, stop, log, random.Random(f"week/{week.seed}"))  # noqa: S311 - no secret
        for poll in week.script:
            sina.advance(end - timedelta(days=week.days) + poll.at - sina.now())
            code = _poll(playing, poll)
            if stop.asked or code in HOPELESS:
                break
        week.stopped, week.requests = stop.asked, len(sina.requests)
        _look_back(playing)
    week.seconds = time.monotonic() - begun


# --- one poll ----------------------------------------------------------------------------------------------------------


def _poll(playing: _Play, poll: PlannedPoll) -> int:
    week, sina, event = playing.week, playing.sina, poll.event
    if event is not None:
        concerned = befall(event, sina, playing.rng)
        playing.edited += concerned if isinstance(event, Edits) else []
        playing.withheld += concerned if isinstance(event, Withheld) else []
    sent_before, at = len(sina.requests), sina.now()
    cut = _cut(playing, event) if isinstance(event, Cut) else None
    code = _crawl(playing, cut)
    sent = len(sina.requests) - sent_before
    week.polls.append(
        {"at": at.isoformat(timespec="seconds"), "exit_code": code, "requests": sent, "event": str(event or "")}
    )
    _say(_about_poll(week, poll, code))
    killed = cut is not None and cut.done and cut.kills
    if not playing.stop.asked:
        week.faults += _faults_of(week, poll, sent, None if killed else code)
    if code in DONE and not (cut and cut.done):
        playing.polled_at.append(at)
    _count(week.survived, poll, code, cut)
    return 0 if killed else code


def _cut(playing: _Play, how: Cut) -> CutShort:
    """At a moment that the seed chooses: so many requests, then a breath."""
    wanted = len(playing.sina.requests) + playing.rng.randint(1, CUT_AFTER_REQUESTS)
    return CutShort(_once(playing.sina, wanted, playing.rng.uniform(0, CUT_AFTER_SECONDS)), kills=how is Cut.KILL)


def _once(sina: StandIn, wanted: int, seconds: float) -> Callable[[], bool]:
    reached_at: list[float] = []

    def is_due() -> bool:
        if not reached_at and len(sina.requests) >= wanted:
            reached_at.append(time.monotonic())
        return bool(reached_at) and time.monotonic() - reached_at[0] >= seconds

    return is_due


def _crawl(playing: _Play, cut: CutShort | None) -> int:
    offset = (playing.sina.now() - datetime.now(BEIJING)).total_seconds()
    settings = {
        "CLOCK_OFFSET_SECONDS": f"{offset:.3f}",
        "DOWNLOAD_DELAY": "0",
        "SINA_BAN_MINUTES": str(BAN_MINUTES),
    }
    archive, log = playing.week.archive, playing.log
    environment = crawl_environment(archive, playing.sina.env)
    return playing.stop.run(crawl_command(settings), env=environment, cwd=archive, stdout=log, stderr=log, cut=cut)


def _about_poll(week: Week, poll: PlannedPoll, code: int) -> str:
    event = f"; {poll.event}" if poll.event else ""
    meaning = EXIT_CODES.get(code, "cut short")
    return f"{poll}, poll {len(week.polls)} of {len(week.script)}{event}: exit code {code}, {meaning}"


def _faults_of(week: Week, poll: PlannedPoll, sent: int, code: int | None) -> Iterator[str]:
    """What a poll did that it should not have done; ``code`` is None for one that was killed."""
    if code is not None and code not in poll.may_end_with:
        expected = " or ".join(map(str, sorted(poll.may_end_with)))
        yield f"{poll}: the poll ended with {code} ({EXIT_CODES.get(code, 'cut short')}) instead of {expected}."
    if poll.may_end_with == BLOCKED and poll.event is None and sent:
        yield f"{poll}: {sent} requests were sent while the ban lasted."
    if code is None:
        yield from (f"{poll}: killed, and {half}." for half in half_written(week.archive))


def _count(survived: Counter[str], poll: PlannedPoll, code: int, cut: CutShort | None) -> None:
    survived["hour off"] += round(poll.after_off / timedelta(hours=1))
    match poll.event:
        case Cut() if cut and cut.done:
            survived["kill" if cut.kills else "stop"] += 1
        case BanBegins():
            survived["ban"] += code in poll.may_end_with
        case SickListing(hours):
            survived["sick hour"] += round(hours) if code in poll.may_end_with else 0


# --- the end -----------------------------------------------------------------------------------------------------------


def _look_back(playing: _Play) -> None:
    week, sina = playing.week, playing.sina
    _say("Comparing the archive with the truth")
    week.verdict = judge(week.archive, sina.truth, sina.now())
    aftermath = read_aftermath(week.archive)
    refused = {request.url for request in sina.requests if request.status >= 400}
    week.survived["withheld page"] = sum(document.url in refused for document in playing.withheld)
    week.survived["late row"] = late_rows(sina.truth, playing.polled_at)
    week.survived["edit"] = sum(_is_journalled(document, aftermath) for document in playing.edited)
    day_of = Counter(day for day, _ in aftermath.sealed)
    week.sealed_days = sum(channels >= CHANNELS for channels in day_of.values())
    if not week.stopped:
        week.faults += (f"{docid} is {state} at the end." for docid, state in aftermath.unsettled.items())
        week.faults += _faults_of_coverage(week.archive, aftermath)
        week.faults += (
            f"The new title of {document.docid} is in no journal."
            for document in playing.edited
            if not _is_journalled(document, aftermath)
        )


def _faults_of_coverage(archive: Path, aftermath: Aftermath) -> Iterator[str]:
    """Where ``newsarchive coverage`` says something else than the journals."""
    command = [sys.executable, "-m", "newsarchive", "coverage", "--archive", str(archive), "--json"]
    ran = subprocess.run(command, env=crawl_environment(archive, {}), capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if ran.returncode not in DONE:
        yield f"newsarchive coverage ended with {ran.returncode}: {ran.stderr.strip()}"
        return
    told = json.loads(ran.stdout)
    if told["complete"] == bool(aftermath.unsettled) or told["complete"] == bool(ran.returncode):
        yield f"newsarchive coverage says complete: {told['complete']}, with exit code {ran.returncode}."
    sealed = {(row["day"], row["channel"]) for row in told["days"] if row["sealed"]}
    if sealed != aftermath.sealed:
        yield f"newsarchive coverage and the journals differ on what is sealed: {sorted(sealed ^ aftermath.sealed)}."
    for row in told["days"]:
        if row["offered"] != sum(row[state] for state in STATES):
            yield f"newsarchive coverage does not add up: {row}."


def _is_journalled(document: Story, aftermath: Aftermath) -> bool:
    return any(title.endswith(EDITED_MARK) for title in aftermath.titles.get(document.docid, ()))


def _say(line: str) -> None:
    typer.echo(line, err=True)
