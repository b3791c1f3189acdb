"""Pages of days: today, one day, the calendar of a year."""

from __future__ import annotations

import calendar as calendars
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from newsarchive.errors import ArchiveDamaged
from newsarchive.items import BEIJING
from newsarchive.reading.entries import Entry, Selection
from newsarchive.reading.history import Correction
from newsarchive.reading.library import Library
from newsarchive.reading.reposts import stories
from newsarchive.reading.web import lists
from newsarchive.reading.web.coverage_lines import CoverageLine
from newsarchive.reading.web.drawing import Column
from newsarchive.reading.web.site import HTML, MOST_ROWS, Site, address_of, answer, site_of
from newsarchive.reading.web.twins import TwinTable, table_twin, twin
from newsarchive.reading.web.wording import day_text

router = APIRouter(include_in_schema=False)

NEAR_DAYS = 40
"""Where the day before or after one is looked for first: all folders of an archive of decades take a while."""
MOST_FACETS = 12
SHOWN_CORRECTIONS = 12
LONGEST = 200
"""Characters of a name in an address."""
COUNTED = ("kept", "revised", "withdrawn")
SETTLED_S = 3600
"""Of a day that is sealed and lacks nothing; what its source corrects is shown within the hour."""
LEVELS = 5
"""Shades of the calendar's days."""
Name = Annotated[str | None, Query(max_length=LONGEST)]
Order = Literal["newest", "oldest"]
Page = Annotated[int, Query(ge=1, le=1000)]


def selection(channel: Name = None, media: Name = None, symbol: Name = None) -> Selection:
    """The part of a list that an address asks for."""
    return Selection(channel=channel or None, media=media or None, symbol=symbol or None)


Wanted = Annotated[Selection, Depends(selection)]


@router.get("/")
def today(request: Request) -> Response:
    """The newest day, into which new articles drop while it is open."""
    site = site_of(request)
    last = site.follower.last  # before the day is read: what comes meanwhile is told twice rather than never
    here = site.around.now().astimezone(BEIJING).date()
    day = newest(site.library, here) or here
    view = View(address="/", day=day, wanted=Selection(), is_live=True, is_today=day == here, last=last)
    return _day_page(request, site, view)


@router.get("/day/{day}.{form}")
def day_twin(
    request: Request, *, day: date, form: str, wanted: Wanted, order: Order = "oldest", page: Page = 1
) -> Response:
    """The list of a day as JSON or CSV."""
    site = site_of(request)
    entries = _in_order(_chosen(site.library.day(day).entries, wanted), order)
    return twin(request, form, _of_page(entries, page), str(day), _lasts_s(site.coverage.of(day)))


@router.get("/day/{day}")
def one_day(request: Request, day: date, wanted: Wanted, order: Order = "newest", page: Page = 1) -> Response:
    """The articles of a day by the hour."""
    view = View(address=address_of(request), day=day, wanted=wanted, order=order, page=page)
    return _day_page(request, site_of(request), view)


@router.get("/calendar")
def this_year(request: Request) -> Response:
    """The calendar of the newest year."""
    site = site_of(request)
    here = site.around.now().astimezone(BEIJING).date()
    return year(request, (newest(site.library, here) or here).year)


@router.get("/calendar/{number}.{form}")
def year_twin(request: Request, number: int, form: str) -> Response:
    """How many articles each day of a year has, as JSON or CSV."""
    if not date.min.year <= number < date.max.year:
        raise HTTPException(404)
    counts = site_of(request).library.counts(date(number, 1, 1), date(number, 12, 31))
    rows = [{"day": str(one.day), **{name: getattr(one, name) for name in COUNTED}} for one in counts]
    return table_twin(request, form, TwinTable(f"calendar-{number}", "days", ("day", *COUNTED), rows))


@router.get("/calendar/{number}")
def year(request: Request, number: int) -> Response:
    """The months of a year that have a journal, each day as dark as it has articles."""
    if not date.min.year <= number < date.max.year:
        raise HTTPException(404)
    site = site_of(request)
    return site.held_page(request, "calendar.html", lambda: _told_of_year(site.library, number))


def _told_of_year(library: Library, number: int) -> dict[str, object]:
    counts = {count.day: count for count in library.counts(date(number, 1, 1), date(number, 12, 31))}
    most = max((count.kept for count in counts.values()), default=0) or 1
    months = sorted({day.month for day in counts})
    return {
        "title": f"{number} 年",
        "year": number,
        "years": sorted({day.year for day in library.days()} | {number}),
        "weeks": {month: calendars.Calendar().monthdatescalendar(number, month) for month in months},
        "counts": counts,
        "levels": {day: -(-count.kept * LEVELS // most) for day, count in counts.items()},
        "total": sum(count.kept for count in counts.values()),
    }


def warm(site: Site) -> None:
    """Make what the first page needs before anybody waits for it: 0.3 s for a day of 3,000 articles."""
    with suppress(ArchiveDamaged):  # its page will say so
        here = site.around.now().astimezone(BEIJING).date()
        if day := newest(site.library, here):
            site.rows.told(stories(site.library.day(day).entries), site.standing())
            site.coverage.of(day)


# --- one day -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Around:
    """The days with a journal beside one."""

    before: date | None
    after: date | None


def newest(library: Library, here: date) -> date | None:
    """The newest day that has articles, looked for from ``here`` back; None where there is none."""
    found = library.days(here - timedelta(days=NEAR_DAYS)) or library.days()
    return next((day for day in reversed(found) if library.day(day).entries), None)


def around(library: Library, day: date) -> Around:
    """The nearest days before and after that have a journal."""
    one = timedelta(days=1)
    near = timedelta(days=NEAR_DAYS)
    if not date.min + near < day < date.max - near:
        return Around(None, None)
    before = library.days(day - near, day - one) or library.days(until=day - one)
    after = library.days(day + one, day + near) or library.days(since=day + one)
    return Around(before[-1] if before else None, after[0] if after else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which page of a day is asked for, and all that it tells beside the day's own list."""

    address: str
    day: date
    wanted: Selection
    order: Order = "newest"
    page: int = 1
    is_live: bool = False
    is_today: bool = False
    last: int = 0
    """Of the news, where the page is live."""


def _day_page(request: Request, site: Site, view: View) -> Response:
    day = view.day
    coverage = site.coverage.of(day)
    beside: dict[str, Hashable] = {"coverage": coverage, "around": around(site.library, day)}
    looks = site.choices(request).cookie, site.standing().number
    key = view, site.library.stamp(day), *beside.values(), *looks
    data = site.held.of(key, lambda: site.rendered(request, "day.html", {**_told_of_day(site, view), **beside}))
    changes_by_hand = site.around.has_marks or view.is_live
    return answer(request, data, HTML, lasts_s=0 if changes_by_hand else _lasts_s(coverage))


def _lasts_s(coverage: CoverageLine | None) -> int:
    """How long a client may show a day without asking again; 0 while it may still grow."""
    is_settled = coverage is not None and coverage.is_sealed and not coverage.missing
    return SETTLED_S if is_settled else 0


def _told_of_day(site: Site, view: View) -> dict[str, object]:
    found = site.library.day(view.day)
    chosen = _chosen(found.entries, view.wanted)
    shown = _of_page(_in_order(chosen, view.order), view.page)
    told = stories(shown) if view.order == "oldest" else stories(shown[::-1])[::-1]
    groups = lists.by_hour(told)
    return {
        "title": "今日" if view.is_live and view.is_today else day_text(view.day),
        "view": view,
        "day": view.day,
        "wanted": view.wanted,
        "query": query_of(view.wanted),
        "twin": _twin_of(view),
        "year_ago": a_year_before(view.day),
        "groups": groups,
        "strip": hours(chosen, {group.key for group in groups}),
        "total": len(chosen),
        "whole": len(found.entries),
        "pages": -(-len(chosen) // MOST_ROWS),
        "facets": lists.facets_of(found.entries, site.library.channel_name, MOST_FACETS),
        "redacted": len(found.redacted),
        "corrections": sorted(_corrections(site.library, view.day), key=lambda one: one.at, reverse=True),
        "shown_corrections": SHOWN_CORRECTIONS,
    }


def _corrections(library: Library, day: date) -> list[Correction]:
    """Those that the source has made."""
    return [one for one in library.corrections_of(day) if one.is_wanted(None, ())]


def hours(entries: Sequence[Entry], shown: Collection[str]) -> list[Column]:
    """How many articles each hour of a day has, with a link to those hours whose anchors are shown."""
    count = Counter(entry.at.astimezone(BEIJING).hour for entry in entries)
    return [
        Column(
            f"{hour} 时",
            count[hour],
            f"#h{hour:02}" if f"h{hour:02}" in shown else "",
            str(hour) if hour % 3 == 0 else "",
        )
        for hour in range(24)
    ]


def query_of(wanted: Selection) -> str:
    """The part of an address that asks for it; empty for all."""
    told = {"channel": wanted.channel, "media": wanted.media, "symbol": wanted.symbol}
    return urlencode({name: value for name, value in told.items() if value})


def _twin_of(view: View) -> str:
    """The part of an address that asks for the same page as JSON or CSV; a day mostly has but one."""
    page = f"order={view.order}&page={view.page}" if view.page > 1 else ""
    return "&".join(filter(None, (query_of(view.wanted), page)))


def a_year_before(day: date) -> date | None:
    """The same day of the year before, for 29 February the day before it; None in the first year that there is."""
    if day.year == date.min.year:
        return None
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def _in_order(entries: list[Entry], order: Order) -> list[Entry]:
    return entries if order == "oldest" else entries[::-1]


def _chosen(entries: Sequence[Entry], wanted: Selection) -> list[Entry]:
    return [entry for entry in entries if wanted.takes(entry)]


def _of_page(entries: Sequence[Entry], page: int) -> Sequence[Entry]:
    return entries[(page - 1) * MOST_ROWS : page * MOST_ROWS]
