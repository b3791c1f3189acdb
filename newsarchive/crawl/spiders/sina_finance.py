"""The spider of Sina Finance: where it asks, and what it makes of an answer."""

from __future__ import annotations

import asyncio

from scrapy.crawler import Crawler
from scrapy.http import Response

from newsarchive.crawl import arguments
from newsarchive.crawl.archive_spider import ArchiveSpider
from newsarchive.crawl.run import Run, open_archive
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.operation import report
from newsarchive.settings import values
from newsarchive.sina.listing import urls
from newsarchive.sina.listing.discover import Discovery
from newsarchive.sina.page.kinds import FILTERED_REASONS


class SinaFinanceSpider(ArchiveSpider):
    """Keeps 新浪财经: polls its channels (no argument), reads a range of days (since, until), or takes given addresses."""

    name = "sina_finance"
    allowed_domains = ["sina.com.cn", "sina.cn"]  # noqa: RUF012 - Scrapy declares it so
    filtered_reasons = frozenset(FILTERED_REASONS)

    @classmethod
    def begin_by_itself(cls, crawler: Crawler, given: dict[str, str]) -> arguments.Arguments:
        """For a crawl from a script: as the ``crawl`` command, but nobody hears an exit code."""
        settings = crawler.settings
        values.check(settings)
        today = values.clock(settings)().date()
        task = arguments.parse(given, values.value(settings, "SINA_CHANNELS"), today)
        Run.begin(open_archive(settings), crawler)
        return task

    # --- where to ask ----------------------------------------------------------------------------------------------

    async def discover(self) -> None:
        """Given addresses, gaps alone, a range of days, or a poll with what is due and the sweeps."""
        task = self.task
        if task.urls is not None:
            await self._take_given(task.urls)
        elif task.days is None and self.settings.getbool("DISCOVER_GAPS_ONLY"):
            self.run.frontier.add_missing()
            self.found((docid, None) for docid in await asyncio.wrap_future(self.run.archive.lost()))
        else:
            await self._read_listing()

    async def _take_given(self, given: tuple[str, ...]) -> None:
        """Addresses given by hand, fetched again also where they are known."""
        now = self.run.archive.clock()
        offers = [
            Offer(docid=urls.docid_of(url), url=url, day=urls.date_of(url) or now.astimezone(BEIJING).date())
            for url in given
        ]
        await asyncio.wrap_future(self.run.archive.offer(offers))
        self.found((offer.docid, offer.url) for offer in offers)

    async def _read_listing(self) -> None:
        task, overlap = self.task, self.settings.getint("DISCOVER_OVERLAP_ROWS")
        discovery = Discovery(self.run.archive, self.ask, self._listed, self.has_enough_waiting, overlap)
        try:
            if task.days is not None:
                self.run.days_read = discovery.days_read
                await discovery.days(task.channels, *task.days)
            else:
                self.run.frontier.add_due(self.run.archive.clock())
                self.run.window.wake()
                await discovery.poll(task.channels, self.settings.getfloat("DISCOVER_STALE_HOURS"))
                await discovery.sweep(task.channels)
                await self._revisit()
        finally:
            for error in discovery.errors:
                self.run.outcome.note(report.LISTING, error)

    async def _revisit(self) -> None:
        """Queue the kept pages that are due to be looked at again, behind all that is new."""
        hours = values.value(self.settings, "REVISIT_HOURS")
        if hours and not self.has_enough_waiting():
            limit = self.settings.getint("REVISIT_MAX_PER_RUN")
            self._listed(await asyncio.wrap_future(self.run.archive.due_visits(hours, limit)))

    def _listed(self, docids: list[str]) -> None:
        self.found((docid, None) for docid in docids)

    def is_of_site(self, url: str) -> bool:
        """Below sina.com.cn and sina.cn."""
        return urls.is_sina(url)

    # --- what to make of an answer ---------------------------------------------------------------------------------

    def read(self, response: Response, offer: Offer) -> Article:
        """Through ``page_reader``, with the address where the page was read."""
        from newsarchive.sina.page.page_reader import article_of  # noqa: PLC0415 - 0.11 s; most polls find no page

        return article_of(
            response.body,
            offer,
            urls.canonical(response.url),
            status=response.status,
            content_type=response.headers.get("Content-Type"),
            fetched_at=self.run.archive.clock(),
        )

    def join(self, first: Article, rest: list[Article]) -> Article:
        """One body out of those of all pages."""
        from newsarchive.sina.page.layouts import join  # noqa: PLC0415 - as in ``read``

        return join(first, rest)
