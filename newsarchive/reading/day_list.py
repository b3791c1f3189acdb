"""The entries of one day, in time order, and how they follow a journal that grows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.reading.day_cache import Stamp
from newsarchive.reading.entries import UNTOLD, Entry, entries_of

FEW = 16
"""Documents whose lines are looked up in a journal that grew, 1 ms each; for more, reading all of it anew is quicker."""


@dataclass(frozen=True)
class DayList:
    """What was kept of a day, and what was taken out of it again."""

    day: date
    by_docid: Mapping[str, Entry]
    """Redacted ones included."""

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Those that are kept, oldest first (``Entry.order``)."""
        return tuple(sorted((entry for entry in self.by_docid.values() if not entry.is_redacted), key=_order))

    @cached_property
    def redacted(self) -> tuple[Entry, ...]:
        """Tombstones, oldest first."""
        return tuple(sorted((entry for entry in self.by_docid.values() if entry.is_redacted), key=_order))

    @cached_property
    def count(self) -> DayCount:
        channels = Counter(channel for entry in self.entries for channel in _shown_by(entry))
        revised = sum(entry.own_states > 1 for entry in self.entries)
        withdrawn = sum(entry.is_withdrawn for entry in self.entries)
        return DayCount(self.day, len(self.entries), dict(channels), revised, withdrawn)


@dataclass(frozen=True, slots=True)
class DayCount:
    """How much there is of a day, in kept documents."""

    day: date
    kept: int
    channels: Mapping[str | None, int]
    """By the lid of each channel that showed them, as in the coverage; None: given by address."""
    revised: int
    """That the source has changed."""
    withdrawn: int
    """That the source took out."""


def read_day(root: Path, day: date) -> DayList:
    """The day as its journal tells it now.  Raises ``ArchiveDamaged`` where the disk does not give it back."""
    return DayList(day, entries_of(journal.read_objects(paths.journal_path(root, day), UNTOLD), day))


def read_again(root: Path, now: Stamp, before: tuple[Stamp, DayList]) -> DayList:
    """The day after its journal was written: of one that grew by a few lines, no more is parsed than what they concern."""
    stamp, known = before
    path = paths.journal_path(root, known.day)
    if now.grew_from(stamp):
        docids = {str(line.get("docid")) for line in journal.read_since(path, stamp.size) if line.get("docid")}
        if len(docids) <= FEW:
            lines = journal.read_about(path, *map(json.dumps, docids)) if docids else ()
            found = entries_of(lines, known.day)
            return DayList(known.day, {**known.by_docid, **{docid: found[docid] for docid in docids & found.keys()}})
    return read_day(root, known.day)


def _shown_by(entry: Entry) -> tuple[str | None, ...]:
    return entry.channels or ((None,) if entry.seen_at else ())


def _order(entry: Entry) -> tuple[object, ...]:
    return entry.order
