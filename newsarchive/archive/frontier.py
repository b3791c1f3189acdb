"""What this run still has to fetch, in the order in which it was offered: kept in SQLite's temporary tables, not in memory.

It is a view of the catalogue for one run.  Losing it loses nothing: what has no outcome is ``pending``, and due again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from newsarchive.archive.catalogue import Catalogue
from newsarchive.items import Offer


class Frontier:
    """A queue of documents, each at most once a run."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._db = sqlite3.connect("", isolation_level=None)  # a private file, gone with the connection
        self._db.execute(
            "CREATE TABLE queue (seq INTEGER PRIMARY KEY, docid TEXT NOT NULL UNIQUE, url TEXT, taken INTEGER)"
        )
        self._db.execute("CREATE INDEX waiting ON queue (seq) WHERE taken = 0")
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def close(self) -> None:
        self._db.close()

    def add_due(self, now: datetime) -> None:
        """Everything that has no outcome yet, and the failures whose time has come."""
        self.add((docid, None) for docid in self._catalogue.coverage.due(now))

    def add_missing(self) -> None:
        """Everything that has no outcome yet and every failure, due, not due or given up."""
        self.add((docid, None) for docid in self._catalogue.coverage.missing())

    def add(self, asked: Iterable[tuple[str, str | None]]) -> None:
        """Docids, each with the address to ask instead of the catalogue's, or None."""
        added = self._db.executemany("INSERT OR IGNORE INTO queue (docid, url, taken) VALUES (?, ?, 0)", asked)
        self._waiting += max(added.rowcount, 0)

    def take(self) -> Offer | None:
        """The next document, as its first offer; None if none waits."""
        while waiting := self._db.execute(
            "SELECT seq, docid, url FROM queue WHERE taken = 0 ORDER BY seq LIMIT 1"
        ).fetchone():
            seq, docid, url = waiting
            self._db.execute("UPDATE queue SET taken = 1 WHERE seq = ?", (seq,))
            self._waiting -= 1
            if document := self._catalogue.document(docid):
                return replace(document.offer(), url=url or document.url)
        return None
