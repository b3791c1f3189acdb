"""The archive as the crawl sees it: offers in, articles in, losses in; each durable before it is acknowledged.

``Archive.open`` takes the lock, puts right what a killed run left, and starts the writer; ``close`` ends it cleanly.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from newsarchive.archive.format import events, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.profiles import PROFILES
from newsarchive.archive.format.raw_record import Exchange
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.damage import Damage, readable
from newsarchive.archive.index.day_rows import listed_title
from newsarchive.archive.index.days import LastPoll, Reading
from newsarchive.archive.index.document import Document
from newsarchive.archive.record import (
    adoption,
    arranging,
    files,
    folder_readme,
    inspection,
    losses,
    raw_notes,
    recovery,
    restoring,
    revision,
    sweeping,
    taking,
)
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.archive.record.open_files import OpenFiles
from newsarchive.archive.record.raw_store import RawSettings, RawStore
from newsarchive.archive.record.restoring import Lost
from newsarchive.archive.record.writer import Writer
from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable
from newsarchive.items import BEIJING, Article, Offer

T = TypeVar("T")

logger = logging.getLogger(__name__)


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

    def __init__(
        self,
        root: Path,
        profile: str,
        *,
        clock: Callable[[], datetime],
        raw: RawSettings | None = None,
        is_brief: bool = False,
    ) -> None:
        self.root, self.profile, self.clock = root, profile, clock
        self.state = root / paths.STATE_NAME
        self.started_at = clock()
        self.run = f"{self.started_at.astimezone(BEIJING):%Y%m%dT%H%M%S}-{os.getpid()}"
        self._lock = ArchiveLock(self.state, is_brief=is_brief)
        self._open_files = OpenFiles(self.state)
        self._raw_settings = raw

    @classmethod
    def open(
        cls,
        root: Path,
        profile: str,
        clock: Callable[[], datetime] | None = None,
        raw: RawSettings | None = None,
        is_brief: bool = False,
    ) -> Archive:
        """Take the archive in ``root`` for this run, or for moments (``is_brief``); with ``raw`` it keeps what servers sent.

        Raises ``ArchiveNotWritable`` (7), ``ArchiveLocked`` (6), ``ArchiveDamaged`` (8) where a journal or the catalogue
        cannot be read, and ``UsageError`` (2) for another profile than it was begun with.
        """
        archive = cls(root, profile, clock=clock or (lambda: datetime.now(BEIJING)), raw=raw, is_brief=is_brief)
        files.check_writable(root)
        files.make_folder(archive.state, root)
        with ExitStack() as undo:
            archive._lock.acquire()
            undo.callback(archive._lock.release)
            folder_readme.lay(root)
            archive._begin()
            undo.pop_all()
        return archive

    def _begin(self) -> None:
        arranging.settle(self.root, self.state)
        taking.settle(self.root, self.state)
        last = raw_notes.settle(self.root, self.state)
        self.raw = RawStore(self.root, self.state, self._raw_settings, last) if self._raw_settings else None
        self._catalogue = recovery.open_catalogue(self.root, self.state, self._open_files, PROFILES[self.profile])
        try:
            with readable(self._catalogue.path):
                self._look_around()
        except ArchiveDamaged as error:
            recovery.close_catalogue(self._catalogue, error)
            raise
        self._writer = Writer(self.root, self._catalogue, self._open_files, PROFILES[self.profile], self.raw)
        self._is_open = True

    def _look_around(self) -> None:
        """Count what waits and what is damaged; warn of files of the newest days that people deleted or altered."""
        self._left, self._damage = self._catalogue.counts(), self._catalogue.damage.open()
        with suppress(OSError):  # a folder that cannot be read stops a run only where it writes there
            if told := inspection.summary(inspection.recent(self.root, self._catalogue)):
                logger.warning("Of the files of the newest days, %s", told)

    @property
    def counts(self) -> Counter[str]:
        """What this run did and has on disk, by the name of the event."""
        return self._writer.counts

    def reader(self) -> Catalogue:
        """The catalogue, opened for reading in the caller's thread."""
        return Catalogue(self.state / paths.CATALOGUE_NAME, PROFILES[self.profile])

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
            if self.raw:
                self._writer.submit(lambda _: None)  # its commit writes what waits there
            self._writer.close()
            with suppress(sqlite3.Error):  # an unreadable catalogue: the counts of the start are kept
                self._left, self._damage = self._catalogue.counts(), self._catalogue.damage.open()
            recovery.close_catalogue(self._catalogue, self.failure)
            if self.failure is None:
                self._open_files.clear()
                if self.raw:
                    with suppress(ArchiveNotWritable):  # then the next run begins a further file
                        self.raw.end()

    def refuse(self, error: BaseException) -> None:
        """End the writing: it was found elsewhere that the archive, or its catalogue, is not what it should be."""
        self._writer.refuse(error)

    def damage(self) -> Sequence[Damage]:
        """After ``close``: what is damaged in the journals, and nobody has accepted yet."""
        return self._damage

    @property
    def failure(self) -> BaseException | None:
        """What stopped the writing, if anything did."""
        return self._writer.failure

    # --- fetch -----------------------------------------------------------------------------------------------------

    def keep_answer(self, exchange: Exchange, former: str | None = None) -> tuple[str | None, Future[None] | None]:
        """Take in what a server sent; the result is where its record will lie, None where none is kept.

        It is on disk before any line that is said after this.  The future is there where so much waits that the caller
        should wait for it, too.  ``former`` as for ``RawStore.add``.  Raises ``ArchiveNotWritable``.
        """
        if self.raw is None or self.failure is not None:
            return None, None
        place = self.raw.add(exchange, former)
        if not self.raw.wants_flush:
            return place, None
        written = self._writer.submit(lambda _: None)
        return place, written if self.raw.is_crowded else None

    # --- discover --------------------------------------------------------------------------------------------------

    def offer(self, offers: Sequence[Offer], *, poll: str | None = None) -> Future[list[Sighting]]:
        """Write down what a listing showed; ``poll`` is the channel whose poll sees it, None elsewhere."""
        said = self._said()
        return self._writer.submit(lambda batch: [self._offer(batch, said, offer, poll) for offer in offers])

    def _offer(self, batch: Batch, said: Said, offer: Offer, poll: str | None) -> Sighting:
        document = batch.catalogue.document(offer.docid)
        if document and document.is_redacted:  # its title must not come back with the row that shows it
            return Sighting(offer.docid, bool(poll) and batch.catalogue.polls.see(str(poll), offer.docid), False, False)
        event = events.offered(said, offer)
        new = document is None or not batch.catalogue.was_shown(offer.docid, offer.channels)
        if document is None or (offer.channels and (new or not document.was_said(event))):
            batch.say(document.day if document else offer.day, event)
            batch.counts["offered"] += document is None
            document = batch.catalogue.document(offer.docid) if document else None
        known = poll is not None and batch.catalogue.polls.see(poll, offer.docid)
        return Sighting(offer.docid, known, document is None or self._is_wanted(document), new)

    def _is_wanted(self, document: Document) -> bool:
        return document.state == "pending" or document.is_due(self.clock())

    def begin_poll(self, channel: str) -> Future[None]:
        """Forget what an unfinished poll of the channel saw: its rows are not known yet."""
        return self._writer.submit(lambda batch: batch.catalogue.polls.begin(channel))

    def end_poll(self, channel: str, newest_at: datetime | None = None) -> Future[None]:
        """The poll ran to its end: its rows are known from now on.  ``newest_at`` is the latest ``ctime`` it saw."""
        poll = LastPoll(channel, self.clock(), newest_at)
        return self._writer.submit(lambda batch: sweeping.end_poll(batch, poll))

    def due_sweeps(self, channel: str, limit: int) -> Future[list[date]]:
        """At most ``limit`` finished days that the channel is to be asked for again now, newest first."""
        now = self.clock()
        return self._writer.submit(lambda batch: batch.catalogue.days.due(channel, now, limit))

    def swept(self, reading: Reading, *, asked: bool = False) -> Future[bool]:
        """Note that a finished day was read once more; ``asked``: for somebody.  True if that seals it."""
        said = self._said()
        return self._writer.submit(lambda batch: sweeping.swept(batch, said, reading, asked))

    def hour(self, channel: str, begin: datetime, days: int) -> Future[tuple[int, list[int]]]:
        """Rows of the channel in the hour from ``begin`` (Beijing), and in that hour of the ``days`` days before."""
        return self._writer.submit(
            lambda batch: (
                batch.catalogue.days.in_hour(channel, begin),
                batch.catalogue.days.history(channel, begin, days),
            )
        )

    # --- repair ----------------------------------------------------------------------------------------------------

    def take_back(self, lost: Lost, data: bytes) -> Future[bool]:
        """Put ``data`` where a line names it, and say so; false where that is no longer lost, or ``data`` not its bytes."""
        said = self._said()
        return self._writer.submit(lambda batch: restoring.take_back(self.root, batch, said, lost, data))

    def say_mended(self, day: date, sha256: str) -> Future[None]:
        """Say that the day's journal was mended; ``sha256`` is that of the file as it was put back."""
        event = events.repaired(self._said(), None, f"{day:%Y/%m/%d}/{paths.JOURNAL_NAME}", sha256)
        return self._writer.submit(lambda batch: batch.say(day, event))

    # --- archive ---------------------------------------------------------------------------------------------------

    def keep(self, article: Article, data: bytes) -> Future[str]:
        """Make ``data`` the file of this article; the result is ``kept``, ``revised``, ``unchanged`` or ``blocked``.

        One that is kept gets a further state where ``article.kind`` says why.  One whose file is gone or altered is kept
        anew; an altered file stays, and the article lies beside it.
        """
        said = self._said()
        return self._writer.submit(lambda batch: self._keep(batch, said, article, data))

    def _keep(self, batch: Batch, said: Said, article: Article, data: bytes) -> str:
        docid = article.offer.docid
        digest = hashlib.sha256(data).hexdigest()
        document = batch.catalogue.document(docid)
        if document is None:
            raise LookupError(f"{docid} was never offered")
        if document.is_redacted:
            raise LookupError(f"{docid} was redacted")
        if document.state == "kept" and batch.has(str(document.file), str(document.sha256)):
            if not article.kind:
                return "unchanged"
            return "revised" if revision.revise(batch, said, document, article, data) else "blocked"
        placed = batch.put(document.day, _stems(batch, document, article), data, docid)
        event = events.kept(
            said,
            article,
            file=placed.file,
            sha256=digest,
            size=len(data),
            profile=self.profile,
            adopted=placed.adopted,
        )
        batch.say(document.day, event)
        batch.counts["kept"] += 1
        batch.counts["offered"] += self._is_taken_up(document)
        return "kept"

    def merge(self, job: Callable[[Batch, Said], T]) -> Future[T]:
        """Do a job of ``merging`` or ``taking``, whose lines all say the same moment."""
        said = self._said()
        return self._writer.submit(lambda batch: job(batch, said))

    def lost(self) -> Future[list[str]]:
        """The docids of kept documents whose files are gone or altered."""
        return self._writer.submit(
            lambda batch: [
                finding.docid
                for finding in inspection.findings(self.root, batch.catalogue)
                if finding.docid and finding.url
            ]
        )

    def accept_damage(self) -> Future[list[Damage]]:
        """Say in each damaged journal that a person accepts what cannot be mended."""
        said = self._said()
        return self._writer.submit(lambda batch: _accept_damage(batch, said))

    def _is_taken_up(self, document: Document) -> bool:
        """Whether an earlier run left it: then it counts as offered to the run that settles it."""
        return str(document.first.get("at") or "") < stamp(self.started_at)

    def due_visits(self, hours: Sequence[float], limit: int) -> Future[list[str]]:
        """At most ``limit`` kept documents whose pages are to be looked at again now, newest first."""
        return self._writer.submit(revision.due(list(hours), limit, self.clock()))

    def checked(self, docid: str, etag: str = "", last_modified: str = "", warc: str | None = None) -> Future[None]:
        """A revisit found the same text; ``warc`` here and below is where the answer is stored."""
        said = self._said()
        return self._writer.submit(lambda batch: revision.check(batch, said, docid, etag, last_modified, warc=warc))

    # --- losses, each with its reason ------------------------------------------------------------------------------

    def filtered(self, docid: str, reason: str, of: str | None = None, warc: str | None = None) -> Future[None]:
        """Not archived on purpose."""
        event = events.filtered(self._said(), docid, reason, of, warc)
        return self._writer.submit(lambda batch: self._lose(batch, docid, lambda _: event))

    def failed(self, docid: str, reason: str, detail: str = "", warc: str | None = None) -> Future[None]:
        """This attempt gave no article: tried again by ``RETRY_AFTER``, given up after that, or ``gone``.

        What is kept stays so; two such answers of ``GONE_REASONS`` an hour apart say that the source has it no more.
        """
        said = self._said()
        return self._writer.submit(lambda batch: self._fail(batch, said, docid, reason, detail, warc=warc))

    def _fail(self, batch: Batch, said: Said, docid: str, reason: str, detail: str, *, warc: str | None) -> None:
        document = batch.catalogue.document(docid)
        if document and document.state == "kept":
            revision.miss(batch, said, document, reason, detail, warc=warc)
        else:
            self._lose(batch, docid, lambda document: losses.failure(said, document, reason, detail, warc))

    def find(self, docid: str) -> Future[Document | None]:
        """What is known of a document now; None: it was never offered."""
        return self._writer.submit(lambda batch: batch.catalogue.document(docid))

    def forget(self, docid: str, reason: str) -> Future[Document | None]:
        """Take an offer that was never kept out of the gaps; the result is the document as it was, None: never offered.

        One that is ``kept``, ``filtered`` or ``gone`` is no gap, and stays as it is.
        """
        event = events.forgotten(self._said(), docid, reason)
        return self._writer.submit(lambda batch: losses.forget(batch, event))

    def _lose(self, batch: Batch, docid: str, event: Callable[[Document], events.Event]) -> None:
        document = batch.catalogue.document(docid)
        if document is None:
            raise LookupError(f"{docid} was never offered")
        if document.state == "kept" or document.is_redacted:
            return
        loss = event(document)
        batch.say(document.day, loss)
        batch.counts[loss["event"]] += 1
        batch.counts["offered"] += self._is_taken_up(document)
        if loss["event"] == "gone" or (loss["event"] == "failed" and loss["next_try_at"] is None):
            adoption.adopt(batch, self._said(), document)

    def _said(self) -> Said:
        return Said(self.run, self.clock())


def _accept_damage(batch: Batch, said: Said) -> list[Damage]:
    accepted = batch.catalogue.damage.open()
    for damage in accepted:
        batch.say(damage.day, events.damaged(said, damage.line, damage.expected, damage.found))
    return accepted


def _stems(batch: Batch, document: Document, article: Article) -> Iterator[str]:
    """The names for a document's file, the best first: its own; where something lies under that, those with its docid."""
    catalogue, scope = batch.catalogue, batch.profile.scope_of(document.day)
    if document.stem and catalogue.name_owner(scope, document.stem) in (None, document.docid):
        yield document.stem
    title = listed_title(batch.profile, document.first) or article.title
    yield from catalogue.free_stems(document.day, title, document.docid, titled=False)
