"""The article in stored answers (``archive.format.raw_answer``): the path of a crawl from its answer on, without one.

Each stage is the very function that a crawl calls: ``page_reader`` to extract and clean, ``layouts.join``,
``pages.changes`` and ``pages.likeness`` to compare, ``article_file`` to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from newsarchive.archive.format.content_coding import CodingError
from newsarchive.archive.format.raw_answer import RawAnswer
from newsarchive.archive.index.visits import validator
from newsarchive.errors import NotAnArticle
from newsarchive.items import Article, Offer
from newsarchive.pages import changes
from newsarchive.pages.depth import MAX_PAGE_BYTES
from newsarchive.pages.likeness import text_digest
from newsarchive.sina.listing import urls
from newsarchive.sina.page.layouts import join
from newsarchive.sina.page.page_reader import article_of, cleaned

MAX_URL = 200
"""Characters of an address that a message quotes."""


def article_in_answers(
    first: RawAnswer, further: Sequence[RawAnswer], offer: Offer, fetched_at: datetime | None
) -> Article:
    """The clean article of a page and its further pages, fetched at that moment.

    Raises ``PageError`` where it is none, also where a further page that it names was not stored.
    """
    found = _article(first, offer, fetched_at)
    if len(found.next_pages) != len(further):
        raise NotAnArticle(f"{len(found.next_pages)} further pages, and {len(further)} are stored", "further-pages")
    if further:
        found = join(found, [_article(answer, offer, fetched_at) for answer in further])
    return replace(cleaned(found), warc=first.place, warc_further=tuple(answer.place for answer in further))


def _article(answer: RawAnswer, offer: Offer, fetched_at: datetime | None) -> Article:
    try:
        body = answer.decoded(MAX_PAGE_BYTES + 1)
    except CodingError as error:
        raise NotAnArticle(f"{answer.url}: {error}", "encoding") from error
    if not urls.is_sina(answer.url):  # no crawl of ours asks there: somebody else wrote this record
        raise NotAnArticle(f"{answer.url[:MAX_URL]!r} is no address of Sina's", "off-site")
    url = urls.canonical(answer.url)
    return article_of(body, offer, url, status=answer.status, content_type=answer.content_type, fetched_at=fetched_at)


def with_digests(article: Article) -> Article:
    """The clean article with what tells its text from others."""
    told = changes.told(article.title, article.published_at, article.body)
    return replace(article, told_sha256=told.digest, text_sha256=text_digest(article.title, article.body))


def with_validators(article: Article, answer: RawAnswer) -> Article:
    """The article with what its answer gave to ask by whether the page has changed."""
    etag, last_modified = (_last(answer.values(name)) for name in ("etag", "last-modified"))
    return replace(article, etag=etag, last_modified=last_modified)


def _last(values: Sequence[str]) -> str:
    return validator(values[-1].strip()) if values else ""
