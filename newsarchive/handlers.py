"""fetch: Scrapy's own HTTP handler behind the gate."""

from __future__ import annotations

from typing import cast

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response

from newsarchive.spiders.sina_finance import SinaFinanceSpider


class GatedHTTP11Handler(HTTP11DownloadHandler):
    """The default handler; refuses to send once the spider's gate is shut."""

    async def download_request(self, request: Request) -> Response:
        spider = cast(SinaFinanceSpider, self._crawler.spider)
        return await spider.gate.send(super().download_request(request))
