"""Pages of a channel, a media or a symbol: the newest articles, how many a day, and which of them there are."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from newsarchive.items import BEIJING
from newsarchive.reading.entries import Entry, Selection
from newsarchive.reading.library import Library
from newsarchive.reading.web import lists
from newsarchive.reading.web.days import LONGEST, newest
from newsarchive.reading.web.drawing import Column
from newsarchive.reading.web.lists import Facet
from newsarchive.reading.web.site import MOST_ROWS, site_of
from newsarchive.reading.web.twins import TwinTable, table_twin, twin
from newsarchive.reading.web.wording import day_text, symbol_text

router = APIRouter(include_in_schema=False)

WINDOW_DAYS = 92
"""Looked through for one page: what is rare must not have the whole archive read."""
PATIENCE_S = 2.0
"""A page ends with the day at which so much time is over: a word that stands in every journal has all of them read."""
ENOUGH_ROWS = 100
"""A page ends with the day that brings it so far."""
INDEX_DAYS = 7
"""That the list of all channels, media or symbols rests on: what readers turn between stays in memory."""
MOST_NAMES = 300
FEW_WEEKS_DAYS = 45
"""Of a plot that names each Monday; the names of more run into each other on a phone."""


class PageSubject(StrEnum):
    """What a page may be about; the first part of its address."""

    CHANNEL = "channel"
    MEDIA = "media"
    SYMBOL = "symbol"


NAMES = {PageSubject.CHANNEL: "频道", PageSubject.MEDIA: "来源", PageSubject.SYMBOL: "证券"}
Of = Annotated[str, Query(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class SubjectWindow:
    """Articles of whole days, newest first, and where to go on."""

    entries: Sequence[Entry]
    since: date
    until: date
    earlier: date | None
    """Ask with it as ``until`` for what comes before; None where nothing does."""


@router.get("/{subject}.{form}")
def subject_twin(request: Request, subject: PageSubject, form: str, of: Of = "", until: date | None = None) -> Response:
    """The list of one channel, media or symbol as JSON or CSV; without one, which there are."""
    library = site_of(request).library
    if not of:
        _, _, facets = _facets(library, subject, _until(request, None))
        return table_twin(request, form, TwinTable(subject, "names", ("value", "name", "count"), map(asdict, facets)))
    return twin(request, form, window(library, chosen(subject, of), _until(request, until)).entries, subject)


@router.get("/{subject}")
def one_subject(request: Request, subject: PageSubject, of: Of = "", until: date | None = None) -> Response:
    """The articles of one channel, media or symbol; without one, which there are."""
    if not of:
        return _index(request, subject)
    site = site_of(request)
    last = _until(request, until)
    told = {"is_newest": until is None}
    return site.held_page(request, "subject.html", lambda: {**told, **_told(site.library, subject, of, last)})


def _told(library: Library, subject: PageSubject, of: str, until: date) -> dict[str, object]:
    found = window(library, chosen(subject, of), until)
    count = Counter(entry.day for entry in found.entries)
    days = [found.since + timedelta(days=n) for n in range((found.until - found.since).days + 1)]
    return {
        "title": name_of(library, subject, of),
        "subject": subject,
        "kind": NAMES[subject],
        "of": of,
        "groups": lists.by_day(found.entries, {day: day_text(day) for day in count}),
        "total": len(found.entries),
        "plot": [Column(str(day), count[day], f"#d{day}" if count[day] else "", _tick(day, len(days))) for day in days],
        "found": found,
    }


def chosen(subject: PageSubject, of: str) -> Selection:
    """What the page of ``of`` shows."""
    match subject:
        case PageSubject.CHANNEL:
            return Selection(channel=of)
        case PageSubject.MEDIA:
            return Selection(media=of)
        case PageSubject.SYMBOL:
            return Selection(symbol=of)


def name_of(library: Library, subject: PageSubject, of: str) -> str:
    """What a reader calls it."""
    if subject is PageSubject.CHANNEL:
        return library.channel_name(of)
    return symbol_text(of) if subject is PageSubject.SYMBOL else of


def window(library: Library, wanted: Selection, until: date) -> SubjectWindow:
    """The newest articles up to a day: whole days, until there are enough, at most those of three months or two seconds."""
    since, deadline = until - timedelta(days=WINDOW_DAYS - 1), time.monotonic() + PATIENCE_S
    entries: list[Entry] = []
    for day in reversed(library.days(since, until)):
        entries += library.entries(replace(wanted, since=day, until=day), newest_first=True)
        if len(entries) >= ENOUGH_ROWS or time.monotonic() > deadline:
            since = day
            break
    earlier = since - timedelta(days=1)
    return SubjectWindow(entries[:MOST_ROWS], since, until, earlier if library.days(until=earlier) else None)


def _until(request: Request, given: date | None) -> date:
    """The newest day unless told; nothing is older than an archive can be."""
    site = site_of(request)
    here = site.around.now().astimezone(BEIJING).date()
    first = date.min + timedelta(days=2 * WINDOW_DAYS)
    return max(first, given or newest(site.library, here) or here)


def _tick(day: date, days: int) -> str:
    is_monday = day.weekday() == 0
    wanted = (is_monday and day.isocalendar().week % 2 == 0) if days > FEW_WEEKS_DAYS else is_monday or days <= 14
    return f"{day.month}/{day.day}" if wanted else ""


def _index(request: Request, subject: PageSubject) -> Response:
    site = site_of(request)
    return site.held_page(request, "index.html", lambda: _names(site.library, subject, _until(request, None)))


def _names(library: Library, subject: PageSubject, last: date) -> dict[str, object]:
    days, total, facets = _facets(library, subject, last)
    return {
        "title": NAMES[subject],
        "subject": subject,
        "facets": facets,
        "most": max((facet.count for facet in facets), default=1),
        "days": days,
        "total": total,
    }


def _facets(library: Library, subject: PageSubject, last: date) -> tuple[int, int, Sequence[Facet]]:
    """How many days and articles were looked at, and what they have, most frequent first."""
    days = library.days(last - timedelta(days=INDEX_DAYS - 1), last)
    entries = [entry for day in days for entry in library.day(day).entries]
    found = lists.facets_of(entries, library.channel_name, MOST_NAMES)
    of = {PageSubject.CHANNEL: found.channels, PageSubject.MEDIA: found.media, PageSubject.SYMBOL: found.symbols}
    return len(days), len(entries), of[subject]
