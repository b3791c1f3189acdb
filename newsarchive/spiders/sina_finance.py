"""The spider: what Sina Finance lists, or was asked for by hand, fetched once each and handed to the pipelines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg
from twisted.python.failure import Failure

from newsarchive import configuration, report
from newsarchive.archive.frontier import Frontier
from newsarchive.archive.store import Archive
from newsarchive.errors import ArchiveError, ListingError, PageError
from newsarchive.gate import Gate
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.sina import urls
from newsarchive.sina.discover import Discovery
from newsarchive.sina.kinds import FILTERED_REASONS
from newsarchive.spiders import arguments, failures
from newsarchive.spiders.manners import Manners

logger = logging.getLogger(__name__)

WINDOW = 12
"""Documents between the frontier and their outcome: keeps four connections busy while pages are written, no more."""

LOST = "newsarchive/lost/"
"""Scrapy statistics that begin so count what the run lost, by reason."""


class SinaFinanceSpider(Spider):
    """Keeps 新浪财经: polls its channels (no argument), reads a range of days (since, until), or takes given addresses."""

    name = "sina_finance"
    allowed_domains = ["sina.com.cn", "sina.cn"]  # noqa: RUF012 - Scrapy declares it so

    def __init__(self, archive: Archive, task: arguments.Arguments, outcome: report.Outcome, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.archive, self.task, self.outcome = archive, task, outcome
        self.catalogue = archive.reader()
        self.frontier = Frontier(self.catalogue)
        self.gate = Gate()
        self.manners = Manners(archive, self.gate, self._stop)
        self._discovering: asyncio.Future[None] | None = None
        self.limited = False
        """Whether ``limit`` ended the run before its task was done."""
        self._under_way: set[str] = set()
        self._moved = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SinaFinanceSpider:
        """Called by our ``crawl`` command with an open archive; from a script, it is opened here."""
        if "archive" not in kwargs:
            kwargs = cls._by_itself(crawler.settings, kwargs)
        spider = cls(*args, **kwargs)
        spider._set_crawler(crawler)
        spider.manners.ban_minutes = crawler.settings.getfloat("SINA_BAN_MINUTES")
        crawler.signals.connect(spider._item_done, signals.item_scraped)
        crawler.signals.connect(spider._item_done, signals.item_dropped)
        crawler.signals.connect(spider._item_failed, signals.item_error)
        crawler.signals.connect(spider._callback_failed, signals.spider_error)
        crawler.signals.connect(spider._closed, signals.spider_closed)
        return spider

    @staticmethod
    def _by_itself(settings: BaseSettings, given: dict[str, str]) -> dict[str, Any]:
        configuration.check(settings)
        today = configuration.clock(settings)().date()
        task = arguments.parse(given, configuration.value(settings, "SINA_CHANNELS"), today)
        return {"archive": open_archive(settings), "task": task, "outcome": report.Outcome()}

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        contact = settings.get("FETCH_CONTACT") or "contact not given"
        settings.set("USER_AGENT", str(settings.get("USER_AGENT")).replace("{contact}", contact), "cmdline")

    @classmethod
    def handles_request(cls, request: Request) -> bool:  # noqa: ARG003 - Scrapy's signature
        """Not those of ``scrapy shell`` and ``scrapy fetch``: they would take the archive to look at one page."""
        return False

    # --- discover and feed -----------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """Pages to fetch, as fast as they get their outcome; the listing is read at the same time."""
        self._discovering = discovering = asyncio.ensure_future(self._discover())
        discovering.add_done_callback(lambda _: self._moved.set())
        try:
            while (offer := await self._next(discovering)) is not None:
                if request := await self._request(offer):
                    yield request
            if self._is_enough():
                self.limited = True
                discovering.cancel()
            await asyncio.wait((discovering,))
            self._heed(discovering)
        finally:
            discovering.cancel()

    async def _discover(self) -> None:
        task = self.task
        if task.urls is not None:
            await self._take_given(task.urls)
            return
        if task.days is None and self.settings.getbool("DISCOVER_GAPS_ONLY"):
            self.frontier.add_missing()
            self._moved.set()
            return
        discovery = Discovery(
            self.archive,
            self._ask,
            self._found,
            self._has_enough_waiting,
            self.settings.getint("DISCOVER_OVERLAP_ROWS"),
        )
        try:
            if task.days is not None:
                await discovery.days(task.channels, *task.days)
            else:
                self.frontier.add_due(self.archive.clock())
                self._moved.set()
                await discovery.poll(task.channels, self.settings.getfloat("DISCOVER_STALE_HOURS"))
                await discovery.sweep(task.channels)
        finally:
            for error in discovery.errors:
                self.outcome.note(report.LISTING, error)

    async def _take_given(self, given: tuple[str, ...]) -> None:
        """Addresses given by hand, fetched again also where they are known."""
        now = self.archive.clock()
        offers = [
            Offer(docid=urls.docid_of(url), url=url, day=urls.date_of(url) or now.astimezone(BEIJING).date())
            for url in given
        ]
        await asyncio.wrap_future(self.archive.offer(offers))
        self.frontier.add((offer.docid, offer.url) for offer in offers)
        self._moved.set()

    def _found(self, docids: list[str]) -> None:
        self.frontier.add((docid, None) for docid in docids)
        self._moved.set()

    async def _ask(self, url: str) -> bytes:
        """One page of a listing; raises ``ListingError``, and ends the reading once the gate is shut."""
        request = Request(url, callback=NO_CALLBACK, priority=1)
        try:
            response = await self.crawler.engine.download_async(request)
        except failures.DOWNLOAD_ERRORS as error:
            if self.gate.error is not None:
                raise asyncio.CancelledError from error
            raise ListingError(f"it is unreachable: {failures.reason_of(error)} ({failures.plain(error)})") from error
        if response.status != 200:
            raise ListingError(f"it answered with HTTP status {response.status}")
        return response.body

    async def _next(self, discovering: asyncio.Future[None]) -> Offer | None:
        """The next document, once there is room for it; None when nothing can come any more."""
        while self.gate.error is None:
            self._moved.clear()
            if self._has_room() and (offer := self.frontier.take()):
                return offer
            if not self._under_way and (discovering.done() or self._is_enough()):
                return None
            await self._moved.wait()
        return None

    def _has_room(self) -> bool:
        room = len(self._under_way) < WINDOW
        if self.task.limit is None:
            return room
        return room and self._kept + len(self._under_way) < self.task.limit

    @property
    def _kept(self) -> int:
        return self.archive.counts["kept"]

    def _is_enough(self) -> bool:
        return self.task.limit is not None and self._kept >= self.task.limit

    def _has_enough_waiting(self) -> bool:
        """Whether a limited run knows of as many documents as it will take: then it asks the listing for no more."""
        if self.task.limit is None:
            return False
        enough = self._kept + len(self._under_way) + len(self.frontier) >= self.task.limit
        self.limited = self.limited or enough
        return enough

    async def _request(self, offer: Offer) -> Request | None:
        if offer.channels and not urls.is_sina(offer.url):
            await self.filtered(offer.docid, "off-site")
            return None
        self._under_way.add(offer.docid)
        return self._page_request(offer, retries=0)

    def _page_request(self, offer: Offer, retries: int) -> Request:
        return Request(
            offer.url,
            callback=self.parse_page,
            errback=self.download_failed,
            cb_kwargs={"offer": offer},
            meta={"retry_times": retries},
            dont_filter=True,
        )

    # --- fetch → extract -------------------------------------------------------------------------------------------

    async def parse_page(self, response: Response, offer: Offer) -> AsyncIterator[Article | Request]:
        """One article out of one answer, or a loss with its reason; what may be better in a moment is asked again."""
        self.manners.heard_page()
        try:
            yield await self._with_further_pages(self._article(response, offer))
        except PageError as error:
            again = error.transient and self._again(response, offer, error.reason)
            if again:
                yield again
            elif error.reason in FILTERED_REASONS:
                await self.filtered(offer.docid, error.reason)
                self._release(offer.docid)
            else:
                await self.lost(offer.docid, error.reason, str(error))
        except failures.DOWNLOAD_ERRORS as error:
            await self._no_answer(offer.docid, error)

    async def _with_further_pages(self, first: Article) -> Article:
        """The article with the bodies of its further pages, asked for one after the other; all of them or none."""
        rest = [self._article(await self.fetch(url), first.offer) for url in first.next_pages]
        if not rest:
            return first
        from newsarchive.sina.layouts import join  # noqa: PLC0415 - as in ``_article``

        return join(first, rest)

    async def fetch(self, url: str) -> Response:
        """One more page for a document that is under way; raises ``failures.DOWNLOAD_ERRORS``."""
        return await self.crawler.engine.download_async(Request(url, callback=NO_CALLBACK))

    def _again(self, response: Response, offer: Offer, reason: str) -> Request | None:
        """The same request anew, without what the middlewares wrote into its meta; None after ``RETRY_TIMES``."""
        asked = self._page_request(offer, response.meta.get("retry_times", 0))
        return get_retry_request(asked, spider=self, reason=reason)

    def _article(self, response: Response, offer: Offer) -> Article:
        from newsarchive.sina.answers import article_of  # noqa: PLC0415 - 0.1 s of a start; most polls find no page

        return article_of(
            response.body,
            offer,
            urls.canonical(response.url),
            status=response.status,
            content_type=response.headers.get("Content-Type"),
            fetched_at=self.archive.clock(),
        )

    async def download_failed(self, failure: Failure) -> None:
        """No answer: a loss with its reason, unless we were told to stop; then the document stays as it was."""
        docid = failure.request.cb_kwargs["offer"].docid  # type: ignore[attr-defined]  # Scrapy puts it there
        await self._no_answer(docid, failure.value or RuntimeError("no cause given"))

    async def _no_answer(self, docid: str, error: BaseException) -> None:
        if self.gate.error is not None or isinstance(error, failures.RobotsUnreachable):
            self._release(docid)
        elif isinstance(error, failures.RobotsForbid):
            await self.filtered(docid, "robots")
            self._release(docid)
        else:
            await self.lost(docid, failures.reason_of(error), failures.plain(error))
            self.manners.heard_nothing(failures.reason_of(error))

    # --- outcomes --------------------------------------------------------------------------------------------------

    async def keep(self, article: Article, data: bytes) -> None:
        """Make the article durable; a known one that was asked for by hand is compared and left."""
        became = await self._written(self.archive.keep(article, data))
        if became in ("changed", "unchanged"):
            logger.info("%s is %s since it was archived; left as it is", article.offer.docid, became)

    async def filtered(self, docid: str, reason: str, of: str | None = None) -> None:
        await self._written(self.archive.filtered(docid, reason, of))

    async def lost(self, docid: str, reason: str, message: str) -> None:
        """Journal a failure of this document and make room for the next."""
        logger.warning("%s is not archived, %s: %s", docid, reason, message)
        self.crawler.stats.inc_value(f"{LOST}{reason}")
        await self._written(self.archive.failed(docid, reason, message))
        self._release(docid)

    async def _written(self, future: Any) -> Any:
        """What the archive says once it is on disk; None where it cannot be written any more: then the run ends."""
        waited = asyncio.wrap_future(future)
        await asyncio.wait((waited,))
        if error := waited.exception():
            self._stop(report.NOT_WRITABLE if isinstance(error, ArchiveError) else report.DEFECT, error)
            return None
        return waited.result()

    def _stop(self, code: int, error: BaseException) -> None:
        self.outcome.note(code, str(error))
        if self.gate.error is None:
            logger.error("%s", error)
            self.gate.shut(error)
            self._moved.set()
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=type(error).__name__))

    def stop(self) -> None:
        """A signal asked us to end: nothing more is sent, what is done is kept."""
        if self._discovering is None or not self._discovering.done():
            self.outcome.note(report.MISSING, "stopped by a signal before the listing was read")
        self.gate.shut(IgnoreRequest("stopped by a signal"))
        self._moved.set()

    def _release(self, docid: str) -> None:
        self._under_way.discard(docid)
        self._moved.set()

    def _item_done(self, item: Article) -> None:
        self._release(item.offer.docid)

    def _item_failed(self, item: Article, failure: Failure) -> None:
        self._defect(item.offer.docid, failure)

    def _callback_failed(self, failure: Failure, response: Any) -> None:
        request = getattr(response, "request", None)
        offer = request.cb_kwargs.get("offer") if request else None
        self._defect(offer.docid if offer else None, failure)

    def _defect(self, docid: str | None, failure: Failure) -> None:
        """An exception that nobody expected: exit 1; its document stays pending, its traceback is in the log."""
        if self.gate.error is None:
            self.outcome.note(report.DEFECT, f"a defect of ours: {failure.value!r}; its traceback is in the log")
        if docid is not None:
            self._release(docid)

    def _heed(self, discovering: asyncio.Future[None]) -> None:
        """What the reading of the listing ended with."""
        error = None if discovering.cancelled() else discovering.exception()
        if isinstance(error, ArchiveError):
            self._stop(report.NOT_WRITABLE, error)
        elif error is not None and self.gate.error is None:
            raise error

    def _closed(self) -> None:
        self.frontier.close()
        self.catalogue.close()
        self.archive.close()


def ours(crawler: Crawler) -> SinaFinanceSpider:
    """The crawler's spider; raises ``NotConfigured`` for another one, as of ``scrapy shell`` and ``scrapy fetch``."""
    if not isinstance(crawler.spider, SinaFinanceSpider):
        raise NotConfigured("it serves sina_finance alone")
    return crawler.spider


def project_folder() -> Path:
    """The folder of scrapy.cfg; the current one where there is none."""
    config = closest_scrapy_cfg()
    return Path(config).parent if config else Path.cwd()


def open_archive(settings: BaseSettings) -> Archive:
    """The archive of these settings, held for this run; raises the errors of ``Archive.open``."""
    root = configuration.archive_dir(settings, project_folder())
    return Archive.open(root, configuration.value(settings, "ARCHIVE_PROFILE"), configuration.clock(settings))
