"""What the index holds of one state of one document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from newsarchive.items import BEIJING
from newsarchive.reading.entries import Entry
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.search.fold import tokens

COLUMNS = ("body", "title", "media", "editor", "keywords", "symbols")
"""The body is the first: places in any other column cost two bytes more for each character of an article."""
NEWEST, EARLIER, OUT = 1, 0, -1
"""How a state stands: shown; replaced by a later one; not of this archive any more."""
DIGEST_CHARACTERS = 16
"""Of a file's SHA-256: two states of one document are told apart by them."""
UNSURE = ""
"""Digest of a text that is not what its line says (lost, edited, replaced at that moment): looked at again the next time."""


class Key(NamedTuple):
    """A state that ought to be in the index."""

    docid: str
    day: date
    state: int
    digest: str
    second: int
    """Of publication, since 1970."""
    standing: int
    lids: str
    """Of the channels that showed it, or that its rows name, with blanks between."""

    @property
    def year(self) -> int:
        """Of publication, in Beijing: whose file it is in."""
        return datetime.fromtimestamp(self.second, BEIJING).year


@dataclass(frozen=True, slots=True)
class SearchRow:
    """A state with what can be found of it."""

    key: Key
    fields: tuple[str, ...]
    """One for each of ``COLUMNS``, one token a character."""

    @property
    def size(self) -> int:
        """Characters, roughly: what a batch of rows holds in memory."""
        return sum(map(len, self.fields))


def key_of(entry: Entry, *, is_newest: bool) -> Key:
    lids = " ".join(sorted(lid for lid in {*entry.channels, *entry.lids} if lid.isalnum()))
    standing = NEWEST if is_newest else EARLIER
    digest = entry.sha256[:DIGEST_CHARACTERS]
    return Key(entry.docid, entry.day, entry.state, digest, int(entry.at.timestamp()), standing, lids)


def keys_of(states: Sequence[Entry]) -> list[Key]:
    """Of the states of one document, oldest first."""
    return [key_of(entry, is_newest=entry is states[-1]) for entry in states]


def row_of(key: Key, article: KeptArticle) -> SearchRow:
    entry = article.entry
    fields = (
        tokens(article.text),
        tokens(entry.title),
        tokens(entry.media),
        tokens(entry.editor),
        tokens(*entry.keywords),
        tokens(*entry.symbols),
    )
    return SearchRow(key if article.is_whole else key._replace(digest=UNSURE), fields)
