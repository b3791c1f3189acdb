"""fetch: why there is no page, in the words of the journal (``failed`` lines carry them as ``reason``).

All of these come from the download: from the handler, or from a downloader middleware.  Whatever else is raised is a
defect of ours, whichever its type, and no reason of the network is made of it.
"""

from __future__ import annotations

import re

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
    """Nobody knows whether the page may be fetched; raised by ``RobotsMiddleware``, the document is ``failed``.

    ``reason`` is that of robots.txt, one of ``REASONS``.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class BadEncoding(IgnoreRequest):
    """The body is not what its Content-Encoding says; raised by ``DecompressionMiddleware``."""


class BadRedirect(IgnoreRequest):
    """A redirect to what is no address; raised by ``SecureRedirectMiddleware``."""


class InsecureRedirect(IgnoreRequest):
    """A redirect from https to http whose target is not to be had over https; raised by ``SecureRedirectMiddleware``."""


REASONS: dict[type[Exception], str] = {
    CannotResolveHostError: "dns",
    DownloadConnectionRefusedError: "refused",
    DownloadTimeoutError: "timeout",
    ResponseDataLossError: "truncated",
    DownloadCancelledError: "too-large",  # raised where DOWNLOAD_MAXSIZE or handlers.MAX_HEADER_BYTES is passed
    TunnelError: "proxy",
    SSL.Error: "tls",
    DownloadFailedError: "connection",
    ConnectError: "connection",
    ConnectionClosed: "connection",
    BlockedError: "blocked",
    RobotsForbid: "robots",
    RobotsUnreachable: "robots-unreachable",
    BadEncoding: "bad-encoding",
    BadRedirect: "redirect",
    InsecureRedirect: "insecure-redirect",
    IgnoreRequest: "ignored",
}
NETWORK_REASONS = frozenset(("dns", "refused", "timeout", "connection", "proxy", "tls"))
"""Reasons that say nothing of the page."""
TLS_RE = re.compile(r"OpenSSL|VerificationError|CertificateError|certificate verify", re.I)
"""In the text of a failed connection: the certificate was refused, or the handshake failed."""
FAILURE_MARK = "<twisted.python.failure.Failure "
"""Twisted writes each cause of an error as this, its message, and ``>``."""

DOWNLOAD_ERRORS = tuple(REASONS)
"""What a request can end with instead of a response; the first that fits tells the reason."""

IGNORED = {
    "DOWNLOAD_MAXSIZE": "too-large",
    "offsite": "off-site",
    "private address": "private-address",
    "max redirections": "redirect",
}
"""Reasons for which Scrapy ignores a request, by words of the message: its type is ``IgnoreRequest`` for all of them."""

PROXY_FAULTS: dict[type[Exception], str] = {
    DownloadConnectionRefusedError: "it refuses the connection",
    CannotResolveHostError: "its name does not resolve",
}
"""Errors that are the proxy's own where a request goes through one: no connection beyond it was tried."""
WANTS_PASSWORD = "'status': 407"  # noqa: S105 - the HTTP status
"""In the text of a ``TunnelError``."""


def reason_of(error: BaseException) -> str:
    """One word for what kept the page from us; ``download`` for what has no name here."""
    text = str(error)
    reason = next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), "download")
    if reason == "ignored":
        return next((ignored for words, ignored in IGNORED.items() if words in text), reason)
    return "tls" if reason == "connection" and TLS_RE.search(text) else reason


def fault_of_proxy(error: BaseException) -> str | None:
    """What is wrong with the proxy of a request that ended so; None where the proxy may not be to blame."""
    if isinstance(error, TunnelError) and WANTS_PASSWORD in str(error):
        return "it wants a user and a password (407)"
    return next((fault for kind, fault in PROXY_FAULTS.items() if isinstance(error, kind)), None)


def plain(error: BaseException) -> str:
    """The error in words, without the wrappings of Twisted."""
    text = str(error)
    if FAILURE_MARK in text:
        text = text.replace(FAILURE_MARK, "").replace(">", "")
    return " ".join(text.strip("[]").split()) or type(error).__name__
