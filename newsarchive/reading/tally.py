"""What only the journals tell, counted a day at a time: whoever reads the day gives a small result, and one process adds them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from newsarchive.reading.day_list import read_day
from newsarchive.reading.history import corrections_of

HELD_NAMES = 20_000
"""Different names that are counted to the end: some 10 MB; a year of Sina's feed names a few thousand media and stocks."""
NAME_CHARACTERS = 100
"""Of a name that is counted; longer ones are cut, since another hand's line may hold a megabyte."""
HOURS = 24

Name = TypeVar("Name", str, str | None)


@dataclass(slots=True)
class Names:
    """How often each name occurs: exact up to ``HELD_NAMES`` names; above that the rarest are forgotten now and then."""

    counts: Counter[str] = field(default_factory=Counter)
    untold: int = 0
    """Articles that tell none."""
    is_exact: bool = True

    def add(self, names: Collection[str]) -> None:
        """Of one article; none but empty ones: it tells none."""
        told = {name[:NAME_CHARACTERS] for name in names if name}
        self.untold += not told
        self.counts.update(told)
        self._forget()

    def take(self, later: Names) -> None:
        """Those of a later day."""
        self.counts.update(later.counts)
        self.untold += later.untold
        self.is_exact &= later.is_exact
        self._forget()

    def _forget(self) -> None:
        if len(self.counts) > 2 * HELD_NAMES:
            self.counts = Counter(dict(most_of(self.counts, HELD_NAMES)))
            self.is_exact = False


def most_of(counts: Mapping[Name, int], count: int) -> list[tuple[Name, int]]:
    """The most frequent first, equal ones by name, so that two countings of one archive are equal."""
    return heapq.nsmallest(count, counts.items(), key=lambda item: (-item[1], item[0] or ""))


@dataclass(slots=True)
class Tally:
    """The counts of a day, or of several."""

    articles: int = 0
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    media: Names = field(default_factory=Names)
    symbols: Names = field(default_factory=Names)
    kinds: Names = field(default_factory=Names)
    """Of corrections."""

    def take(self, later: Tally) -> None:
        """Those of a later day."""
        self.articles += later.articles
        self.hours = [one + other for one, other in zip(self.hours, later.hours, strict=True)]
        self.media.take(later.media)
        self.symbols.take(later.symbols)
        self.kinds.take(later.kinds)


def tally(root: Path, day: date, *, entries: bool, corrections: bool) -> Tally:
    """Count a day: its kept articles, its corrections, or both.  Raises ``ArchiveDamaged``."""
    found = Tally()
    for entry in read_day(root, day).entries if entries else ():
        found.articles += 1
        found.hours[entry.at.hour] += 1
        found.media.add((entry.media,))
        found.symbols.add(entry.symbols)
    for one in corrections_of(root, day) if corrections else ():
        if one.is_wanted(None, ()):
            found.kinds.add((one.kind,))
    return found
