"""How Sina's pages of each era look, and the step from a page to an ``Article`` (extract).

A new layout is a class in a module here and a line in ``LAYOUTS`` (docs/add-a-layout.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from newsarchive.errors import EmptyBody, LayoutMismatch, NotAnArticle
from newsarchive.items import Article, Offer
from newsarchive.pages.clean import clean
from newsarchive.pages.layout import Layout, Page, layout_for, read
from newsarchive.pages.times import with_seconds
from newsarchive.sina.page.boilerplate import RULES
from newsarchive.sina.page.kinds import kind_of
from newsarchive.sina.page.layouts.artibody2008 import SinaArtibody2008Page, SinaFromInfo2006Page
from newsarchive.sina.page.layouts.excerpt import excerpt
from newsarchive.sina.page.layouts.fields import hides_author, is_platform
from newsarchive.sina.page.layouts.flash2020 import SinaFlash2020Page
from newsarchive.sina.page.layouts.mobile2015 import SinaMobile2015Page
from newsarchive.sina.page.layouts.parts import further_pages, join
from newsarchive.sina.page.layouts.selfmedia2017 import SinaSelfMedia2017Page
from newsarchive.sina.page.layouts.slide2010 import SinaSlide2010Page
from newsarchive.sina.page.layouts.tables2004 import SinaTables2004Page
from newsarchive.sina.page.layouts.web2014 import SinaWeb2014Page
from newsarchive.sina.page.layouts.web2017 import SinaFinance2017Page, SinaNews2017Page
from newsarchive.sina.page.stocks import stocks

__all__ = ["LAYOUTS", "extract", "further_pages", "join"]

LAYOUTS: list[type[Layout]] = [
    SinaTables2004Page,
    SinaFromInfo2006Page,
    SinaArtibody2008Page,
    SinaWeb2014Page,
    SinaFinance2017Page,
    SinaNews2017Page,
    SinaSelfMedia2017Page,
    SinaFlash2020Page,
    SinaMobile2015Page,
    SinaSlide2010Page,
]

YEARS_AFTER = 3
"""How long after its time a layout may still be met: columns changed over years apart."""
_VIDEO_RE = re.compile(r"""\b(?:video_?id|ipad_vid|data-vid|vid)["']?\s*[:=]\s*["']?(\d{5,12})\b""", re.I)
_SURELY_TEXT = 5
"""Full stops; a player with its tools and a disclaimer has fewer."""
_PLAYER_RE = re.compile(
    r"video-2017|videoList|ArticalVideoList|video_play_list|artical-player|videoDatas|Video_Cont|playVideo|art_video"
    r"|<(?:video|embed)\b",
    re.I,
)
_VIDEO_PAGE_MARKS = ("Video_Cont", "$SCOPE['video']", '$SCOPE["video"]', "$SCOPE.video", "playVideo(")
"""In the scripts of self-media's video pages, which stand in the text or elsewhere."""
_MORE_THAN_A_PICTURE_RE = re.compile(r"^<(?!figure)|</figure>\n<figure|<figcaption", re.M)


def extract(html: str, offer: Offer, url: str, fetched_at: datetime | None = None) -> Article:
    """The article on the page ``html``, read at ``url``; its body is raw inner HTML still.

    Raises ``NotAnArticle`` (``no-layout``, or a reason of ``kinds.FILTERED_REASONS``) if no layout fits, and
    ``LayoutMismatch`` if a field is not as declared.
    """
    page, layout = _read_by(html, url)
    _check_era(page, layout)
    fields = read(page, layout)
    published_at = _published_at(fields, layout, url)
    symbols = stocks(fields["body"], fields["stock_lists"])
    return Article(
        offer=offer,
        url=url,
        title=fields["title"],
        published_at=published_at,
        modified_at=_modified_at(fields, published_at),
        body=_with_text(fields["body"], html, url),
        media=_media(fields),
        media_url=_link(fields, url),
        author=_author(fields),
        editor=_first(fields["editors"]),
        keywords=_keywords(fields),
        symbols=tuple(symbols),
        markets=tuple(symbols.values()),
        channel_ids=_first_tuple(fields["channel_ids"]),
        videos=_videos(fields["body"]),
        page_id=fields["page_id"] or "",
        layout=layout.__name__,
        next_pages=further_pages(page),
        fetched_at=fetched_at,
        page=html,
    )


def _read_by(html: str, url: str) -> tuple[Page, type[Layout]]:
    """The page, as much of it as is needed, and its layout."""
    page = Page(excerpt(html), url)
    if page.html is not html:
        with suppress(NotAnArticle):
            return page, layout_for(page, LAYOUTS)
        page = Page(html, url)
    return page, _layout_of(page)


def _layout_of(page: Page) -> type[Layout]:
    try:
        return layout_for(page, LAYOUTS)
    except NotAnArticle as error:
        if kind := kind_of(page.url) or ("video-only" if _is_video_page(page.html) else None):
            raise NotAnArticle(f"a page of the kind {kind}: {page.url}", reason=kind) from error
        raise


def _check_era(page: Page, layout: type[Layout]) -> None:
    """A page of an era long gone is no answer to an address of later years: old pages carry no id that would tell."""
    if layout.until and page.day and page.day.year > layout.until.year + YEARS_AFTER:
        raise NotAnArticle(f"{page.url} shows a page in the layout of {layout.until.year} and before", "other-document")


def _videos(body: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_VIDEO_RE.findall(body))) if "vid" in body else ()


def _is_video_page(html: str) -> bool:
    return any(mark in html for mark in _VIDEO_PAGE_MARKS)


def _with_text(body: str, html: str, url: str) -> str:
    """``body``, unless all that it holds is a player, or the picture that stands in for one."""
    if body.count("。") < _SURELY_TEXT and (_PLAYER_RE.search(body) or _is_video_page(html)):
        try:
            is_text = _MORE_THAN_A_PICTURE_RE.search(clean(body, url, RULES).body) is not None
        except EmptyBody:
            is_text = False
        if not is_text:
            raise NotAnArticle(f"a player and no text at {url}", reason="video-only")
    return body


def _first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")


def _first_tuple(values: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return next(iter(values), ())


def _media(fields: dict[str, Any]) -> str:
    """The source shown; without one what the line behind the time says, then the metas; of a self-medium its author.

    A platform that publishes for others is the source only where nothing names another.
    """
    metas = (fields["media"], fields["meta_author"], fields.get("name_author"), _first(fields.get("authors") or ()))
    named = [name for name in (_shown_media(fields), *metas) if name]
    return next((name for name in named if not is_platform(name)), _first(named))


def _shown_media(fields: dict[str, Any]) -> str:
    shown = [name for name in (*fields.get("sources", ()), *fields.get("source_line", ())) if name]
    return next((name for name in shown if not is_platform(name)), _first(shown))


def _author(fields: dict[str, Any]) -> str:
    """The author shown; of what a platform published the one that the metas name."""
    shown, media = _first(fields.get("authors") or ()), _shown_media(fields)
    named = fields["meta_author"] or ""
    return shown or (named if named != media and hides_author(media) else "")


def _link(fields: dict[str, Any], url: str) -> str:
    """Where the source leads, absolute, if it is a page of the web; empty for a platform's own home."""
    if is_platform(_shown_media(fields)):
        return ""
    address = urljoin(url, _first(fields.get("source_links", ())).strip()) if fields.get("source_links") else ""
    return address if address.startswith(("http://", "https://")) else ""


def _published_at(fields: dict[str, Any], layout: type[Layout], url: str) -> datetime:
    """The time shown; where a layout lets it be missing, that of the metas: ``create_at`` first, which no edit moves."""
    metas = [fields[name] for name in ("created_at", "feed_published_at", "meta_published_at") if fields[name]]
    if fields["published_at"]:
        return with_seconds(fields["published_at"], metas)
    if not metas:
        raise LayoutMismatch(layout.__name__, "published_at", 0, url)
    told: datetime = metas[0]
    return told


def _modified_at(fields: dict[str, Any], published_at: datetime) -> datetime | None:
    """The last edit that the metas name, if there was one after publication."""
    edits = [moment for moment in (fields["updated_at"], fields["weibo_updated_at"]) if moment]
    return max((moment for moment in edits if moment > published_at), default=None)


def _keywords(fields: dict[str, Any]) -> tuple[str, ...]:
    """The words shown under the text, else those of the meta, where the title alone may stand in for them."""
    words = fields.get("keywords") or fields["meta_keywords"] or ()
    return tuple(dict.fromkeys(word for word in words if word and word != fields["title"]))
