"""The catalogue's part on days: what each channel showed, hour by hour, and how far its finished days are swept.

``days`` and ``hours`` are derived from the journals, as all of the catalogue.  ``sweeps`` and ``polls`` remember what
was asked and when; losing them costs one more sweep of each unsealed day and nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from newsarchive.archive.format.journal import moment, stamp
from newsarchive.archive.index.document import stamp_or_none
from newsarchive.items import BEIJING

SCHEMA = """
CREATE TABLE days (
    channel TEXT,
    day TEXT,
    offered INTEGER NOT NULL DEFAULT 0,
    first_at TEXT,
    asked INTEGER NOT NULL DEFAULT 0,
    sealed_by TEXT,
    PRIMARY KEY (channel, day)
) WITHOUT ROWID;
CREATE INDEX days_first ON days (channel, first_at);
CREATE INDEX days_asked ON days (channel, day) WHERE asked = 1;
CREATE TABLE hours (
    channel TEXT, hour INTEGER, day TEXT, offered INTEGER NOT NULL, PRIMARY KEY (channel, hour, day)
) WITHOUT ROWID;
CREATE TABLE sweeps (
    channel TEXT,
    day TEXT,
    swept_at TEXT NOT NULL,
    quiet INTEGER NOT NULL,
    unanswered INTEGER NOT NULL,
    PRIMARY KEY (channel, day)
) WITHOUT ROWID;
CREATE TABLE polls (channel TEXT PRIMARY KEY, ended_at TEXT NOT NULL, newest_at TEXT) WITHOUT ROWID;
"""

SWEEP_EVERY = timedelta(hours=24)
"""Between two sweeps of one day and channel (design §6)."""
QUIET_SWEEPS = 2
"""In a row, each ``SWEEP_EVERY`` after the one before and without anything new: then the day is sealed."""
MAX_UNANSWERED = 7
"""Sweeps in a row without an answer; after these the day is left unsealed (design §6)."""
NO_LIMIT = -1
"""What SQLite takes for no LIMIT."""
MIN_SHARE = 0.5
"""Of the rows that a channel has shown for a day; a sweep that shows fewer was cut. Rows vanish, but 0.06 % of them."""

_UNSEALED = "NOT EXISTS (SELECT 1 FROM days WHERE channel = :channel AND day = open.day AND sealed_by IS NOT NULL)"
_RESTING = """
    EXISTS (SELECT 1 FROM sweeps WHERE channel = :channel AND day = open.day
            AND (unanswered >= :given_up OR swept_at > :since AND swept_at <= :now))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One day of one channel, read once more."""

    day: date
    channel: str
    rows: int | None = None
    """Documents that it showed; None: it was not answered."""
    new: int = 0
    """Those that the channel had not shown before."""
    by: str = "day-query"
    """Or ``pages``: through the running listing, down to that day."""


@dataclass(frozen=True, slots=True)
class SweepState:
    """Where the sweeping of a day and channel stands."""

    swept_at: datetime
    quiet: int = 0
    """Sweeps in a row that brought nothing new."""
    unanswered: int = 0
    """Sweeps in a row without an answer."""

    def after(self, reading: Reading, known: int, at: datetime) -> SweepState:
        """Where it stands after this reading, ``known`` being the documents that the channel had shown before it."""
        if reading.rows is None or reading.rows < known * MIN_SHARE:
            return SweepState(at, self.quiet, self.unanswered + 1)
        if reading.new:
            return SweepState(at)
        if self.quiet and at - self.swept_at < SWEEP_EVERY:
            return SweepState(min(self.swept_at, at), self.quiet)
        return SweepState(at, self.quiet + 1)


@dataclass(frozen=True, slots=True)
class LastPoll:
    """The last poll of a channel that ran to its end."""

    channel: str
    ended_at: datetime
    newest_at: datetime | None
    """The latest ``ctime`` that it saw."""


class Days:
    """These tables of an open catalogue, over its connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # --- from the journals -----------------------------------------------------------------------------------------

    def count(self, day: date, channel: str, event: Mapping[str, Any]) -> None:
        """Take in an ``offered`` event of a document that the channel had not shown before."""
        self._db.execute(
            "INSERT INTO days (channel, day, offered, first_at) VALUES (?, ?, 1, ?) "
            "ON CONFLICT DO UPDATE SET offered = offered + 1, "
            "first_at = min(coalesce(first_at, excluded.first_at), coalesce(excluded.first_at, first_at))",
            (channel, day.isoformat(), stamp_or_none(event.get("at"))),
        )
        published_at = moment(event.get("published_at"))
        if published_at and published_at.date() == day:
            self._db.execute(
                "INSERT INTO hours VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET offered = offered + 1",
                (channel, published_at.hour, day.isoformat()),
            )

    def add(self, days: Iterable[tuple[Any, ...]], hours: Iterable[tuple[Any, ...]]) -> None:
        """Take in whole days that are not here yet, as rows of the tables ``days`` and ``hours``."""
        self._db.executemany(
            "INSERT INTO days (channel, day, offered, first_at, asked, sealed_by) VALUES (?, ?, ?, ?, ?, ?)", days
        )
        self._db.executemany("INSERT INTO hours VALUES (?, ?, ?, ?)", hours)

    def ask(self, day: date, event: Mapping[str, Any]) -> None:
        """Take in an ``asked`` event: the day is swept from now on, also if it lies before the first poll."""
        self._db.execute(
            "INSERT INTO days (channel, day, asked) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET asked = 1",
            (event["channel"], day.isoformat()),
        )

    def seal(self, day: date, event: Mapping[str, Any]) -> None:
        """Take in a ``sealed`` event."""
        self._db.execute(
            "INSERT INTO days (channel, day, sealed_by) VALUES (:channel, :day, :by) "
            "ON CONFLICT DO UPDATE SET sealed_by = :by",
            {"channel": event["channel"], "day": day.isoformat(), "by": event.get("by") or "day-query"},
        )
        self._db.execute("DELETE FROM sweeps WHERE channel = ? AND day = ?", (event["channel"], day.isoformat()))

    def forget(self, day: date) -> None:
        """Drop what is derived of a day whose journal is read anew."""
        for table in ("days", "hours", "sweeps"):
            self._db.execute(f"DELETE FROM {table} WHERE day = ?", (day.isoformat(),))  # noqa: S608

    # --- what a channel showed -------------------------------------------------------------------------------------

    def offered(self, day: date, channel: str) -> int:
        """How many documents of the day the channel has shown."""
        return self._value("offered", day, channel) or 0

    def is_asked(self, day: date, channel: str) -> bool:
        """Whether somebody asked for the day by ``since`` and ``until``."""
        return bool(self._value("asked", day, channel))

    def sealed_by(self, day: date, channel: str) -> str | None:
        """How the day was read when it was sealed: ``day-query`` or ``pages``; None if it is not sealed."""
        sealed: str | None = self._value("sealed_by", day, channel)
        return sealed

    def _value(self, column: str, day: date, channel: str) -> Any:
        key = (channel, day.isoformat())
        row = self._db.execute(f"SELECT {column} FROM days WHERE channel = ? AND day = ?", key).fetchone()  # noqa: S608
        return row[0] if row else None

    def in_hour(self, channel: str, begin: datetime) -> int:
        """How many rows the channel has shown whose ``ctime`` lies in the hour that begins there (Beijing)."""
        key = (channel, begin.hour, begin.date().isoformat())
        row = self._db.execute("SELECT offered FROM hours WHERE channel = ? AND hour = ? AND day = ?", key).fetchone()
        return int(row[0]) if row else 0

    def history(self, channel: str, begin: datetime, days: int) -> list[int]:
        """The same of that hour of the ``days`` days before, of those on which the channel showed anything at all."""
        rows = self._db.execute(
            "SELECT coalesce(hours.offered, 0) FROM days LEFT JOIN hours "
            "ON hours.channel = days.channel AND hours.hour = :hour AND hours.day = days.day "
            "WHERE days.channel = :channel AND days.day >= :first AND days.day < :day AND days.offered > 0",
            {
                "channel": channel,
                "hour": begin.hour,
                "first": (begin.date() - timedelta(days=days)).isoformat(),
                "day": begin.date().isoformat(),
            },
        )
        return [count for (count,) in rows]

    def channels(self) -> list[str]:
        """Those that have shown something, or whose days were asked for or sealed."""
        return [channel for (channel,) in self._db.execute("SELECT DISTINCT channel FROM days ORDER BY channel")]

    # --- sweeps ----------------------------------------------------------------------------------------------------

    def due(self, channel: str, now: datetime, limit: int) -> list[date]:
        """The finished days to be swept now, newest first: from the channel's first poll, and those once asked for."""
        return self._open(channel, now, f"NOT {_RESTING}", limit)

    def unsealed(self, channel: str, now: datetime) -> list[date]:
        """The finished days that are not sealed, newest first: all that ``coverage`` shows so, and those to be swept.

        Of a day that is to be swept and for which the channel has shown nothing yet, ``coverage`` has no row.
        """
        days = {*self._open(channel, now, "1", NO_LIMIT), *self.unswept(channel, now)}
        return sorted(days, reverse=True)

    def unswept(self, channel: str, now: datetime) -> list[date]:
        """Those of them that no sweep reads, newest first: shown before the first poll, and never asked for."""
        rows = self._db.execute(
            "SELECT day FROM days WHERE channel = :channel AND offered > 0 AND asked = 0 AND sealed_by IS NULL "
            "AND day < :first AND day <= :last ORDER BY day DESC",
            {"channel": channel, "first": self._first_day(channel), "last": _yesterday(now).isoformat()},
        )
        return [date.fromisoformat(day) for (day,) in rows]

    def _first_day(self, channel: str) -> str | None:
        """The day of the channel's first poll."""
        (first_at,) = self._db.execute("SELECT min(first_at) FROM days WHERE channel = ?", (channel,)).fetchone()
        first = moment(first_at)
        return first.date().isoformat() if first else None

    def _open(self, channel: str, now: datetime, condition: str, limit: int) -> list[date]:
        rows = self._db.execute(
            "WITH RECURSIVE polled (day) AS (SELECT :first WHERE :first <= :last "  # noqa: S608
            "UNION ALL SELECT date(day, '+1 day') FROM polled WHERE day < :last), "
            "open (day) AS (SELECT day FROM polled "
            "UNION SELECT day FROM days WHERE channel = :channel AND asked = 1 AND day <= :last) "
            f"SELECT day FROM open WHERE {_UNSEALED} AND {condition} ORDER BY day DESC LIMIT :limit",
            {
                "channel": channel,
                "first": self._first_day(channel),
                "last": _yesterday(now).isoformat(),
                "now": stamp(now),
                "since": stamp(now - SWEEP_EVERY),
                "given_up": MAX_UNANSWERED,
                "limit": limit,
            },
        )
        return [date.fromisoformat(day) for (day,) in rows]

    def sweep(self, day: date, channel: str) -> SweepState | None:
        """What the sweeps of this day came to so far; None before the first one."""
        row = self._db.execute(
            "SELECT swept_at, quiet, unanswered FROM sweeps WHERE channel = ? AND day = ?", (channel, day.isoformat())
        ).fetchone()
        swept_at = moment(row[0]) if row else None
        return SweepState(swept_at, row[1], row[2]) if swept_at else None

    def set_sweep(self, day: date, channel: str, sweep: SweepState) -> None:
        """Note what the sweeps of this day came to; replaces what was noted."""
        self._db.execute(
            "INSERT OR REPLACE INTO sweeps VALUES (?, ?, ?, ?, ?)",
            (channel, day.isoformat(), stamp(sweep.swept_at), sweep.quiet, sweep.unanswered),
        )

    def given_up(self) -> list[tuple[date, str]]:
        """Days and channels left unsealed after ``MAX_UNANSWERED`` sweeps, oldest first."""
        rows = self._db.execute(
            "SELECT day, channel FROM sweeps WHERE unanswered >= ? ORDER BY day, channel", (MAX_UNANSWERED,)
        )
        return [(date.fromisoformat(day), channel) for day, channel in rows]

    # --- polls -----------------------------------------------------------------------------------------------------

    def set_poll(self, poll: LastPoll) -> None:
        """Note the last ended poll of its channel; replaces the one before."""
        newest_at = None if poll.newest_at is None else stamp(poll.newest_at)
        self._db.execute(
            "INSERT OR REPLACE INTO polls VALUES (?, ?, ?)", (poll.channel, stamp(poll.ended_at), newest_at)
        )

    def polls(self) -> list[LastPoll]:
        """The last ended poll of each channel; lost with the catalogue."""
        rows = self._db.execute("SELECT channel, ended_at, newest_at FROM polls ORDER BY channel")
        ended = ((channel, moment(ended_at), moment(newest_at)) for channel, ended_at, newest_at in rows)
        return [LastPoll(channel, ended_at, newest_at) for channel, ended_at, newest_at in ended if ended_at]


def _yesterday(now: datetime) -> date:
    return now.astimezone(BEIJING).date() - timedelta(days=1)
