"""fetch: what a response must pass before anything else looks at it."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response, TextResponse
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.utils.httpobj import urlparse_cached

from newsarchive.sina import notices, urls
from newsarchive.spiders import failures
from newsarchive.spiders.failures import RobotsForbid, RobotsUnreachable
from newsarchive.spiders.sina_finance import SinaFinanceSpider, ours

logger = logging.getLogger(__name__)

WAITING_STATUSES = (429, 503)
"""Answers whose Retry-After is a wish to us (RFC 9110 §10.2.3)."""


class BanMiddleware:
    """Hears a ban in any answer, robots.txt included, and stops the run at once."""

    def __init__(self, spider: SinaFinanceSpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BanMiddleware:
        return cls(ours(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        if notices.is_ban(response.status, response.body):
            self._spider.manners.heard_ban(request.url)
            self._spider.gate.judged()
            raise IgnoreRequest(f"banned at {request.url}")
        self._spider.manners.heard_answer(is_probe=not request.url.endswith("/robots.txt"))
        return response


class RetryAfterMiddleware:
    """Holds a host for as long as its answer asks for; a longer wait than we have ends the run."""

    def __init__(self, spider: SinaFinanceSpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryAfterMiddleware:
        return cls(ours(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        told = response.headers.get("Retry-After")
        if told and response.status in WAITING_STATUSES:
            seconds = retry_after_s(told.decode("latin-1"), datetime.now(UTC))
            self._spider.manners.heard_wait(urlparse_cached(request).hostname or "", seconds)
        return response


def retry_after_s(told: str, now: datetime) -> float:
    """Seconds that a Retry-After header asks for, given as seconds or as a date; 0 for what is neither."""
    if told.strip().isdecimal():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0


class RobotsMiddleware:
    """Obeys robots.txt, its Crawl-delay included; where it cannot be had for now, it waits for a later run.

    Scrapy's own goes ahead when robots.txt is unreachable or answers 5xx; RFC 9309 §2.3.1.4 asks to assume that
    everything is disallowed then.  No robots.txt (4xx) means no rules.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off")
        self._spider, self._crawler = ours(crawler), crawler
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._rules: dict[str, asyncio.Future[RobotParser | RobotsUnreachable]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        place = urlparse_cached(request)
        if place.netloc not in self._rules:
            self._rules[place.netloc] = asyncio.ensure_future(self._ask(place.scheme, place.netloc))
        rules = await self._rules[place.netloc]
        if isinstance(rules, RobotsUnreachable):
            raise rules
        if not rules.allowed(request.url, self._agent):
            raise RobotsForbid(f"robots.txt of {place.netloc} forbids {request.url}")

    async def _ask(self, scheme: str, netloc: str) -> RobotParser | RobotsUnreachable:
        """The rules of a host, or why they cannot be had."""
        meta = {"dont_obey_robotstxt": True}
        request = Request(f"{scheme}://{netloc}/robots.txt", meta=meta, callback=NO_CALLBACK, priority=1000)
        try:
            response = await self._crawler.engine.download_async(request)
        except failures.DOWNLOAD_ERRORS as error:
            return _unreachable(netloc, f"{failures.reason_of(error)} ({failures.plain(error)})")
        if response.status >= 500:
            return _unreachable(netloc, f"it answers with HTTP status {response.status}")
        rules = ProtegoRobotParser.from_crawler(self._crawler, response.body if response.status == 200 else b"")
        if delay := rules.crawl_delay(self._agent):
            self._spider.manners.heard_delay(netloc, float(delay))
        return rules


def _unreachable(netloc: str, cause: str) -> RobotsUnreachable:
    """Said once a host and run; each of its pages is told the same."""
    error = RobotsUnreachable(f"robots.txt of {netloc} is unreachable: {cause}; its pages wait for a later run")
    logger.warning("%s", error)
    return error


class SinaOnlyMiddleware:
    """Sends nothing to hosts that are not Sina's, wherever a redirect points.

    Scrapy's own would drop such a request without a word to its errback, or let it through with ``dont_filter``.
    """

    def process_request(self, request: Request) -> None:
        if not urls.is_sina(request.url):
            raise IgnoreRequest(f"offsite: {request.url}")


class CharsetMiddleware:
    """Keeps the body as bytes: ``pages.charset`` decodes it, once, by a better rule.

    Scrapy's decompression reads ``encoding``, which guesses at the *compressed* bytes for 2 ms a page and a hundred log
    records (ecosystem.md §14, 23); a response without that attribute spares it.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        if not isinstance(response, TextResponse):
            return response
        return Response(
            response.url,
            status=response.status,
            headers=response.headers,
            body=response.body,
            flags=response.flags,
            request=request,
            certificate=response.certificate,
            ip_address=response.ip_address,
            protocol=response.protocol,
        )
