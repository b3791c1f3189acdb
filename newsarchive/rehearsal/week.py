"""The script of a week of polls: at which moment of it what happens, and what a poll may then end with.

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
from newsarchive.rehearsal.truth import Document, Fate

EDITED_MARK = "（更新）"
"""Behind the title of an edited row."""
EDITED_WITHIN = timedelta(hours=24)
"""Editors change what is new: a poll that stops at known rows still reads these."""
DONE, BLOCKED, SICK = frozenset((0, 3)), frozenset((4,)), frozenset((5,))
"""Exit codes of a crawl: done (perhaps with something that awaits a retry), banned, listing not healthy."""
MAX_UNBANNED_REQUESTS = 4
"""A ban falls on one of the first requests of a poll: the listing's or the pages', as it comes."""


class Cut(StrEnum):
    """How a poll ends before its time."""

    KILL = "SIGKILL"
    STOP = "SIGTERM"


@dataclass(frozen=True, slots=True)
class Ban:
    """Begins in mid-poll, as HTTP 456 or as the page 拒绝访问 under 200."""

    hours: float

    def __str__(self) -> str:
        return f"a ban of {self.hours:g} h begins"


@dataclass(frozen=True, slots=True)
class SickListing:
    """The listing gives nonsense."""

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
    """The newest pages are not to be had."""

    pages: int
    status: int
    hours: float

    def __str__(self) -> str:
        return f"{self.pages} pages are withheld for {self.hours:g} h ({self.status})"


Event = Cut | Ban | SickListing | Edits | Withheld


@dataclass(frozen=True, slots=True)
class Day:
    """One day: when the crawl is started (``HH:MM``, Beijing), and what happens at some of these moments."""

    polls: tuple[str, ...]
    events: Mapping[str, Event] = field(default_factory=dict)
    off: tuple[str, str] | None = None
    """From when to when the machine is off; the crawl is started once it is back."""


BUSY = ("07:40", "09:10", "10:20", "10:50", "11:30", "14:00", "14:30", "17:00", "22:30")
QUIET = ("08:30", "12:00", "18:00", "22:30")
"""A poll costs a second of real time, so a day has these instead of one every ten minutes; nights have none."""

WEEK = (
    Day(BUSY, {"07:40": Cut.KILL, "14:00": Edits(3)}),
    Day(BUSY, {"07:40": Withheld(4, status=503, hours=1.6), "09:10": Edits(3), "22:30": Cut.KILL}),
    Day(BUSY, {"07:40": Withheld(2, status=404, hours=0.5), "10:20": Ban(hours=1), "17:00": Edits(3)}),
    Day(BUSY, {"07:40": Cut.KILL}, off=("09:45", "18:45")),
    Day(BUSY, {"07:40": Cut.STOP, "09:10": Edits(3), "14:00": SickListing(hours=1)}),
    Day(QUIET, {"08:30": Cut.KILL}),
    Day(QUIET, {"08:30": Cut.KILL, "12:00": Edits(3)}),
)
CLOSING_POLL = timedelta(minutes=5)
"""After the last midnight: what the last evening brought is fetched too."""


@dataclass(frozen=True, slots=True)
class Poll:
    """One start of the crawl; ``at`` counts from the midnight that begins the week."""

    at: timedelta
    event: Event | None = None
    may_end_with: frozenset[int] = DONE
    after_off: timedelta = timedelta()
    """How long the machine has been off before it."""

    def __str__(self) -> str:
        minutes = int(self.at.total_seconds()) // 60
        return f"Day {minutes // 1440 + 1}, {minutes // 60 % 24:02d}:{minutes % 60:02d}"


def polls_of(days: int, week: Sequence[Day] = WEEK) -> list[Poll]:
    """All polls of so many days, in order; after the last day of ``week`` comes its first again."""
    polls = [poll for number in range(days) for poll in _polls_of_day(timedelta(days=number), week[number % len(week)])]
    return [*_with_ends(polls), Poll(timedelta(days=days) + CLOSING_POLL)]


def _polls_of_day(midnight: timedelta, day: Day) -> Iterator[Poll]:
    begin, end = day.off or ("24:00", "24:00")
    for at in day.polls:
        if at < begin or at > end:
            yield Poll(midnight + _since_midnight(at), day.events.get(at))
        elif at == max(skipped for skipped in day.polls if begin <= skipped <= end):
            off = _since_midnight(end) - _since_midnight(begin)
            yield Poll(midnight + _since_midnight(end), after_off=off)


def _since_midnight(time: str) -> timedelta:
    hours, minutes = time.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _with_ends(polls: list[Poll]) -> Iterator[Poll]:
    """The polls with what they may end with: while a ban or a sick hour lasts, nothing else."""
    ban_until = sick_until = timedelta()
    for poll in polls:
        match poll.event:
            case Ban(hours):
                ban_until = poll.at + timedelta(hours=hours)
            case SickListing(hours):
                sick_until = poll.at + timedelta(hours=hours)
        ends = BLOCKED if poll.at < ban_until else SICK if poll.at < sick_until else DONE
        yield Poll(poll.at, poll.event, ends, poll.after_off)


def befall(event: Event, sina: StandIn, rng: random.Random) -> list[Document]:
    """Lets it happen now, and gives the documents that it concerns; what cuts a poll short is for the player."""
    match event:
        case Ban(hours):
            after, status = rng.randint(1, MAX_UNBANNED_REQUESTS), rng.choice((456, 200))
            sina.spells.ban(timedelta(hours=hours), after_requests=after, status=status)
        case SickListing(hours):
            sina.spells.sicken(timedelta(hours=hours))
        case Edits(rows):
            return _edit(sina, rng, rows)
        case Withheld(pages, status, hours):
            return _withhold(sina, pages, status, timedelta(hours=hours))
    return []


def _edit(sina: StandIn, rng: random.Random, rows: int) -> list[Document]:
    now = sina.now()
    young = [document for document in _articles_at(sina, now) if now - document.published_at < EDITED_WITHIN]
    chosen = rng.sample(young, min(rows, len(young)))
    for document in chosen:
        sina.site.feed.edit(document.docid, document.listed_title + EDITED_MARK, now)
    return chosen


def _withhold(sina: StandIn, pages: int, status: int, lasting: timedelta) -> list[Document]:
    newest = sorted(_articles_at(sina, sina.now()), key=lambda document: document.listed_at)[-pages:]
    for document in newest:
        place = urlsplit(document.url)
        sina.spells.close((place.netloc, place.path), lasting, status)
    return newest


def _articles_at(sina: StandIn, now: datetime) -> list[Document]:
    return [document for document in sina.truth if document.fate is Fate.ARTICLE and document.listed_at <= now]


def late_rows(documents: Sequence[Document], polled_at: Sequence[datetime]) -> int:
    """How many rows were first shown below one that an earlier poll had seen already."""
    count = 0
    for before, now in pairwise(polled_at):
        newest_seen = max((d.published_at for d in documents if d.listed_at <= before), default=before)
        count += sum(before < d.listed_at <= now and d.published_at < newest_seen for d in documents)
    return count
