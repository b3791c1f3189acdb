"""The rows of lists as HTML, each made once: a day has thousands, and fifty readers may ask for it in one second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from newsarchive.reading.entries import Entry
from newsarchive.reading.reposts import Reposted
from newsarchive.reading.web.marks import Standing

HELD = 20_000
"""Rows, half a kilobyte each: those of a week."""
_Key = tuple[object, ...]


class RowCache:
    """What was made is thrown away as a whole once there is too much of it; for several threads."""

    def __init__(self, make: Callable[..., str], fold: Callable[..., str]) -> None:
        """``make``: the row of an article, from ``entry``, ``is_read``, ``is_starred``, ``is_new`` and ``dated``.

        ``fold``: the line below a row that unfolds those that say the same, from how many, their media and their rows.
        """
        self._make, self._fold = make, fold
        self._made: dict[_Key, str] = {}

    def of(self, entries: Iterable[Entry], standing: Standing, *, is_new: bool = False, dated: bool = False) -> Markup:
        """The rows of these articles, in the order given."""
        starred = frozenset(standing.starred)
        return Markup("").join(  # made by a template, which escapes
            Markup(self._row(entry, entry.docid in standing.read, entry.docid in starred, is_new, dated))  # noqa: S704
            for entry in entries
        )

    def told(self, stories: Iterable[Reposted], standing: Standing) -> Markup:
        """The rows of these stories, in the order given; what says the same is folded."""
        starred, parts = frozenset(standing.starred), []
        for story in stories:
            docid = story.first.docid
            parts.append(self._row(story.first, docid in standing.read, docid in starred, False, False))
            if story.again:
                parts.append(self._folded(story.again, standing))
        return Markup("".join(parts))  # noqa: S704 - made by templates, which escape

    def _folded(self, again: Sequence[Entry], standing: Standing) -> str:
        media = list(dict.fromkeys(entry.media for entry in again))
        return str(self._fold(len(again), media, self.of(again, standing)))

    def _row(self, entry: Entry, *shown: bool) -> str:
        key = (entry.docid, entry.sha256, entry.title, entry.own_states, entry.lids, entry.withdrawn_at, *shown)
        made = self._made.get(key)
        if made is None:
            made = str(self._make(entry, *shown))
            if len(self._made) >= HELD:
                self._made.clear()
            self._made[key] = made
        return made
