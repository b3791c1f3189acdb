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

from newsarchive.errors import BlockedError


class RobotsForbid(IgnoreRequest):
    """robots.txt does not want the page to be fetched; raised by ``RobotsMiddleware``, the document is ``filtered``."""


class RobotsUnreachable(IgnoreRequest):
    """Nobody knows whether the page may be fetched; raised by ``RobotsMiddleware``, the document stays as it was."""


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
    RobotsForbid: "robots",
    RobotsUnreachable: "robots-unreachable",
    IgnoreRequest: "ignored",
}
NETWORK_REASONS = frozenset(("dns", "refused", "timeout", "connection", "proxy", "tls"))
"""Reasons that say nothing of the page."""
TLS_RE = re.compile(r"OpenSSL|VerificationError|CertificateError|certificate verify", re.I)
"""In the text of a failed connection: the certificate was refused, or the handshake failed."""
FAILURE_RE = re.compile(r"<twisted\.python\.failure\.Failure ([^<>]*(?:<[^<>]*>[^<>]*)*)>")

DOWNLOAD_ERRORS = tuple(REASONS)
"""What a request can end with instead of a response; the first that fits tells the reason."""

IGNORED = {"DOWNLOAD_MAXSIZE": "too-large", "offsite": "off-site", "max redirections": "redirect"}
"""Scrapy's own reasons to ignore a request, by words of its message: it has no other mark of them."""


def reason_of(error: BaseException) -> str:
    """One word for what kept the page from us; ``download`` for what has no name here."""
    text = str(error)
    reason = next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), "download")
    if reason == "ignored":
        return next((ignored for words, ignored in IGNORED.items() if words in text), reason)
    return "tls" if reason == "connection" and TLS_RE.search(text) else reason


def plain(error: BaseException) -> str:
    """The error in words, without the wrappings of Twisted."""
    text = FAILURE_RE.sub(r"\1", str(error)).strip("[]") or type(error).__name__
    return " ".join(text.split())
