"""The archive as the crawl sees it: offers in, articles in, losses in; each durable before it is acknowledged.

``Archive.open`` takes the lock, puts right what a killed run left, and starts the writer; ``close`` ends it cleanly.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from newsarchive.archive import events, files, recovery
from newsarchive.archive.catalogue import Catalogue, Document
from newsarchive.archive.days import QUIET_SWEEPS, Poll, Reading, Sweep
from newsarchive.archive.events import Said
from newsarchive.archive.journal import stamp
from newsarchive.archive.lock import ArchiveLock
from newsarchive.archive.profiles import PROFILES
from newsarchive.archive.writer import Batch, Writer
from newsarchive.items import BEIJING, Article, Offer

STATE_NAME = ".newsarchive"
"""Everything in there is rebuildable or disposable."""

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 6 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60))
"""How long a document that failed is left alone: most troubles pass in minutes, some in days; then it is given up."""

GONE_REASONS = {"http-404": 404, "http-410": 410, "not-found": 404}
"""Failures that say "there is none": seen twice, with the first wait between them, the document is ``gone``."""

GONE_WAIT = timedelta(hours=1)
"""Between the two answers that make a document gone: a page is briefly missing while it is republished."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What became of one row of a listing."""

    docid: str
    known: bool
    """An ended poll of this channel had seen the row."""
    is_wanted: bool
    """The document has no file yet and may be asked for now."""
    new: bool
    """The channel had not shown the document before."""


class Archive:
    """An archive held by this run; use ``open``.  Futures hold ``ArchiveNotWritable`` once a write has failed."""

    def __init__(self, root: Path, profile: str, *, clock: Callable[[], datetime]) -> None:
        self.root, self.profile, self.clock = root, profile, clock
        self.state = root / STATE_NAME
        self.started_at = clock()
        self.run = f"{self.started_at.astimezone(BEIJING):%Y%m%dT%H%M%S}-{os.getpid()}"
        self._lock = ArchiveLock(self.state)
        self._open_days = recovery.OpenDays(self.state)

    @classmethod
    def open(cls, root: Path, profile: str, clock: Callable[[], datetime] | None = None) -> Archive:
        """Take the archive in ``root`` for this run.

        Raises ``ArchiveNotWritable`` (7), ``ArchiveLocked`` (6), and ``UsageError`` (2) for another profile than it was
        begun with.
        """
        archive = cls(root, profile, clock=clock or (lambda: datetime.now(BEIJING)))
        files.check_writable(root)
        files.make_folder(archive.state, root)
        with ExitStack() as undo:
            archive._lock.acquire()
            undo.callback(archive._lock.release)
            archive._begin()
            undo.pop_all()
        return archive

    def _begin(self) -> None:
        self._catalogue = recovery.open_catalogue(self.root, self.state, self._open_days, PROFILES[self.profile])
        self._writer = Writer(self.root, self._catalogue, self._open_days, PROFILES[self.profile])
        self._left = self._catalogue.counts()
        self._is_open = True

    @property
    def counts(self) -> Counter[str]:
        """What this run did and has on disk, by the name of the event."""
        return self._writer.counts

    def reader(self) -> Catalogue:
        """The catalogue, opened for reading in the caller's thread."""
        return Catalogue(self.state / recovery.CATALOGUE_NAME, PROFILES[self.profile])

    def left(self) -> dict[str, int]:
        """After ``close``: how many documents are ``pending`` or ``failed`` and due again."""
        return self._left

    def close(self) -> None:
        """Write what is waiting and let go; without a failure this is the clean end.  Safe to call twice."""
        if not self._is_open:
            return
        self._is_open = False
        with ExitStack() as last:
            last.callback(self._lock.release)
            self._writer.close()
            with suppress(sqlite3.Error):  # a catalogue that failed tells nothing: then what was at the start stands
                self._left = self._catalogue.counts()
            recovery.close_catalogue(self._catalogue, self.failure)
            if self.failure is None:
                self._open_days.clear()

    @property
    def failure(self) -> BaseException | None:
        """What stopped the writing, if anything did."""
        return self._writer.failure

    # --- discover --------------------------------------------------------------------------------------------------

    def offer(self, offers: Sequence[Offer], *, poll: str | None = None) -> Future[list[Sighting]]:
        """Write down what a listing showed; ``poll`` is the channel whose poll sees it, None elsewhere."""
        said = self._said()
        return self._writer.submit(lambda batch: [self._offer(batch, said, offer, poll) for offer in offers])

    def _offer(self, batch: Batch, said: Said, offer: Offer, poll: str | None) -> Sighting:
        document = batch.catalogue.document(offer.docid)
        event = events.offered(said, offer)
        new = document is None or not batch.catalogue.was_shown(offer.docid, offer.channels)
        if document is None or not batch.catalogue.was_said(event):
            batch.say(document.day if document else offer.day, event)
            batch.counts["offered"] += document is None
            document = batch.catalogue.document(offer.docid) if document else None
        known = poll is not None and batch.catalogue.see(poll, offer.docid)
        return Sighting(offer.docid, known, document is None or self._is_wanted(document), new)

    def _is_wanted(self, document: Document) -> bool:
        return document.state == "pending" or _is_due(document, self.clock())

    def begin_poll(self, channel: str) -> Future[None]:
        return self._writer.submit(lambda batch: batch.catalogue.begin_poll(channel))

    def end_poll(self, channel: str, newest_at: datetime | None = None) -> Future[None]:
        """The poll ran to its end: its rows are known from now on.  ``newest_at`` is the latest ``ctime`` it saw."""
        poll = Poll(channel, self.clock(), newest_at)
        return self._writer.submit(lambda batch: _end_poll(batch, poll))

    def due_sweeps(self, channel: str, limit: int) -> Future[list[date]]:
        """At most ``limit`` finished days that the channel is to be asked for again now, newest first."""
        now = self.clock()
        return self._writer.submit(lambda batch: batch.catalogue.days.due(channel, now, limit))

    def swept(self, reading: Reading, *, asked: bool = False) -> Future[bool]:
        """Note that a finished day was read once more; ``asked``: for somebody.  True if that seals it."""
        said = self._said()
        return self._writer.submit(lambda batch: _swept(batch, said, reading, asked))

    def hour(self, channel: str, begin: datetime, days: int) -> Future[tuple[int, list[int]]]:
        """Rows of the channel in the hour from ``begin`` (Beijing), and in that hour of the ``days`` days before."""
        return self._writer.submit(
            lambda batch: (
                batch.catalogue.days.in_hour(channel, begin),
                batch.catalogue.days.history(channel, begin, days),
            )
        )

    # --- archive ---------------------------------------------------------------------------------------------------

    def keep(self, article: Article, data: bytes) -> Future[str]:
        """Make ``data`` the file of this article; the result is ``kept``, or ``unchanged``/``changed`` where it was."""
        said = self._said()
        return self._writer.submit(lambda batch: self._keep(batch, said, article, data))

    def _keep(self, batch: Batch, said: Said, article: Article, data: bytes) -> str:
        docid = article.offer.docid
        digest = hashlib.sha256(data).hexdigest()
        document = batch.catalogue.document(docid)
        if document is None:
            raise LookupError(f"{docid} was never offered")
        if document.state == "kept":
            return "unchanged" if document.sha256 == digest else "changed"
        stem = document.stem or batch.catalogue.free_stem(document.day, article.title, docid, titled=False)
        if batch.has_other(document.day, stem, data):
            stem = PROFILES[self.profile].with_docid(stem, docid)
        file = batch.write(document.day, stem, data, docid)
        batch.say(
            document.day,
            events.kept(said, article, file=file, sha256=digest, size=len(data), profile=self.profile),
        )
        batch.counts["kept"] += 1
        return "kept"

    # --- losses, each with its reason ------------------------------------------------------------------------------

    def filtered(self, docid: str, reason: str, of: str | None = None) -> Future[None]:
        """Not archived on purpose."""
        event = events.filtered(self._said(), docid, reason, of)
        return self._writer.submit(lambda batch: self._lose(batch, docid, lambda _: event))

    def failed(self, docid: str, reason: str, detail: str = "") -> Future[None]:
        """This attempt gave no article: tried again by ``RETRY_AFTER``, given up after that, or ``gone``."""
        said = self._said()
        return self._writer.submit(
            lambda batch: self._lose(batch, docid, lambda document: _failure(said, document, reason, detail))
        )

    def _lose(self, batch: Batch, docid: str, event: Callable[[Document], events.Event]) -> None:
        document = batch.catalogue.document(docid)
        if document is None:
            raise LookupError(f"{docid} was never offered")
        if document.state == "kept":
            return
        said = event(document)
        batch.say(document.day, said)
        batch.counts[said["event"]] += 1

    def _said(self) -> Said:
        return Said(self.run, self.clock())


def _end_poll(batch: Batch, poll: Poll) -> None:
    batch.catalogue.end_poll(poll.channel)
    batch.catalogue.days.set_poll(poll)


def _swept(batch: Batch, said: Said, reading: Reading, asked: bool) -> bool:
    days, day, channel = batch.catalogue.days, reading.day, reading.channel
    if asked and reading.rows and not days.is_asked(day, channel):
        batch.say(day, events.asked(said, channel))
    if days.sealed_by(day, channel):
        return False
    known = days.offered(day, channel) - reading.new
    sweep = (days.sweep(day, channel) or Sweep(said.at)).after(reading, known, said.at)
    if sweep.quiet < QUIET_SWEEPS:
        days.set_sweep(day, channel, sweep)
        return False
    batch.say(day, events.sealed(said, channel, reading.rows or 0, reading.by))
    batch.counts["sealed"] += 1
    return True


def _is_due(document: Document, now: datetime) -> bool:
    """Whether a failed document may be asked for again."""
    return document.state == "failed" and document.next_try_at is not None and document.next_try_at <= stamp(now)


def _failure(said: Said, document: Document, reason: str, detail: str) -> events.Event:
    """The next step of a document that gave no article once more."""
    attempts, wait = document.attempts + 1, None
    if reason in GONE_REASONS:
        if document.reason in GONE_REASONS and _is_due(document, said.at):
            return events.gone(said, document.docid, GONE_REASONS[reason])
        wait = GONE_WAIT
    elif attempts <= len(RETRY_AFTER):
        wait = RETRY_AFTER[document.attempts]
    due = None if wait is None else (said.at + wait).replace(microsecond=0)
    return events.failed(said, document.docid, reason, attempts=attempts, next_try_at=due, detail=detail)
