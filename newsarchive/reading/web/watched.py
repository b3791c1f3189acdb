"""The watches of ``watches.toml``: which there are, and of each a page, lists and a feed of what it finds; never whom it tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from newsarchive.reading import watches
from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.watches import MOST_NAME, Watch
from newsarchive.reading.web import search
from newsarchive.reading.web.search import answered, feed_of
from newsarchive.reading.web.searching import MOST_PAGES, Ask
from newsarchive.reading.web.site import HTML, Refusal, Site, answer, site_of
from newsarchive.reading.web.twins import TwinTable, table_twin

router = APIRouter(include_in_schema=False)

COLUMNS = ("name", "query", "digest")
UNKNOWN = Bilingual("watches.toml has no watch of this name", "watches.toml 里没有这个名字")
Name = Annotated[str, Query(max_length=MOST_NAME)]
Page = Annotated[int, Query(ge=1, le=MOST_PAGES)]


@router.get("/watch")
def page(request: Request, of: Name = "", page: Page = 1) -> Response:
    """What one watch finds, newest first; without a name, which there are."""
    site = site_of(request)
    known = _watches(site)
    if not of:
        return site.page(request, "watches.html", {"title": "关注", "watches": known})
    watch = _named(known, of)
    behind = site.searching.behind()

    def made() -> bytes:
        return site.rendered(request, "watch.html", {**_told(site, watch, page), "behind": behind})

    return answer(request, site.held_until_written(request, made, (watch, behind)), HTML)


@router.get("/watch.{form}")
def twin(request: Request, form: str, of: Name = "", page: Page = 1) -> Response:
    """The hits of one page of a watch as JSON or CSV; without a name, which watches there are."""
    site = site_of(request)
    known = _watches(site)
    if not of:
        rows = ({"name": one.name, "query": one.query.source, "digest": one.digest} for one in known)
        return table_twin(request, form, TwinTable("watches", "watches", COLUMNS, rows))
    watch = _named(known, of)
    found = answered(site, _ask(watch, page), watch.query)
    return table_twin(request, form, TwinTable("watch", "articles", search.COLUMNS, map(search.as_dict, found.hits)))


@router.get("/feeds/watch.{form}")
def feed(request: Request, form: str, of: Annotated[str, Query(min_length=1, max_length=MOST_NAME)]) -> Response:
    """The newest hits of a watch."""
    watch = _named(_watches(site_of(request)), of)
    return feed_of(request, form, f"关注 {watch.name}", f"watch/{watch.name}", watch.query)


def _told(site: Site, watch: Watch, page: int) -> Mapping[str, object]:
    ask = _ask(watch, page)
    return {"title": watch.name, "watch": watch, "ask": ask, "found": answered(site, ask, watch.query)}


def _ask(watch: Watch, page: int) -> Ask:
    return Ask(q=watch.query.source, page=page)


def _watches(site: Site) -> Sequence[Watch]:
    """As the file is now.  Raises ``UsageError`` with its line for a wrong one."""
    return watches.read(site.library.root, site.around.query_names)


def _named(known: Sequence[Watch], name: str) -> Watch:
    for watch in known:
        if watch.name == name:
            return watch
    raise Refusal(404, UNKNOWN)
