"""fetch: what a response must pass before anything else looks at it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.request import proxy_bypass

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.utils._compression import brotli, zstd  # the implementations that Scrapy has chosen
from scrapy.utils.httpobj import urlparse_cached

from newsarchive.archive.format import content_coding
from newsarchive.crawl import failures
from newsarchive.crawl.failures import BadEncoding, BadRedirect, InsecureRedirect
from newsarchive.crawl.gate import host_of
from newsarchive.crawl.picture_requests import is_of_picture
from newsarchive.crawl.run import Run
from newsarchive.sina.listing import urls
from newsarchive.sina.page import impostors
from newsarchive.sina.page.picture_hosts import PORTS, is_picture_address

WAITING_STATUSES = (429, 503)
"""Answers whose Retry-After is a wish to us (RFC 9110 §10.2.3)."""
MAX_RETRY_AFTER_S = 366 * 86_400.0
"""What a longer one is taken for; a run ends for far less."""
MAX_DIGITS = 20
"""Of a Retry-After that are read: so many are above ``MAX_RETRY_AFTER_S`` already."""
UPGRADED = "newsarchive_upgraded"
"""Key in the meta of a request that a redirect asked for over http."""
UNPACKERS: Mapping[bytes, Callable[[bytes], bytes]] = {b"br": brotli.decompress, b"zstd": zstd.decompress}
"""Encodings that we do not ask for, each with a function that unpacks a whole body or raises."""
UNPACKING_ERRORS = (zlib.error, EOFError, OSError, ValueError, brotli.error, zstd.ZstdError)
"""What gzip, deflate, br and zstd raise on other bytes than theirs."""


class BanMiddleware:
    """Hears a ban in any answer, robots.txt included, and stops the run at once."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BanMiddleware:
        """Scrapy makes it so; raises ``NotConfigured`` where the crawler has no run."""
        return cls(Run.of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        """The answer, if it is no ban; else raises ``IgnoreRequest``, and the run ends."""
        if impostors.is_ban(response.status, response.body):
            self._run.wishes.heard_ban(request.url)
            self._run.gate.judged()
            raise IgnoreRequest(f"banned at {request.url}")
        self._run.wishes.heard_answer(is_probe=not request.url.endswith("/robots.txt"))
        return response


class RetryAfterMiddleware:
    """Sends nothing to a host for as long as its answer asks; a pause longer than a run may take ends the run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryAfterMiddleware:
        """Scrapy makes it so; raises ``NotConfigured`` where the crawler has no run."""
        return cls(Run.of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        """The answer as it is; the gate lets no request to its host through for that long."""
        told = response.headers.get("Retry-After")
        if told and response.status in WAITING_STATUSES:
            seconds = retry_after_s(told.decode("latin-1"), datetime.now(UTC))
            self._run.wishes.heard_wait(host_of(request.url), seconds)
        return response


def retry_after_s(told: str, now: datetime) -> float:
    """Seconds that a Retry-After header asks for, given as seconds or as a date; 0 for what is neither.

    From 0 to ``MAX_RETRY_AFTER_S``, whatever the header says.
    """
    said = told.strip()
    if said.isascii() and said.isdecimal():
        return min(float(said[:MAX_DIGITS]), MAX_RETRY_AFTER_S)
    try:
        seconds = (parsedate_to_datetime(said) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), MAX_RETRY_AFTER_S)


class ProxyMiddleware:
    """Ends the run, in one line, where the proxy itself is out of order: each host would fail for the same cause."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = Run.of(crawler)
        self._tries = crawler.settings.getint("RETRY_TIMES") if crawler.settings.getbool("RETRY_ENABLED") else 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProxyMiddleware:
        """Scrapy makes it so; raises ``NotConfigured`` where the crawler has no run."""
        return cls(crawler)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Before ``RetryMiddleware`` gives up, which would say so for each host."""
        proxy, fault = request.meta.get("proxy"), failures.fault_of_proxy(exception)
        if not proxy or not fault or request.meta.get("retry_times", 0) < self._tries:
            return
        variable = f"{urlparse_cached(request).scheme}_proxy"
        message = f"the proxy {proxy} cannot be used: {fault}; start it or correct {variable}, then run again"
        self._run.wishes.heard_no_proxy(message)
        raise IgnoreRequest(message) from exception


class EnvironmentProxyMiddleware(HttpProxyMiddleware):
    """Takes the proxy of the environment, as Scrapy's own, which goes through all of the environment for each request."""

    def __init__(self, auth_encoding: str | None = "latin-1") -> None:
        super().__init__(auth_encoding)
        self._bypassed: dict[str, bool] = {}
        """By host; hosts are Sina's alone, and the environment of a run stays as it is."""

    def process_request(self, request: Request) -> None:  # type: ignore[override]  # it gives None, too
        """Name the proxy in the request's meta."""
        place = urlparse_cached(request)
        host, scheme = place.hostname or "", place.scheme
        if "proxy" in request.meta or not self.proxies:
            super().process_request(request)
            return
        if host not in self._bypassed:
            self._bypassed[host] = bool(proxy_bypass(host))
        if scheme in self.proxies and not self._bypassed[host]:
            credentials, proxy = self.proxies[scheme]
            self._set_proxy_and_creds(request, proxy, credentials, scheme)


class SinaOnlyMiddleware:
    """Sends nothing to hosts and ports that are not Sina's, wherever a redirect points.

    Scrapy's own would drop such a request without a word to its errback, or let it through with ``dont_filter``.
    """

    def process_request(self, request: Request) -> None:
        """Raises ``IgnoreRequest`` for any other place; pictures have hosts of their own, also where they are redirected to."""
        place = urlparse_cached(request)
        is_allowed = is_picture_address if is_of_picture(request) else urls.is_sina
        if not is_allowed(request.url) or place.port not in (None, PORTS.get(place.scheme)):
            raise IgnoreRequest(f"offsite: {request.url}")


class DecompressionMiddleware(HttpCompressionMiddleware):
    """Unpacks bodies; whatever a codec raises is ``BadEncoding``: Scrapy lets the errors of each codec pass."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The answer with its body unpacked; raises ``BadEncoding``, and ``IgnoreRequest`` above ``DOWNLOAD_MAXSIZE``."""
        if response.headers.getlist("Content-Encoding") == [b"gzip"] and (
            body := content_coding.whole_gzip(response.body, self._max_size)
        ):
            return self._unpacked(response, body)
        try:
            return super().process_response(request, response)
        except UNPACKING_ERRORS as error:
            told = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
            message = f"the body is not {told}, as its Content-Encoding says ({error or type(error).__name__})"
            raise BadEncoding(message) from error

    def _unpacked(self, response: Response, body: bytes) -> Response:
        """The answer with a gzip body that was whole and within the limit, as most are.

        It takes one step; Scrapy takes one for each 64 KiB, and guesses at a class for the answer.
        """
        answer = response.replace(body=body)
        del answer.headers["Content-Encoding"]
        if self.stats:
            self.stats.inc_value("httpcompression/response_bytes", len(body))
            self.stats.inc_value("httpcompression/response_count")
        return answer

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        """Unpack br and zstd once more, strictly: Scrapy has bounded the size, but returns a part as if it were the whole."""
        unpacked = HttpCompressionMiddleware._decode(body, encoding, max_size)
        return unpacked if encoding not in UNPACKERS else UNPACKERS[encoding](body)


class SecureRedirectMiddleware(RedirectMiddleware):
    """Follows redirects over https alone: one to an http address is asked for over https.

    Raises ``InsecureRedirect`` where https leads to the same address over http or is not served there, ``BadRedirect``
    where the target is no address.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The answer, or the request that it leads to."""
        try:
            answer = super().process_response(request, response)
        except ValueError as error:
            raise BadRedirect(f"redirected to no address: {response.headers.get('Location')!r}") from error
        if isinstance(answer, Request) and _leaves_tls(request, answer):
            return self._over_tls(request, answer)
        return answer

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises ``InsecureRedirect`` where a target that was asked for over https, instead of http, does not serve https."""
        if request.meta.get(UPGRADED) and failures.reason_of(exception) in ("refused", "tls"):
            raise InsecureRedirect(f"redirected to http, and {request.url} cannot be had") from exception

    def _over_tls(self, request: Request, target: Request) -> Request:
        url = urlparse_cached(target)._replace(
            scheme="https", netloc=urlparse_cached(target).netloc.removesuffix(":80")
        )
        if url.geturl() in (request.url, *request.meta.get("redirect_urls", ())):
            raise InsecureRedirect(f"{request.url} is redirected to {target.url}: it is not served over https")
        return target.replace(url=url.geturl(), meta={**target.meta, UPGRADED: True})


def _leaves_tls(request: Request, target: Request) -> bool:
    return (urlparse_cached(request).scheme, urlparse_cached(target).scheme) == ("https", "http")


class CharsetMiddleware:
    """Keeps the body as bytes: ``pages.charset`` decodes it, once, by a better rule.

    Scrapy's decompression reads ``encoding``, which guesses at the *compressed* bytes for 2 ms a page and a hundred log
    records (ecosystem.md §14, 23); a response without that attribute spares it.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        """The same answer without ``encoding`` and ``text``."""
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
