"""Which documents are under way: how many may be at once, and when one of them has come to its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

WINDOW = 12
"""Documents between the frontier and their outcome: keeps four connections busy while pages are written, no more."""


@dataclass(frozen=True, slots=True, eq=False)
class _UnderWay:
    title: str
    """As it was listed; empty for an address that was given."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Window:
    """The documents that have been taken from the frontier and have no outcome yet; all in the event loop's thread."""

    def __init__(self, size: int = WINDOW) -> None:
        self._size = size
        self._under_way: dict[str, _UnderWay] = {}
        """By docid, in the order in which they were offered."""
        self._moved = asyncio.Event()

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def has_room(self) -> bool:
        """Whether one more may be under way."""
        return len(self._under_way) < self._size

    def enter(self, docid: str, title: str = "") -> None:
        """The document is under way from now on; ``title`` as it was listed."""
        self._under_way[docid] = _UnderWay(title)

    def ends_before(self, docid: str, titles: Collection[str]) -> Iterator[asyncio.Event]:
        """For each document under way that was offered before this one under one of these titles: what is set at its end.

        At the end of the run all are.
        """
        for other, under_way in tuple(self._under_way.items()):
            if other == docid:
                return
            if under_way.title and under_way.title in titles:
                yield under_way.ended

    def release(self, docid: str) -> None:
        """The document has its outcome, or stays as it was; nothing where it was released before."""
        if ended := self._under_way.pop(docid, None):
            ended.ended.set()
        self.wake()

    def end(self) -> None:
        """The run is over: nobody waits for another any more."""
        for under_way in self._under_way.values():
            under_way.ended.set()
        self.wake()

    def wake(self) -> None:
        """Something has changed that whoever waits here must look at: the frontier, the gate, the listing's end."""
        self._moved.set()

    def watch(self) -> None:
        """Begin to look: what changes from now on ends the next ``wait``."""
        self._moved.clear()

    async def wait(self) -> None:
        """Return when something has changed since ``watch``."""
        await self._moved.wait()
