"""How Sina's pages of each era look, and the step from a page to an ``Article`` (extract).

A new layout is a class in a module here and a line in ``LAYOUTS``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from newsarchive.items import Article, Offer
from newsarchive.pages.layout import Layout, Page, layout_for, read
from newsarchive.pages.times import with_seconds
from newsarchive.sina.layouts.web2017 import SinaFinance2017Page, SinaNews2017Page

LAYOUTS: list[type[Layout]] = [SinaFinance2017Page, SinaNews2017Page]

_STOCK_SPAN_RE = re.compile(r' id="(?:hk|us|bj)?stock_([A-Za-z0-9.$-]{1,15})"')
_STOCK_COMMENT_RE = re.compile(r"<!--\s*news_keyword_pub,([^>]*?)-->")
_SYMBOL_RE = re.compile(r"[A-Za-z0-9.$-]{1,15}")
_STOCK_KINDS = {"stock", "hkstock", "usstock", "bjstock"}


def extract(html: str, offer: Offer, url: str, fetched_at: datetime | None = None) -> Article:
    """The article on the page ``html``, read at ``url``; its body is raw inner HTML still.

    Raises ``NotAnArticle`` (``no-layout``) if no layout fits and ``LayoutMismatch`` if a field is not as declared.
    """
    page = Page(html, url)
    layout = layout_for(page, LAYOUTS)
    fields = read(page, layout)
    published_at = _published_at(fields)
    return Article(
        offer=offer,
        url=url,
        title=fields["title"],
        published_at=published_at,
        modified_at=_modified_at(fields, published_at),
        body=fields["body"],
        media=_first(fields["sources"]) or fields["media"] or fields["meta_author"] or "",
        author=_first(fields["authors"]),
        editor=_first(fields["editors"]),
        keywords=_keywords(fields),
        symbols=stock_symbols(fields["body"]),
        page_id=fields["page_id"] or "",
        layout=layout.__name__,
        fetched_at=fetched_at,
    )


def _first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")


def _published_at(fields: dict[str, Any]) -> datetime:
    metas = (fields["created_at"], fields["meta_published_at"], fields["feed_published_at"])
    return with_seconds(fields["published_at"], metas)


def _modified_at(fields: dict[str, Any], published_at: datetime) -> datetime | None:
    """The last edit that the metas name, if there was one after publication."""
    edits = [moment for moment in (fields["updated_at"], fields["weibo_updated_at"]) if moment]
    return max((moment for moment in edits if moment > published_at), default=None)


def _keywords(fields: dict[str, Any]) -> tuple[str, ...]:
    """The words shown under the text, else those of the meta, where the title alone may stand in for them."""
    words = fields["keywords"] or fields["meta_keywords"] or ()
    return tuple(dict.fromkeys(word for word in words if word and word != fields["title"]))


def stock_symbols(body: str) -> tuple[str, ...]:
    """The stocks that a body links (``span#stock_sh600000``), then those of its ``news_keyword_pub`` comments.

    >>> stock_symbols('<span id="usstock_MU">x</span><!-- news_keyword_pub,stock,sh600016&amp;sh600999 -->')
    ('MU', 'sh600016', 'sh600999')
    """
    symbols = _STOCK_SPAN_RE.findall(body)
    for comment in _STOCK_COMMENT_RE.findall(body):
        kind, *rest = re.split(r"[,&\s]+", comment.replace("&amp;", "&").strip())
        if kind in _STOCK_KINDS:
            symbols += [part for part in rest if _SYMBOL_RE.fullmatch(part) and part not in _STOCK_KINDS]
    return tuple(dict.fromkeys(symbols))
