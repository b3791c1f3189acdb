"""What this run still has to fetch, in the order in which it was offered: kept in SQLite's temporary tables, not in memory.

It is a view of the catalogue for one run.  Losing it loses nothing: what has no outcome is ``pending``, and due again.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.damage import readable
from newsarchive.items import Offer

logger = logging.getLogger(__name__)


class Frontier:
    """A queue of documents, each at most once a run."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._db = sqlite3.connect("", isolation_level=None)  # a private file, gone with the connection
        self._db.execute("CREATE TABLE queue (seq INTEGER PRIMARY KEY, docid TEXT NOT NULL UNIQUE, url TEXT)")
        self._waiting = self._last_taken = 0
        self._kept: set[str] = set()

    def __len__(self) -> int:
        return self._waiting

    def close(self) -> None:
        """Drop the queue; what was not taken is due again in the next run."""
        self._db.close()

    def was_kept(self, docid: str) -> bool:
        """Whether the document was archived when it was taken: then its page is looked at again, and may have changed."""
        return docid in self._kept

    def add_due(self, now: datetime) -> None:
        """Everything that has no outcome yet, and the failures whose time has come.

        This, ``add_missing`` and ``take`` raise ``ArchiveDamaged`` where the catalogue cannot be read.
        """
        self.add((docid, None) for docid in self._catalogue.coverage.due(now))

    def add_missing(self) -> None:
        """Everything that has no outcome yet and every failure, due, not due or given up."""
        self.add((docid, None) for docid in self._catalogue.coverage.missing())

    def add(self, asked: Iterable[tuple[str, str | None]]) -> None:
        """Docids, each with the address to ask instead of the catalogue's, or None."""
        with readable(self._catalogue.path):  # ``asked`` may read on
            added = self._db.executemany("INSERT OR IGNORE INTO queue (docid, url) VALUES (?, ?)", asked)
        self._waiting += max(added.rowcount, 0)

    def take(self) -> Offer | None:
        """The next document, as its first offer; None if none waits."""
        while waiting := self._db.execute(
            "SELECT seq, docid, url FROM queue WHERE seq > ? ORDER BY seq LIMIT 1", (self._last_taken,)
        ).fetchone():
            self._last_taken, docid, url = waiting
            self._waiting -= 1
            with readable(self._catalogue.path):
                document = self._catalogue.document(docid)
            if document and document.is_redacted:  # whoever asks for it: a poll, a revisit, gaps --fill, url=
                logger.warning("%s was redacted: it is not fetched", docid)
                continue
            if document and (url or document.next_url):  # of a kept line without its offer nobody knows the address
                if document.state == "kept":
                    self._kept.add(docid)
                return replace(document.offer(), url=url or document.next_url)
        return None
