"""The catalogue: what the journals say, in SQLite, so that nothing has to be read to know what is there.

What is derived from the journals comes in event by event (``apply``) or day by day (``add_day``).  The rest is
disposable: ``polls`` remembers which rows a finished poll has seen (losing it costs a longer poll), ``days`` what was
swept when.

SQL is spoken here and in the parts of the catalogue alone, which share its connection: ``coverage``, ``damage``,
``days``, ``holdings``, ``polls``, ``tails``.  One thread writes; readers open the file a second time (WAL), those of
other processes by ``view``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from newsarchive.archive.format.events import is_sound
from newsarchive.archive.format.names import as_text, fold
from newsarchive.archive.format.picture_events import PICTURE_EVENTS
from newsarchive.archive.format.profiles import CLEAN, Profile
from newsarchive.archive.index import day_rows, schema, visits
from newsarchive.archive.index import document as documents
from newsarchive.archive.index.coverage import NO_CHANNEL, Coverage
from newsarchive.archive.index.damage import DamageTable
from newsarchive.archive.index.database import Database
from newsarchive.archive.index.day_rows import DayRows
from newsarchive.archive.index.days import Days
from newsarchive.archive.index.document import (
    COLUMN_COUNT,
    COLUMNS,
    KEPT_EVENTS,
    LOSSES,
    REDACTED,
    Document,
    of_row,
    to_row,
)
from newsarchive.archive.index.holdings import Holdings
from newsarchive.archive.index.pictures import PictureTables
from newsarchive.archive.index.polls import Polls
from newsarchive.archive.index.tails import Tails
from newsarchive.archive.index.visits import VISIT_EVENTS, Visits
from newsarchive.errors import UsageError

CACHE_KIB = 2 * 1024
"""SQLite's page cache, of each of the three connections of a run: more of it spares no time, since the system caches the file, too."""

BUSY_TIMEOUT_S = 30.0
"""How long a reader waits for a commit; commits take milliseconds."""

_INSERT = f"INSERT INTO documents ({COLUMNS}) VALUES ({', '.join('?' * COLUMN_COUNT)})"  # noqa: S608
_UPDATE = f"UPDATE documents SET ({COLUMNS}) = ({', '.join('?' * COLUMN_COUNT)}) WHERE docid = ?"  # noqa: S608


class Catalogue(Database):
    """An open catalogue; raises ``sqlite3.DatabaseError`` where the file is none (``rebuild`` then makes it anew).

    One that was just created has no meta ``schema`` yet: whoever has filled it sets that last.
    """

    def __init__(
        self,
        path: Path,
        profile: Profile = CLEAN,
        *,
        create: bool = False,
        indexed: bool = True,
        db: sqlite3.Connection | None = None,
    ) -> None:
        """``db`` is a reader's own connection, which leaves no trace in the file; ``indexed``: with what reads need."""
        self.path, self.profile = path, profile
        self._db = db or sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        with ExitStack() as undo:
            undo.callback(self._db.close)
            if db is None:
                self._db.execute("PRAGMA journal_mode=WAL")
                # The journals are the truth, synced before each commit: a power cut may take the last commits, no more.
                self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            if create:
                indexes = schema.INDEXES if indexed else ""
                self._db.executescript(f"BEGIN; {schema.TABLES} {indexes} COMMIT;")
            undo.pop_all()
        self.polls, self.tails = Polls(self._db), Tails(self._db)
        self.days = Days(self._db)
        self.coverage = Coverage(self._db)
        self.visits = Visits(self._db)
        self.damage = DamageTable(self._db)
        self.holdings, self.pictures = Holdings(self._db), PictureTables(self._db)

    @classmethod
    def private(cls, profile: Profile = CLEAN) -> Catalogue:
        """An empty one in a temporary file that nobody else sees and that is gone when it is closed."""
        return cls(Path(), profile, db=sqlite3.connect("", isolation_level=None), create=True)

    def copy(self) -> Catalogue:
        """A private one that says the same."""
        db = sqlite3.connect("", isolation_level=None)
        self._db.backup(db)
        return Catalogue(Path(), self.profile, db=db)

    # --- what is true of the whole ---------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A value of the table ``meta``; None where it was never set."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Set a value of the table ``meta``: ``schema``, ``profile``."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def forget_meta(self, key: str) -> None:
        self._db.execute("DELETE FROM meta WHERE key = ?", (key,))

    def make_indexes(self) -> None:
        self._db.executescript(schema.INDEXES)

    def is_current(self) -> bool:
        """Whether it is whole and of the present version, for this profile."""
        return self.meta("schema") == self.version

    @property
    def version(self) -> str:
        """What meta ``schema`` says of a whole catalogue: version and profile."""
        return f"{schema.VERSION} {self.profile.name}"

    def grow(self) -> bool:
        """Bring one of an earlier version to the present one; False where it has to be rebuilt."""
        number, _, name = (self.meta("schema") or "").partition(" ")
        steps = schema.steps_from(int(number)) if number.isdecimal() and name == self.profile.name else None
        if steps is None:
            return False
        statements = [statement for step in steps for statement in step.split(";") if statement.strip()]
        with self.transaction():
            for statement in statements:
                self._db.execute(statement)
            self.set_meta("schema", self.version)
        return True

    def check_profile(self) -> None:
        """Raises ``UsageError`` for another profile than the archive was begun with."""
        begun_with, asked_for = self.meta("profile"), self.profile.name
        if begun_with not in (None, asked_for):
            raise UsageError(
                f"ARCHIVE_PROFILE={asked_for}: this archive was begun with profile {begun_with}; "
                "an archive has one profile - take that one, or another ARCHIVE_DIR"
            )

    def counts(self) -> dict[str, int]:
        """Documents by state, of those that a run can still do something about: ``pending``, ``failed`` (due again)."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM documents WHERE state IN ('pending', 'failed') "
            "AND (state = 'pending' OR next_try_at IS NOT NULL) GROUP BY state"
        )
        return {"pending": 0, "failed": 0, **dict(rows)}

    # --- documents -------------------------------------------------------------------------------------------------

    def document(self, docid: str) -> Document | None:
        """The document's row; None where it was never offered."""
        row = self._db.execute(f"SELECT {COLUMNS} FROM documents WHERE docid = ?", (docid,)).fetchone()  # noqa: S608
        return of_row(row) if row else None

    def documents_of(self, day: date, states: Iterable[str]) -> list[Document]:
        """The day's documents that are in one of ``states``, in no promised order."""
        wanted = json.dumps(list(states))
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM documents WHERE day = ? AND state IN (SELECT value FROM json_each(?)) ORDER BY seq",  # noqa: S608
            (day.isoformat(), wanted),
        )
        return [of_row(row) for row in rows]

    def titled(self, part: str, limit: int) -> list[Document]:
        """Documents in whose listed title ``part`` stands, newest first; reads all titles (0.1 s for 100,000)."""
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM documents WHERE instr(title, ?) > 0 ORDER BY seq DESC LIMIT ?",  # noqa: S608
            (part, limit),
        )
        return [of_row(row) for row in rows]

    def same_text(self, text_sha256: str) -> str | None:
        """The document that has this title and text, if any, and is kept, or was redacted."""
        row = self._db.execute(
            "SELECT docid FROM documents WHERE text_sha256 = ? AND (state = 'kept' OR reason = 'redacted') "
            "ORDER BY seq LIMIT 1",
            (text_sha256,),
        ).fetchone()
        return row[0] if row else None

    def was_shown(self, docid: str, channels: Iterable[str]) -> bool:
        """Whether each of these channels has shown the document before."""
        return not set(channels) - self._shown_by(docid)

    def _shown_by(self, docid: str) -> set[str]:
        return {channel for (channel,) in self._db.execute("SELECT channel FROM channels WHERE docid = ?", (docid,))}

    def free_stems(self, day: date, title: str, docid: str, *, titled: bool) -> Iterator[str]:
        """The names that this document may get, the best first; see ``day_rows.free_stems``."""
        scope = self.profile.scope_of(day)
        return day_rows.free_stems(self.profile, title, docid, partial(self._owner, scope), titled=titled)

    def name_owner(self, scope: str, stem: str) -> str | None:
        """Whose name within ``Profile.scope_of`` the day this is, or one that a file system takes for the same."""
        return self._owner(scope, fold(as_text(stem)))

    def _owner(self, scope: str, key: str) -> str | None:
        row = self._db.execute("SELECT docid FROM names WHERE scope = ? AND key = ?", (scope, key)).fetchone()
        return row[0] if row else None

    # --- event by event --------------------------------------------------------------------------------------------

    def apply(self, day: date, event: Mapping[str, Any]) -> None:
        """Take in one event of the day's journal; what is unknown here, or unsound, changes nothing."""
        if not is_sound(event):
            return
        name = event["event"]
        if name == "offered":
            self._apply_offered(day, event)
        elif name in KEPT_EVENTS:
            self._apply_kept(day, event)
        elif name in LOSSES:
            if document := self.document(event["docid"]):
                self._update(documents.lost(document, event))
        elif name == REDACTED:
            self._apply_redacted(day, event)
        elif name in PICTURE_EVENTS:
            self.pictures.apply(day, event)
        else:
            self._apply_of_day(day, event)
        if name in VISIT_EVENTS and (visit := self.visits.of(event["docid"])):
            self.visits.set(visits.seen(visit, event))

    def _apply_of_day(self, day: date, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "sealed":
                self.days.seal(day, event)
            case "asked":
                self.days.ask(day, event)
            case "damaged":
                self.damage.accept(day, event)

    def _apply_offered(self, day: date, event: Mapping[str, Any]) -> None:
        docid = event["docid"]
        if document := self.document(docid):
            self._update(documents.offered_again(document, event))
            if not document.was_said(event) and (visit := self.visits.of(docid)):
                self.visits.set(visits.listed(visit, event))
        else:
            self._db.execute(_INSERT, to_row(documents.first_offered(day, event, self._claim(day, event))))
        for channel in set(event["channels"]) - self._shown_by(docid):
            self.days.count(day, channel, event)
        rows = [(docid, channel) for channel in event["channels"] or [NO_CHANNEL]]
        self._db.executemany("INSERT OR IGNORE INTO channels VALUES (?, ?)", rows)

    def _claim(self, day: date, event: Mapping[str, Any]) -> str | None:
        """The stem of a document offered now, and its claim in ``names``; None where the page must tell the title."""
        docid, title = event["docid"], day_rows.listed_title(self.profile, event)
        stem = next(self.free_stems(day, title, docid, titled=True)) if event["channels"] else None
        if stem:
            self._name(day, stem, docid)
        return stem

    def _name(self, day: date, stem: str, docid: str) -> None:
        scope = self.profile.scope_of(day)
        self._db.execute("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", (scope, fold(stem), docid))

    def _take_name(self, day: date, stem: str, docid: str) -> None:
        """The file is there: a document that is not kept gives the name up for it."""
        key = (self.profile.scope_of(day), fold(stem))
        owner = self._owner(*key)
        if owner == docid:
            return
        other = self.document(owner) if owner else None
        if other and other.state != "kept":
            self._db.execute("DELETE FROM names WHERE scope = ? AND key = ?", key)
        self._name(day, stem, docid)

    def _apply_redacted(self, day: date, event: Mapping[str, Any]) -> None:
        docid = event["docid"]
        if document := self.document(docid):
            self._update(documents.redacted(document, event))
        else:
            self._db.execute(_INSERT, to_row(documents.redacted(documents.unknown(day, docid), event)))
        for part in (self.visits, self.pictures):
            part.forget("docid = ?", (docid,))

    def _apply_kept(self, day: date, event: Mapping[str, Any]) -> None:
        if (known := self.document(event["docid"])) and known.is_redacted:
            return
        if not documents.is_earlier_state(event):
            self._take_name(day, documents.stem_of(event), event["docid"])
            if known and known.file not in (None, event["file"]):
                self.holdings.leave(event["docid"], event["file"])
        before = self.visits.of(event["docid"]) if known and known.file else None
        self.visits.set(visits.kept(before, event))
        if known:
            self._update(documents.kept(known, event))
        else:
            self._db.execute(_INSERT, to_row(documents.kept_unoffered(day, event)))
        if self.meta("profile") is None:
            self.set_meta("profile", event["profile"])

    def _update(self, document: Document) -> None:
        self._db.execute(_UPDATE, (*to_row(document), document.docid))

    # --- day by day ------------------------------------------------------------------------------------------------

    def add_day(self, rows: DayRows) -> bool:
        """Take in a whole day that is not here yet; False, and nothing is changed, where a document has another day, too.

        Documents of a folder that days share have no names yet: see ``name_all``.
        """
        if self._any_known(rows.strangers):
            return False
        self._db.execute("SAVEPOINT a_day")
        try:
            self._db.executemany(_INSERT, rows.documents)
        except sqlite3.IntegrityError:
            self._db.execute("ROLLBACK TO a_day")
            self._db.execute("RELEASE a_day")
            return False
        self._db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", rows.names)
        self._db.executemany("INSERT INTO channels VALUES (?, ?)", rows.channels)
        self.days.add(rows.days, rows.hours)
        self.visits.add(rows.visits)
        self.pictures.add(rows.pictures)
        self.pictures.add_named(rows.pictured)
        self.holdings.add_left(rows.day, rows.left_files)
        self.tails.set(rows.day, rows.tail)
        if rows.profile and self.meta("profile") is None:
            self.set_meta("profile", rows.profile)
        self._db.execute("RELEASE a_day")
        return True

    def _any_known(self, docids: Iterable[str]) -> bool:
        return any(self._db.execute("SELECT 1 FROM documents WHERE docid = ?", (docid,)).fetchone() for docid in docids)

    def name_all(self) -> None:
        """Give the documents of a folder that days share their names: kept ones have theirs, the rest by first offer."""
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM documents WHERE stem IS NULL OR state = 'kept' "  # noqa: S608
            "ORDER BY json_extract(first, '$.at'), seq"
        )
        for document in map(of_row, rows):
            if document.first.get("channels"):
                title = day_rows.listed_title(self.profile, document.first)
                stem = next(self.free_stems(document.day, title, document.docid, titled=True))
                self._name(document.day, stem, document.docid)
                key = (document.stem or stem, document.docid)
                self._db.execute("UPDATE documents SET stem = ? WHERE docid = ?", key)

    # --- repair ----------------------------------------------------------------------------------------------------

    def forget_day(self, day: date, *, is_lossless: bool = False) -> None:
        """Take out all that the day's journal had said, to read it again from its first line.

        What it lost must be offered again: no poll may stop at rows that it knows until one has come to its end.
        """
        if not is_lossless:
            self.polls.forget()
        self.days.forget(day)
        self.damage.forget_unlinked(day)
        self.holdings.forget(day)
        self.pictures.forget_day(day)
        key = (day.isoformat(),)
        its_documents = "docid IN (SELECT docid FROM documents WHERE day = ?)"
        self._db.execute(f"DELETE FROM channels WHERE {its_documents}", key)  # noqa: S608
        self.visits.forget(its_documents, key)
        scope = self.profile.scope_of(day)
        self._db.execute(f"DELETE FROM names WHERE scope = ? AND {its_documents}", (scope, *key))  # noqa: S608
        for table in ("documents", "journals"):
            self._db.execute(f"DELETE FROM {table} WHERE day = ?", key)  # noqa: S608

    def scrub(self) -> None:
        """Leave nothing in the file, or in the log beside it, of what was taken out of its tables.

        Raises ``sqlite3.OperationalError`` where a reader holds the log for longer than ``BUSY_TIMEOUT_S``.
        """
        self._db.execute("VACUUM")
        is_held, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_held:
            raise sqlite3.OperationalError("another program reads it and does not come to an end")

    def mark_pending(self, docid: str) -> None:
        """Its line stands, its file does not: fetch it again."""
        self._db.execute("UPDATE documents SET state = 'pending' WHERE docid = ?", (docid,))
