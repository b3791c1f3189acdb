"""What a watch says of its new hits: one message in plain text, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from newsarchive.operation.watch_notes import Hit
from newsarchive.reading.entries import Entry
from newsarchive.reading.search.gathering import states_of_day
from newsarchive.reading.watches import Watch

MOST_CHARACTERS = 3_000
"""Of the list: Telegram takes 4,096 in a message, others more."""
MOST_TITLE = 200
"""Characters of a title that are shown; the feed has titles below 100."""


@dataclass(frozen=True, slots=True)
class WatchMessage:
    """One message."""

    title: str
    body: str
    count: int
    """Hits that it tells of, also where only some are listed."""


def entries_of(root: Path, hits: Sequence[Hit]) -> list[Entry]:
    """The newest state of each hit, the newest article first; none of one that was redacted since.

    Raises ``ArchiveDamaged``.
    """
    found: list[Entry] = []
    for day, of_day in groupby(sorted(hits), key=lambda hit: hit[0]):
        states = states_of_day(root, day, {docid for _, docid in of_day})
        found += [entries[-1] for entries in states.values() if entries]
    return sorted(found, key=lambda entry: entry.order, reverse=True)


MOST_ADDRESS = 500
"""Characters; one of Sina's has a hundred, and a service refuses a message that is too long."""


def message(watch: Watch, entries: Sequence[Entry]) -> WatchMessage:
    """Of these hits, one at least."""
    shown: list[str] = []
    characters = 0
    for entry in entries:
        told = _told(entry)
        characters += len(told)
        if shown and characters > MOST_CHARACTERS:
            break
        shown.append(told)
    count, left = len(entries), len(entries) - len(shown)
    more = [f"另有 {left} 篇，此处不列 · {left} more, not listed"] if left else []
    lines = [*shown, *more, f"关注 watch: {watch.name} = {watch.query.source[:MOST_TITLE]}"]
    return WatchMessage(f"newsarchive: {watch.name}：{count} 篇新文章 · {count} new", "\n\n".join(lines), count)


def _told(entry: Entry) -> str:
    marks = ["已撤稿 withdrawn"] if entry.is_withdrawn else []
    facts = " · ".join([*filter(None, [entry.media[:MOST_TITLE]]), f"{entry.at:%Y-%m-%d %H:%M}", *marks])
    return "\n".join(
        filter(None, (entry.title[:MOST_TITLE], facts, entry.url if len(entry.url) <= MOST_ADDRESS else ""))
    )
