"""The reader as a process that listens: one address, bounded in clients, headers and waiting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors.multiprocess import Multiprocess

from newsarchive.errors import UsageError

MOST_CLIENTS = 256
"""Connections at once; further ones are told to come later (503)."""
KEEP_ALIVE_S = 15
"""Between two requests of a connection."""
REQUEST_S = 20.0
"""For the headers of a request, from the connection or the end of the last answer on."""
UNREAD_S = 30.0
"""For a client that does not read what it asked for."""
STOP_S = 3
"""What answers that are under way may take once the reader is to end."""
MOST_HEADER_BYTES = 32_768
BACKLOG = 128


class _Bounded(H11Protocol):
    """Breaks off connections whose request does not come, or whose answer is not read: uvicorn waits for both for ever."""

    _for_request: asyncio.TimerHandle | None = None
    _for_reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._await_request()

    def _await_request(self) -> None:
        if self._for_request:
            self._for_request.cancel()
        self._for_request = self.loop.call_later(REQUEST_S, self._give_up)

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._for_reading = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._for_reading:
            self._for_reading.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._for_request, self._for_reading):
            if timer:
                timer.cancel()
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there once it is served; port 0: a free one.  Raises ``UsageError``."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind)
    except OSError as error:
        raise UsageError(f"--host {host}: {error.strerror or error}; give an address of this machine") from error
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise UsageError(f"{host}:{port} cannot be used: {error.strerror or error}; give another --port") from error
    return taken


def server_of(app: ASGIApp, listening: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server that ``run([socket])`` lets answer until a signal comes, or its ``should_exit`` is set.

    ``listening`` is called once requests are taken.
    """
    return _Server(_config(app), listening)


def run_many(make: Callable[[], ASGIApp], workers: int, taken: socket.socket, listening: Callable[[], None]) -> None:
    """Let so many processes answer on one socket until a signal comes; one that ends by itself is replaced.

    ``make`` gives each its application: it is pickled.  ``listening`` is called once requests wait for them.
    """
    supervisor = Multiprocess(_config(make, workers=workers, factory=True), [taken])
    taken.listen(BACKLOG)
    listening()
    supervisor.run()


def _config(app: ASGIApp | Callable[[], ASGIApp], *, workers: int = 1, factory: bool = False) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        workers=workers,
        factory=factory,
        http=_Bounded,
        ws="none",
        lifespan="off",
        log_level="error",  # whoever scans ports would fill the terminal with warnings
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CLIENTS,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
    )
