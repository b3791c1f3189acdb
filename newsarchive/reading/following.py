"""What has happened since somebody looked last: cheap enough to ask every second beside a running crawl."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.states import STATE_EVENTS, is_reextracted
from newsarchive.reading.day_cache import NONE, Stamp, sizes_of, stamp_of
from newsarchive.reading.day_list import DayList
from newsarchive.reading.entries import Entry

TOLD = (*STATE_EVENTS, "gone")
"""Events that a list shows, but for states that other rules made of a stored page.

A redaction replaces its journal, so its whole day counts as changed."""
TOKEN_BYTES = 8
"""Of the digest in a token: two looks at one archive are told apart by it, nothing more."""


@dataclass(frozen=True)
class Mark:
    """How all journals looked at one moment."""

    stamps: Mapping[date, Stamp]

    @cached_property
    def token(self) -> str:
        """16 hex digits, the same as long as no journal was written: an ETag of all lists."""
        told = repr(sorted(self.stamps.items())).encode()
        return hashlib.blake2b(told, digest_size=TOKEN_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """A line that was appended, and what its document is now."""

    event: str
    """``kept``, ``revised``, ``imported`` or ``gone``."""
    entry: Entry


@dataclass(frozen=True, slots=True)
class Changes:
    """Between a mark and now."""

    mark: Mark
    """To ask with the next time."""
    days: tuple[date, ...]
    """Whose journals were written; what somebody made of them may be out of date."""
    replaced: tuple[date, ...]
    """Those of ``days`` whose journals were not appended to but replaced (redacted, repaired, taken away): to be read anew."""
    changes: tuple[Change, ...]
    """Day by day, in the order of the lines; none of a day that was replaced."""


def mark_of(root: Path) -> Mark:
    """Looks at each journal from outside: 15 ms for three years.  Raises ``ArchiveDamaged``."""
    return Mark({day: stamp_of(root, day) for day, _ in sizes_of(root)})


def changes_since(root: Path, before: Mark, day_of: Callable[[date], DayList]) -> Changes:
    """Reads the new lines of the journals that were written since, no others.  Raises ``ArchiveDamaged``."""
    now = mark_of(root)
    days = sorted(day for day in now.stamps.keys() | before.stamps.keys() if _stamp(now, day) != _stamp(before, day))
    grown = [day for day in days if _is_grown(_stamp(before, day), _stamp(now, day))]
    changes = (
        change
        for day in grown
        for change in _changes(root, day, _stamp(before, day).size, _stamp(now, day).size, day_of)
    )
    return Changes(now, tuple(days), tuple(day for day in days if day not in grown), tuple(changes))


def _stamp(mark: Mark, day: date) -> Stamp:
    return mark.stamps.get(day, NONE)


def _is_grown(before: Stamp, now: Stamp) -> bool:
    return before == NONE or now.grew_from(before)


def _changes(root: Path, day: date, begin: int, end: int, day_of: Callable[[date], DayList]) -> Iterator[Change]:
    entries = None
    for line in journal.read_since(paths.journal_path(root, day), begin, end):
        if line.get("event") in TOLD and not is_reextracted(line):
            entries = entries or day_of(day).by_docid
            if (entry := entries.get(str(line.get("docid")))) and not entry.is_redacted:
                yield Change(str(line["event"]), entry)
