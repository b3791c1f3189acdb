"""A store between a mirror and moto's real one, which drops, delays, alters or makes up answers as a test tells it to."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

OF_ONE_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def file(self) -> str:
        """Below the copy; empty for a listing."""
        return unquote(urlsplit(self.path).path).partition("/finance/")[2]

    @property
    def is_listing(self) -> bool:
        return "list-type=2" in self.path


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    length: int | None = None
    """Told instead of that of the body."""


Pass = Callable[[Asked], Answer]
Twist = Callable[[Asked, Pass], Answer | None]
"""What is answered; None breaks the connection."""


def error(status: int, code: str, headers: dict[str, str] | None = None) -> Answer:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>"
    return Answer(status, {"Content-Type": "application/xml", **(headers or {})}, body.encode())


@contextmanager
def crooked(endpoint: str, twist: Twist, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of one that stands before ``endpoint``; by https where a context is given."""
    host = urlsplit(endpoint).netloc

    def passed(asked: Asked) -> Answer:
        with closing(http.client.HTTPConnection(host, timeout=30)) as real:
            real.request(asked.method, asked.path, asked.body, asked.headers)
            answer = real.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in OF_ONE_HOP}
            length = answer.getheader("Content-Length")
            body = answer.read()
            return Answer(answer.status, kept, body, int(length) if length and asked.method == "HEAD" else None)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = twist(Asked(self.command, self.path, dict(self.headers), body), passed)
            if answer is None:
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            if "Date" not in answer.headers:
                self.send_header("Date", self.date_time_string())
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
                self.close_connection = answer.length is not None

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _answer  # noqa: N815 - names of the library

        def handle(self) -> None:
            with suppress(ssl.SSLError, ConnectionError):  # whoever does not trust us leaves
                super().handle()

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}" if context else f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
