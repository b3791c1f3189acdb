"""How much there is of each day, as the catalogue tells it: a thousandth of what reading the journals costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.view import glance
from newsarchive.errors import CatalogueUnusable
from newsarchive.reading.day_list import DayCount


@dataclass(frozen=True, slots=True)
class ToldCount:
    """What the catalogue says of a day, and how much of the day's journal it had read for that."""

    count: DayCount
    read_to: int
    """Bytes; whoever finds the journal at another size does not believe it."""


def told_counts(root: Path, since: date, until: date) -> dict[date, ToldCount]:
    """By day; nothing where there is no catalogue that can be read."""
    try:
        return glance(root, lambda catalogue: _told(catalogue, since, until))
    except CatalogueUnusable:
        return {}


def _told(catalogue: Catalogue, since: date, until: date) -> dict[date, ToldCount]:
    channels: dict[date, dict[str | None, int]] = defaultdict(dict)
    for row in catalogue.coverage.rows(since, until):
        if row.kept:
            channels[row.day][row.channel] = row.kept
    read_to = {day: tail.size for day, tail in catalogue.tails.all().items()}
    found = {
        day: DayCount(day, kept, channels[day], *rest) for day, kept, *rest in catalogue.holdings.by_day(since, until)
    }
    return {
        day: ToldCount(found.get(day) or DayCount(day, 0, {}, 0, 0), size)
        for day, size in read_to.items()
        if since <= day <= until
    }
