"""Searching: a query in, what was found out; the newest first, over the years from the last back, until there is enough."""

from __future__ import annotations

import math
import sqlite3
import time as clocks
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from newsarchive.errors import SearchTooLong, SearchUnusable
from newsarchive.items import BEIJING
from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.entries import Entry
from newsarchive.reading.kept_article import KeptArticle, open_article
from newsarchive.reading.search.gathering import states_of_day
from newsarchive.reading.search.index import folder_of
from newsarchive.reading.search.query import Query, Term
from newsarchive.reading.search.row import DIGEST_CHARACTERS, NEWEST, UNSURE
from newsarchive.reading.search.shard import FIRST, LAST, Asked, Match, Shard
from newsarchive.reading.search.shards import path_of, years_in
from newsarchive.reading.search.snippet import Snippet, snippet_of, title_of

T = TypeVar("T")

EXACT_BELOW = 1_000
"""Hits that are counted; of more, how many there are is estimated.  Relevance looks at so many of the newest."""
TOGETHER = 16
"""Hits whose journals are looked into at once: whoever shows twenty reads no more days than it shows."""
A_DAY = timedelta(days=1)
SECONDS_OF_DAY = 86_400
TOO_LONG = Bilingual(
    "the search takes too long: ask for fewer days, or for words that are rarer", "找得太久：请少要几天，或换更少见的词"
)


class By(StrEnum):
    """The order of hits."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


@dataclass(frozen=True)
class Hit:
    """An article that was found; its file is read when its text is asked for."""

    root: Path
    entry: Entry
    """Of the state that was found."""
    is_newest: bool
    """False for a state that a later one has replaced."""
    terms: tuple[Term, ...]
    """What was looked for."""

    @cached_property
    def article(self) -> KeptArticle:
        return open_article(self.root, self.entry)

    @property
    def title(self) -> Snippet:
        """The whole title."""
        return title_of(self.entry.title, self.terms)

    @cached_property
    def snippet(self) -> Snippet:
        """Some text around the words."""
        return snippet_of(self.article, self.terms)


@dataclass(frozen=True, slots=True)
class Result:
    """What was found."""

    hits: tuple[Hit, ...]
    total: int
    exact: bool
    """Whether ``total`` was counted; else it is an estimate, within some per cent."""


class FoundRows(NamedTuple):
    """What the index says."""

    rows: list[Match]
    total: int
    exact: bool


@dataclass(frozen=True, slots=True)
class SearchBounds:
    """What is asked for, besides the words."""

    since: date = date.min
    until: date = date.max
    """Days of publication in Beijing, both included."""
    all_states: bool = False
    """Also states that a later one has replaced."""


WHATEVER = SearchBounds()


class Searcher:
    """Searches the archive in ``root``; nothing is written.  May be shared by threads.

    Each method raises ``SearchUnusable`` where the index cannot be read, ``ArchiveDamaged`` where the archive cannot, and
    ``SearchTooLong`` where the index has not answered until ``deadline``, of the monotonic clock.
    """

    def __init__(self, root: Path, deadline: float = math.inf) -> None:
        self._root, self._deadline = root, deadline

    def search(
        self, query: Query, wanted: SearchBounds = WHATEVER, *, by: By = By.NEWEST, most: int = 20, skip: int = 0
    ) -> Result:
        """The ``most`` hits behind the first ``skip`` ones."""
        found = self.found(query, wanted, by=by, most=skip + most)
        hits = self.hits(found.rows[skip:], query)
        return Result(tuple(islice(hits, most)), found.total, found.exact)

    def found(self, query: Query, wanted: SearchBounds = WHATEVER, *, by: By = By.NEWEST, most: int = 20) -> FoundRows:
        """What the index alone says; more rows than ``most`` where they had to be looked at all the same."""
        asked = asked_of(query, wanted)
        looked_at = max(EXACT_BELOW, most)
        rows = self._rows(asked, looked_at, ranked=by is By.RELEVANCE)
        exact = len(rows) < looked_at
        total = len(rows) if exact else self._estimate(asked, rows)
        return FoundRows(sorted(rows, key=lambda row: row.rank) if by is By.RELEVANCE else rows, total, exact)

    def count(self, query: Query, wanted: SearchBounds = WHATEVER) -> int:
        """How many there are, exactly."""
        asked = asked_of(query, wanted)
        return sum(self._each(asked, lambda shard: shard.count(asked)))

    def all(self, query: Query, wanted: SearchBounds = WHATEVER) -> Iterator[tuple[date, str]]:
        """Day and docid of all that match, newest first: for selections of any size, a year in memory at a time."""
        asked = asked_of(query, wanted)
        for found in self._each(asked, lambda shard: list(shard.matches(asked))):
            yield from ((one.day, one.docid) for one in found)

    def has(self, query: Query, wanted: SearchBounds = WHATEVER) -> bool:
        """Whether there is any."""
        return bool(self._rows(asked_of(query, wanted), 1, ranked=False))

    def articles(self, match: str, wanted: SearchBounds, most: int) -> Iterator[KeptArticle]:
        """The newest articles that an expression of FTS5 matches."""
        asked = asked_of(Query(match), wanted)._replace(match=match)
        return (hit.article for hit in self.hits(self._rows(asked, most, ranked=False), Query(match)))

    def _rows(self, asked: Asked, most: int, *, ranked: bool) -> list[Match]:
        found: list[Match] = []

        def look(shard: Shard) -> list[Match]:
            matching = shard.ranked(asked) if ranked else shard.matches(asked)
            return list(islice(matching, most - len(found)))

        for rows in self._each(asked, look):
            found += rows
            if len(found) >= most:
                break
        return found

    def _estimate(self, asked: Asked, found: list[Match]) -> int:
        """Of hits in all, from how many documents are newer than the last of these: they lie as thick in older ones."""
        last = found[-1]
        documents = sum(self._each(asked, lambda shard: _documents(shard, asked)))
        since = asked._replace(since=max(asked.since, last.id))
        newer = sum(self._each(since, lambda shard: _documents(shard, since)))
        return max(len(found), round(len(found) * documents / max(newer, 1)))

    def _each(self, asked: Asked, look: Callable[[Shard], T]) -> Iterator[T]:
        """What ``look`` makes of each year's file, the newest first."""
        folder = folder_of(self._root)
        for year in years_in(folder):
            if _year(asked.since) <= year <= _year(asked.until):
                yield self._look_into(path_of(folder, year), look)

    def _look_into(self, path: Path, look: Callable[[Shard], T]) -> T:
        try:
            with closing(Shard.read(path)) as shard:
                shard.end_at(self._deadline)
                return look(shard)
        except sqlite3.Error as error:
            if clocks.monotonic() > self._deadline and isinstance(error, sqlite3.OperationalError):
                raise SearchTooLong(*TOO_LONG) from None
            raise SearchUnusable(path, str(error)) from error

    def hits(self, rows: Sequence[Match], query: Query) -> Iterator[Hit]:
        """Those of the index's rows that are so still; the journal of a day is looked into once for some of its documents."""
        for at in range(0, len(rows), TOGETHER):
            some = rows[at : at + TOGETHER]
            states = {
                day: states_of_day(self._root, day, {row.docid for row in some if row.day == day})
                for day in {row.day for row in some}
            }
            hits = (self._hit(row, states[row.day].get(row.docid, []), query) for row in some)
            yield from (hit for hit in hits if hit)

    def _hit(self, row: Match, states: list[Entry], query: Query) -> Hit | None:
        """None for one that is not so any more, since the index was written."""
        entry = next((entry for entry in states if _is_it(entry, row)), None)
        if entry is None or (row.standing == NEWEST and entry is not states[-1]):
            return None
        return Hit(self._root, entry, entry is states[-1], query.terms)


def asked_of(query: Query, wanted: SearchBounds) -> Asked:
    """What each year's file is asked."""
    since = FIRST if wanted.since == date.min else _begin(wanted.since)
    until = LAST if wanted.until == date.max else _begin(wanted.until + A_DAY) - 1
    return Asked(query.match, since, until, query.channels, query.without_channels, wanted.all_states)


def _begin(day: date) -> int:
    return int(datetime.combine(day, time.min, BEIJING).timestamp())


def _year(second: int) -> int:
    if second in (FIRST, LAST):
        return date.min.year if second == FIRST else date.max.year
    return datetime.fromtimestamp(second, BEIJING).year


def _documents(shard: Shard, asked: Asked) -> int:
    whole = _begin(date(shard.year, 1, 1)), _begin(date(shard.year, 12, 31)) + SECONDS_OF_DAY - 1
    if asked.since <= whole[0] and whole[1] <= asked.until:
        return shard.newest
    return shard.count_newest(asked.since, asked.until)


def _is_it(entry: Entry, found: Match) -> bool:
    digest = entry.sha256[:DIGEST_CHARACTERS]
    return digest == found.digest or (found.digest == UNSURE and entry.state == found.state)
