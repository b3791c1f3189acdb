"""The index of the articles published in one year: an SQLite file; all SQL of the search is here.

The text is in an FTS5 table without content, one token a character, rows numbered by the second of publication or the next
free number, so that a search reads the newest first and stops when it has enough.  What a contentless table cannot do,
forget a row, a table beside it does: it says whose rows they are and how each stands.
"""

from __future__ import annotations

import sqlite3
import string
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from newsarchive.reading.search.row import COLUMNS, EARLIER, NEWEST, OUT, Key, SearchRow

VERSION = 1
HASH_BYTES = 16 << 20
"""Of text that FTS5 gathers before it writes a segment: some 10,000 articles; its own megabyte makes many small ones."""
MERGE_PAGES = 500
"""Of one step of merging, 2 MB."""
MERGE_STEPS = 4
"""After each batch: keeps the segments below a dozen at 200 articles a run."""
CACHE_KIB = 4_096
"""Of a writer: about what a small batch changes."""
BUSY_S = 10.0
"""A reader waits so long for a commit of the writer, which takes some tenths of a second, and the writer for readers."""
LOOK_EVERY = 1_000
"""Steps of SQLite between two looks at the clock: a tenth of a millisecond."""
MOST_SHIFT = 86_400
"""Seconds by which the number of a row may lie behind its publication: of posts that tell their day alone."""
WEIGHTS = (1.0, 10.0, 2.0, 1.0, 5.0, 5.0)
"""Of ``COLUMNS``, by relevance: a title says what an article is about."""
FIRST, LAST = -(1 << 62), 1 << 62
"""Seconds before and after all that is published."""

SIGNS = string.punctuation.replace("'", "''").replace('"', '""')
TOKENIZER = f"ascii tokenchars '{SIGNS}'"
"""Each character a token, signs too; folded text has no white space, so nothing but our blanks divides it."""
SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE states (
    id INTEGER PRIMARY KEY, docid TEXT NOT NULL, day INTEGER NOT NULL, state INTEGER NOT NULL, digest TEXT NOT NULL,
    second INTEGER NOT NULL, standing INTEGER NOT NULL, lids TEXT NOT NULL
);
CREATE INDEX states_of ON states (docid);
CREATE VIRTUAL TABLE text USING fts5({", ".join(COLUMNS)}, content='', tokenize="{TOKENIZER}");
INSERT INTO text (text, rank) VALUES ('automerge', 0);
INSERT INTO text (text, rank) VALUES ('hashsize', {HASH_BYTES});
INSERT INTO meta VALUES ('version', {VERSION}), ('newest', 0), ('purge', 0);
"""  # noqa: S608 - our own names


class Match(NamedTuple):
    """A state that matches."""

    id: int
    docid: str
    day: date
    state: int
    digest: str
    standing: int
    rank: float
    """Less is better; 0 where nobody asked."""


class Held(NamedTuple):
    """A state that is in the index."""

    year: int
    id: int
    key: Key


class Asked(NamedTuple):
    """What a search asks each year's file for."""

    match: str | None
    """Of FTS5; None for any text."""
    since: int = FIRST
    until: int = LAST
    """Seconds of publication, both included."""
    channels: tuple[tuple[str, ...], ...] = ()
    """Of each one lid must be among those that showed it."""
    without_channels: tuple[tuple[str, ...], ...] = ()
    all_states: bool = False


class Shard:
    """One year's file, open."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path, self.year, self._db = path, int(path.stem), db

    @classmethod
    def write(cls, path: Path) -> Shard:
        """Open it for writing; made where it is not there.  Raises ``sqlite3.Error``."""
        with ExitStack() as undo:
            db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
            undo.callback(db.close)
            db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            shard = cls(path, db)
            if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
                shard._make()
            shard._check_version()
            undo.pop_all()
        return shard

    @classmethod
    def read(cls, path: Path) -> Shard:
        """Open it for reading alone; nothing is written beside it.  Raises ``sqlite3.Error``."""
        with ExitStack() as undo:
            db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None)
            undo.callback(db.close)
            shard = cls(path, db)
            shard._check_version()
            undo.pop_all()
        return shard

    def _make(self) -> None:
        with self.transaction():
            for statement in SCHEMA.strip().removesuffix(";").split(";\n"):
                self._db.execute(statement)

    def _check_version(self) -> None:
        if self._meta("version") != VERSION:
            raise sqlite3.DatabaseError(f"{self.path} is of another version")

    def close(self) -> None:
        self._db.close()

    def end_at(self, deadline: float) -> None:
        """From this moment of the monotonic clock on, whatever is asked is interrupted (``SQLITE_INTERRUPT``)."""
        self._db.set_progress_handler(lambda: time.monotonic() > deadline, LOOK_EVERY)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    # --- writing -----------------------------------------------------------------------------------------------------

    def add(self, rows: Iterable[SearchRow]) -> None:
        """Within a transaction.  FTS5 writes a segment whenever a number does not ascend, so they are sorted here."""
        last = FIRST
        for row in sorted(rows, key=lambda row: row.key.second):
            last = self._free(max(row.key.second, last + 1))
            self._add(last, row)

    def _free(self, number: int) -> int:
        taken = self._db.execute("SELECT id FROM states WHERE id >= ? ORDER BY id", (number,))
        for (other,) in taken:
            if other > number:
                break
            number += 1
        return number

    def _add(self, number: int, row: SearchRow) -> None:
        key = row.key
        self._db.execute(
            "INSERT INTO states VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, key.docid, key.day.toordinal(), *key[2:]),
        )
        marks = ", ".join("?" * len(COLUMNS))
        self._db.execute(
            f"INSERT INTO text (rowid, {', '.join(COLUMNS)}) VALUES (?, {marks})",  # noqa: S608 - our own names
            (number, *row.fields),
        )

    def restate(self, number: int, key: Key) -> None:
        """How a state stands now, and by whom it was shown; within a transaction."""
        self._db.execute(
            "UPDATE states SET state = ?, standing = ?, day = ?, lids = ? WHERE id = ?",
            (key.state, key.standing, key.day.toordinal(), key.lids, number),
        )

    def take_out(self, number: int, *, purge: bool) -> None:
        """Find this state no more; ``purge``: its very words must go, so the file has to be made anew.  In a transaction."""
        self._db.execute("UPDATE states SET docid = '', lids = '', standing = ? WHERE id = ?", (OUT, number))
        if purge:
            self._db.execute("UPDATE meta SET value = 1 WHERE key = 'purge'")

    def end_batch(self) -> None:
        """Count what is shown, and merge some segments; within a transaction, after its rows."""
        self._db.execute(
            "UPDATE meta SET value = (SELECT COUNT(*) FROM states WHERE standing = ?) WHERE key = 'newest'", (NEWEST,)
        )
        for _ in range(MERGE_STEPS):
            self._db.execute("INSERT INTO text (text, rank) VALUES ('merge', ?)", (MERGE_PAGES,))

    def finish(self) -> None:
        """Merge all segments of a file that was made anew, and give back the pages that it does not need."""
        self._db.execute("INSERT INTO text (text) VALUES ('optimize')")
        self._db.execute("VACUUM")

    # --- looking -----------------------------------------------------------------------------------------------------

    @property
    def newest(self) -> int:
        """How many documents are shown."""
        return self._meta("newest")

    @property
    def wants_purge(self) -> bool:
        return bool(self._meta("purge"))

    def _meta(self, key: str) -> int:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise sqlite3.DatabaseError(f"{self.path} is not whole")
        return int(row[0])

    def held(self, docid: str) -> list[Held]:
        """The states of a document that are in here."""
        rows = self._db.execute(
            "SELECT id, day, state, digest, second, standing, lids FROM states WHERE docid = ? ORDER BY state, id",
            (docid,),
        )
        return [
            Held(self.year, number, Key(docid, date.fromordinal(day), *rest)) for number, day, *rest in rows.fetchall()
        ]

    def docids_of(self, day: date) -> set[str]:
        """The documents of a day's journal that are in here."""
        rows = self._db.execute("SELECT docid FROM states WHERE day = ? AND standing <> ?", (day.toordinal(), OUT))
        return {docid for (docid,) in rows}

    def days(self) -> set[date]:
        """The days whose documents are in here."""
        rows = self._db.execute("SELECT DISTINCT day FROM states WHERE standing <> ?", (OUT,))
        return {date.fromordinal(day) for (day,) in rows}

    def count_newest(self, since: int, until: int) -> int:
        """How many documents of a time are shown."""
        (count,) = self._db.execute(
            "SELECT COUNT(*) FROM states WHERE standing = ? AND id BETWEEN ? AND ?", (NEWEST, since, until)
        ).fetchone()
        return int(count)

    def matches(self, asked: Asked) -> Iterator[Match]:
        """What matches, the newest first, each when it is asked for."""
        return self._rows(asked, "0")

    def ranked(self, asked: Asked) -> Iterator[Match]:
        """The same with how well each matches."""
        weights = ", ".join(map(str, WEIGHTS))
        return self._rows(asked, f"bm25(text, {weights})" if asked.match else "0")

    def count(self, asked: Asked) -> int:
        """How many match, exactly."""
        source, values = _source(asked)
        (count,) = self._db.execute(f"SELECT COUNT(*) {source}", values).fetchone()
        return int(count)

    def _rows(self, asked: Asked, rank: str) -> Iterator[Match]:
        source, values = _source(asked)
        columns = f"states.id, docid, day, state, digest, standing, {rank}"
        number = "text.rowid" if asked.match else "states.id"
        query = f"SELECT {columns} {source} ORDER BY {number} DESC"
        with closing(self._db.execute(query, values)) as rows:
            for identity, docid, day, *rest in rows:
                yield Match(identity, docid, date.fromordinal(day), *rest)


def _source(asked: Asked) -> tuple[str, Sequence[object]]:
    """FROM and WHERE, and their values."""
    number = "text.rowid" if asked.match else "states.id"
    table = "text CROSS JOIN states ON states.id = text.rowid" if asked.match else "states"
    conditions = ["standing >= ?" if asked.all_states else "standing = ?"]
    values: list[object] = [EARLIER if asked.all_states else NEWEST]
    if asked.match:
        conditions.append("text MATCH ?")
        values.append(asked.match)
    for channels, is_not in ((asked.channels, ""), (asked.without_channels, "NOT ")):
        for lids in channels:
            any_of = " OR ".join(["instr(' ' || lids || ' ', ?)"] * len(lids))
            conditions.append(f"{is_not}({any_of})")
            values += [f" {lid} " for lid in lids]
    if (asked.since, asked.until) != (FIRST, LAST):
        conditions += [f"{number} >= ?", f"{number} <= ?", "second BETWEEN ? AND ?"]
        values += [asked.since, asked.until + MOST_SHIFT, asked.since, asked.until]
    return f"FROM {table} WHERE {' AND '.join(conditions)}", values
