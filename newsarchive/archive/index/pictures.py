"""The catalogue's part on pictures: which ones kept documents show, and what became of each; derived from the journals.

A picture is counted once for each document that shows it: that is what a reader of the document misses or sees.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from newsarchive.archive.format import media
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.picture_events import KEPT, NAMED, STATES
from newsarchive.archive.index.document import DUE_AT_ONCE, MAX_BYTES, stamp_or_none

SCHEMA = """
CREATE TABLE pictures (
    docid TEXT, url TEXT, day TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT, failed_at TEXT, file TEXT, sha256 TEXT, bytes INTEGER, PRIMARY KEY (docid, url)
) WITHOUT ROWID;
CREATE TABLE pictured (docid TEXT PRIMARY KEY, day TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pictured_days (day TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
"""
"""``pictured``: of which state the pictures were last named.  ``pictured_days``: how large a day's journal was when those of all
its documents were named; losing it costs a look at each day."""

INDEXES = """
CREATE INDEX IF NOT EXISTS pictures_by_url ON pictures (url);
CREATE INDEX IF NOT EXISTS pictures_by_day ON pictures (day, state);
CREATE INDEX IF NOT EXISTS pictures_by_file ON pictures (file, bytes) WHERE file IS NOT NULL;
CREATE INDEX IF NOT EXISTS pictures_due ON pictures (state, next_try_at) WHERE state IN ('pending', 'failed');
"""

_COLUMNS = "docid, url, day, state, reason, attempts, next_try_at, failed_at, file, sha256, bytes"
_INSERT = f"INSERT OR REPLACE INTO pictures ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_DUE = "(state = 'pending' OR (state = 'failed' AND next_try_at IS NOT NULL AND (next_try_at <= :now OR failed_at > :now)))"
_MISSING = "state IN ('pending', 'failed')"
MOST_ATTEMPTS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of one document."""

    docid: str
    url: str
    day: date
    state: str = "pending"
    """``pending``, ``kept``, ``failed``, ``gone`` or ``filtered``."""
    reason: str | None = None
    attempts: int = 0
    next_try_at: str | None = None
    """None of a ``failed`` one: given up."""
    failed_at: str | None = None
    file: str | None = None
    """Below the archive, with ``/``."""
    sha256: str | None = None
    size: int | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it may be asked for now; a failure heard in the future is one of a wrong clock."""
        if self.state == "failed" and self.next_try_at is not None:
            return self.next_try_at <= stamp(now) or (self.failed_at or "") > stamp(now)
        return self.state == "pending"


class DuePicture(NamedTuple):
    """A picture to be asked for, once for all documents that show it."""

    day: date
    """The newest of theirs."""
    url: str
    referrer: str
    """Address of one of them."""


class UnreadState(NamedTuple):
    """A kept state whose pictures nobody has named yet."""

    seq: int
    docid: str
    file: str
    sha256: str


class PictureCounts(NamedTuple):
    """The pictures of an archive, in numbers."""

    files: int
    bytes: int
    pending: int
    failed: int
    """To be tried again."""


class DayOfPictures(NamedTuple):
    """What became of the pictures of a day's documents: ``named`` = the sum of the five behind it."""

    day: date
    named: int
    kept: int
    filtered: int
    failed: int
    gone: int
    pending: int
    unread: int
    """Kept documents in whose text no run has looked for pictures yet."""

    @property
    def is_complete(self) -> bool:
        return not self.failed and not self.pending and not self.unread


STATES_OF_ALL = ("kept", "filtered", "failed", "gone", "pending")
"""What a picture may be; they add up to ``named``."""


# --- what events make of it, the same live and at a rebuild -------------------------------------------------------------


Known = Mapping[tuple[str, str], Picture]
"""(docid, address) → the picture as it is known."""


def applied(known: Known, day: date, event: Mapping[str, Any]) -> list[Picture]:
    """The pictures that a sound event begins or changes; none where it was redacted."""
    if event.get("redacted") is True:
        return []
    docid, name = event["docid"], event["event"]
    if name == NAMED:
        urls = dict.fromkeys(event["urls"] or ())
        return [Picture(docid=docid, url=url, day=day) for url in urls if url and (docid, url) not in known]
    if not event["url"]:
        return []
    picture = known.get((docid, event["url"])) or Picture(docid=docid, url=event["url"], day=day)
    after = _kept(picture, event) if name == KEPT else _lost(picture, event)
    return [] if after == known.get((docid, event["url"])) else [after]


def _kept(picture: Picture, event: Mapping[str, Any]) -> Picture:
    if not media.is_media(event.get("file")):
        return picture
    size = event.get("bytes")
    plain = Picture(docid=picture.docid, url=picture.url, day=picture.day, state="kept")
    told = size if type(size) is int and 0 <= size < MAX_BYTES else None
    return replace(plain, file=event["file"], sha256=event["sha256"], size=told)


def _lost(picture: Picture, event: Mapping[str, Any]) -> Picture:
    """A picture once kept stays kept."""
    if picture.state == "kept" or event["state"] not in STATES:
        return picture
    told = event.get("next_try_at")
    return replace(
        picture,
        state=event["state"],
        reason=str(event.get("reason") or ""),
        attempts=min(event["attempts"], MOST_ATTEMPTS),
        next_try_at=None if told is None or event["state"] != "failed" else stamp_or_none(told) or DUE_AT_ONCE,
        failed_at=stamp_or_none(event.get("at")) if event["state"] == "failed" else None,
    )


def named_by(event: Mapping[str, Any]) -> str | None:
    """The digest of the state whose pictures a sound event names, if it names any state's."""
    return event.get("sha256") if event["event"] == NAMED and event.get("redacted") is not True else None


def to_row(picture: Picture) -> tuple[Any, ...]:
    """By the columns of the table."""
    told = (picture.docid, picture.url, picture.day.isoformat(), picture.state, picture.reason, picture.attempts)
    return (*told, picture.next_try_at, picture.failed_at, picture.file, picture.sha256, picture.size)


def _of_row(row: tuple[Any, ...]) -> Picture:
    docid, url, day, state, reason, attempts, next_try_at, failed_at, file, sha256, size = row
    return Picture(
        docid=docid,
        url=url,
        day=date.fromisoformat(day),
        state=state,
        reason=reason,
        attempts=attempts,
        next_try_at=next_try_at,
        failed_at=failed_at,
        file=file,
        sha256=sha256,
        size=size,
    )


class PictureTables:
    """These tables in an open catalogue, over its connection and within its transactions."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # --- event by event, and day by day ----------------------------------------------------------------------------

    def apply(self, day: date, event: Mapping[str, Any]) -> None:
        """Take in one sound event of ``PICTURE_EVENTS``."""
        known = {(picture.docid, picture.url): picture for picture in self._concerned(event)}
        self.add(map(to_row, applied(known, day, event)))
        if sha256 := named_by(event):
            self.add_named([(event["docid"], day.isoformat(), sha256)])

    def _concerned(self, event: Mapping[str, Any]) -> list[Picture]:
        if event["event"] == NAMED:
            return self.of(event["docid"])
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM pictures WHERE docid = ? AND url = ?",  # noqa: S608
            (event["docid"], event["url"]),
        )
        return list(map(_of_row, rows))

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._db.executemany(_INSERT, rows)

    def add_named(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows (docid, day, digest of the state)."""
        self._db.executemany("INSERT OR REPLACE INTO pictured VALUES (?, ?, ?)", rows)

    def forget(self, docids: str, key: tuple[str, ...]) -> None:
        """Take out those of the documents that a condition names."""
        for table in ("pictures", "pictured"):
            self._db.execute(f"DELETE FROM {table} WHERE {docids}", key)  # noqa: S608

    def forget_day(self, day: date) -> None:
        for table in ("pictures", "pictured", "pictured_days"):
            self._db.execute(f"DELETE FROM {table} WHERE day = ?", (day.isoformat(),))  # noqa: S608

    def mark_pending(self, file: str) -> None:
        """The lines stand, the file does not: ask for the picture again."""
        self._db.execute("UPDATE pictures SET state = 'pending' WHERE file = ?", (file,))

    # --- what is asked ---------------------------------------------------------------------------------------------

    def of(self, docid: str) -> list[Picture]:
        """All that the document shows, or showed."""
        return list(map(_of_row, self._db.execute(f"SELECT {_COLUMNS} FROM pictures WHERE docid = ?", (docid,))))  # noqa: S608

    def at(self, url: str) -> list[Picture]:
        """One for each document that shows the picture of this address."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM pictures WHERE url = ? ORDER BY docid", (url,))  # noqa: S608
        return list(map(_of_row, rows))

    def has_file(self, file: str) -> bool:
        """Whether some line calls this file a kept picture."""
        found = self._db.execute("SELECT EXISTS (SELECT 1 FROM pictures WHERE file = ?)", (file,)).fetchone()
        return bool(found[0])

    def kept(self) -> Iterator[Picture]:
        """One for each file that a line calls kept."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM pictures WHERE file IS NOT NULL GROUP BY file ORDER BY day, docid, url"  # noqa: S608
        )
        return map(_of_row, rows)

    def missing(self) -> Iterator[Picture]:
        """Those that failed or are pending, oldest day first."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM pictures WHERE {_MISSING} ORDER BY day, docid, url"  # noqa: S608
        )
        return map(_of_row, rows)

    def wanted(
        self, now: datetime, limit: int, after: DuePicture | None = None, *, any_time: bool = False
    ) -> list[DuePicture]:
        """At most ``limit`` to be asked for, newest day first, behind ``after``; ``any_time``: due or not, given up or not."""
        place = {"day": after.day.isoformat() if after else "9999-12-32", "url": after.url if after else ""}
        rows = self._db.execute(
            "WITH due AS MATERIALIZED (SELECT docid, url, day FROM pictures "  # noqa: S608
            f"WHERE state IN ('pending', 'failed') AND {'true' if any_time else _DUE}), "
            "asked AS (SELECT max(day) AS newest, url, docid FROM due GROUP BY url) "
            "SELECT newest, asked.url, documents.url FROM asked JOIN documents ON documents.docid = asked.docid "
            "WHERE newest < :day OR (newest = :day AND asked.url > :url) ORDER BY newest DESC, asked.url LIMIT :limit",
            {"now": stamp(now), "limit": limit, **place},
        )
        return [DuePicture(date.fromisoformat(day), url, referrer) for day, url, referrer in rows]

    def days_to_read(self) -> list[date]:
        """The days whose journals grew since the pictures of all their documents were named, newest first."""
        rows = self._db.execute(
            "SELECT journals.day FROM journals LEFT JOIN pictured_days USING (day) "
            "WHERE journals.size IS NOT pictured_days.size ORDER BY journals.day DESC"
        )
        return [date.fromisoformat(day) for (day,) in rows]

    def unread(self, day: date, limit: int, after: int = 0) -> list[UnreadState]:
        """At most ``limit`` kept documents of the day whose newest state's pictures were not named, behind ``after``."""
        rows = self._db.execute(
            "SELECT seq, documents.docid, file, documents.sha256 FROM documents LEFT JOIN pictured USING (docid) "
            "WHERE documents.day = ? AND state = 'kept' AND file IS NOT NULL "
            "AND pictured.sha256 IS NOT documents.sha256 AND seq > ? ORDER BY seq LIMIT ?",
            (day.isoformat(), after, limit),
        )
        return [UnreadState(*row) for row in rows]

    def end_reading(self, day: date) -> None:
        """The pictures of all documents of the day are named, as far as its journal goes."""
        self._db.execute(
            "INSERT OR REPLACE INTO pictured_days SELECT day, size FROM journals WHERE day = ?", (day.isoformat(),)
        )

    def coverage(self, since: date, until: date) -> list[DayOfPictures]:
        """By day, oldest first; days without pictures, and without documents to look into, are left out."""
        asked = {"since": since.isoformat(), "until": until.isoformat()}
        counted = self._db.execute(
            "SELECT day, state, count(*) FROM pictures WHERE day BETWEEN :since AND :until GROUP BY day, state", asked
        )
        found: dict[str, Counter[str]] = {}
        for day, state, count in counted:
            found.setdefault(day, Counter())[state] = count
        unread = self._unread_by_day(asked)
        return [
            DayOfPictures(
                date.fromisoformat(day),
                of_day.total(),
                **{name: of_day[name] for name in STATES_OF_ALL},
                unread=unread[day],
            )
            for day in sorted(found.keys() | unread.keys())
            for of_day in [found.get(day, Counter[str]())]
        ]

    def _unread_by_day(self, asked: Mapping[str, str]) -> Counter[str]:
        """Of days that a run has looked through, as far as their journals go, nothing is left."""
        rows = self._db.execute(
            "SELECT documents.day, count(*) FROM documents LEFT JOIN pictured USING (docid) "
            "WHERE documents.day IN (SELECT journals.day FROM journals LEFT JOIN pictured_days USING (day) "
            "WHERE journals.day BETWEEN :since AND :until AND journals.size IS NOT pictured_days.size) "
            "AND state = 'kept' AND file IS NOT NULL AND pictured.sha256 IS NOT documents.sha256 GROUP BY documents.day",
            asked,
        )
        return Counter(dict(rows.fetchall()))

    def holding(self) -> PictureCounts:
        """What is kept and what is missing, of all documents."""
        return PictureCounts(*self.size(), *self.waiting())

    def waiting(self) -> tuple[int, int]:
        """How many are pending, and how many failed ones are to be tried again."""
        pending, failed = self._db.execute(
            "SELECT total(state = 'pending'), total(state = 'failed' AND next_try_at IS NOT NULL) FROM pictures "
            "WHERE state IN ('pending', 'failed')"
        ).fetchone()
        return int(pending), int(failed)

    def size(self) -> tuple[int, int]:
        """How many files there are, and how many bytes they have by their lines."""
        files, size = self._db.execute(
            "SELECT count(*), total(bytes) FROM (SELECT max(bytes) AS bytes FROM pictures WHERE file IS NOT NULL GROUP BY file)"
        ).fetchone()
        return int(files), int(size)
