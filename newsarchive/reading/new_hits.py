"""What the journals say since somebody looked through them last, and which of it each of some queries finds.

A document is new for a query when one of its new states is what the query asks for and none of its earlier ones was.  So
each is found once, and what was found before needs no list of its own: the journals before the mark are that list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.journal import EMPTY, Event, Tail, moment
from newsarchive.archive.format.states import STATE_EVENTS, is_reextracted
from newsarchive.reading.day_cache import sizes_of
from newsarchive.reading.entries import Entry, states_of
from newsarchive.reading.kept_article import open_article
from newsarchive.reading.search.matching import Fields, fields_of, matches
from newsarchive.reading.search.query import Query


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """Up to where all journals were read."""

    at: datetime
    """When (aware)."""
    tails: Mapping[date, Tail] | None
    """Of each day's journal; None where nobody has looked: then what was written after ``at`` is new."""


@dataclass(frozen=True, slots=True)
class DayNews:
    """What has come to one day."""

    day: date
    tail: Tail
    """Up to where its journal was read now."""
    docids: Mapping[str, tuple[str, ...]]
    """Name of a query → documents that are new for it, in the order of their lines."""


def new_hits(
    root: Path, queries: Mapping[str, Query], before: LookedThrough, stop: Callable[[], bool] = lambda: False
) -> Iterator[DayNews]:
    """Reads each journal that was written since, oldest day first, until ``stop``; a day in memory at a time.

    The first look of all heeds no ``stop``: half of it would make all other days new for the next.
    Raises ``ArchiveDamaged`` where the disk does not give a journal back.
    """
    for day, size in sizes_of(root):
        known = None if before.tails is None else before.tails.get(day, EMPTY)
        if known is not None and known.size == size:
            continue
        if stop() and before.tails is not None:
            return
        if known is None and not _ends_later(root, day, size, before.at):
            yield DayNews(day, journal.tail(paths.journal_path(root, day)), {})
            continue
        yield _news_of(root, day, queries, known, before.at)


def _ends_later(root: Path, day: date, size: int, since: datetime) -> bool:
    """Whether the last line of a journal was written after ``since``: at the first look it spares reading the rest."""
    last = next(journal.read_since(paths.journal_path(root, day), size - 1), {})
    at = moment(last.get("at"))
    return at is not None and at >= since


def _news_of(root: Path, day: date, queries: Mapping[str, Query], known: Tail | None, since: datetime) -> DayNews:
    events = list(journal.read(paths.journal_path(root, day)))
    new = _new_events(events, known, since)
    docids = {str(event.data["docid"]): None for event in new if _is_state(event)}
    found: dict[str, list[str]] = {name: [] for name in queries}
    if docids:
        begins = {event.start for event in new}
        about = [event for event in events if str(event.data.get("docid")) in docids]
        now = states_of((event.data for event in about), day)
        then = states_of((event.data for event in about if event.start not in begins), day)
        for docid in docids:
            for name in _first_found(root, queries, now.get(docid, []), then.get(docid, [])):
                found[name].append(docid)
    tail = Tail(events[-1].end, events[-1].link) if events else EMPTY
    return DayNews(day, tail, {name: tuple(told) for name, told in found.items()})


def _new_events(events: Sequence[Event], known: Tail | None, since: datetime) -> list[Event]:
    """Those behind the line that was read last; of a journal that was replaced (redacted), those that are later."""
    if known is None:
        return [event for event in events if (at := moment(event.data.get("at"))) and at >= since]
    if known == EMPTY or any((event.end, event.link) == known for event in events):
        return [event for event in events if event.start >= known.size]
    return [event for event in events if (at := moment(event.data.get("at"))) and at > since]


def _is_state(event: Event) -> bool:
    """Whether the source has said something: what other rules make of a stored page is no news."""
    data: Mapping[str, Any] = event.data
    return data.get("event") in STATE_EVENTS and isinstance(data.get("docid"), str) and not is_reextracted(data)


def _first_found(root: Path, queries: Mapping[str, Query], now: list[Entry], then: list[Entry]) -> list[str]:
    """The names of the queries that find the newest state of a document, and found none of its states before."""
    if not now:
        return []
    newest = _fields(root, now[-1])
    names = [name for name, query in queries.items() if matches(query, newest)]
    if not names or not then:
        return names
    earlier = [_fields(root, entry) for entry in _as_they_lie(now, then)]
    return [name for name in names if not any(matches(queries[name], fields) for fields in earlier)]


def _as_they_lie(now: list[Entry], then: list[Entry]) -> list[Entry]:
    """The states that were there before, with the files in which they lie now."""
    digests = {entry.sha256 for entry in then}
    return [entry for entry in now if entry.sha256 in digests]


def _fields(root: Path, entry: Entry) -> Fields:
    return fields_of(open_article(root, entry))
