"""fetch: what a response must pass before anything else looks at it."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse

from newsarchive.sina import notices, urls
from newsarchive.spiders.sina_finance import SinaFinanceSpider, ours


class BanMiddleware:
    """Hears a ban in any answer, robots.txt included, and stops the run at once."""

    def __init__(self, spider: SinaFinanceSpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BanMiddleware:
        return cls(ours(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        if not notices.is_ban(response.status, response.body):
            return response
        self._spider.heard_ban(request.url)
        raise IgnoreRequest(f"banned at {request.url}")


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
