"""The catalogue's part on coverage: what became of what was offered, by day and channel, and what is missing yet.

For each day and channel ``offered = kept + filtered + failed + gone + pending``: a document has one state at a time and
counts once in each channel that showed it.  One that somebody gave by its address counts in the row without a channel.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from newsarchive.archive.format.journal import moment, stamp

NO_CHANNEL = ""
"""What stands in the catalogue for the channel of an offer that has none."""
NOT_TRIED = "not-tried"
"""Reason of a document that has no outcome yet."""

_ROWS = """
SELECT * FROM (
SELECT documents.day AS day, channels.channel AS channel, count(*), sum(state = 'kept'), sum(state = 'filtered'),
    sum(state = 'failed'), sum(state = 'gone'), sum(state = 'pending'),
    (SELECT sealed_by FROM days WHERE days.channel = channels.channel AND days.day = documents.day)
FROM documents JOIN channels ON channels.docid = documents.docid
WHERE documents.day BETWEEN :since AND :until AND (:channel IS NULL OR channels.channel = :channel)
GROUP BY documents.day, channels.channel
UNION ALL
SELECT day, channel, 0, 0, 0, 0, 0, 0, sealed_by FROM days
WHERE sealed_by IS NOT NULL AND day BETWEEN :since AND :until AND (:channel IS NULL OR channel = :channel)
    AND NOT EXISTS (SELECT 1 FROM documents JOIN channels ON channels.docid = documents.docid
        AND channels.channel = days.channel WHERE documents.day = days.day)
) ORDER BY day, channel = '', channel
"""
"""A day that was swept and showed nothing has a row too: it says that nothing is missing there."""

_MISSING = "state IN ('pending', 'failed')"
"""Word for word the condition of the index ``documents_due``, or SQLite reads all documents."""

_NEXT_TRY = "iif(next_try_at IS NOT NULL AND failed_at > :now, :now, next_try_at)"
"""A failure that was heard in the future was heard by a clock that was ahead: it counts as heard now."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One day of one channel, in documents."""

    day: date
    channel: str | None
    """The lid; None: given by address, not listed."""
    offered: int
    kept: int
    filtered: int
    failed: int
    gone: int
    pending: int
    sealed_by: str | None
    """How the finished day was swept until nothing new came: ``day-query`` or ``pages``; None: it was not yet."""

    @property
    def sealed(self) -> bool:
        """Whether the channel's day was swept until nothing new came."""
        return self.sealed_by is not None

    @property
    def is_complete(self) -> bool:
        """Whether nothing failed or is pending; sealed or not."""
        return not self.failed and not self.pending


@dataclass(frozen=True, slots=True)
class Gap:
    """A document that was offered and is not there, or a file that is not as it should be."""

    docid: str | None
    """None of a stray whose name no document has."""
    url: str
    title: str
    day: date
    state: str
    """``pending`` or ``failed``; of files ``missing``, ``altered`` or ``stray``."""
    reason: str
    attempts: int = 0
    next_try_at: str | None = None
    """None of a ``failed`` one: given up."""
    file: str | None = None
    """Of a file: below the archive, with ``/``."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is missing, without naming it."""

    pending: int
    failed: int
    """To be tried again."""
    given_up: int
    next_try_at: datetime | None
    """When the first of the failed is due."""


class Coverage:
    """Queries of an open catalogue, over its connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def rows(self, since: date = date.min, until: date = date.max, channel: str | None = None) -> Iterator[CoverageRow]:
        """The days of the range, oldest first, each with its channels; ``NO_CHANNEL`` asks for the row without one."""
        asked = {"since": since.isoformat(), "until": until.isoformat(), "channel": channel}
        for day, shown_by, *rest in self._db.execute(_ROWS, asked):
            yield CoverageRow(date.fromisoformat(day), shown_by or None, *rest)

    def gaps(self, now: datetime | None = None) -> Iterator[Gap]:
        """Each missing document, by day and in the order in which they were offered."""
        rows = self._db.execute(
            f"SELECT docid, url, title, day, state, coalesce(reason, :none), attempts, {_NEXT_TRY} FROM documents "  # noqa: S608
            f"WHERE {_MISSING} ORDER BY day, seq",
            {"none": NOT_TRIED, "now": None if now is None else stamp(now)},
        )
        for docid, url, title, day, *rest in rows:
            yield Gap(docid, url, title, date.fromisoformat(day), *rest)

    def missing(self) -> Iterator[str]:
        """The docids of the gaps, due or not, in the order in which they were offered."""
        rows = self._db.execute(f"SELECT docid FROM documents WHERE {_MISSING} ORDER BY seq")  # noqa: S608
        return (docid for (docid,) in rows)

    def due(self, now: datetime) -> Iterator[str]:
        """The docids of those that are due: never tried, or failed and to be tried again by now; in the same order."""
        rows = self._db.execute(
            f"SELECT docid FROM documents WHERE {_MISSING} AND (state = 'pending' OR {_NEXT_TRY} <= :now) ORDER BY seq",  # noqa: S608
            {"now": stamp(now)},
        )
        return (docid for (docid,) in rows)

    def redacted(self) -> set[str]:
        """The docids of all that was taken out on purpose; reads every document."""
        return {docid for (docid,) in self._db.execute("SELECT docid FROM documents WHERE reason = 'redacted'")}

    def states(self, since: date = date.min) -> dict[str, int]:
        """Documents by state, of the days from ``since`` on; read from an index alone."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM documents WHERE day >= ? GROUP BY state", (since.isoformat(),)
        )
        return dict(rows.fetchall())

    def waiting(self, now: datetime | None = None) -> Waiting:
        """How many documents have no outcome, await a retry or are given up, and when the next one is due."""
        pending, failed, given_up, next_try_at = self._db.execute(
            "SELECT total(state = 'pending'), total(state = 'failed' AND next_try_at IS NOT NULL), "  # noqa: S608
            f"total(state = 'failed' AND next_try_at IS NULL), min(iif(state = 'failed', {_NEXT_TRY}, NULL)) "
            f"FROM documents WHERE {_MISSING}",
            {"now": None if now is None else stamp(now)},
        ).fetchone()
        return Waiting(int(pending), int(failed), int(given_up), moment(next_try_at))

    def newest(self, channel: str, until: date) -> datetime | None:
        """The latest ``ctime`` that the channel has shown, on its latest day up to ``until``."""
        (newest_at,) = self._db.execute(
            "SELECT max(json_extract(documents.first, '$.published_at')) "
            "FROM documents JOIN channels ON channels.docid = documents.docid AND channels.channel = :channel "
            "WHERE day = (SELECT max(day) FROM days WHERE channel = :channel AND offered > 0 AND day <= :until)",
            {"channel": channel, "until": until.isoformat()},
        ).fetchone()
        return moment(newest_at)
