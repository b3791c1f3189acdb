"""The gate every request passes last: whether it may be sent, and when.

A request that waits in a downloader slot has passed every middleware (ecosystem.md §14, 25), so a ban and a stop have to
be heard here; and here alone a wish of the site's (Retry-After, Crawl-delay) holds for all that wait.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

GRACE_S = 3.0
"""How long answers that are on their way may still arrive: a page takes well under a second, a hanging server for ever."""

CAREFUL_ANSWERS = 11
"""After a ban: a probe alone, then ten more answers one at a time, before connections are used side by side again."""

JUDGED_WITHIN_S = 1.0
"""After that an answer that nobody judged (it could not be unpacked, say) no longer holds the next one back."""


def host_of(url: str) -> str:
    """The key of a host at the gate, for its pauses and its Crawl-delay alike: the name alone, whatever the port."""
    return urlsplit(url).hostname or ""


class Gate:
    """Open until ``shut``; all in the event loop's thread."""

    def __init__(self) -> None:
        self._running: set[asyncio.Future[Any]] = set()
        self._careful = 0
        self._one_at_a_time = asyncio.Lock()
        self._judging: asyncio.TimerHandle | None = None
        self._gaps: dict[str, float] = {}
        self._next_at: dict[str, float] = {}
        self._shut = asyncio.Event()
        self.error: BaseException | None = None
        """Why it is shut; None while it is open."""

    def shut(self, error: BaseException) -> None:
        """Refuse all requests from now on with ``error``; those under way have ``GRACE_S`` to end."""
        if self.error is None:
            self.error = error
            self._shut.set()
            if self._running:
                asyncio.get_running_loop().call_later(GRACE_S, self.break_off)

    def go_carefully(self) -> None:
        """Let requests through one at a time until ``CAREFUL_ANSWERS`` have come."""
        self._careful = CAREFUL_ANSWERS

    def space(self, host: str, seconds: float) -> None:
        """Leave at least so much time between two requests to a host: its Crawl-delay."""
        self._gaps[host] = seconds

    def hold(self, host: str, seconds: float) -> float:
        """Send nothing to a host for so long: its Retry-After.  Returns by how many seconds that prolongs its pause."""
        now = asyncio.get_running_loop().time()
        before = max(now, self._next_at.get(host, 0.0))
        self._next_at[host] = max(before, now + seconds)
        return self._next_at[host] - before

    async def send(self, download: Coroutine[Any, Any, T], host: str = "") -> T:
        """Await ``download`` when its turn has come; raise the gate's error instead of sending while it is shut."""
        with _closed_unless_begun(download):
            await self._turn(host)
            if self._careful == 0:
                return await self._sent(download)
            return await self._sent_alone(download)

    async def _sent_alone(self, download: Coroutine[Any, Any, T]) -> T:
        """The next one goes when this answer has been judged: a ban is told from a page behind the download alone."""
        await self._one_at_a_time.acquire()
        with ExitStack() as undo:
            undo.callback(self._one_at_a_time.release)
            answer = await self._sent(download)
            undo.pop_all()
        self._judging = asyncio.get_running_loop().call_later(JUDGED_WITHIN_S, self.judged)
        return answer

    def judged(self, *, counts: bool = False) -> None:
        """An answer has been looked at, after ``shut`` if it was a ban; robots.txt does not count among the careful ones."""
        if counts and self._careful > 0:
            self._careful -= 1
        if self._judging is not None:
            self._judging.cancel()
            self._judging = None
            self._one_at_a_time.release()

    async def _turn(self, host: str) -> None:
        """Wait until the host may be asked, or until the gate is shut."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next_at.get(host, 0.0))
        if gap := self._gaps.get(host, 0.0):
            self._next_at[host] = at + gap
        if at > now and self.error is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._shut.wait(), at - now)

    async def _sent(self, download: Coroutine[Any, Any, T]) -> T:
        if self.error is not None:
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

    def break_off(self) -> None:
        """Once it is shut: do not wait for answers that are on their way."""
        for running in self._running:
            running.cancel()


@contextmanager
def _closed_unless_begun(download: Coroutine[Any, Any, Any]) -> Iterator[None]:
    """A download that is refused or given up before it began is closed, or Python would complain of it."""
    try:
        yield
    finally:
        if inspect.getcoroutinestate(download) == inspect.CORO_CREATED:
            download.close()
