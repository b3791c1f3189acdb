from __future__ import annotations

import gzip
import json
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from newsarchive.crawl.failures import DOWNLOAD_ERRORS, reason_of
from newsarchive.rehearsal.certificate import Authority

pytestmark = pytest.mark.slow  # real crawls by the dozen

PROBE = Path(__file__).with_name("probe.py")
Ended = dict[str, tuple[str, bool]]


ENDLESS_MIB = 256
"""Sent where nobody stops it: the test must end, also where nothing is bounded."""
MAX_PEAK_KIB = 200_000
"""Of a process that has Scrapy in it; it had 75,000, and a server alone sends more."""


class Server(socketserver.ThreadingTCPServer):
    """Gives every request the same bytes; None: no answer at all."""

    daemon_threads = True

    def __init__(self, answer: bytes | None, tls: ssl.SSLContext | None = None, repeats: bytes = b"") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.tls = answer, tls
        self.repeats = repeats * (2**20 // len(repeats)) if repeats else b""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Handler(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        with suppress(OSError), ExitStack() as opened:
            connection = self.request
            if self.server.tls:
                connection = opened.enter_context(self.server.tls.wrap_socket(connection, server_side=True))
            connection.recv(65_536)
            if self.server.answer is None:
                time.sleep(60)  # longer than any time-out of the probe; the thread ends with the test
            connection.sendall(self.server.answer or b"")
            for _ in range(ENDLESS_MIB if self.server.repeats else 0):
                connection.sendall(self.server.repeats)


@contextmanager
def serving(answer: bytes | None, tls: ssl.SSLContext | None = None, repeats: bytes = b"") -> Iterator[int]:
    with Server(answer, tls, repeats) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server.port
        server.shutdown()


def page(body: bytes = b"hello", *headers: str, length: int | None = None) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


HTTP: dict[str, tuple[bytes | None, str]] = {
    "sound": (page(), "arrived"),
    "hanging": (None, "timeout"),
    "closed at once": (b"", "connection"),
    "no HTTP": (b"SSH-2.0-x\r\n\r\n", "connection"),
    "shorter than announced": (page(length=50), "truncated"),
    "longer than allowed": (page(bytes(5000)), "too-large"),
    "longer than allowed, not announced": (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(5000), "too-large"),
    "a bomb": (page(gzip.compress(bytes(50_000)), "Content-Encoding: gzip"), "too-large"),
    "no gzip": (page(b"plain text", "Content-Encoding: gzip"), "bad-encoding"),
    "cut gzip": (page(gzip.compress(b"text")[:5], "Content-Encoding: gzip"), "bad-encoding"),
    "no deflate": (page(b"plain text", "Content-Encoding: deflate"), "bad-encoding"),
    "no br": (page(b"<html>plain</html>", "Content-Encoding: br"), "bad-encoding"),
    "no zstd": (page(b"<html>plain</html>", "Content-Encoding: zstd"), "bad-encoding"),
    "nothing as zstd": (page(b"", "Content-Encoding: zstd"), "bad-encoding"),
    "JSON as br": (page(b'{"result":{"data":[]}}', "Content-Encoding: br"), "bad-encoding"),
    "gzip within br": (page(gzip.compress(b"text"), "Content-Encoding: gzip, br"), "bad-encoding"),
    "unknown transfer encoding": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\nuryyb", "connection"),
    "many headers": (page(b"hello", *(f"X-{number}: {'x' * 50}" for number in range(1000))), "arrived"),
    "too many headers": (page(b"hello", *(f"X-{number}: {'x' * 60}" for number in range(1000))), "too-large"),
    "redirected for ever": (redirect("/"), "redirect"),
    "redirected to no address": (redirect("http://[::1"), "redirect"),
    "redirected to no port": (redirect("http://127.0.0.1:99999/"), "redirect"),
    "redirected to another site": (redirect("http://example.org/"), "off-site"),
}
ENDLESS = {
    "endless header lines": (b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"x" * 50 + b"\r\n"),
    "one endless header line": (b"HTTP/1.1 200 OK\r\nX-Filler: ", b"x" * 64),
    "an endless header, folded": (b"HTTP/1.1 200 OK\r\nX-Filler: x\r\n", b" " + b"x" * 50 + b"\r\n"),
    "endless interim answers": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
}
"""How an answer begins, and what follows again and again."""
ELSE = {
    "nobody listens": "refused",
    "no such host": "dns",
    "unknown authority": "tls",
    "no TLS": "tls",
    "proxy refuses": "proxy",
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """What each request of one crawl ended with."""
    unknown = Authority(tmp_path_factory.mktemp("authority")).context_for("localhost")
    with ExitStack() as servers:

        def port(answer: bytes | None, tls: ssl.SSLContext | None = None) -> int:
            return servers.enter_context(serving(answer, tls))

        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = closed.getsockname()[1]
        refusing = port(b"HTTP/1.1 403 No\r\n\r\n")
        asked: dict[str, tuple[str, str | None]] = {
            name: (f"http://127.0.0.1:{port(answer)}/", None) for name, (answer, _) in HTTP.items()
        } | {
            "nobody listens": (f"http://127.0.0.1:{nobody}/", None),
            "no such host": ("http://no-such-host.invalid/", None),
            "unknown authority": (f"https://localhost:{port(page(), unknown)}/", None),
            "no TLS": (f"https://localhost:{port(page())}/", None),
            "proxy refuses": ("https://localhost/", f"http://127.0.0.1:{refusing}"),
        }
        return probed(asked)


def probed(asked: dict[str, tuple[str, str | None]]) -> Ended:
    return {name: (reason, listed) for name, (reason, listed) in told_by_probe(asked)["ended"].items()}


def told_by_probe(asked: dict[str, tuple[str, str | None]]) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    command = [sys.executable, str(PROBE)]
    run = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, timeout=60, env=environment, check=True
    )
    told: dict[str, Any] = json.loads(run.stdout)
    return told


@pytest.mark.parametrize(
    ("name", "reason"), [*((name, reason) for name, (_, reason) in HTTP.items()), *ELSE.items()], ids=str
)
def test_request_ends_with_its_reason(ended: Ended, name: str, reason: str) -> None:
    assert ended[name] == (reason, reason != "arrived")


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured the Unix way")
def test_endless_headers_are_refused_before_they_take_memory() -> None:
    with ExitStack() as servers:
        asked: dict[str, tuple[str, str | None]] = {
            name: (f"http://127.0.0.1:{servers.enter_context(serving(begin, repeats=repeats))}/", None)
            for name, (begin, repeats) in ENDLESS.items()
        }
        told = told_by_probe(asked)
    assert told["ended"] == {name: ["too-large", True] for name in ENDLESS}
    assert told["peak_kib"] < MAX_PEAK_KIB


@pytest.mark.parametrize(
    "error", [OSError("no such file"), ValueError("what a layout cannot read"), EOFError()], ids=repr
)
def test_what_extraction_may_raise_is_no_error_of_the_network(error: Exception) -> None:
    assert (isinstance(error, DOWNLOAD_ERRORS), reason_of(error)) == (False, "download")


def test_what_has_no_name_here_is_a_download() -> None:
    assert reason_of(LookupError("?")) == "download"
