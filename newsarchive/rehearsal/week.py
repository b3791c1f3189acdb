"""The script of a week of polls: when which fault happens, and with which exit codes a poll may then end.

Read by ``cli.week``, which plays it. A week is data (``WEEK``, ``polls_of``); ``befall`` lets one of its events happen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from urllib.parse import urlsplit

from newsarchive.rehearsal.standin import StandIn
from newsarchive.rehearsal.truth import Fate, Story

EDITED_MARK = "（更新）"
"""Appended to the title of an edited row."""
EDITED_WITHIN = timedelta(hours=24)
"""Only rows of this age are edited: a poll still reads them before it stops at known rows."""
DONE, BLOCKED, SICK = frozenset((0, 3)), frozenset((4,)), frozenset((5,))
"""Exit codes of a crawl: done (perhaps with something that awaits a retry), banned, listing not healthy."""
MAX_UNBANNED_REQUESTS = 4
"""A ban begins within the first requests of a poll, for the listing or for pages."""


class Cut(StrEnum):
    """How a poll is cut short."""

    KILL = "SIGKILL"
    STOP = "SIGTERM"


@dataclass(frozen=True, slots=True)
class BanBegins:
    """Begins in mid-poll, as HTTP 456 or as the page 拒绝访问 under 200."""

    hours: float

    def __str__(self) -> str:
        return f"a ban of {self.hours:g} h begins"


@dataclass(frozen=True, slots=True)
class SickListing:
    """The listing is malformed."""

    hours: float

    def __str__(self) -> str:
        return f"the listing is sick for {self.hours:g} h"


@dataclass(frozen=True, slots=True)
class Edits:
    """Rows get another title and mtime."""

    rows: int

    def __str__(self) -> str:
        return f"{self.rows} titles have been edited"


@dataclass(frozen=True, slots=True)
class Withheld:
    """The newest pages are withheld."""

    pages: int
    status: int
    hours: float

    def __str__(self) -> str:
        return f"{self.pages} pages are withheld for {self.hours:g} h ({self.status})"


Event = Cut | BanBegins | SickListing | Edits | Withheld


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day: when the crawl is started (``HH:MM``, Beijing), and what happens at some of these moments."""

    polls: tuple[str, ...]
    events: Mapping[str, Event] = field(default_factory=dict)
    off: tuple[str, str] | None = None
    """From when to when the machine is off (``HH:MM``); it starts a crawl when it is on again."""


BUSY = ("07:40", "09:10", "10:20", "10:50", "11:30", "14:00", "14:30", "17:00", "22:30")
QUIET = ("08:30", "12:00", "18:00", "22:30")
"""A poll costs a second of real time, so a day has these instead of one every ten minutes; nights have none."""

WEEK = (
    WeekDay(BUSY, {"07:40": Cut.KILL, "14:00": Edits(3)}),
    WeekDay(BUSY, {"07:40": Withheld(4, status=503, hours=1.6), "09:10": Edits(3), "22:30": Cut.KILL}),
    WeekDay(BUSY, {"07:40": Withheld(2, status=404, hours=0.5), "10:20": BanBegins(hours=1), "17:00": Edits(3)}),
    WeekDay(BUSY, {"07:40": Cut.KILL}, off=("09:45", "18:45")),
    WeekDay(BUSY, {"07:40": Cut.STOP, "09:10": Edits(3), "14:00": SickListing(hours=1)}),
    WeekDay(QUIET, {"08:30": Cut.KILL}),
    WeekDay(QUIET, {"08:30": Cut.KILL, "12:00": Edits(3)}),
)
CLOSING_POLL = timedelta(minutes=5)
"""A last poll after midnight fetches the articles of the last evening."""


@dataclass(frozen=True, slots=True)
class PlannedPoll:
    """One start of the crawl; ``at`` counts from the midnight that begins the week."""

    at: timedelta
    event: Event | None = None
    may_end_with: frozenset[int] = DONE
    after_off: timedelta = timedelta()
    """How long the machine was off before this poll."""

    def __str__(self) -> str:
        minutes = int(self.at.total_seconds()) // 60
        return f"Day {minutes // 1440 + 1}, {minutes // 60 % 24:02d}:{minutes % 60:02d}"


def polls_of(days: int, week: Sequence[WeekDay] = WEEK) -> list[PlannedPoll]:
    """All polls of so many days, in order; after the last day of ``week`` comes its first again."""
    polls = [poll for number in range(days) for poll in _polls_of_day(timedelta(days=number), week[number % len(week)])]
    return [*_with_ends(polls), PlannedPoll(timedelta(days=days) + CLOSING_POLL)]


def _polls_of_day(midnight: timedelta, day: WeekDay) -> Iterator[PlannedPoll]:
    begin, end = day.off or ("24:00", "24:00")
    for at in day.polls:
        if at < begin or at > end:
            yield PlannedPoll(midnight + _since_midnight(at), day.events.get(at))
        elif at == max(skipped for skipped in day.polls if begin <= skipped <= end):
            off = _since_midnight(end) - _since_midnight(begin)
            yield PlannedPoll(midnight + _since_midnight(end), after_off=off)


def _since_midnight(time: str) -> timedelta:
    hours, minutes = time.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _with_ends(polls: list[PlannedPoll]) -> Iterator[PlannedPoll]:
    """The polls with the exit codes that they may end with, which a ban or a malformed listing changes."""
    ban_until = sick_until = timedelta()
    for poll in polls:
        match poll.event:
            case BanBegins(hours):
                ban_until = poll.at + timedelta(hours=hours)
            case SickListing(hours):
                sick_until = poll.at + timedelta(hours=hours)
        ends = BLOCKED if poll.at < ban_until else SICK if poll.at < sick_until else DONE
        yield PlannedPoll(poll.at, poll.event, ends, poll.after_off)


def befall(event: Event, sina: StandIn, rng: random.Random) -> list[Story]:
    """Make the event happen now and return its documents; ``cli.week`` itself cuts polls short."""
    match event:
        case BanBegins(hours):
            after, status = rng.randint(1, MAX_UNBANNED_REQUESTS), rng.choice((456, 200))
            sina.spells.ban(timedelta(hours=hours), after_requests=after, status=status)
        case SickListing(hours):
            sina.spells.sicken(timedelta(hours=hours))
        case Edits(rows):
            return _edit(sina, rng, rows)
        case Withheld(pages, status, hours):
            return _withhold(sina, pages, status, timedelta(hours=hours))
    return []


def _edit(sina: StandIn, rng: random.Random, rows: int) -> list[Story]:
    now = sina.now()
    young = [document for document in _articles_at(sina, now) if now - document.published_at < EDITED_WITHIN]
    chosen = rng.sample(young, min(rows, len(young)))
    for document in chosen:
        sina.site.feed.edit(document.docid, document.listed_title + EDITED_MARK, now)
    return chosen


def _withhold(sina: StandIn, pages: int, status: int, lasting: timedelta) -> list[Story]:
    newest = sorted(_articles_at(sina, sina.now()), key=lambda document: document.listed_at)[-pages:]
    for document in newest:
        place = urlsplit(document.url)
        sina.spells.close((place.netloc, place.path), lasting, status)
    return newest


def _articles_at(sina: StandIn, now: datetime) -> list[Story]:
    return [document for document in sina.truth if document.fate is Fate.ARTICLE and document.listed_at <= now]


def late_rows(documents: Sequence[Story], polled_at: Sequence[datetime]) -> int:
    """How many rows were first shown below one that an earlier poll had seen already."""
    count = 0
    for before, now in pairwise(polled_at):
        newest_seen = max((d.published_at for d in documents if d.listed_at <= before), default=before)
        count += sum(before < d.listed_at <= now and d.published_at < newest_seen for d in documents)
    return count
