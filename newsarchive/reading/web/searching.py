"""What a page of a search shows: hits, what they have in common, a hint; bounded in time and size, two at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from threading import BoundedSemaphore
from urllib.parse import urlencode

from newsarchive.errors import SearchTooLong, UsageError
from newsarchive.items import BEIJING
from newsarchive.reading.bilingual import NOTHING, Bilingual
from newsarchive.reading.library import Library
from newsarchive.reading.search import hints
from newsarchive.reading.search.index import standing
from newsarchive.reading.search.query import QUOTES, Query, parse
from newsarchive.reading.search.searching import By, FoundRows, Hit, SearchBounds, Searcher
from newsarchive.reading.web.lists import Facets, facets_of

LONGEST = 500
"""Characters of a query in an address; the words of a watch rarely fill fifty."""
HITS_A_PAGE = 50
MOST_PAGES = 20
"""Of hits that can be turned to: who wants older ones asks for fewer days, a month by a click."""
FACETED = 200
"""Hits whose channels and media are counted: the journal of each of their days is read for them."""
FACETS_S = 1.0
"""For that counting; then those count that were read so far."""
MOST_FACETS = 12
MOST_MONTHS = 24
PATIENCE_S = 5.0
"""For all that the index is asked for one page; of 100,000 articles a common word takes a hundredth."""
AT_ONCE = 2
"""Searches, so that other pages have the rest of the processors and threads."""
WAIT_S = 5.0
"""For one of these two places."""
TOO_MANY = Bilingual("too many searches at once: ask again in some seconds", "同时找的人太多，请过几秒再试")
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an address asks for."""

    q: str = ""
    since: date | None = None
    until: date | None = None
    """Days of publication, both included."""
    by: By = By.NEWEST
    all_states: bool = False
    page: int = 1

    @property
    def wanted(self) -> SearchBounds:
        """The same for the searcher."""
        return SearchBounds(self.since or date.min, self.until or date.max, self.all_states)

    def query(self, channel_names: Mapping[str, str]) -> Query:
        """Raises ``UsageError`` with a mark under the place that cannot be understood."""
        if len(self.q) > LONGEST:
            raise UsageError(
                f"the query has {len(self.q)} characters: expected at most {LONGEST}",
                f"查询有 {len(self.q)} 个字，最多 {LONGEST} 个",
            )
        return parse(self.q, channel_names)

    def address(self, **other: object) -> str:
        """The part of an address that asks for it, with some of it otherwise."""
        asked = replace(self, **other)  # type: ignore[arg-type]
        told: dict[str, object] = {"q": asked.q, "since": asked.since, "until": asked.until}
        told |= {"by": None if asked.by is By.NEWEST else asked.by.value, "all_states": asked.all_states or None}
        told |= {"page": asked.page if asked.page > 1 else None}
        return urlencode({name: value for name, value in told.items() if value}, errors="replace")

    def also(self, field: str, value: str) -> str:
        """The address that asks for this field, too; empty where no query can have the value."""
        pair = next((f"{left}{value}{right}" for left, right in QUOTES.items() if right not in value), None)
        return self.address(q=f"{self.q} {field}:{pair}", page=1) if pair else ""


@dataclass(frozen=True, slots=True)
class MonthOfHits:
    """One month that has hits."""

    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What a search found."""

    hits: Sequence[Hit]
    total: int
    exact: bool
    pages: int
    facets: Facets
    faceted: int
    """Of how many hits."""
    months: Sequence[MonthOfHits]
    """Newest first; of the hits that the index looked at."""
    hint: Bilingual
    """What would find something; empty where something was found."""


class Searching:
    """The searches of one reader; for several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._places = BoundedSemaphore(AT_ONCE)

    def behind(self) -> tuple[date, ...]:
        """Days that are not wholly in the index, newest first.  Raises ``ArchiveDamaged``."""
        return standing(self._library.root).behind

    def search(self, ask: Ask, query: Query) -> Answered:
        """One page.  Raises ``SearchTooLong``, ``SearchUnusable`` and ``ArchiveDamaged``."""
        skip = (ask.page - 1) * HITS_A_PAGE
        with self._place() as searcher:
            rows = searcher.found(query, ask.wanted, by=ask.by, most=HITS_A_PAGE * MOST_PAGES)
            hits = list(searcher.hits(rows.rows[skip : skip + HITS_A_PAGE], query))
            seen = list(_in_time(searcher.hits(rows.rows[:FACETED], query)))
            hint = NOTHING if rows.rows else _hint(searcher, query, ask.wanted)
        facets = facets_of([hit.entry for hit in seen], self._library.channel_name, MOST_FACETS)
        return Answered(hits, rows.total, rows.exact, _pages(rows), facets, len(seen), _months(rows), hint)

    def newest(self, query: Query, most: int) -> Sequence[Hit]:
        """The newest hits.  Raises as ``search``."""
        with self._place() as searcher:
            return searcher.search(query, most=most).hits

    @contextmanager
    def _place(self) -> Iterator[Searcher]:
        if not self._places.acquire(timeout=WAIT_S):
            raise SearchTooLong(*TOO_MANY)
        try:
            yield Searcher(self._library.root, time.monotonic() + PATIENCE_S)
        finally:
            self._places.release()


def _in_time(hits: Iterator[Hit]) -> Iterator[Hit]:
    until = time.monotonic() + FACETS_S
    return takewhile(lambda _: time.monotonic() < until, hits)


def _hint(searcher: Searcher, query: Query, wanted: SearchBounds) -> Bilingual:
    """None is better than one that is long in coming."""
    try:
        return hints.hint(searcher, query, wanted)
    except SearchTooLong:
        return NOTHING


def _pages(rows: FoundRows) -> int:
    return min(MOST_PAGES, -(-len(rows.rows) // HITS_A_PAGE))


def _months(rows: FoundRows) -> Sequence[MonthOfHits]:
    """By the number of each row, which is its second of publication."""
    count = Counter(datetime.fromtimestamp(row.id, BEIJING).date().replace(day=1) for row in rows.rows)
    return [MonthOfHits(first, _last(first), count[first]) for first in sorted(count, reverse=True)[:MOST_MONTHS]]


def _last(first: date) -> date:
    """Of its month."""
    if first.month == 12:
        return first.replace(day=31)
    return first.replace(month=first.month + 1) - A_DAY
