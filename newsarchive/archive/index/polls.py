"""The catalogue's part on polls: which rows of a channel's listing a finished poll has seen.

The journals do not say it: after a rebuild the next poll of each channel reads on to the end of the listing, or to rows
that a finished poll has seen since.
"""

from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE known (channel TEXT, docid TEXT, ended INTEGER NOT NULL, PRIMARY KEY (channel, docid)) WITHOUT ROWID;
"""
INDEX = "CREATE INDEX IF NOT EXISTS known_open ON known (channel) WHERE ended = 0;"


class Polls:
    """These notes in an open catalogue, over its connection and within its transactions."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self, channel: str) -> None:
        """Forget what an interrupted poll saw: only polls that ran to their end make rows known."""
        # Without the hint SQLite takes the primary key, and reads every row that the channel ever showed.
        self._db.execute("DELETE FROM known INDEXED BY known_open WHERE channel = ? AND ended = 0", (channel,))

    def see(self, channel: str, docid: str) -> bool:
        """Note that the running poll saw this row; True if a finished poll of the channel had seen it before."""
        row = self._db.execute("SELECT ended FROM known WHERE channel = ? AND docid = ?", (channel, docid)).fetchone()
        if row is None:
            self._db.execute("INSERT INTO known VALUES (?, ?, 0)", (channel, docid))
        return row is not None and row[0] == 1

    def end(self, channel: str) -> None:
        """Make the rows that the running poll of the channel saw known."""
        self._db.execute("UPDATE known INDEXED BY known_open SET ended = 1 WHERE channel = ? AND ended = 0", (channel,))

    def forget(self) -> None:
        """No row is known: the next poll of each channel reads to the end of its listing."""
        self._db.execute("DELETE FROM known")
