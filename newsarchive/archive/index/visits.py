"""The catalogue's part on revisits: when each kept page was seen last, and which are due to be looked at again.

Derived from the journals event by event, as all of the catalogue; what only this table remembers (visits that said
nothing new within a day, failed ones) costs one more visit if it is lost.  Times are seconds since 1970.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from newsarchive.archive.format.journal import moment
from newsarchive.archive.format.states import is_reextracted

SCHEMA = """
CREATE TABLE visits (
    docid TEXT PRIMARY KEY,
    published INTEGER,
    visited INTEGER NOT NULL,
    states INTEGER NOT NULL DEFAULT 1,
    reextracted INTEGER NOT NULL DEFAULT 0,
    asked INTEGER,
    absent INTEGER,
    gone INTEGER,
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    checked_on TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS visits_recent ON visits (published, visited);
CREATE INDEX IF NOT EXISTS visits_asked ON visits (asked) WHERE asked IS NOT NULL;
"""

MADE_UP_FOR = timedelta(days=30)
"""A visit that could not be made for so long, because no run was there, is not made any more: it bounds what a poll reads."""

ABSENT_WAIT = timedelta(hours=1)
"""Between the two answers that make a kept document gone: a page is briefly missing while it is republished."""

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (60, 6 * 60, 24 * 60))
"""How long a visit that gave no page (an error, an impostor) is left alone; after that the next hour of the table counts."""

GONE_REASONS = ("http-404", "http-410", "not-found")
MAX_VALIDATOR = 256
"""Characters of an ETag or Last-Modified that are kept; a longer one is passed over."""

VISIT_EVENTS = ("checked", "failed", "gone")
"""Events after ``kept`` and ``revised`` that say something of a kept page."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the page of a kept document."""

    docid: str
    published: int | None
    visited: int
    """When the page was seen last."""
    states: int = 1
    reextracted: int = 0
    """How many of the states other rules made of a page that had given one."""
    asked: int | None = None
    """From when on it is due out of turn: a listing showed a change, an answer said that it is gone, a visit failed."""
    absent: int | None = None
    """When the source first said that it is gone, not confirmed yet."""
    gone: int | None = None
    etag: str = ""
    last_modified: str = ""
    checked_on: str = ""
    """Day (Beijing) of the last ``checked`` line: one a document and day at most."""
    failures: int = 0
    """Visits in a row that gave no page."""


to_row: Callable[[Visit], tuple[Any, ...]] = attrgetter(*Visit.__dataclass_fields__)
"""The row of a visit, by the columns of the table."""


# --- what events make of it ------------------------------------------------------------------------------------------


def kept(visit: Visit | None, event: Mapping[str, Any]) -> Visit:
    """After a sound event of a state."""
    states = visit.states if visit else 0
    again = (visit.reextracted if visit else 0) + is_reextracted(event)
    if visit and (event.get("earlier") is True or is_reextracted(event)):
        return replace(visit, states=states + 1, reextracted=again)
    is_further = event["event"] != "kept" or not visit
    return Visit(
        docid=event["docid"],
        published=_seconds(event.get("published_at")),
        visited=_seconds(event.get("fetched_at")) or _seconds(event.get("at")) or 0,
        states=states + 1 if is_further else states,
        reextracted=again,
        etag=validator(event.get("etag")),
        last_modified=validator(event.get("last_modified")),
    )


def listed(visit: Visit, event: Mapping[str, Any]) -> Visit:
    """After an ``offered`` event that shows another title or time of change: it is due at once."""
    if event.get("earlier") is True:
        return visit
    return replace(visit, asked=_seconds(event.get("at")) or visit.visited)


def seen(visit: Visit, event: Mapping[str, Any]) -> Visit:
    """After one of ``VISIT_EVENTS``."""
    if event.get("earlier") is True:
        return visit
    at = _seconds(event.get("at")) or visit.visited
    if event["event"] == "checked":
        return replace(
            visit,
            visited=at,
            asked=None,
            absent=None,
            failures=0,
            etag=validator(event.get("etag")),
            last_modified=validator(event.get("last_modified")),
            checked_on=str(event.get("at"))[:10],
        )
    if event["event"] == "gone":
        return replace(visit, visited=at, asked=None, absent=None, gone=at, failures=0)
    if event.get("reason") in GONE_REASONS and visit.gone is None:
        return replace(visit, visited=at, absent=at, asked=at + int(ABSENT_WAIT.total_seconds()))
    return visit


def failed(visit: Visit, at: datetime) -> Visit:
    """After a visit that gave no page and says nothing of it: tried again by ``RETRY_AFTER``."""
    now = int(at.timestamp())
    wait = RETRY_AFTER[visit.failures] if visit.failures < len(RETRY_AFTER) else None
    asked = None if wait is None else now + int(wait.total_seconds())
    return replace(visit, visited=now, asked=asked, failures=visit.failures + 1)


def quiet(visit: Visit, at: datetime, etag: str, last_modified: str) -> Visit:
    """After a visit that found the same, on a day that has its ``checked`` line already."""
    now = int(at.timestamp())
    return replace(visit, visited=now, asked=None, absent=None, failures=0, etag=etag, last_modified=last_modified)


def _seconds(text: object) -> int | None:
    read_at = moment(text)
    return int(read_at.timestamp()) if read_at else None


def validator(text: object) -> str:
    """An ETag or Last-Modified as a header of ours can carry it; empty for any other."""
    is_one = isinstance(text, str) and len(text) <= MAX_VALIDATOR and text.isascii() and text.isprintable()
    return str(text) if is_one else ""


# --- the table -------------------------------------------------------------------------------------------------------


class Visits:
    """The table of an open catalogue, over its connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, docid: str) -> Visit | None:
        """What is known of the page; None where it was never kept."""
        row = self._db.execute("SELECT * FROM visits WHERE docid = ?", (docid,)).fetchone()
        return Visit(*row) if row else None

    def set(self, visit: Visit) -> None:
        """Note it, whatever was noted before."""
        self._db.execute(f"INSERT OR REPLACE INTO visits VALUES ({_MARKS})", to_row(visit))  # noqa: S608

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in the rows of a whole day that is not here yet."""
        self._db.executemany(f"INSERT OR REPLACE INTO visits VALUES ({_MARKS})", rows)  # noqa: S608

    def due(self, now: datetime, hours: Sequence[float], limit: int) -> list[str]:
        """At most ``limit`` docids whose pages are to be looked at again now, newest first.

        ``hours`` are those after publication; a visit made since the last of them that is over does for all before.
        """
        at = int(now.timestamp())
        found: dict[str, int] = dict(self._asked(at, limit))
        steps = sorted(int(hour * 3600) for hour in hours)
        reach = int(MADE_UP_FOR.total_seconds())
        for step, following in zip(steps, [*steps[1:], steps[-1] + reach] if steps else [], strict=True):
            found |= self._passed(at, following, step, limit)
        newest = sorted(found, key=lambda docid: (found[docid], docid), reverse=True)
        return newest[:limit]

    def _asked(self, at: int, limit: int) -> list[tuple[str, int]]:
        rows = self._db.execute(
            "SELECT docid, coalesce(published, 0) FROM visits WHERE asked <= ? ORDER BY published DESC LIMIT ?",
            (at, limit),
        )
        return rows.fetchall()

    def _passed(self, now: int, following: int, step: int, limit: int) -> dict[str, int]:
        """Those published ``step`` to ``following`` seconds ago and not seen since; a visit in the future is one of a wrong clock."""
        rows = self._db.execute(
            "SELECT docid, published FROM visits WHERE published > ? AND published <= ? AND (visited < published + ? OR visited > ?) "
            "AND asked IS NULL ORDER BY published DESC LIMIT ?",
            (now - following, now - step, step, now, limit),
        )
        return dict(rows.fetchall())

    def forget(self, docids_of_day: str, key: tuple[str, ...]) -> None:
        """Take out what a day's journal had said; ``docids_of_day`` is the condition on ``docid``."""
        self._db.execute(f"DELETE FROM visits WHERE {docids_of_day}", key)  # noqa: S608


_MARKS = ", ".join("?" * len(Visit.__dataclass_fields__))
