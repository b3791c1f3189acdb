"""What came into the archive while pages are open: numbered, so that each browser is told what it has not heard yet."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from itertools import count
from threading import Lock

from newsarchive.reading.entries import Entry
from newsarchive.reading.following import Change
from newsarchive.reading.library import Library

LOOKING_SHARE = 0.05
"""Of the time, that looks at the journals may take, however many browsers ask: one takes 6 ms for three years."""
HELD = 500
"""Changes that are told; a browser that slept longer is told to load its page anew."""


@dataclass(frozen=True, slots=True)
class News:
    """A change and its number."""

    number: int
    event: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Unheard:
    """What one browser has not heard yet."""

    last: int
    """The number to ask with next."""
    news: tuple[News, ...]
    """Oldest first."""
    is_lost: bool = False
    """Too much came meanwhile, or the number is of another start of the reader: the page must be loaded anew."""


class Follower:
    """Follows the journals when somebody asks; for several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._mark = library.mark()
        self._next_look = time.monotonic()
        self._numbers = count(time.time_ns() // 1_000_000)  # another start counts from another number
        self._begin = self._last = next(self._numbers)
        self._held: deque[News] = deque(maxlen=HELD)

    @property
    def last(self) -> int:
        """The number of the newest change, as it is known now."""
        return self._last

    def token(self) -> str:
        """Another one whenever a journal was written.  Raises ``ArchiveDamaged``."""
        with self._lock:
            self._look()
            return self._mark.token

    def since(self, number: int) -> Unheard:
        """What came behind the change of this number.  Raises ``ArchiveDamaged``."""
        with self._lock:
            self._look()
            news = tuple(one for one in self._held if one.number > number)
            oldest = self._held[0].number - 1 if len(self._held) == HELD else self._begin
            return Unheard(self._last, news, is_lost=not oldest <= number <= self._last)

    def _look(self) -> None:
        begun = time.monotonic()
        if begun < self._next_look:
            return
        changes = self._library.changes_since(self._mark)
        self._mark, ended = changes.mark, time.monotonic()
        self._next_look = ended + (ended - begun) / LOOKING_SHARE
        for change in changes.changes:
            self._take(change)

    def _take(self, change: Change) -> None:
        self._last = next(self._numbers)
        self._held.append(News(self._last, change.event, change.entry))
