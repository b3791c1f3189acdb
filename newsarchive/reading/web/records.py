"""Pages about the archive itself: corrections, coverage and health, statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.index.coverage import CoverageRow
from newsarchive.errors import ArchiveDamaged, CatalogueUnusable, NewsArchiveError
from newsarchive.items import BEIJING
from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.difference import Difference, difference
from newsarchive.reading.history import Correction
from newsarchive.reading.library import Library
from newsarchive.reading.web import lists
from newsarchive.reading.web.days import Page, newest
from newsarchive.reading.web.drawing import Column
from newsarchive.reading.web.site import Health, Refusal, Site, site_of
from newsarchive.reading.web.twins import TwinTable, table_twin
from newsarchive.reading.web.wording import KINDS, day_text

router = APIRouter(include_in_schema=False)

CORRECTION_DAYS = 62
"""Days of documents on one page: pages are looked at again for a month after they were published."""
CORRECTIONS_A_PAGE = 200
SHOWN_CHANGES = 4
"""Changed paragraphs of one correction in the list; its own page has all."""
COVERAGE_DAYS = 31
STATISTICS_DAYS = 91
HOUR_DAYS = 7
"""Days whose hours are added up: those that readers turn between stay in memory."""
CORRECTION_COLUMNS = ("at", "kind", "docid", "day", "title", "url")
COVERAGE_COLUMNS = ("day", "channel", "offered", "kept", "filtered", "failed", "gone", "pending", "sealed")


@dataclass(frozen=True, slots=True)
class ToldCorrection:
    """A correction with what changed; a file that cannot be read is told by its fault."""

    correction: Correction
    changed: Difference | None
    fault: str = ""


# --- corrections -------------------------------------------------------------------------------------------------------


@router.get("/corrections.{form}")
def corrections_twin(
    request: Request, form: str, kind: str = "", until: date | None = None, page: Page = 1
) -> Response:
    """The corrections of one page as JSON or CSV."""
    found, _, _ = found_corrections(site_of(request), kind, until)
    rows = [
        {
            "at": stamp(one.at),
            "kind": one.kind,
            "docid": one.docid,
            "day": str(one.day),
            "title": one.title,
            "url": one.url,
        }
        for one in _of_page(found, page)
    ]
    return table_twin(request, form, TwinTable("corrections", "corrections", CORRECTION_COLUMNS, rows))


@router.get("/corrections")
def corrections(request: Request, kind: str = "", until: date | None = None, page: Page = 1) -> Response:
    """What the source changed or withdrew, newest first, with the words that went and came."""
    site = site_of(request)
    return site.held_page(request, "corrections.html", lambda: _told_of_corrections(site, kind, until, page))


def _told_of_corrections(site: Site, kind: str, until: date | None, page: int) -> dict[str, object]:
    found, last, first = found_corrections(site, kind, until)
    by_day: dict[date, list[ToldCorrection]] = {}
    for one in _of_page(found, page):
        by_day.setdefault(one.at.astimezone(BEIJING).date(), []).append(changed(site.library, one))
    return {
        "title": "更正与撤稿",
        "by_day": by_day,
        "kinds": KINDS,
        "kind": kind,
        "total": len(found),
        "page": page,
        "pages": -(-len(found) // CORRECTIONS_A_PAGE),
        "since": first,
        "until": last,
        "is_newest": until is None,
        "earlier": first - timedelta(days=1) if site.library.days(until=first - timedelta(days=1)) else None,
        "shown_changes": SHOWN_CHANGES,
    }


def found_corrections(site: Site, kind: str, until: date | None) -> tuple[list[Correction], date, date]:
    """Those of documents of two months, newest first; and the last and first of their days."""
    last = _last_day(site, until)
    first = last - timedelta(days=CORRECTION_DAYS - 1)
    kinds = (kind,) if kind else ()
    days = site.library.days(first, last)
    found = [one for day in days for one in site.library.corrections_of(day) if one.is_wanted(None, kinds)]
    return sorted(found, key=lambda one: one.at, reverse=True), last, first


def _of_page(found: Sequence[Correction], page: int) -> Sequence[Correction]:
    return found[(page - 1) * CORRECTIONS_A_PAGE : page * CORRECTIONS_A_PAGE]


def changed(library: Library, one: Correction) -> ToldCorrection:
    """The correction with its words."""
    if one.after is None:
        return ToldCorrection(one, None)
    try:
        return ToldCorrection(one, difference(library.text(one.before).told, library.text(one.after).told))
    except ArchiveDamaged as error:
        return ToldCorrection(one, None, str(error))


def _last_day(site: Site, until: date | None) -> date:
    here = site.around.now().astimezone(BEIJING).date()
    first = date.min + timedelta(days=2 * STATISTICS_DAYS)
    return max(first, until or newest(site.library, here) or here)


# --- coverage and health -----------------------------------------------------------------------------------------------


@router.get("/coverage.{form}")
def coverage_twin(request: Request, form: str, until: date | None = None) -> Response:
    """The coverage of a month as JSON or CSV."""
    rows, _, _, why = _rows(site_of(request), until)
    if why:
        raise Refusal(503, Bilingual(why))
    return table_twin(request, form, TwinTable("coverage", "days", COVERAGE_COLUMNS, map(_row, rows)))


@router.get("/coverage")
def coverage(request: Request, until: date | None = None) -> Response:
    """What became of what was offered, by day and channel; and whether all is well with the crawl."""
    site = site_of(request)
    rows, first, last, why = _rows(site, until)
    by_day: dict[date, list[CoverageRow]] = {}
    for row in reversed(rows):
        by_day.setdefault(row.day, []).insert(0, row)
    return site.page(
        request,
        "coverage.html",
        {
            "title": "覆盖与健康",
            "by_day": by_day,
            "why": why,
            "is_newest": until is None,
            "since": first,
            "until": last,
            "earlier": first - timedelta(days=1) if site.library.days(until=first - timedelta(days=1)) else None,
            "health": _health(site),
        },
    )


def _rows(site: Site, until: date | None) -> tuple[Sequence[CoverageRow], date, date, str]:
    last = _last_day(site, until)
    first = last - timedelta(days=COVERAGE_DAYS - 1)
    try:
        return site.library.coverage(first, last), first, last, ""
    except CatalogueUnusable as error:
        return [], first, last, str(error)


def _row(row: CoverageRow) -> dict[str, object]:
    told = {name: getattr(row, name) for name in COVERAGE_COLUMNS}
    return {**told, "day": row.day.isoformat()}


def _health(site: Site) -> Health:
    try:
        return site.around.health()
    except NewsArchiveError as error:
        return Health((), (str(error),))


# --- statistics --------------------------------------------------------------------------------------------------------


@router.get("/statistics")
def statistics(request: Request, until: date | None = None) -> Response:
    """How much there is: by day, hour, channel, media, symbol and kind of correction."""
    site = site_of(request)
    return site.held_page(request, "statistics.html", lambda: _told_of_statistics(site, until))


def _told_of_statistics(site: Site, until: date | None) -> dict[str, object]:
    last = _last_day(site, until)
    first = last - timedelta(days=STATISTICS_DAYS - 1)
    counts = site.library.counts(first, last)
    kept = Counter({count.day: count.kept for count in counts})
    days = [first + timedelta(days=n) for n in range(STATISTICS_DAYS)]
    week = [entry for day in days[-HOUR_DAYS:] for entry in site.library.day(day).entries]
    hours = Counter(entry.at.astimezone(BEIJING).hour for entry in week)
    channels: Counter[str | None] = Counter()
    for count in counts:
        channels.update(count.channels)
    return {
        "title": "统计",
        "is_newest": until is None,
        "since": first,
        "until": last,
        "total": sum(kept.values()),
        "revised": sum(count.revised for count in counts),
        "withdrawn": sum(count.withdrawn for count in counts),
        "days_with": len([day for day in days if kept[day]]),
        "by_day": [Column(day_text(day), kept[day], f"/day/{day}" if kept[day] else "", _tick(day)) for day in days],
        "by_hour": [Column(f"{hour} 时", hours[hour], tick=str(hour)) for hour in range(24)],
        "channels": channels.most_common(),
        "facets": lists.facets_of(week, site.library.channel_name, 15),
        "week": len(week),
        "earlier": first - timedelta(days=1) if site.library.days(until=first - timedelta(days=1)) else None,
    }


def _tick(day: date) -> str:
    return f"{day.month}/{day.day}" if day.day in (1, 11, 21) else ""
