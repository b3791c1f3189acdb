"""clean → dedupe → archive: three adapters, a few lines each; the work is in ``pages/`` and ``archive/``.

What reads and writes articles is imported with the first of them: it takes 0.14 s of CPU (``page_reader`` 0.11,
``exporters`` 0.02), a tenth of a poll, and most polls find none.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from io import BytesIO
from typing import NamedTuple

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured
from scrapy.http.request import NO_CALLBACK

from newsarchive.crawl import failures, raw_capture
from newsarchive.crawl.run import Run
from newsarchive.errors import PageError
from newsarchive.items import Article
from newsarchive.pages.likeness import text_digest
from newsarchive.settings import values

LONGEST_WAIT_S = 300.0
"""For a document of the same title: while large answers wait, Scrapy sends no request, and that of the other may be among those."""


class CleanPipeline:
    """The body becomes the article and nothing else; a page that is empty after that is a failure of the document."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = Run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        """Scrapy makes it so; raises ``NotConfigured`` where the crawler has no run."""
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article with a clean body; raises ``DropItem`` where that is empty, and journals why."""
        from newsarchive.sina.page.page_reader import cleaned  # noqa: PLC0415 - see above

        try:
            return cleaned(item)
        except PageError as error:
            await self._run.lost(item.offer.docid, error.reason, str(error), warc=item.warc or None)
            raise DropItem(str(error), log_level="DEBUG") from error


class TwinPipeline:
    """With ``SINA_USE_TWINS``, compares the text with the page's Markdown twin; the journal says how that went."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        if not values.value(crawler.settings, "SINA_USE_TWINS"):
            raise NotConfigured  # with a message Scrapy would warn of it in each run
        from newsarchive.sina.page import twins  # noqa: PLC0415 - lexbor takes 0.03 s, and few compare twins

        self._twins = twins

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TwinPipeline:
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article with ``twin`` set, where its page has one."""
        address = self._twins.twin_of(item.url)
        return replace(item, twin=await self._compared(item, address)) if address else item

    async def _compared(self, article: Article, address: str) -> str:
        request = Request(address, callback=NO_CALLBACK, meta={raw_capture.DOCID: article.offer.docid})
        try:
            answer = await self._crawler.engine.download_async(request)
        except failures.DOWNLOAD_ERRORS as error:
            return failures.reason_of(error)
        if answer.status != HTTPStatus.OK:
            return f"http-{answer.status}"
        return "differs" if self._twins.differs(article.title, article.body, answer.body) else "same"


class _Claim(NamedTuple):
    """A document whose text is on the way into the archive."""

    docid: str
    ended: asyncio.Event
    """Set once it is kept, or never will be."""


class DedupePipeline:
    """A document with the title and text of one that is kept is filtered, or marked, by ``DEDUPE_SAME_TEXT``.

    Of several that are under way the one that was offered first is kept, whichever page comes first: so a run that was
    killed and begun again keeps what an undisturbed one does.  The others wait for its outcome; it may yet be dropped.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._run = Run.of(crawler)
        self._marks = values.value(crawler.settings, "DEDUPE_SAME_TEXT") == "mark"
        self._on_the_way: dict[str, _Claim] = {}
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self._ended, signal)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DedupePipeline:
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article with ``text_sha256`` (and ``same_as``) set; raises ``DropItem`` where it is filtered."""
        digest = text_digest(item.title, item.body)
        if digest is None or item.kind:
            return item
        docid = item.offer.docid
        await self._others_of_title(item)
        while (claim := self._on_the_way.setdefault(digest, _Claim(docid, asyncio.Event()))).docid != docid:
            await claim.ended.wait()
        other = self._kept(digest)
        if other in (None, docid):
            return replace(item, text_sha256=digest)
        if self._marks:
            return replace(item, text_sha256=digest, same_as=other)
        await self._run.filtered(docid, "same-text", of=other, warc=item.warc or None)
        raise DropItem(f"{docid} has the title and text of {other}", log_level="DEBUG")

    async def _others_of_title(self, item: Article) -> None:
        """Wait for those of the same title that were offered before.

        Raises ``DropItem`` where the run ends first: which of them is kept, the next run finds out.
        """
        for ended in self._run.window.ends_before(item.offer.docid, {item.title, item.offer.title}):
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LONGEST_WAIT_S)
            if self._run.gate.error is not None:
                raise DropItem(f"{item.offer.docid} waits for another of its title", log_level="DEBUG")

    def _kept(self, digest: str) -> str | None:
        """The kept document with this text."""
        with self._run.looking_up() as catalogue:
            return catalogue.same_text(digest)

    def _ended(self, item: Article) -> None:
        """It is in the catalogue now, or will never be; dropped ones come as they were before the pipelines."""
        for digest, claim in tuple(self._on_the_way.items()):
            if claim.docid == item.offer.docid:
                del self._on_the_way[digest]
                claim.ended.set()


class ArchivePipeline:
    """The article becomes a file and a journal line, both on disk before the item counts as scraped."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = Run.of(crawler)
        self._profile = values.value(crawler.settings, "ARCHIVE_PROFILE")
        self._extra_keys = values.value(crawler.settings, "ARCHIVE_EXTRA_KEYS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchivePipeline:
        """Scrapy makes it so; raises ``NotConfigured`` where the crawler has no run."""
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article once it is durable; raises ``DropItem`` where the original program would have lost it.

        So it does where the page cannot be made into a file (``PageError``): the document is then journalled as failed.
        """
        try:
            data = self._exported(item)
        except PageError as error:
            await self._run.lost(item.offer.docid, error.reason, str(error), warc=item.warc or None)
            raise DropItem(str(error), log_level="DEBUG") from error
        if data:
            await self._run.keep(item, data)
            return item
        await self._run.filtered(item.offer.docid, "rsshub-lost", warc=item.warc or None)
        raise DropItem(f"{item.offer.docid}: the original program lost such a page", log_level="DEBUG")

    def _exported(self, item: Article) -> bytes:
        from newsarchive.crawl.exporters import ArticleExporter  # noqa: PLC0415 - see above

        file = BytesIO()
        exporter = ArticleExporter(file, profile=self._profile, extra_keys=self._extra_keys)
        exporter.start_exporting()
        exporter.export_item(item)
        exporter.finish_exporting()
        return file.getvalue()
