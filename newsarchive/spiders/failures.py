"""fetch: why there is no page, in the words of the journal (``failed`` lines carry them as ``reason``)."""

from __future__ import annotations

import gzip
import re
import zlib

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError, ConnectionClosed

from newsarchive.errors import BlockedError, NotAnArticle

REASONS: dict[type[Exception], str] = {
    CannotResolveHostError: "dns",
    DownloadConnectionRefusedError: "refused",
    DownloadTimeoutError: "timeout",
    ResponseDataLossError: "truncated",
    DownloadCancelledError: "too-large",  # raised where DOWNLOAD_MAXSIZE is passed
    TunnelError: "proxy",
    SSL.Error: "tls",
    DownloadFailedError: "connection",
    ConnectError: "connection",
    ConnectionClosed: "connection",
    zlib.error: "bad-encoding",
    gzip.BadGzipFile: "bad-encoding",
    EOFError: "bad-encoding",  # gzip that ends before its first byte of content
    OSError: "connection",
    ValueError: "redirect",  # to what is no address
    BlockedError: "blocked",
    IgnoreRequest: "ignored",
}
DOWNLOAD_ERRORS = tuple(REASONS)
"""What a request can end with instead of a response; the first that fits tells the reason."""

IGNORED = {"DOWNLOAD_MAXSIZE": "too-large", "offsite": "off-site", "max redirections": "redirect"}
"""Scrapy's own reasons to ignore a request, by words of its message: it has no other mark of them."""

CHARSET_RE = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)


def reason_of(error: BaseException) -> str:
    """One word for what kept the page from us; ``download`` for what has no name here."""
    text = str(error)
    reason = next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), "download")
    if reason == "ignored":
        return next((ignored for words, ignored in IGNORED.items() if words in text), reason)
    return "tls" if reason == "connection" and "OpenSSL" in text else reason


def check_status(status: int, url: str) -> None:
    """Raise ``NotAnArticle`` with the reason ``http-404`` and the like, for any status but 200."""
    if status != 200:
        raise NotAnArticle(f"HTTP status {status} at {url}", f"http-{status}")


def charset_of(content_type: bytes | None) -> str | None:
    """The charset that the Content-Type header names; often none."""
    found = CHARSET_RE.search(content_type or b"")
    return found[1].decode("ascii", "replace") if found else None
