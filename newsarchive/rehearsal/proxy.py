"""A forward proxy on this machine that answers by itself: plain requests, and CONNECT with TLS ended here.

One thread a connection. The crawler keeps few connections open, and so the faults are simply what a thread does: wait,
or hang up.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from newsarchive.rehearsal.answers import Answer, HangUp

IDLE_SECONDS = 60.0
"""A client that says nothing for so long is gone."""


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log; ``status`` is 0 where no whole answer was sent."""

    at: datetime
    method: str
    host: str
    url: str
    status: int
    user_agent: str = ""
    referrer: str = ""


Decide = Callable[[str, str], Answer]
"""(host, path and query) → answer; may wait, may raise ``HangUp``."""


class Proxy(ThreadingHTTPServer):
    """Serves until ``stop``; ``requests`` is the log, oldest first, CONNECT left out."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(
        self, decide: Decide, hosts: frozenset[str], context_for: Callable[[str], ssl.SSLContext], port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.decide, self.hosts = decide, hosts
        self.requests: list[Request] = []
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._context_for = context_for
        self._open: set[socket.socket] = set()
        self._stopping = False
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """The proxy's address for ``http_proxy`` and ``https_proxy``."""
        return f"http://127.0.0.1:{self.server_port}"

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS context with a certificate for ``host``; made once a host."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._context_for(host)
            return self._contexts[host]

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, so that ``stop`` can end it."""
        with self._lock:
            self._open.add(connection)
            if self._stopping:
                _hang_up(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection that has ended."""
        with self._lock:
            self._open.discard(connection)

    def stop(self) -> None:
        """Ends the loop and every connection, and waits for their threads."""
        self.shutdown()
        with self._lock:
            self._stopping = True
            for connection in self._open:
                _hang_up(connection)
        self.server_close()


class _Connection(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    tunnel = ""

    def setup(self) -> None:
        super().setup()
        self._plain = self.connection
        self.server.opened(self._plain)

    def handle(self) -> None:
        try:
            super().handle()
        except (HangUp, OSError):
            self.close_connection = True

    def finish(self) -> None:
        self.server.closed(self._plain)
        try:
            super().finish()
        except OSError:
            self.close_connection = True
        finally:
            if self.connection is not self._plain:
                self.connection.close()

    def do_CONNECT(self) -> None:
        host, _, _port = self.path.partition(":")
        if host not in self.server.hosts:
            self._refuse(host)
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.wfile.flush()
        self.tunnel = host
        self._take_over(self.server.context(host).wrap_socket(self.connection, server_side=True))

    def do_GET(self) -> None:
        url = f"https://{self.tunnel}{self.path}" if self.tunnel else self.path
        place = urlsplit(url)
        if place.hostname not in self.server.hosts:
            self._refuse(place.hostname or "")
            return
        target = place.path + (f"?{place.query}" if place.query else "")
        try:
            answer = self.server.decide(place.hostname, target)
        except HangUp as end:
            self._log(url, place.hostname, 0)
            if end.answer:
                self._send(end.answer, half=True)
            raise
        self._log(url, place.hostname, answer.status)
        self._send(answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _take_over(self, secured: ssl.SSLSocket) -> None:
        self.rfile.close()
        self.wfile.close()
        self.connection = secured
        self.rfile, self.wfile = secured.makefile("rb"), secured.makefile("wb")
        self.close_connection = False

    def _refuse(self, host: str) -> None:
        self._log(self.path, host, 502)
        self.close_connection = True
        self._send(Answer(502, "text/plain", b"no such host in this rehearsal\n"))

    def _send(self, answer: Answer, *, half: bool = False) -> None:
        packed = bool(answer.packed) and "gzip" in self.headers.get("Accept-Encoding", "")
        body = answer.packed if packed else answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Cache-Control", "max-age=60")
        for name, value in answer.headers:
            self.send_header(name, value)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if answer.announced:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if half else body)
        self.wfile.flush()

    def version_string(self) -> str:
        return "nginx"

    def date_time_string(self, timestamp: float | None = None) -> str:
        moment = datetime.now(UTC) if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment, usegmt=True)

    def _log(self, url: str, host: str, status: int) -> None:
        agent, referrer = self.headers.get("User-Agent", ""), self.headers.get("Referer", "")
        self.server.requests.append(Request(datetime.now(UTC), self.command, host, url, status, agent, referrer))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of http.server
        """Silent: the log is ``Proxy.requests``."""


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
