"""The catalogue: what the journals say, in SQLite, so that nothing has to be read to know what is there.

What is derived from the journals comes in through ``apply`` alone, live and at a rebuild.  The rest is disposable:
``known`` remembers which rows a finished poll has seen (losing it costs a longer poll), ``days`` what was swept when.

No other module of the archive speaks SQL, but for ``days`` and ``coverage``, which are parts of this.  One thread
writes; readers open the file a second time (WAL), those of other processes by ``view``.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from pathlib import Path
from typing import Any

from newsarchive.archive.coverage import NO_CHANNEL, Coverage
from newsarchive.archive.days import SCHEMA as DAYS_SCHEMA
from newsarchive.archive.days import Days
from newsarchive.archive.events import is_sound
from newsarchive.archive.journal import GENESIS_LINK, Tail, moment
from newsarchive.archive.names import fold
from newsarchive.archive.profiles import CLEAN, Profile
from newsarchive.items import Offer

SCHEMA_VERSION = "4"
"""Another version is another catalogue: it is rebuilt, never migrated."""

CACHE_KIB = 8 * 1024
"""SQLite's page cache: enough for the working set of a day; memory stays flat at a million articles."""

BUSY_TIMEOUT_S = 30.0
"""How long a reader waits for a commit; commits take milliseconds."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journals (day TEXT PRIMARY KEY, size INTEGER NOT NULL, link TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY,
    docid TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    stem TEXT,
    first TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    modified_at TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT,
    file TEXT,
    sha256 TEXT,
    text_sha256 TEXT
);
CREATE INDEX documents_by_day ON documents (day, state);
CREATE INDEX documents_due ON documents (state, next_try_at) WHERE state IN ('pending', 'failed');
CREATE INDEX documents_alike ON documents (text_sha256) WHERE text_sha256 IS NOT NULL;
CREATE TABLE names (scope TEXT, key TEXT, docid TEXT NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
CREATE INDEX names_by_docid ON names (docid);
CREATE TABLE channels (docid TEXT, channel TEXT, said TEXT NOT NULL, PRIMARY KEY (docid, channel)) WITHOUT ROWID;
CREATE TABLE known (channel TEXT, docid TEXT, ended INTEGER NOT NULL, PRIMARY KEY (channel, docid)) WITHOUT ROWID;
CREATE INDEX known_open ON known (channel) WHERE ended = 0;
"""

KEPT_EVENTS = ("kept", "revised")


@dataclass(frozen=True, slots=True)
class Document:
    """One row: what the archive knows of a document now."""

    docid: str
    day: date
    stem: str | None
    """File name without ``.md``; None until the page told the title of an address given by hand."""
    first: Mapping[str, Any]
    """Its first ``offered`` event: name, category and picture depend on nothing later."""
    url: str
    title: str
    modified_at: str | None
    state: str
    """``pending``, ``kept``, ``filtered``, ``failed`` or ``gone``."""
    reason: str | None
    attempts: int
    next_try_at: str | None
    file: str | None
    sha256: str | None

    def offer(self) -> Offer:
        """The first offer again, with the newest address."""
        said = self.first
        return Offer(
            docid=self.docid,
            url=self.url,
            day=self.day,
            title=str(said.get("title") or ""),
            listed_title=str(said.get("listed_title") or ""),
            channels=tuple(said.get("channels") or ()),
            lids=tuple(said.get("lids") or ()),
            image=str(said.get("image") or ""),
            published_at=moment(said.get("published_at")),
            listed_at=moment(said.get("listed_at")),
            modified_at=moment(said.get("modified_at")),
            seen_at=moment(said.get("at")),
        )


_COLUMNS = "docid, day, stem, first, url, title, modified_at, state, reason, attempts, next_try_at, file, sha256"


class Catalogue:
    """An open catalogue; raises ``sqlite3.DatabaseError`` where the file is none (``recovery`` then rebuilds it).

    One that was just created has no meta ``schema`` yet: whoever has filled it sets that last.
    """

    def __init__(
        self, path: Path, profile: Profile = CLEAN, *, create: bool = False, db: sqlite3.Connection | None = None
    ) -> None:
        """``db`` is a reader's own connection, which leaves no trace in the file."""
        self.path, self._profile = path, profile
        self._db = db or sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        with ExitStack() as undo:
            undo.callback(self._db.close)
            if db is None:
                self._db.execute("PRAGMA journal_mode=WAL")
                # The journals are the truth, synced before each commit: a power cut may take the last commits, no more.
                self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            if create:
                self._db.executescript(f"BEGIN; {SCHEMA} {DAYS_SCHEMA} COMMIT;")
            undo.pop_all()
        self.days = Days(self._db)
        self.coverage = Coverage(self._db)

    @classmethod
    def private(cls, copied: Catalogue | None = None) -> Catalogue:
        """A copy, or an empty one, in a temporary file that nobody else sees and that is gone when it is closed."""
        db = sqlite3.connect("", isolation_level=None)
        if copied:
            copied._db.backup(db)
        return cls(Path(), db=db, create=copied is None)

    def close(self) -> None:
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

    # --- what is true of the whole ---------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def check(self) -> None:
        """Read it through, indexes against tables; raises ``sqlite3.DatabaseError`` on damage.

        0.2 s for 100,000 documents.
        """
        (page_bytes,) = self._db.execute("PRAGMA page_size").fetchone()
        if self.path.stat().st_size % page_bytes:  # SQLite itself takes what was cut off for zeros
            raise sqlite3.DatabaseError("it ends within a page")
        (verdict,) = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)

    def tails(self) -> dict[date, Tail]:
        """How far each day's journal has been read."""
        rows = self._db.execute("SELECT day, size, link FROM journals")
        return {date.fromisoformat(day): Tail(size, link) for day, size, link in rows}

    def tail(self, day: date) -> Tail:
        row = self._db.execute("SELECT size, link FROM journals WHERE day = ?", (day.isoformat(),)).fetchone()
        return Tail(*row) if row else Tail(0, GENESIS_LINK)

    def set_tail(self, day: date, tail: Tail) -> None:
        self._db.execute("INSERT OR REPLACE INTO journals VALUES (?, ?, ?)", (day.isoformat(), tail.size, tail.link))

    def counts(self) -> dict[str, int]:
        """Documents by state, of those that a run can still do something about: ``pending``, ``failed`` (due again)."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM documents WHERE state IN ('pending', 'failed') "
            "AND (state = 'pending' OR next_try_at IS NOT NULL) GROUP BY state"
        )
        return {"pending": 0, "failed": 0, **dict(rows)}

    # --- documents -------------------------------------------------------------------------------------------------

    def document(self, docid: str) -> Document | None:
        row = self._db.execute(f"SELECT {_COLUMNS} FROM documents WHERE docid = ?", (docid,)).fetchone()  # noqa: S608
        return _document(row) if row else None

    def documents_of(self, day: date, states: Iterable[str]) -> list[Document]:
        wanted = json.dumps(list(states))
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM documents WHERE day = ? AND state IN (SELECT value FROM json_each(?))",  # noqa: S608
            (day.isoformat(), wanted),
        )
        return [_document(row) for row in rows]

    def same_text(self, text_sha256: str) -> str | None:
        """The kept document that has this title and text, if any."""
        row = self._db.execute(
            "SELECT docid FROM documents WHERE text_sha256 = ? AND state = 'kept' ORDER BY seq LIMIT 1", (text_sha256,)
        ).fetchone()
        return row[0] if row else None

    def was_said(self, event: Mapping[str, Any]) -> bool:
        """Whether each channel of this ``offered`` event said the same of its document last time.

        Compared by channel, because two channels may show one document under two titles for ever.
        """
        rows = self._db.execute("SELECT channel, said FROM channels WHERE docid = ?", (event["docid"],))
        said, now = dict(rows), _row_digest(event)
        return all(said.get(channel) == now for channel in event["channels"])

    def was_shown(self, docid: str, channels: Iterable[str]) -> bool:
        """Whether each of these channels has shown the document before."""
        return not set(channels) - self._shown_by(docid)

    def _shown_by(self, docid: str) -> set[str]:
        return {channel for (channel,) in self._db.execute("SELECT channel FROM channels WHERE docid = ?", (docid,))}

    def free_stem(self, day: date, title: str, docid: str, *, titled: bool) -> str:
        """The name that this document gets: the plain one if it is free, else with its docid (design §3).

        ``titled`` is False for an address given by hand: its title comes from the page, its docid always stands there.
        """
        stem, with_docid = self._profile.stem_of(title), self._profile.with_docid
        plain = [stem] if stem and titled else []
        tails = chain([docid], (f"{docid}-{n}" for n in count(2)))  # a hostile title may look like a name with docid
        stems = chain(plain, (with_docid(stem, tail) for tail in tails))
        return next(stem for stem in stems if self._owner(day, stem) in (None, docid))

    def has_name(self, day: date, stem: str) -> bool:
        """Whether some document has this name on that day, or one that a file system takes for the same."""
        return self._owner(day, stem) is not None

    def _owner(self, day: date, stem: str) -> str | None:
        key = (self._profile.scope_of(day), fold(stem))
        row = self._db.execute("SELECT docid FROM names WHERE scope = ? AND key = ?", key).fetchone()
        return row[0] if row else None

    # --- what polls have seen --------------------------------------------------------------------------------------

    def begin_poll(self, channel: str) -> None:
        """Forget what an interrupted poll saw: only polls that ran to their end make rows known."""
        # SQLite would else take the primary key, and read every row that the channel ever showed.
        self._db.execute("DELETE FROM known INDEXED BY known_open WHERE channel = ? AND ended = 0", (channel,))

    def see(self, channel: str, docid: str) -> bool:
        """Note that the running poll saw this row; True if an ended poll of the channel had seen it before."""
        row = self._db.execute("SELECT ended FROM known WHERE channel = ? AND docid = ?", (channel, docid)).fetchone()
        if row is None:
            self._db.execute("INSERT INTO known VALUES (?, ?, 0)", (channel, docid))
        return row is not None and row[0] == 1

    def end_poll(self, channel: str) -> None:
        self._db.execute("UPDATE known INDEXED BY known_open SET ended = 1 WHERE channel = ? AND ended = 0", (channel,))

    # --- the one way in --------------------------------------------------------------------------------------------

    def apply(self, day: date, event: Mapping[str, Any]) -> None:
        """Take in one event of the day's journal; what is unknown here, or unsound, changes nothing."""
        if not is_sound(event):
            return
        name, docid = event["event"], event["docid"]
        if name == "offered":
            self._apply_offered(day, docid, event)
        elif name in KEPT_EVENTS:
            self._apply_kept(day, docid, event)
        elif name == "sealed":
            self.days.seal(day, event)
        elif name == "asked":
            self.days.ask(day, event)
        else:
            self._apply_loss(docid, event)

    def _apply_offered(self, day: date, docid: str, event: Mapping[str, Any]) -> None:
        self._db.execute(  # what failed at its old address, or was gone from it, begins anew at another
            "UPDATE documents SET state = 'pending', reason = NULL, attempts = 0, next_try_at = NULL "
            "WHERE docid = ? AND url <> ? AND state IN ('failed', 'gone')",
            (docid, event["url"]),
        )
        self._db.execute(
            "INSERT INTO documents (docid, day, stem, first, url, title, modified_at, state) "
            "VALUES (:docid, :day, :stem, :first, :url, :title, :modified_at, 'pending') "
            "ON CONFLICT (docid) DO UPDATE SET url = :url, title = :title, modified_at = :modified_at",
            {
                "docid": docid,
                "day": day.isoformat(),
                "stem": self._claim(day, docid, event),
                "first": json.dumps({key: value for key, value in event.items() if key != "link"}),
                "url": event["url"],
                "title": event["title"],
                "modified_at": event.get("modified_at"),
            },
        )
        for channel in set(event["channels"]) - self._shown_by(docid):
            self.days.count(day, channel, event)
        rows = [(docid, channel, _row_digest(event)) for channel in event["channels"] or [NO_CHANNEL]]
        self._db.executemany("INSERT OR REPLACE INTO channels VALUES (?, ?, ?)", rows)

    def _claim(self, day: date, docid: str, event: Mapping[str, Any]) -> str | None:
        """The stem of a document offered now, and its claim in ``names``; None where the page must tell the title."""
        if not event["channels"] or self.document(docid):
            return None
        title = event.get("listed_title") or event["title"] if self._profile.is_literal else event["title"]
        stem = self.free_stem(day, title, docid, titled=True)
        self._name(day, stem, docid)
        return stem

    def _name(self, day: date, stem: str, docid: str) -> None:
        named = (self._profile.scope_of(day), fold(stem), docid)
        self._db.execute("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", named)

    def _apply_kept(self, day: date, docid: str, event: Mapping[str, Any]) -> None:
        stem = event["file"].rpartition("/")[2].removesuffix(".md")
        self._name(day, stem, docid)
        self._db.execute(
            "UPDATE documents SET state = 'kept', reason = NULL, attempts = 0, next_try_at = NULL, stem = ?, "
            "file = ?, sha256 = ?, text_sha256 = ? WHERE docid = ?",
            (stem, event["file"], event["sha256"], event.get("text_sha256"), docid),
        )
        if self.meta("profile") is None:
            self.set_meta("profile", event["profile"])

    def _apply_loss(self, docid: str, event: Mapping[str, Any]) -> None:
        """An article once kept stays kept, whatever is said of its page later."""
        reason = str(event.get("reason") or event.get("status"))
        self._db.execute(
            "UPDATE documents SET state = ?, reason = ?, attempts = ?, next_try_at = ? "
            "WHERE docid = ? AND state != 'kept'",
            (event["event"], reason, event.get("attempts") or 0, event.get("next_try_at"), docid),
        )

    # --- repair ----------------------------------------------------------------------------------------------------

    def forget_day(self, day: date) -> None:
        """Take out all that the day's journal had said, to read it again from its first line.

        What it lost must be offered again: no poll may stop at rows that it knows until one has come to its end.
        """
        self._db.execute("DELETE FROM known")
        self.days.forget(day)
        key = (day.isoformat(),)
        for table in ("channels", "names"):
            self._db.execute(f"DELETE FROM {table} WHERE docid IN (SELECT docid FROM documents WHERE day = ?)", key)  # noqa: S608
        for table in ("documents", "journals"):
            self._db.execute(f"DELETE FROM {table} WHERE day = ?", key)  # noqa: S608

    def mark_pending(self, docid: str) -> None:
        """Its line stands, its file does not: fetch it again."""
        self._db.execute("UPDATE documents SET state = 'pending' WHERE docid = ?", (docid,))


def _row_digest(event: Mapping[str, Any]) -> str:
    """What makes an ``offered`` line worth saying again: title, address, time of the last change."""
    told = json.dumps([event.get(key) for key in ("title", "url", "modified_at")])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _document(row: tuple[Any, ...]) -> Document:
    docid, day, stem, first, *rest = row
    return Document(docid, date.fromisoformat(day), stem, json.loads(first), *rest)
