"""fetch → extract → clean: what a server answered, to one article or to the reason why it is none.

Pure; the crawl, ``newsarchive render``, the benchmarks and the tests of impostors read a page through here alone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from newsarchive.errors import NotAnArticle
from newsarchive.items import Article, Offer
from newsarchive.pages.charset import decode
from newsarchive.pages.clean import clean
from newsarchive.sina import boilerplate, layouts, notices

_CHARSET_RE = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)


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
    return article_in(decode(body, charset_of(content_type)), offer, url, fetched_at)


def article_in(html: str, offer: Offer, url: str, fetched_at: datetime | None = None) -> Article:
    """The same for the text of a page."""
    notices.check_page(200, html, offer.docid)
    return replace(layouts.extract(html, offer, url, fetched_at), page=html)


def cleaned(article: Article) -> Article:
    """The article with a clean body and its first picture; raises ``EmptyBody`` where nothing of a text is left."""
    made = clean(article.body, article.url, boilerplate.RULES)
    return replace(article, body=made.body, image=made.image, asides=made.asides)


def check_status(status: int, url: str) -> None:
    """Raise ``NotAnArticle`` with the reason ``http-404`` and the like, for any status but 200."""
    if status != 200:
        raise NotAnArticle(f"HTTP status {status} at {url}", f"http-{status}")


def charset_of(content_type: bytes | None) -> str | None:
    """The charset that the Content-Type header names; often none."""
    found = _CHARSET_RE.search(content_type or b"")
    return found[1].decode("ascii", "replace") if found else None
