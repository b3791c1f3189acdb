"""How complete a day is, at hand for its page: the catalogue is asked at most every few seconds while a crawl writes."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock

from newsarchive.errors import CatalogueUnusable
from newsarchive.reading.day_cache import Stamp
from newsarchive.reading.library import Library

FRESH_S = 5.0
"""A day that is being written is asked for again after so long: a look at a catalogue in use may take a quarter second."""
HELD = 400
"""Days."""


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """A day, all channels that were asked together."""

    offered: int
    kept: int
    missing: int
    """Failed or pending."""
    is_sealed: bool

    @property
    def share(self) -> float:
        """Of what was offered, what has its outcome; 1 where nothing was."""
        return 1 - self.missing / self.offered if self.offered else 1.0

    @property
    def percent(self) -> str:
        """Rounded down, so that 100 % means all."""
        return f"{int(self.share * 1000) / 10:g}"


_Held = tuple[float, Stamp, CoverageLine | None]


class CoverageLines:
    """For several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._held: OrderedDict[date, _Held] = OrderedDict()

    def of(self, day: date) -> CoverageLine | None:
        """None where nothing was offered, or the catalogue cannot tell now; then it is asked again soon."""
        stamp, held = self._library.stamp(day), self._held.get(day)
        if held and ((held[1] == stamp and held[2]) or time.monotonic() - held[0] < FRESH_S):
            return held[2]
        if not self._lock.acquire(blocking=held is None):
            return held[2] if held else None  # another reader is asking: what was true a moment ago will do
        try:
            line = self._asked(day)
            self._held[day] = time.monotonic(), stamp, line
            while len(self._held) > HELD:
                self._held.popitem(last=False)
            return line
        finally:
            self._lock.release()

    def _asked(self, day: date) -> CoverageLine | None:
        """The widest channel tells the day: one document may stand in several, which must not be added up."""
        try:
            rows = self._library.coverage(day, day)
        except CatalogueUnusable:
            return None
        if not rows:
            return None
        widest = max(rows, key=lambda row: row.offered)
        missing = max(row.failed + row.pending for row in rows)
        return CoverageLine(widest.offered, widest.kept, missing, all(row.sealed for row in rows))
