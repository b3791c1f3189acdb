"""fetch: Scrapy's own HTTP handler behind the gate, with a limit for the headers of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import STATUS, RequestNotSent
from twisted.web._newclient import Request as TxRequest
from twisted.web.client import RequestGenerationFailed, RequestTransmissionFailed, ResponseFailed
from twisted.web.client import Response as TxResponse
from twisted.web.iweb import IResponse

from newsarchive.crawl.gate import host_of
from newsarchive.crawl.raw_capture import PLACE, Heads, RawCapture
from newsarchive.crawl.run import BYTES, REQUESTS, Run

MAX_HEADER_BYTES = 64 * 1024
"""Of status line and headers of one answer, those of interim (1xx) answers included; Sina's have 1 KiB."""

NOT_SENT = (OSError, ValueError, RequestNotSent, RequestGenerationFailed, RequestTransmissionFailed)
"""What the handler raises beside Scrapy's errors: no host name (IDNA), no socket, a connection lost while writing."""


class HeadersTooLarge(Exception):
    """An answer has more than ``MAX_HEADER_BYTES`` of headers; Twisted wraps it and closes the connection."""


class GatedHTTP11Handler(HTTP11DownloadHandler):
    """The default handler; refuses to send once the run's gate is shut."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedClientFactory

        self._capture: RawCapture | None = None

    async def download_request(self, request: Request) -> Response:
        """The answer, once the gate lets the request through; raises the gate's error while it is shut."""
        run, host = Run.find(self._crawler), host_of(request.url)
        request.meta.pop(PLACE, None)  # of an earlier try
        if run is None:
            return (await self._download(request))[0]
        response, heads = await run.gate.send(self._download(request), host)
        if self._capture is None:
            self._capture = RawCapture(run)
        await self._capture.keep(request, response, heads)
        return response

    async def _download(self, request: Request) -> tuple[Response, Heads]:
        """The answer, and both heads as they went over the wire; raises ``failures.DOWNLOAD_ERRORS`` alone."""
        self._crawler.stats.inc_value(REQUESTS)
        agent = CapturingAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(agent.download_request(request))
            self._crawler.stats.inc_value(BYTES, len(agent.heads.response) + len(response.body))
            return response, agent.heads
        except DownloadFailedError as error:
            if _has_too_large_headers(error.__cause__):
                message = f"the headers of the answer have more than {MAX_HEADER_BYTES} bytes"
                raise DownloadCancelledError(message) from error
            raise
        except NOT_SENT as error:
            raise DownloadFailedError(f"{type(error).__name__}: {error}") from error


class CapturingAgent(_ScrapyAgent):
    """Takes along what ``BoundedParser`` has read of an answer before its body; Scrapy makes one agent a request."""

    heads = Heads(b"", b"")

    def _cb_bodyready(self, txresponse: TxResponse, request: Request) -> Any:
        self.heads = getattr(txresponse, "heads", self.heads)
        return super()._cb_bodyready(txresponse, request)


class BoundedParser(_LenientHTTPClientParser):
    """Counts and keeps what it reads before the body: Twisted has a limit for a line, none for their number."""

    MAX_LENGTH = MAX_HEADER_BYTES
    _header_bytes = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - as is the next, Twisted's name
        """Status line or header; raises ``HeadersTooLarge``."""
        self._header_bytes += len(line) + 1
        if self._header_bytes > MAX_HEADER_BYTES:
            self._refuse()
        if self.state == STATUS:  # also after an interim answer
            self._lines = []
        self._lines.append(line)
        super().lineReceived(line)

    def allHeadersReceived(self) -> None:  # noqa: N802
        """Leave the heads with the answer, before anybody hears of it."""
        self.response.heads = Heads(self.request.head, b"\n".join((*self._lines, b"")))
        super().allHeadersReceived()  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802
        """One line is longer than all may be; raises ``HeadersTooLarge``."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        """Break the connection off: one that is closed in order reads on until the server has ended."""
        self.transport._producer.abortConnection()  # type: ignore[union-attr]  # a proxy of the connection's transport
        raise HeadersTooLarge


class _Lines:
    """A transport that keeps what is written to it."""

    lines: Sequence[bytes] = ()

    def writeSequence(self, lines: Sequence[bytes]) -> None:  # noqa: N802
        self.lines = lines


class KeptRequest(TxRequest):
    """Keeps the head that it writes."""

    head = b""

    def _writeHeaders(self, transport: Any, TEorCL: bytes | None) -> None:  # noqa: N802, N803 - Twisted's names
        sent = _Lines()
        super()._writeHeaders(sent, TEorCL)  # type: ignore[no-untyped-call]
        self.head = b"".join(sent.lines)
        transport.write(self.head)


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Reads answers with ``BoundedParser``; as in Scrapy's, the parser's class is replaced: Twisted names it itself."""

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        """Send it; the answer's heads tell what was sent."""
        request.__class__ = KeptRequest
        answer = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = BoundedParser
        return answer


class BoundedClientFactory(_LenientHTTP11ClientFactory):
    """Makes ``BoundedProtocol``."""

    def buildProtocol(self, addr: IAddress | None) -> BoundedProtocol:  # noqa: ARG002, N802 - Twisted's signature
        return BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


def _has_too_large_headers(cause: BaseException | None) -> bool:
    return isinstance(cause, ResponseFailed) and any(reason.check(HeadersTooLarge) for reason in cause.reasons)
