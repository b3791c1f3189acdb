"""fetch: robots.txt, obeyed as RFC 9309 says; its rules are matched by Scrapy's Protego."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.utils.httpobj import urlparse_cached

from newsarchive.crawl import failures
from newsarchive.crawl.failures import RobotsForbid, RobotsUnreachable
from newsarchive.crawl.gate import host_of
from newsarchive.crawl.picture_requests import PICTURE, is_of_picture
from newsarchive.crawl.run import Run

logger = logging.getLogger(__name__)

MAX_BYTES = 500 * 1024
"""Of robots.txt; what stands behind is not read (RFC 9309 §2.5)."""
MAX_RULE_CHARS = 2048
"""Of one line; addresses that are asked for are no longer (``urls.MAX_URL_CHARS``)."""
_AGENT_RE = re.compile(r"user[- ]?agent\s*:?\s*([a-z_*-]*)", re.I)
"""A line that names a crawler by its product token, or all crawlers."""
_SITE_WIDE_RE = re.compile(r"(?:sitemap|host)\b", re.I)
"""A line that belongs to no group, and may stand within one."""


class RobotsMiddleware:
    """Obeys robots.txt, its Crawl-delay included; where it cannot be had for now, the host's pages wait.

    Scrapy's own goes ahead when robots.txt is unreachable or answers 5xx; RFC 9309 §2.3.1.4 asks to assume that
    everything is disallowed then.  No robots.txt (4xx) means no rules.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off")
        self._run, self._crawler = Run.of(crawler), crawler
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._rules: dict[str, asyncio.Future[RobotParser | RobotsUnreachable]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises ``RobotsForbid`` or ``RobotsUnreachable``; asks for robots.txt once an origin and run."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        place = urlparse_cached(request)
        origin = f"{place.scheme}://{place.netloc}"
        if origin not in self._rules:
            meta = {"dont_obey_robotstxt": True} | ({PICTURE: True} if is_of_picture(request) else {})
            self._rules[origin] = asyncio.ensure_future(self._ask(origin, meta))
        rules = await self._rules[origin]
        if isinstance(rules, RobotsUnreachable):
            raise rules
        if not rules.allowed(request.url, self._agent):
            raise RobotsForbid(f"robots.txt of {place.netloc} forbids {request.url}")

    async def _ask(self, origin: str, meta: dict[str, bool]) -> RobotParser | RobotsUnreachable:
        """The rules of a host, or why they cannot be had."""
        host = host_of(origin)
        request = Request(f"{origin}/robots.txt", meta=meta, callback=NO_CALLBACK, priority=1000)
        try:
            response = await self._crawler.engine.download_async(request)
        except failures.DOWNLOAD_ERRORS as error:
            reason = failures.reason_of(error)
            return self._unreachable(host, reason, f"{reason} ({failures.plain(error)})")
        if response.status >= 500:
            cause = f"it answers with HTTP status {response.status}"
            return self._unreachable(host, f"http-{response.status}", cause)
        text = for_agent(response.body, self._agent) if response.status == 200 else ""
        rules = ProtegoRobotParser.from_crawler(self._crawler, text.encode())
        if delay := rules.crawl_delay(self._agent):
            self._run.wishes.heard_delay(host, float(delay))
        return rules

    def _unreachable(self, host: str, reason: str, cause: str) -> RobotsUnreachable:
        """Log it, once a host and run; all pages of the host fail with this error."""
        error = RobotsUnreachable(
            f"robots.txt of {host} is unreachable: {cause}; its pages are tried again later", reason
        )
        if self._run.gate.error is None:  # else the run ends, and its cause is told
            logger.warning("%s", error)
        return error


def for_agent(body: bytes, agent: str) -> str:
    """Of robots.txt the groups for ``agent`` and for all crawlers, without lines longer than ``MAX_RULE_CHARS``.

    The time that Protego takes grows with the crawlers of a group times its rules: here at most two remain.
    """
    return "\n".join(_lines_for(body[:MAX_BYTES].decode("utf-8-sig", "ignore"), agent.lower()))


def _lines_for(text: str, agent: str) -> Iterator[str]:
    concerns_us, is_among_agents = False, False
    for line in (raw[: MAX_RULE_CHARS + 1].partition("#")[0].strip() for raw in text.splitlines()):
        if named := _AGENT_RE.match(line):
            concerns_us = (is_among_agents and concerns_us) or named[1].lower() in (agent, "*")
            is_among_agents = True
            if named[1].lower() in (agent, "*"):
                yield f"User-agent: {named[1]}"
        elif line and not _SITE_WIDE_RE.match(line):
            is_among_agents = False
            if concerns_us and len(line) <= MAX_RULE_CHARS:
                yield line
