"""clean → dedupe → archive: three adapters, a few lines each; the work is in ``pages/`` and ``archive/``.

What reads and writes articles is imported with the first of them: most polls find none, and it is 0.1 s of a start.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from io import BytesIO

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured
from scrapy.exporters import BaseItemExporter

from newsarchive import configuration
from newsarchive.errors import PageError
from newsarchive.items import Article
from newsarchive.pages.likeness import text_digest
from newsarchive.sina import channels
from newsarchive.spiders import failures
from newsarchive.spiders.sina_finance import ours


class CleanPipeline:
    """The body becomes the article and nothing else; a page that is empty after that is a failure of the document."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider = ours(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        from newsarchive.sina.answers import cleaned  # noqa: PLC0415

        try:
            return cleaned(item)
        except PageError as error:
            await self._spider.lost(item.offer.docid, error.reason, str(error))
            raise DropItem(str(error), log_level="DEBUG") from error


class TwinPipeline:
    """With ``SINA_USE_TWINS``, compares the text with the page's Markdown twin; the journal says how that went."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider = ours(crawler)
        if not configuration.value(crawler.settings, "SINA_USE_TWINS"):
            raise NotConfigured  # with a message Scrapy would warn of it in each run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TwinPipeline:
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        from newsarchive.sina import twins  # noqa: PLC0415

        address = twins.twin_of(item.url)
        return replace(item, twin=await self._compared(item, address)) if address else item

    async def _compared(self, article: Article, address: str) -> str:
        from newsarchive.sina import twins  # noqa: PLC0415

        try:
            answer = await self._spider.fetch(address)
        except failures.DOWNLOAD_ERRORS as error:
            return failures.reason_of(error)
        if answer.status != HTTPStatus.OK:
            return f"http-{answer.status}"
        return "differs" if twins.differs(article.title, article.body, answer.body) else "same"


class DedupePipeline:
    """A document with the title and text of one that is kept is filtered, or marked, by ``DEDUPE_SAME_TEXT``."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider = ours(crawler)
        self._marks = configuration.value(crawler.settings, "DEDUPE_SAME_TEXT") == "mark"
        self._on_the_way: dict[str, str] = {}
        crawler.signals.connect(self._arrived, signals.item_scraped)
        crawler.signals.connect(self._arrived, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DedupePipeline:
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        digest = text_digest(item.title, item.body)
        if digest is None:
            return item
        twin = self._spider.catalogue.same_text(digest) or self._on_the_way.setdefault(digest, item.offer.docid)
        if twin == item.offer.docid:
            return replace(item, text_sha256=digest)
        if self._marks:
            return replace(item, text_sha256=digest, same_as=twin)
        await self._spider.filtered(item.offer.docid, "same-text", of=twin)
        raise DropItem(f"{item.offer.docid} has the title and text of {twin}", log_level="DEBUG")

    def _arrived(self, item: Article) -> None:
        """It is in the catalogue now, or will never be."""
        if item.text_sha256 is not None:
            self._on_the_way.pop(item.text_sha256, None)


class ArchivePipeline:
    """The article becomes a file and a journal line, both on disk before the item counts as scraped."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider = ours(crawler)
        self._profile = configuration.value(crawler.settings, "ARCHIVE_PROFILE")
        self._extra_keys = configuration.value(crawler.settings, "ARCHIVE_EXTRA_KEYS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchivePipeline:
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        file = BytesIO()
        exporter = self._exporter(file, item)
        exporter.start_exporting()
        exporter.export_item(item)
        exporter.finish_exporting()
        if data := file.getvalue():
            await self._spider.keep(item, data)
            return item
        await self._spider.filtered(item.offer.docid, "rsshub-lost")
        raise DropItem(f"{item.offer.docid}: the original program lost such a page", log_level="DEBUG")

    def _exporter(self, file: BytesIO, item: Article) -> BaseItemExporter:
        from newsarchive.exporters import ArticleExporter, RsshubExporter  # noqa: PLC0415
        from newsarchive.sina import boilerplate  # noqa: PLC0415

        if self._profile == "rsshub":
            return RsshubExporter(file)
        channel = channels.category(item.offer.lids)
        return ArticleExporter(file, channel=channel, extra_keys=self._extra_keys, known_poster=boilerplate.is_poster)
