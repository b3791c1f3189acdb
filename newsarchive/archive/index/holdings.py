"""The catalogue's part on files: which file of which size and digest each kept document should have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from newsarchive.archive.format.names import as_text, fold

SCHEMA = """
CREATE TABLE left_files (file TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX left_files_by_day ON left_files (day);
"""
"""``left_files`` had a ``kept`` line until their document was kept anew elsewhere, because somebody had altered them."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What the last line of a kept document says of its file."""

    docid: str
    url: str
    title: str
    day: date
    file: str
    """Below the archive, with ``/``."""
    sha256: str
    size: int | None
    """Bytes; None where the line does not tell."""


class Holdings:
    """Queries of an open catalogue, over its connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def days(self) -> Iterator[date]:
        """The days with documents, newest first."""
        rows = self._db.execute("SELECT DISTINCT day FROM documents ORDER BY day DESC")
        return (date.fromisoformat(day) for (day,) in rows)

    def by_day(self, since: date, until: date) -> Iterator[tuple[date, int, int, int]]:
        """Each day with kept documents: how many, how many the source has changed, and how many the source took out since."""
        rows = self._db.execute(
            "SELECT day, count(*), total(states - reextracted > 1), total(gone IS NOT NULL) FROM documents "
            "LEFT JOIN visits ON visits.docid = documents.docid WHERE day BETWEEN ? AND ? AND state = 'kept' "
            "GROUP BY day ORDER BY day",
            (since.isoformat(), until.isoformat()),
        )
        for day, kept, revised, gone in rows:
            yield date.fromisoformat(day), kept, int(revised), int(gone)

    def of(self, day: date) -> list[Holding]:
        """The kept documents of a day, in the order in which they were offered."""
        rows = self._db.execute(
            "SELECT docid, url, title, file, sha256, bytes FROM documents WHERE day = ? AND state = 'kept' "
            "AND file IS NOT NULL ORDER BY seq",
            (day.isoformat(),),
        )
        return [Holding(docid, url, title, day, file, sha256, size) for docid, url, title, file, sha256, size in rows]

    def has_line(self, scope: str, file: str) -> bool:
        """Whether some line, its document's last or not, calls this file kept; ``scope`` is that of its name."""
        file = as_text(file)
        found = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM names JOIN documents ON documents.docid = names.docid AND state = 'kept' "
            "AND file = :file WHERE scope = :scope AND key = :key) "
            "OR EXISTS (SELECT 1 FROM left_files WHERE file = :file)",
            {"file": file, "scope": scope, "key": fold(file.rpartition("/")[2].removesuffix(".md"))},
        ).fetchone()
        return bool(found[0])

    def is_kept(self, docid: str, file: str) -> bool:
        """Whether some line of this document, its last or not, calls the file kept."""
        found = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM documents WHERE docid = :docid AND file = :file AND state = 'kept') "
            "OR EXISTS (SELECT 1 FROM left_files WHERE file = :file)",
            {"docid": docid, "file": file},
        ).fetchone()
        return bool(found[0])

    def left(self, day: date) -> set[str]:
        """The files of the day that had a line once."""
        rows = self._db.execute("SELECT file FROM left_files WHERE day = ?", (day.isoformat(),))
        return {file for (file,) in rows}

    def leave(self, docid: str, file: str) -> None:
        """The document is kept as ``file`` from now on; what it had under another name is no longer its file."""
        self._db.execute(
            "INSERT OR IGNORE INTO left_files SELECT file, day FROM documents "
            "WHERE docid = ? AND file IS NOT NULL AND file != ?",
            (docid, file),
        )

    def add_left(self, day: date, of_day: Iterable[str]) -> None:
        """``left``, of a day that was read as a whole."""
        rows = ((file, day.isoformat()) for file in of_day)
        self._db.executemany("INSERT OR IGNORE INTO left_files VALUES (?, ?)", rows)

    def forget(self, day: date) -> None:
        self._db.execute("DELETE FROM left_files WHERE day = ?", (day.isoformat(),))
