"""fetch: Scrapy's own HTTP handler behind the gate."""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response

from newsarchive.spiders.sina_finance import SinaFinanceSpider


class GatedHTTP11Handler(HTTP11DownloadHandler):
    """The default handler; refuses to send once the spider's gate is shut."""

    async def download_request(self, request: Request) -> Response:
        spider = self._crawler.spider
        download = super().download_request(request)
        return await (spider.gate.send(download) if isinstance(spider, SinaFinanceSpider) else download)
