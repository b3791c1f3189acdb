"""What every spider over an archive does: take documents from the frontier, ask for their pages, hand articles on.

A spider of ours says where to ask (``discover``) and what to make of an answer (``read``); the rest is here.
"""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from newsarchive.crawl import failures, raw_capture, revisits
from newsarchive.crawl.arguments import Arguments
from newsarchive.crawl.run import Run
from newsarchive.errors import ArchiveError, ListingError, PageError
from newsarchive.items import Article, Offer

logger = logging.getLogger(__name__)


class ArchiveSpider(Spider):
    """Feeds the frontier's documents to Scrapy, as many at once as the window lets in."""

    filtered_reasons: frozenset[str] = frozenset()
    """Reasons of a ``PageError`` for which a document is not wanted, rather than not to be had."""

    def __init__(self, run: Run, task: Arguments, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run, self.task = run, task

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """``task`` comes from the ``crawl`` command, which has begun the run; from a script, both are made here."""
        if "task" not in kwargs:
            kwargs = {"task": cls.begin_by_itself(crawler, kwargs)}
        run = Run.of(crawler)
        spider = cls(run, *args, **kwargs)
        spider._set_crawler(crawler)
        crawler.signals.connect(spider._item_done, signals.item_scraped)
        crawler.signals.connect(spider._item_done, signals.item_dropped)
        crawler.signals.connect(spider._item_failed, signals.item_error)
        crawler.signals.connect(spider._callback_failed, signals.spider_error)
        crawler.signals.connect(spider._closed, signals.spider_closed)
        return spider

    @classmethod
    @abstractmethod
    def begin_by_itself(cls, crawler: Crawler, given: dict[str, str]) -> Arguments:
        """Check settings and arguments and begin the run, as the ``crawl`` command does."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the contact of ``FETCH_CONTACT`` into the user agent."""
        super().update_settings(settings)
        contact = settings.get("FETCH_CONTACT") or "contact not given"
        settings.set("USER_AGENT", str(settings.get("USER_AGENT")).replace("{contact}", contact), "cmdline")

    @classmethod
    def handles_request(cls, request: Request) -> bool:  # noqa: ARG003 - Scrapy's signature
        """Not those of ``scrapy shell`` and ``scrapy fetch``: they would take the archive to look at one page."""
        return False

    # --- what a spider says of its site ----------------------------------------------------------------------------

    @abstractmethod
    async def discover(self) -> None:
        """Fill the frontier (``found``); returns when the listing has been read."""

    @abstractmethod
    def read(self, response: Response, offer: Offer) -> Article:
        """The article in this answer; raises ``PageError``."""

    @abstractmethod
    def join(self, first: Article, rest: list[Article]) -> Article:
        """The article whose further pages are ``rest``."""

    @abstractmethod
    def is_of_site(self, url: str) -> bool:
        """Whether the address lies within the site; others are ``filtered``, ``off-site``."""

    # --- feed ------------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """Pages to fetch, as fast as they get their outcome; the listing is read at the same time."""
        discovering = asyncio.ensure_future(self.discover())
        discovering.add_done_callback(self._listing_ended)
        try:
            while (offer := await self._next(discovering)) is not None:
                if request := await self._request_or_defect(offer):
                    yield request
            if self._is_enough():
                self.run.limited = True
                discovering.cancel()
            await asyncio.wait((discovering,))
            self._heed(discovering)
            if self.settings.getbool("ARCHIVE_IMAGES"):
                await self._fetch_pictures()
        except ArchiveError as error:  # found at a reading
            self.run.end_with(error)
        finally:
            discovering.cancel()

    async def _fetch_pictures(self) -> None:
        """After the texts: those of all kept articles that are due."""
        from newsarchive.crawl.pictures import MOST_A_POLL, PictureRun  # noqa: PLC0415 - most runs fetch none

        is_filling = self.settings.getbool("DISCOVER_GAPS_ONLY")
        is_poll = self.task.days is None and self.task.urls is None and not is_filling
        most = MOST_A_POLL if is_poll else None
        await PictureRun(self.run, self.crawler, most=most, any_time=is_filling).fetch()

    def found(self, asked: Iterable[tuple[str, str | None]]) -> None:
        """Queue docids, each with the address to ask instead of the catalogue's, or None."""
        self.run.frontier.add(asked)
        self.run.window.wake()

    async def ask(self, url: str) -> bytes:
        """One page of a listing; raises ``ListingError``, and ends the reading once the gate is shut."""
        request = Request(url, callback=NO_CALLBACK, priority=1)
        try:
            response = await self.crawler.engine.download_async(request)
        except failures.DOWNLOAD_ERRORS as error:
            if self.run.gate.error is not None:
                raise asyncio.CancelledError from error
            raise ListingError(f"it is unreachable: {failures.reason_of(error)} ({failures.plain(error)})") from error
        if response.status != 200:
            raise ListingError(f"it answered with HTTP status {response.status}")
        return response.body

    def has_enough_waiting(self) -> bool:
        """Whether a limited run knows of as many documents as it will take: then it asks the listing for no more."""
        if self.task.limit is None:
            return False
        enough = self._kept + len(self.run.window) + len(self.run.frontier) >= self.task.limit
        self.run.limited = self.run.limited or enough
        return enough

    async def _next(self, discovering: asyncio.Future[None]) -> Offer | None:
        """The next document, once there is room for it; None when nothing can come any more."""
        window = self.run.window
        while self.run.gate.error is None:
            window.watch()
            if self._has_room() and (offer := self.run.frontier.take()):
                return offer
            if not window and (discovering.done() or self._is_enough()):
                return None
            await window.wait()
        return None

    def _has_room(self) -> bool:
        window = self.run.window
        if self.task.limit is None:
            return window.has_room
        return window.has_room and self._kept + len(window) < self.task.limit

    @property
    def _kept(self) -> int:
        return self.run.archive.counts["kept"]

    def _is_enough(self) -> bool:
        return self.task.limit is not None and self._kept >= self.task.limit

    async def _request_or_defect(self, offer: Offer) -> Request | None:
        """What ``_request`` gives; an exception in it costs this document a try, and not the rest of the queue."""
        with ExitStack() as judged:
            judged.push(lambda _kind, error, _trace: self._is_set_aside(offer.docid, error))
            return await self._request(offer)
        return None

    def _is_set_aside(self, docid: str, error: BaseException | None) -> bool:
        """Whether the error is one of this document; a stop goes through."""
        if not isinstance(error, Exception):
            return False
        self._log_defect(docid, error)
        return True

    async def _request(self, offer: Offer) -> Request | None:
        if offer.channels and not self.is_of_site(offer.url):
            await self.run.filtered(offer.docid, "off-site")
            return None
        self.run.window.enter(offer.docid, offer.title)
        return self._page_request(offer, retries=0)

    def _page_request(self, offer: Offer, retries: int) -> Request:
        return Request(
            offer.url,
            callback=self.parse_page,
            errback=self.download_failed,
            cb_kwargs={"offer": offer},
            meta={"retry_times": retries, raw_capture.DOCID: offer.docid},
            headers=revisits.conditions(self.run, offer.docid) if self.task.urls is None else None,
            dont_filter=True,
        )

    def _listing_ended(self, discovering: asyncio.Future[None]) -> None:
        if self.run.gate.error is not None and not discovering.cancelled():
            discovering.exception()  # a run that is stopped heeds it no more, and asyncio would log its traceback
        self.run.listing_is_read = True
        self.run.window.wake()

    def _heed(self, discovering: asyncio.Future[None]) -> None:
        """What the reading of the listing ended with."""
        if error := None if discovering.cancelled() else discovering.exception():
            self.run.met_error_in_discovery(error)

    # --- fetch → extract -------------------------------------------------------------------------------------------

    async def parse_page(self, response: Response, offer: Offer) -> AsyncIterator[Article | Request]:
        """One article out of one answer, or a loss with its reason; what may be better in a moment is asked again."""
        self.run.wishes.heard_page()
        if response.status == HTTPStatus.NOT_MODIFIED:
            await self.run.checked(offer.docid, *revisits.validators(response), raw_capture.place_of(response))
            return
        try:
            first = self._read(response, offer)
            further = [self._read(page, offer) for page in await self._further_pages(first)]
            yield self._joined(first, further) if further else first
        except PageError as error:
            again = error.transient and self._again(response, offer, error.reason)
            if again:
                yield again
            elif error.reason in self.filtered_reasons:
                await self.run.filtered(offer.docid, error.reason, warc=raw_capture.place_of(response))
            else:
                await self.run.lost(offer.docid, error.reason, str(error), warc=raw_capture.place_of(response))
        except _NoAnswer as error:
            await self._no_answer(offer.docid, error.cause, raw_capture.place_of(response))

    def _read(self, response: Response, offer: Offer) -> Article:
        """The article in this answer, how to ask whether it is still the same, and where the answer is stored."""
        article = self.read(response, offer)
        etag, last_modified = revisits.validators(response)
        return replace(article, etag=etag, last_modified=last_modified, warc=raw_capture.place_of(response) or "")

    def _joined(self, first: Article, further: list[Article]) -> Article:
        return replace(self.join(first, further), warc_further=tuple(page.warc for page in further if page.warc))

    async def _further_pages(self, first: Article) -> list[Response]:
        """The answers of an article's further pages, asked for one after the other; raises ``_NoAnswer``."""
        try:
            return [await self.fetch(url, first.offer.docid) for url in first.next_pages]
        except failures.DOWNLOAD_ERRORS as error:
            raise _NoAnswer(error) from error

    async def fetch(self, url: str, docid: str) -> Response:
        """One more page for a document that is under way; raises ``failures.DOWNLOAD_ERRORS``."""
        request = Request(url, callback=NO_CALLBACK, meta={raw_capture.DOCID: docid})
        return await self.crawler.engine.download_async(request)

    def _again(self, response: Response, offer: Offer, reason: str) -> Request | None:
        """The same request anew, without what the middlewares wrote into its meta; None after ``RETRY_TIMES``."""
        asked = self._page_request(offer, response.meta.get("retry_times", 0))
        return get_retry_request(asked, spider=self, reason=reason)

    async def download_failed(self, failure: Failure) -> None:
        """No answer: a loss with its reason, unless we were told to stop; then the document stays as it was."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        docid, error = request.cb_kwargs["offer"].docid, failure.value or RuntimeError("no cause given")
        await self._no_answer(docid, error, raw_capture.place_of(request))

    async def _no_answer(self, docid: str, error: BaseException, warc: str | None) -> None:
        if self.run.gate.error is not None:
            self.run.window.release(docid)
        elif not isinstance(error, failures.DOWNLOAD_ERRORS):
            self._log_defect(docid, error)
        elif isinstance(error, failures.RobotsForbid):
            await self.run.filtered(docid, "robots")
        elif isinstance(error, failures.RobotsUnreachable):
            await self._no_robots(docid, error)
        else:
            await self.run.lost(docid, failures.reason_of(error), failures.plain(error), warc=warc)
            self.run.wishes.heard_nothing(failures.reason_of(error))

    def _log_defect(self, docid: str, error: BaseException) -> None:
        """For an exception that Scrapy does not log itself."""
        logger.error("%s met a defect", docid, exc_info=error)
        self.run.met_defect(docid, error)

    async def _no_robots(self, docid: str, error: failures.RobotsUnreachable) -> None:
        """The page awaits its next try, without a line of its own; where the network is gone, it stays as it was."""
        if error.reason in failures.NETWORK_REASONS and not self.run.wishes.has_answer:
            self.run.window.release(docid)
        else:
            await self.run.lost(docid, failures.reason_of(error), str(error), level=logging.DEBUG)

    # --- what Scrapy tells -----------------------------------------------------------------------------------------

    def _item_done(self, item: Article) -> None:
        self.run.window.release(item.offer.docid)

    def _item_failed(self, item: Article, failure: Failure) -> None:
        self.run.met_defect(item.offer.docid, failure.value)

    def _callback_failed(self, failure: Failure, response: Any) -> None:
        request = getattr(response, "request", None)
        offer = request.cb_kwargs.get("offer") if request else None
        self.run.met_defect(offer.docid if offer else None, failure.value)

    def _closed(self) -> None:
        self.run.close()


class _NoAnswer(Exception):
    """A further page could not be had; ``cause`` is what the download raised."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.cause = cause
