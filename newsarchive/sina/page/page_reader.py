"""fetch → extract → clean: what a server answered, to one article or to the reason why it is none.

Pure; the crawl, ``newsarchive render``, the benchmarks and the tests of impostors read a page through here alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from newsarchive.errors import NotAnArticle, PageTooLarge
from newsarchive.items import Article, Offer
from newsarchive.pages import depth
from newsarchive.pages.charset import decode
from newsarchive.pages.clean import clean
from newsarchive.pages.depth import MAX_PAGE_BYTES
from newsarchive.sina.page import boilerplate, impostors, layouts

_CHARSET_RE = re.compile(rb"charset\s*+=\s*+[\"']?\s*+([\w.:-]+)", re.I)


def article_of(
    body: bytes,
    offer: Offer,
    url: str,
    *,
    status: int = 200,
    content_type: bytes | None = None,
    fetched_at: datetime | None = None,
) -> Article:
    """The article that was answered for ``offer``, its body raw still; ``url`` is where it was read, canonical.

    Raises ``PageError``: whatever else than that article it is, under its reason.
    """
    check_status(status, url)
    if len(body) > MAX_PAGE_BYTES:
        raise PageTooLarge(f"{len(body)} bytes at {url}; at most {MAX_PAGE_BYTES} are read")
    return article_in(decode(body, charset_of(content_type)), offer, url, fetched_at)


def article_in(html: str, offer: Offer, url: str, fetched_at: datetime | None = None) -> Article:
    """The same for the text of a page."""
    depth.check(html)
    impostors.check_page(200, html, offer.docid)
    return layouts.extract(html, offer, url, fetched_at)


def cleaned(article: Article) -> Article:
    """The article with a clean body and its first picture; raises ``EmptyBody`` where nothing of a text is left."""
    made = clean(article.body, article.url, boilerplate.RULES)
    return replace(article, body=made.body, image=made.image, asides=made.asides)


def cleaned_body(body: str, url: str) -> str:
    """A body as ``cleaned`` makes it, of an article that was archived before; raises ``EmptyBody``."""
    return clean(body, url, boilerplate.RULES).body


def check_status(status: int, url: str) -> None:
    """Raise ``NotAnArticle`` with the reason ``http-404`` and the like, for any status but 200."""
    if status != 200:
        raise NotAnArticle(f"HTTP status {status} at {url}", f"http-{status}")


def charset_of(content_type: bytes | None) -> str | None:
    """The charset that the Content-Type header names; often none."""
    found = _CHARSET_RE.search(content_type or b"")
    return found[1].decode("ascii", "replace") if found else None
