"""Feeds for feed readers: Atom and JSON Feed of everything, a channel, a media, a symbol, and of the corrections."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from newsarchive.archive.format.journal import stamp
from newsarchive.items import BEIJING
from newsarchive.reading.atom import AUTHORITY, FeedEntry, atom
from newsarchive.reading.difference import marked_up, shortened
from newsarchive.reading.entries import Entry, Selection
from newsarchive.reading.history import Correction
from newsarchive.reading.web import lists, records, subjects
from newsarchive.reading.web.body import ShownPictures, shown, web_address
from newsarchive.reading.web.days import LONGEST, newest
from newsarchive.reading.web.site import Site, answer, site_of
from newsarchive.reading.web.subjects import PageSubject
from newsarchive.reading.web.wording import kind_text

router = APIRouter(include_in_schema=False)

MOST = 50
"""Entries of a feed."""
ATOM, JSON_FEED = "atom", "json"
KINDS = {ATOM: "application/atom+xml; charset=utf-8", JSON_FEED: "application/feed+json; charset=utf-8"}


@router.get("/feeds")
def overview(request: Request) -> Response:
    """Which feeds there are."""
    site = site_of(request)
    return site.held_page(request, "feeds.html", lambda: _told_of_feeds(site))


def _told_of_feeds(site: Site) -> dict[str, object]:
    last = newest(site.library, site.around.now().astimezone(BEIJING).date())
    entries = site.library.day(last).entries if last else ()
    return {"title": "订阅", "facets": lists.facets_of(entries, site.library.channel_name, subjects.MOST_NAMES)}


@router.get("/feeds/all.{form}")
def everything(request: Request, form: str) -> Response:
    """The newest articles."""
    return feed(request, form, "新浪财经 · newsarchive", "all", lambda: _articles(request, Selection()))


@router.get("/feeds/corrections.{form}")
def corrections(request: Request, form: str) -> Response:
    """The newest corrections, with the words that went and came."""
    return feed(request, form, "更正与撤稿 · newsarchive", "corrections", lambda: _corrections(request))


@router.get("/feeds/{subject}.{form}")
def of_subject(
    request: Request, subject: PageSubject, form: str, of: Annotated[str, Query(min_length=1, max_length=LONGEST)]
) -> Response:
    """The newest articles of a channel, media or symbol."""
    site = site_of(request)
    name = subjects.name_of(site.library, subject, of)
    wanted = subjects.chosen(subject, of)
    return feed(request, form, f"{name} · newsarchive", f"{subject}/{of}", lambda: _articles(request, wanted))


def feed(
    request: Request,
    form: str,
    title: str,
    name: str,
    entries: Callable[[], Sequence[FeedEntry]],
    *,
    beside: Hashable = None,
) -> Response:
    """A feed of these; ``name`` makes its id, ``beside``: on what it rests beside the journals.  404 for a form that there is not."""
    if form not in KINDS:
        raise HTTPException(404)

    def made() -> bytes:
        return atom(title, name, entries()) if form == ATOM else _json_feed(request, title, entries())

    return answer(request, site_of(request).held_until_written(request, made, beside), KINDS[form])


def _json_feed(request: Request, title: str, entries: Sequence[FeedEntry]) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org); the ids are those of the Atom feed."""
    items = [
        {
            "id": f"tag:{AUTHORITY}:{entry.id}",
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.html,
            "date_modified": stamp(entry.updated),
        }
        for entry in entries
    ]
    told = {"version": "https://jsonfeed.org/version/1.1", "title": title, "language": "zh-CN"}
    return lists.json_of({**told, "feed_url": str(request.url), "items": items})


def _articles(request: Request, wanted: Selection) -> list[FeedEntry]:
    site = site_of(request)
    here = site.around.now().astimezone(BEIJING).date()
    last = newest(site.library, here) or here
    found = islice(subjects.window(site.library, wanted, max(last, date(1, 12, 31))).entries, MOST)
    return [told(request, entry) for entry in found]


def _corrections(request: Request) -> list[FeedEntry]:
    found, _, _ = records.found_corrections(site_of(request), "", None)
    return [_corrected(request, one) for one in found[:MOST]]


def told(request: Request, entry: Entry) -> FeedEntry:
    """An article as feeds have it; ``updated`` moves with each state, the id does not."""
    site = site_of(request)
    kept = site.library.open(entry)
    body = shown(kept.body, ShownPictures(site.around.picture_hosts)).html if kept.is_whole else ""
    updated = (entry.fetched_at if entry.own_states > 1 else None) or entry.at
    source = f"<p>{html.escape(entry.media)}</p>" if entry.media else ""
    address = _address(request, entry.url, entry.docid)
    return FeedEntry(f"article/{entry.docid}", entry.title, updated, address, source + body)


def _address(request: Request, url: str, docid: str) -> str:
    """Of the page at its source; where nobody told one, of its page here."""
    return web_address(url) or f"{request.base_url}article/{docid}"


def _corrected(request: Request, one: Correction) -> FeedEntry:
    number = one.after.number if one.after else f"gone-{stamp(one.at)}"
    changed = records.changed(site_of(request).library, one).changed
    edits = [changed.title, *changed.text][: records.SHOWN_CHANGES] if changed else []
    words = "".join(f"<p>{marked_up(shortened(paragraph))}</p>" for paragraph in edits if paragraph)
    said = kind_text(one.kind)
    address = _address(request, one.url, one.docid)
    return FeedEntry(
        f"corrections/{one.docid}/{number}", f"［{said}］{one.title}", one.at, address, words or f"<p>{said}</p>"
    )
