"""The catalogue's part on journals: up to where each day's journal has been read, and up to where a run ended cleanly."""

from __future__ import annotations

import sqlite3
from datetime import date

from newsarchive.archive.format.journal import EMPTY, Tail

SCHEMA = """
CREATE TABLE journals (
    day TEXT PRIMARY KEY, size INTEGER NOT NULL, link TEXT NOT NULL, clean_size INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""


class Tails:
    """These notes in an open catalogue, over its connection and within its transactions."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> dict[date, Tail]:
        """How far each day's journal has been read."""
        rows = self._db.execute("SELECT day, size, link FROM journals")
        return {date.fromisoformat(day): Tail(size, link) for day, size, link in rows}

    def of(self, day: date) -> Tail:
        """Up to where the day's journal has been read; size 0 and the genesis link where nothing has."""
        row = self._db.execute("SELECT size, link FROM journals WHERE day = ?", (day.isoformat(),)).fetchone()
        return Tail(*row) if row else EMPTY

    def set(self, day: date, tail: Tail) -> None:
        """Note up to where the day's journal has been read; in the transaction of its events."""
        self._db.execute(
            "INSERT INTO journals (day, size, link) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET size = excluded.size, link = excluded.link",
            (day.isoformat(), tail.size, tail.link),
        )

    def end_cleanly(self) -> None:
        """Note that what the journals hold now was written by runs that ended cleanly."""
        self._db.execute("UPDATE journals SET clean_size = size WHERE clean_size <> size")

    def in_doubt(self) -> list[date]:
        """The days whose journals grew since the last clean end, oldest first."""
        rows = self._db.execute("SELECT day FROM journals WHERE clean_size <> size ORDER BY day")
        return [date.fromisoformat(day) for (day,) in rows]
