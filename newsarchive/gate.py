"""The gate every request passes last: once it is shut, nothing more is sent, also not what already waits its turn.

A request that waits in a downloader slot has passed every middleware (ecosystem.md §14, 25), so a ban and a stop have to
be heard here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

GRACE_S = 3.0
"""How long answers that are on their way may still arrive: a page takes well under a second, a hanging server for ever."""


class Gate:
    """Open until ``shut``; all in the event loop's thread."""

    def __init__(self) -> None:
        self._running: set[asyncio.Future[Any]] = set()
        self.error: Exception | None = None
        """Why it is shut; None while it is open."""

    def shut(self, error: Exception) -> None:
        """Refuse all requests from now on with ``error``; those under way have ``GRACE_S`` to end."""
        if self.error is None:
            self.error = error
            if self._running:
                asyncio.get_running_loop().call_later(GRACE_S, self._cancel)

    async def send(self, download: Coroutine[Any, Any, T]) -> T:
        """Await ``download``; raise the gate's error instead of sending while it is shut, and of failing once it is shut."""
        if self.error is not None:
            download.close()
            raise self.error
        running = asyncio.ensure_future(download)
        self._running.add(running)
        try:
            await asyncio.wait((running,))
        finally:
            self._running.discard(running)
            running.cancel()  # nothing where it has ended: else whoever waited has given up, and nobody would hear of it
        if self.error is not None and (running.cancelled() or running.exception()):
            raise self.error
        return running.result()

    def _cancel(self) -> None:
        for running in self._running:
            running.cancel()
