"""What a program that answers for somebody may ask the archive: search, read, list, corrections, coverage.

Every answer is one JSON object; whatever it tells of an article it tells with docid, state, SHA-256 of that state and
source address, so that it can be cited and checked.  Nothing is written, and each answer is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.states import State
from newsarchive.errors import UsageError
from newsarchive.items import BEIJING
from newsarchive.reading.changes_told import changes_told
from newsarchive.reading.entries import Selection
from newsarchive.reading.finding import FoundDocument
from newsarchive.reading.history import Correction
from newsarchive.reading.library import Library
from newsarchive.reading.records import record_of
from newsarchive.reading.search import index
from newsarchive.reading.search.query import parse
from newsarchive.reading.search.searching import Hit, SearchBounds, Searcher

Answer = dict[str, Any]

HITS, MOST_HITS = 10, 50
"""Of a search: unless asked for, and at most."""
LISTED, MOST_LISTED = 50, 200
CORRECTIONS, MOST_CORRECTIONS = 20, 100
CHARACTERS, MOST_CHARACTERS = 8_000, 40_000
"""Of a text: nine of ten articles are shorter than 8,000; what is left is asked for with ``offset``."""
MOST_CHANGES = 20
"""Changed stretches of one correction."""
RECENT = timedelta(days=7)
"""Unless asked for: corrections since, and days of coverage."""
MOST_DAYS = 366
"""Of coverage, from the last of them back."""
A_DAY = timedelta(days=1)


class Agent:
    """Answers about the archive of a library.

    ``which`` finds the one document that a docid, an address or a title means, and raises ``UsageError``; ``clock`` gives
    the moment.  May be shared by threads.
    Each method raises ``UsageError`` for what makes no sense, and the errors of ``Library`` and ``Searcher``.
    """

    def __init__(
        self,
        library: Library,
        channel_names: Mapping[str, str],
        which: Callable[[str], FoundDocument],
        clock: Callable[[], datetime],
    ) -> None:
        self._library, self._names = library, channel_names
        self._which, self._clock = which, clock
        self._searcher = Searcher(library.root)

    # --- finding -----------------------------------------------------------------------------------------------------

    def search(self, query: str, since: str | None, until: str | None, limit: int, offset: int) -> Answer:
        """Articles by words that stand in them, newest first; ``not_searched``: days that the index has not wholly."""
        wanted = SearchBounds(*_days(since, until))
        asked = parse(query, self._names)
        found = self._searcher.search(asked, wanted, most=_within("limit", limit, 1, MOST_HITS), skip=_offset(offset))
        behind = index.standing(self._library.root).behind
        return {
            "query": query,
            "total": found.total,
            "exact": found.exact,
            "not_searched": [day.isoformat() for day in behind[:MOST_LISTED]],
            "articles": [_hit(hit) for hit in found.hits],
        }

    def list_articles(
        self,
        *,
        since: str | None,
        until: str | None,
        channel: str | None,
        media: str | None,
        symbol: str | None,
        limit: int,
    ) -> Answer:
        """Kept articles, newest first."""
        first, last = _days(since, until)
        chosen = Selection(since=first, until=last, channel=self._lid(channel), media=media, symbol=symbol)
        most = _within("limit", limit, 1, MOST_LISTED)
        entries = list(islice(self._library.entries(chosen, newest_first=True), most + 1))
        return {"articles": list(map(record_of, entries[:most])), "more": len(entries) > most}

    # --- one article -------------------------------------------------------------------------------------------------

    def read(self, article: str, as_of: str | None, offset: int, limit: int) -> Answer:
        """The text of one article as it is now, or as this archive had it at a moment."""
        found = self._which(article)
        at = _moment(as_of) if as_of else None
        most = _within("limit", limit, 1, MOST_CHARACTERS)
        kept = self._library.article(found.docid, at=at)
        if kept is None:
            raise UsageError(self._why_not(found, at))
        begin, text = _offset(offset), kept.text
        end = begin + most
        return {
            **record_of(kept.entry),
            "as_of": stamp(at) if at else None,
            "is_whole": kept.is_whole,
            "fault": kept.fault or None,
            "characters": len(text),
            "text": text[begin:end],
            "next_offset": end if end < len(text) else None,
        }

    def _why_not(self, found: FoundDocument, at: datetime | None) -> str:
        entry = self._library.entry(found.docid)
        if entry is None:
            return f"{found.docid}: it was offered, and is not kept; coverage tells what is missing"
        if entry.is_redacted:
            return f"{found.docid}: it was taken out of this archive on purpose"
        return f"{found.docid}: this archive did not have it yet at {stamp(at) if at else 'that moment'}"

    # --- what changed, and what is missing ---------------------------------------------------------------------------

    def corrections(self, since: str | None, kind: str | None, limit: int) -> Answer:
        """What the source changed or withdrew, newest first; of the last week unless ``since`` tells another day."""
        begin = datetime.combine(_day("since", since), time.min, BEIJING) if since else self._clock() - RECENT
        most = _within("limit", limit, 1, MOST_CORRECTIONS)
        found = sorted(self._library.corrections(begin, (kind,) if kind else ()), key=lambda one: one.at, reverse=True)
        told = [self._correction(one) for one in found[:most]]
        return {"since": stamp(begin), "corrections": told, "more": len(found) > most}

    def _correction(self, one: Correction) -> Answer:
        return {
            "at": stamp(one.at),
            "kind": one.kind,
            "docid": one.docid,
            "url": one.url,
            "title": one.title,
            "before": _state(one.before),
            "after": _state(one.after) if one.after else None,
            "changes": changes_told(self._library, one)[:MOST_CHANGES],
        }

    def coverage(self, since: str | None, until: str | None, channel: str | None) -> Answer:
        """By day and channel what became of what was offered; of the last week unless ``since`` tells another day."""
        begin, last = _days(since, until)
        last = last if until else self._clock().astimezone(BEIJING).date()
        longest = MOST_DAYS * A_DAY if since else RECENT
        first = max(begin, last - min(longest, last - date.min))
        rows = self._library.coverage(first, last, self._lid(channel))
        days = [
            {
                "day": row.day.isoformat(),
                "channel": row.channel,
                "offered": row.offered,
                "kept": row.kept,
                "filtered": row.filtered,
                "failed": row.failed,
                "gone": row.gone,
                "pending": row.pending,
                "sealed": row.sealed,
            }
            for row in rows
        ]
        complete = all(row.is_complete for row in rows)
        return {"since": first.isoformat(), "until": last.isoformat(), "complete": complete, "days": days}

    def _lid(self, channel: str | None) -> str | None:
        if channel is None or channel.isdecimal():
            return channel
        named = [lid for lid, name in self._names.items() if name == channel]
        if not named:
            raise UsageError(f"channel {channel}: expected its number, or one of {', '.join(self._names.values())}")
        if len(named) > 1:
            raise UsageError(f"channel {channel}: several have this name; give the number of one: {', '.join(named)}")
        return named[0]


def _hit(hit: Hit) -> Answer:
    return {**record_of(hit.entry), "snippet": hit.snippet.text}


def _state(state: State) -> Answer:
    told = {"state": state.number, "sha256": state.sha256, "path": state.file, "title": state.line.get("title")}
    return {**told, "reextracted_at": stamp(state.reextracted_at)} if state.reextracted_at else told


def _days(since: str | None, until: str | None) -> tuple[date, date]:
    first = _day("since", since) if since else date.min
    last = _day("until", until) if until else date.max
    if first > last:
        raise UsageError(f"since {since}: expected a day that is not after until {until}")
    return first, last


def _day(name: str, text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise UsageError(f"{name} {text}: expected a day like 2026-11-01") from None


def _moment(text: str) -> datetime:
    """Beijing's where no zone is told."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(BEIJING) if at.tzinfo else at.replace(tzinfo=BEIJING)
    except (ValueError, OverflowError):
        raise UsageError(f"as_of {text}: expected a moment like 2026-11-23T10:00+08:00") from None


def _within(name: str, number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise UsageError(f"{name} {number}: expected a number from {least} to {most}")
    return number


def _offset(number: int) -> int:
    return _within("offset", number, 0, 10_000_000)
