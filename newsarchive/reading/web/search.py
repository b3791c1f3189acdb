"""The page of a search in the language of ``newsarchive search``, its JSON and CSV, and its feeds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator

from newsarchive.errors import SearchTooLong, UsageError
from newsarchive.reading.atom import FeedEntry
from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.search.query import Query as Asked
from newsarchive.reading.search.searching import By, Hit
from newsarchive.reading.web import feeds, lists
from newsarchive.reading.web.searching import MOST_PAGES, Answered, Ask
from newsarchive.reading.web.site import HTML, Refusal, Site, answer, site_of
from newsarchive.reading.web.twins import TwinTable, table_twin

router = APIRouter(include_in_schema=False)

COLUMNS = (*lists.COLUMNS, "snippet")
WRONG, TOO_LONG = 400, 503
Day = Annotated[date | None, BeforeValidator(lambda given: given or None)]
"""Forms send what nobody filled in as nothing."""


def ask_of(
    *,
    q: str = "",
    since: Day = None,
    until: Day = None,
    by: By = By.NEWEST,
    all_states: bool = False,
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Ask:
    """What the address asks for."""
    return Ask(q=q.strip(), since=since, until=until, by=by, all_states=all_states, page=page)


Asking = Annotated[Ask, Depends(ask_of)]


@router.get("/search")
def page(request: Request, ask: Asking) -> Response:
    """The hits; without words, how to ask."""
    site = site_of(request)
    behind = site.searching.behind()
    told: dict[str, object] = {"title": ask.q or "搜索", "ask": ask, "behind": behind, "found": None, "wrong": ""}
    if not ask.q:
        return site.page(request, "search.html", told)
    try:
        query = ask.query(site.around.query_names)
        return answer(request, _held(request, ask, query, told, behind), HTML)
    except (UsageError, SearchTooLong) as error:
        status = WRONG if isinstance(error, UsageError) else TOO_LONG
        return site.page(request, "search.html", {**told, "wrong": error.chinese, "status": status}, status=status)


@router.get("/search.{form}")
def search_twin(request: Request, form: str, ask: Asking) -> Response:
    """The hits of one page as JSON or CSV."""
    site = site_of(request)
    found = answered(site, ask, query_of(site, ask))
    return table_twin(request, form, TwinTable("search", "articles", COLUMNS, map(as_dict, found.hits)))


@router.get("/feeds/search.{form}")
def feed(request: Request, form: str, ask: Asking) -> Response:
    """The newest hits; days and order of the page count for nothing in it."""
    site = site_of(request)
    return feed_of(request, form, f"搜索 {ask.q}", f"search/{ask.q}", query_of(site, ask))


# --- what other pages of searches share -----------------------------------------------------------------------------


def query_of(site: Site, ask: Ask) -> Asked:
    """What is asked for; 400 with a mark under the place where it cannot be understood."""
    try:
        return ask.query(site.around.query_names)
    except UsageError as error:
        raise Refusal(WRONG, Bilingual(str(error), error.chinese)) from error


def answered(site: Site, ask: Ask, query: Asked) -> Answered:
    """What was found; 503 where it takes too long."""
    try:
        return site.searching.search(ask, query)
    except SearchTooLong as error:
        raise Refusal(TOO_LONG, Bilingual(str(error), error.chinese)) from error


def feed_of(request: Request, form: str, title: str, name: str, query: Asked) -> Response:
    """The newest hits as a feed."""
    site = site_of(request)

    def told() -> list[FeedEntry]:
        try:
            hits = site.searching.newest(query, feeds.MOST)
        except SearchTooLong as error:
            raise Refusal(TOO_LONG, Bilingual(str(error), error.chinese)) from error
        return [feeds.told(request, hit.entry) for hit in hits]

    return feeds.feed(request, form, f"{title} · newsarchive", name, told, beside=(query, site.searching.behind()))


def as_dict(hit: Hit) -> dict[str, Any]:
    """A hit outside of pages; ``marks``: begin and end of each word in ``snippet``, in characters."""
    return {
        **lists.as_dict(hit.entry),
        "snippet": hit.snippet.text,
        "marks": [list(mark) for mark in hit.snippet.marks],
        "newest_state": hit.is_newest,
    }


def _held(request: Request, ask: Ask, query: Asked, told: Mapping[str, object], behind: Hashable) -> bytes:
    site = site_of(request)

    def made() -> bytes:
        return site.rendered(request, "search.html", {**told, "found": site.searching.search(ask, query)})

    return site.held_until_written(request, made, behind)
