"""A place where messages arrive, for tests that tell something."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "s3cret"  # noqa: S105 - what must be seen nowhere


class Inbox(ThreadingHTTPServer):
    """Takes what apprise posts by its scheme json://, or refuses it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.messages: list[dict[str, str]] = []
        self.status = 200
        self.heard: Callable[[], object] = lambda: None
        """Called when a message has come, before it is answered."""

    @property
    def url(self) -> str:
        return f"json://me:{TOKEN}@127.0.0.1:{self.server_port}/{TOKEN}"

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.messages]


class _Post(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:
            self.server.messages.append(json.loads(body))
        self.server.heard()
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""
