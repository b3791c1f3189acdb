"""Articles on several pages, ``…_2.shtml`` and on (extract): where the further pages are, and one article out of all.

That such addresses exist is seen in lists of 2009 to 2015 (sina-surface.md §3); no page with its pager is at hand, so that
only the addresses are asked, not the pager's markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from newsarchive.items import Article
from newsarchive.pages.layout import Page, href

_ADDRESS_RE = re.compile(r"^(?P<stem>https?://[^?#]*/(?P<name>[\w-]+?))(?:_\d{1,2})?(?P<ending>\.s?html)$", re.A)
_NUMBER_RE = re.compile(r"_(\d{1,2})\.s?html$")
_LAST_SEEN_ON = date(2017, 12, 31)
"""Two years after the last that was seen; the template of 2017 has no pager."""
_MOST_PAGES = 50
"""Pages of one article; 20 were seen at most, and a page that links more means us ill."""


def further_pages(page: Page) -> tuple[str, ...]:
    """The addresses of the pages after the first of the article on ``page``, in order; none for most.

    A pager may leave pages out (``1 2 3 … 9``): all up to the last are named.

    >>> further_pages(Page('<a href="/x/1234567_3.shtml">3</a>', "https://finance.sina.com.cn/x/1234567.shtml"))
    ('https://finance.sina.com.cn/x/1234567_2.shtml', 'https://finance.sina.com.cn/x/1234567_3.shtml')
    """
    address = _ADDRESS_RE.match(page.url)
    if not address or (page.day and page.day > _LAST_SEEN_ON):
        return ()
    links = map(href, page.tree.css(f'a[href*="/{address["name"]}_"]'))
    numbers = [int(found[1]) for link in links if (found := _NUMBER_RE.search(link))]
    last = min(max(numbers, default=0), _MOST_PAGES)
    return tuple(f"{address['stem']}_{number}{address['ending']}" for number in range(2, last + 1))


def join(first: Article, rest: Sequence[Article]) -> Article:
    """One article out of its pages: all fields of the first, the bodies in order, the names and stocks of all."""
    pages = (first, *rest)
    symbols = {symbol: market for page in pages for symbol, market in zip(page.symbols, page.markets, strict=True)}
    return replace(
        first,
        body="\n".join(page.body for page in pages),
        editor=next((page.editor for page in pages if page.editor), ""),
        keywords=tuple(dict.fromkeys(word for page in pages for word in page.keywords)),
        symbols=tuple(symbols),
        markets=tuple(symbols.values()),
        videos=tuple(dict.fromkeys(video for page in pages for video in page.videos)),
        modified_at=max((page.modified_at for page in pages if page.modified_at), default=None),
        next_pages=(),
    )
