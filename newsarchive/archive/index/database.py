"""The catalogue as an SQLite file: transactions, one moment of it, whether it is whole; knows nothing of its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

BESIDE_NAME = "catalogue.rebuilding.sqlite"
"""What a rebuild has not finished yet; the next one goes on with it."""


def discard(path: Path) -> None:
    """Take a database and the files that SQLite lays beside it away, as far as the disk lets us."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


class Database:
    """An open connection; whoever derives from it opens it."""

    path: Path
    _db: sqlite3.Connection

    def close(self) -> None:
        """Close the connection; the last one to close brings the WAL into the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the journals must be on disk before the block ends."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # SQLite itself rolls back when the disk is full
                self._db.execute("ROLLBACK")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Within a transaction: what raises here leaves nothing behind, and the transaction goes on."""
        self._db.execute("SAVEPOINT job")
        with ExitStack() as undo:
            undo.callback(self._roll_back_to_savepoint)
            yield
            undo.pop_all()
        self._db.execute("RELEASE job")

    def _roll_back_to_savepoint(self) -> None:
        if self._db.in_transaction:  # SQLite itself rolls back when the disk is full
            self._db.execute("ROLLBACK TO job")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read within shows one moment, whatever is written meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    def settle(self) -> bool:
        """Bring all that is committed into the one file; False where a reader or the disk holds it back."""
        try:
            _, pages, moved = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.OperationalError:
            return False
        return bool(pages == moved)

    def page_bytes(self) -> int:
        """The file is a whole number of these."""
        (size,) = self._db.execute("PRAGMA page_size").fetchone()
        return int(size)

    def check_whole(self) -> None:
        """Read it through, indexes against tables; raises ``sqlite3.DatabaseError`` on damage.  A second for 100,000."""
        (verdict,) = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
