"""Which days are crawled together: slices of a fixed grid, newest first; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slice:
    """Days without a gap between them, of some channels."""

    since: date
    until: date
    """The last day."""
    channels: tuple[str, ...]
    """By lid, in the order in which they are asked."""

    @property
    def days(self) -> list[date]:
        return list(days_of(self.since, self.until))

    def __str__(self) -> str:
        return f"{self.since}_{self.until}"


def days_of(since: date, until: date) -> Iterator[date]:
    """Oldest first, both included."""
    return (since + number * ONE_DAY for number in range((until - since).days + 1))


def cut(wanted: Collection[date], size: int, channels: tuple[str, ...]) -> list[Slice]:
    """The wanted days in slices of at most ``size`` days, newest first.

    The grid counts from the first day of the calendar, so that another range cuts the same slices.
    """
    ordered = sorted(wanted)
    cells: dict[tuple[int, int], list[date]] = {}
    for number, day in enumerate(ordered):  # day minus number is the same along days without a gap
        cells.setdefault((day.toordinal() // size, day.toordinal() - number), []).append(day)
    found = [Slice(days[0], days[-1], channels) for days in cells.values()]
    return sorted(found, key=lambda one: one.since, reverse=True)


def told(days: Collection[date]) -> list[str]:
    """The days as ranges, for people: ``2026-11-01`` or ``2026-11-01 to 2026-11-07``."""
    ordered = sorted(days)
    runs = groupby(enumerate(ordered), key=lambda pair: pair[1].toordinal() - pair[0])
    ranges = [[day for _, day in run] for _, run in runs]
    return [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in ranges]
