"""Which articles of a list say the same, so that a page shows the first and folds the rest under it; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from newsarchive.pages.likeness import headline_key
from newsarchive.reading.entries import Entry

LONGEST = 200
"""Characters of a headline that are looked at."""
HELD = 20_000
"""Keys of headlines: the list of a day that is being written is made every few seconds."""


@dataclass(frozen=True, slots=True)
class Reposted:
    """An article, and those that say the same, oldest first."""

    first: Entry
    """The oldest."""
    again: list[Entry] = field(default_factory=list)


def stories(entries: Sequence[Entry]) -> list[Reposted]:
    """The stories of a list (oldest first), in the same order; all of one have the same text, or headlines that differ in signs."""
    told: list[Reposted] = []
    known: dict[str, Reposted] = {}
    for entry in entries:
        keys = _keys(entry)
        story = next((known[key] for key in keys if key in known), None)
        if story is None:
            story = Reposted(entry, [])
            told.append(story)
        else:
            story.again.append(entry)
        for key in keys:
            known.setdefault(key, story)
    return told


def _keys(entry: Entry) -> list[str]:
    """Two articles with one of these in common say the same; a docid is no digest and has no blank, so kinds do not mix."""
    keys = [entry.docid, entry.same_as, entry.text_sha256, _headline_key(entry.title[:LONGEST])]
    return list(filter(None, keys))


@lru_cache(maxsize=HELD)
def _headline_key(title: str) -> str:
    key = headline_key(title)
    return f"headline {key}" if key else ""
