"""fetch: Scrapy's own HTTP handler behind the gate."""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from newsarchive.spiders.sina_finance import SinaFinanceSpider


class GatedHTTP11Handler(HTTP11DownloadHandler):
    """The default handler; refuses to send once the spider's gate is shut."""

    async def download_request(self, request: Request) -> Response:
        spider = self._crawler.spider
        download = super().download_request(request)
        if not isinstance(spider, SinaFinanceSpider):
            return await download
        return await spider.gate.send(download, urlparse_cached(request).hostname or "")
