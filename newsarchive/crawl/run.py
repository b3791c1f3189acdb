"""One run over an archive: what all its Scrapy components share, and how a document comes to its outcome.

The ``crawl`` command makes it before Scrapy makes the spider; every component reaches it by ``Run.of(crawler)``, none
through the spider.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import ClassVar, Self, TypeVar
from weakref import WeakKeyDictionary

import scrapy
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, IgnoreRequest, NotConfigured
from scrapy.settings import BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg

from newsarchive import __version__
from newsarchive.archive.format.events import Said
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.damage import readable
from newsarchive.archive.index.frontier import Frontier
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.raw_store import RawSettings
from newsarchive.archive.record.store import Archive
from newsarchive.crawl.gate import Gate
from newsarchive.crawl.site_wishes import SiteWishes
from newsarchive.crawl.window import Window
from newsarchive.errors import ArchiveDamaged, ArchiveError
from newsarchive.items import Article
from newsarchive.operation import report
from newsarchive.operation.masks import masked
from newsarchive.settings import values
from newsarchive.sina.listing.days_read import DaysRead

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_QUOTED_CHARS = 300
"""Of an error, in the log, the report and the journal: some quote an address of 30,000 characters."""

TOLD_SETTINGS = (
    "DOWNLOAD_DELAY",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "DOWNLOAD_MAXSIZE",
    "SINA_CHANNELS",
    "ARCHIVE_PROFILE",
)
"""Settings that stand in the files of raw records, beside the program: how the answers came about."""

REQUESTS, BYTES = "newsarchive/requests", "newsarchive/bytes"
"""Names in Scrapy's stats: requests that were sent, and bytes that came, before they were unpacked."""
LOST = "newsarchive/lost/"
"""Scrapy statistics that begin so count what the run lost, by reason."""

DEFECT = "defect"
"""Reason of a document whose page met a defect of ours; tried again by the table, as any failure."""


class Run:
    """An open archive, the gate to the site, and what has gone wrong so far."""

    _of: ClassVar[WeakKeyDictionary[Crawler, Run]] = WeakKeyDictionary()

    def __init__(self, archive: Archive, crawler: Crawler) -> None:
        self.archive, self.outcome = archive, report.RunOutcome()
        self.catalogue = archive.reader()
        self.frontier = Frontier(self.catalogue)
        self.gate = Gate()
        self.window = Window()
        self.limited = False
        """Whether ``limit`` ended the run before its task was done."""
        self.listing_is_read = False
        """Whether discovery has come to its end."""
        self.days_read: DaysRead | None = None
        """Of a run that is asked for a range of days."""
        self.before_close: list[Callable[[], None]] = []
        """What looks into the catalogue once more, when the run has ended, however it did."""
        self._crawler = crawler
        self._defects: set[asyncio.Future[None]] = set()
        minutes, together = (
            crawler.settings.getfloat("SINA_BAN_MINUTES"),
            crawler.settings.getint("FETCH_CRAWLS_AT_ONCE"),
        )
        self.wishes = SiteWishes(archive, self.gate, self.stop, minutes, together)

    @classmethod
    def begin(cls, archive: Archive, crawler: Crawler) -> Self:
        """The run of this crawler, for its components; the archive is held until ``close``."""
        run = cls(archive, crawler)
        cls._of[crawler] = run
        return run

    @classmethod
    def find(cls, crawler: Crawler) -> Run | None:
        """The crawler's run; None where it has none, as that of ``scrapy shell`` and ``scrapy fetch``."""
        return cls._of.get(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> Run:
        """The crawler's run; raises ``NotConfigured`` where it has none: then the component is left out."""
        run = cls.find(crawler)
        if run is None:
            raise NotConfigured("it serves crawls into an archive alone")
        return run

    def close(self) -> None:
        """Let go of the archive; safe to call twice."""
        while self.before_close:
            self.before_close.pop()()
        self.frontier.close()
        self.catalogue.close()
        self.archive.close()

    # --- outcomes of documents -------------------------------------------------------------------------------------

    async def keep(self, article: Article, data: bytes) -> None:
        """Make the article durable, as the first state of its document or as a further one."""
        became = await self._written(self.archive.keep(article, data))
        if became == "revised":
            logger.info("%s has changed since it was archived: %s", article.offer.docid, article.kind)

    async def checked(self, docid: str, etag: str, last_modified: str, warc: str | None) -> None:
        """Note that a kept page says the same as before, and make room for the next.

        ``warc`` here and below is where the answer is stored, None where none was had or none is kept.
        """
        await self._written(self.archive.checked(docid, etag, last_modified, warc))
        self.window.release(docid)

    async def filtered(self, docid: str, reason: str, of: str | None = None, warc: str | None = None) -> None:
        """Journal that the document is not archived on purpose, and make room for the next."""
        await self._written(self.archive.filtered(docid, reason, of, warc))
        self.window.release(docid)

    async def lost(
        self, docid: str, reason: str, message: str, *, warc: str | None = None, level: int = logging.WARNING
    ) -> None:
        """Journal a failure of this document, and make room for the next."""
        logger.log(level, "%s is not archived, %s: %s", docid, reason, message[:MAX_QUOTED_CHARS])
        self._crawler.stats.inc_value(f"{LOST}{reason}")
        await self._written(self.archive.failed(docid, reason, message, warc))
        self.window.release(docid)

    def met_defect(self, docid: str | None, error: BaseException | None) -> None:
        """An exception that nobody expected: exit 1, and the document failed; its traceback has been logged."""
        if self.gate.error is not None:  # what was under way when the run was stopped stays as it was
            if docid is not None:
                self.window.release(docid)
            return
        message = f"a defect of ours: {_named(error)}; its traceback is in the log"
        self.outcome.note(report.DEFECT, message)
        if docid is not None:
            self._defects.add(task := asyncio.ensure_future(self.lost(docid, DEFECT, message)))
            task.add_done_callback(partial(self._defect_noted, docid))

    def _defect_noted(self, docid: str, task: asyncio.Future[None]) -> None:
        """Make room for the next also where not even the failure could be journalled: the document stays pending."""
        self._defects.discard(task)
        self.window.release(docid)
        if error := None if task.cancelled() else task.exception():
            logger.error("The failure of %s cannot be journalled", docid, exc_info=error)

    async def _written(self, future: Future[T]) -> T | None:
        """What the archive says once it is on disk; None where it cannot be written any more: then the run ends.

        Raises what is a defect within this one job: the archive goes on without it.
        """
        waited = asyncio.wrap_future(future)
        await asyncio.wait((waited,))
        if self.archive.failure is not None and (error := waited.exception()):
            self.stop(report.code_of(error), error)
            return None
        return waited.result()

    async def done(self, job: Callable[[Batch, Said], T]) -> T | None:
        """What a job of the writer's gives, once it is on disk; None where nothing can be written any more: then the run ends."""
        return await self._written(self.archive.merge(job))

    # --- the end of the run ----------------------------------------------------------------------------------------

    def stop(self, code: int, error: BaseException) -> None:
        """End the run with this exit code and cause: nothing more is sent, what is done is kept."""
        self.outcome.note(code, str(error))
        if isinstance(error, ArchiveError):
            self.archive.refuse(error)
        if self.gate.error is None:
            logger.debug("Stopping: %s", error)  # the command tells it in the end, with the exit code
            self._end(error, type(error).__name__)

    @contextmanager
    def looking_up(self) -> Iterator[Catalogue]:
        """The catalogue, for a pipeline: where it is found damaged the run ends, and the item is dropped (``DropItem``)."""
        try:
            with readable(self.catalogue.path):
                yield self.catalogue
        except ArchiveDamaged as error:
            self.end_with(error)
            raise DropItem(str(error), log_level="DEBUG") from error

    def end_with(self, error: ArchiveError) -> None:
        """The archive cannot be gone on with: nothing more is sent or written."""
        self.stop(report.code_of(error), error)

    def stop_by_signal(self, heard: int) -> None:
        """A signal asked us to end: nothing more is sent, what is done is kept; ``heard``: how many have come."""
        if self.gate.error is None:
            logger.info("Stopped by a signal: what is under way is ended")
            if not self.listing_is_read:
                self.outcome.note(report.MISSING, "stopped by a signal before the listing was read")
            self._end(IgnoreRequest("stopped by a signal"), "shutdown")
        if heard > 1:
            self.gate.break_off()

    def met_error_in_discovery(self, error: BaseException) -> None:
        """The reading of the listing ended with this error, and no ``ListingError`` or stop."""
        if isinstance(error, ArchiveError):
            self.end_with(error)
        elif self.gate.error is None:
            logger.error("The listing cannot be read", exc_info=error)
            self.outcome.note(report.DEFECT, f"a defect of ours: {_named(error)}; its traceback is in the log")

    def _end(self, error: BaseException, reason: str) -> None:
        self.gate.shut(error)
        self.window.end()
        engine = self._crawler.engine
        if engine is not None and engine.running:  # else the spider finds the gate shut as soon as it starts
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason=reason))


def _named(error: BaseException | None) -> str:
    """The error in one short line; some quote the whole text that they could not handle."""
    return f"{type(error).__name__}: {error}"[:MAX_QUOTED_CHARS]


def project_folder() -> Path:
    """The folder of scrapy.cfg; the current one where there is none."""
    config = closest_scrapy_cfg()
    return Path(config).parent if config else Path.cwd()


def open_archive(settings: BaseSettings) -> Archive:
    """The archive of these settings, held for this run; raises the errors of ``Archive.open``."""
    root = values.archive_dir(settings, project_folder())
    raw = raw_settings(settings) if values.value(settings, "RAW_STORE") == "warc" else None
    return Archive.open(root, values.value(settings, "ARCHIVE_PROFILE"), values.clock(settings), raw)


def raw_settings(settings: BaseSettings) -> RawSettings:
    """What stands in the files of raw records: the program, and how it asked; no secret."""
    info = {"software": f"newsarchive/{__version__} Scrapy/{scrapy.__version__}", "format": "WARC File Format 1.1"}
    asked = {"robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore"}
    ours = {name.lower().replace("_", "-"): masked(str(settings.get(name))) for name in TOLD_SETTINGS}
    return RawSettings(values.value(settings, "RAW_MAX_MB"), {**info, **asked, **ours})
