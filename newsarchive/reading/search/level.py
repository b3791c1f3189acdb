"""Up to where the index has read each day's journal; the chain of its lines tells what came since, and whether nothing else did."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import NamedTuple

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.journal import EMPTY, Tail
from newsarchive.reading.day_cache import NONE, Stamp
from newsarchive.reading.search.fold import folding
from newsarchive.reading.search.shard import BUSY_S

NAME = "level.sqlite"
VERSION = 1
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE years (year INTEGER PRIMARY KEY);
CREATE TABLE days (
    day INTEGER PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
    read_to INTEGER NOT NULL, link TEXT NOT NULL
);
"""


class ReadJournal(NamedTuple):
    """What was read of a day's journal."""

    stamp: Stamp
    """How it looked before."""
    tail: Tail
    """Behind the last line that was read."""


NOTHING = ReadJournal(NONE, EMPTY)


class Level:
    """The notes, open."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @classmethod
    def write(cls, folder: Path) -> Level:
        """For writing; made where they are not there.  Raises ``sqlite3.Error``, also for another version or folding."""
        with ExitStack() as undo:
            db = sqlite3.connect(folder / NAME, timeout=BUSY_S, isolation_level=None)
            undo.callback(db.close)
            level = cls(db)
            if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
                level._make()
            level._check()
            undo.pop_all()
        return level

    @classmethod
    def read(cls, folder: Path) -> Level:
        """For reading alone.  Raises ``sqlite3.Error`` where there are none of our version and folding."""
        with ExitStack() as undo:
            address = f"{(folder / NAME).absolute().as_uri()}?mode=ro"
            db = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)
            undo.callback(db.close)
            level = cls(db)
            level._check()
            undo.pop_all()
        return level

    def _make(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA.strip().removesuffix(";").split(";\n"):
            self._db.execute(statement)
        self._db.execute("INSERT INTO meta VALUES ('made by', ?)", (_made_by(),))
        self._db.execute("COMMIT")

    def _check(self) -> None:
        row = self._db.execute("SELECT value FROM meta WHERE key = 'made by'").fetchone()
        if row is None or row[0] != _made_by():
            raise sqlite3.DatabaseError("the search index is of another version")

    def close(self) -> None:
        self._db.close()

    def days(self) -> dict[date, ReadJournal]:
        """All that was read."""
        rows = self._db.execute("SELECT day, size, mtime_ns, inode, read_to, link FROM days")
        return {
            date.fromordinal(day): ReadJournal(Stamp(size, mtime, inode), Tail(read_to, link))
            for day, size, mtime, inode, read_to, link in rows
        }

    def read_of(self, day: date) -> ReadJournal:
        """What was read of one day."""
        row = self._db.execute(
            "SELECT size, mtime_ns, inode, read_to, link FROM days WHERE day = ?", (day.toordinal(),)
        ).fetchone()
        return ReadJournal(Stamp(*row[:3]), Tail(*row[3:])) if row else NOTHING

    def years(self) -> set[int]:
        """Those that have a file."""
        return {year for (year,) in self._db.execute("SELECT year FROM years")}

    def note_year(self, year: int) -> None:
        """Its file is there; one that is gone later is missed."""
        self._db.execute("INSERT OR IGNORE INTO years VALUES (?)", (year,))

    def note(self, day: date, read: ReadJournal) -> None:
        """How far a day's journal was read; what is noted of an unfinished rebuild counts for nothing."""
        values = (day.toordinal(), *read.stamp, *read.tail)
        self._db.execute("INSERT OR REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?)", values)


class UnreadLines(NamedTuple):
    """What a journal says that was not read yet."""

    docids: frozenset[str] | None
    """The documents that its new lines are about; None for all: it was not appended to but replaced."""
    tail: Tail
    """Behind its last line."""


def news_of(root: Path, day: date, tail: Tail) -> UnreadLines:
    """What has come behind ``tail``.  Raises ``ArchiveDamaged`` where the disk does not give the journal back."""
    path = paths.journal_path(root, day)
    if journal.tail(path) == tail:
        return UnreadLines(frozenset(), tail)
    docids, end = set(), tail
    for event in journal.read(path, tail.size, tail.link):
        if end == tail and not event.linked:
            break
        docids.add(str(event.data.get("docid")))
        end = Tail(event.end, event.link)
    if tail in (end, EMPTY):
        return UnreadLines(None, journal.tail(path))
    return UnreadLines(frozenset(docids), end)


def _made_by() -> str:
    return f"{VERSION} {folding()}"
