"""archive: the bytes of an article of Sina's, in the profile of its archive; what both a crawl and a re-extraction write."""

from __future__ import annotations

from collections.abc import Sequence

from newsarchive.archive.format import article as clean_format
from newsarchive.archive.format import rsshub
from newsarchive.archive.format.profiles import RSSHUB
from newsarchive.items import Article
from newsarchive.pages.cheerio import description
from newsarchive.sina.listing import channels
from newsarchive.sina.page import boilerplate


def file_of(article: Article, profile: str, extra_keys: Sequence[str] = ()) -> bytes:
    """The whole file of a clean article; empty where the original program, whose profile it is, lost such a page.

    Raises ``PageTooLarge`` and ``PageTooComplex`` in that profile.
    """
    if profile == RSSHUB.name:
        return _rsshub_file(article)
    channel = channels.category(article.offer.lids)
    return clean_format.file_of(article, channel=channel, extra_keys=extra_keys, known_poster=boilerplate.is_poster)


def _rsshub_file(article: Article) -> bytes:
    """The file as the original program wrote it; empty where that lost the page."""
    offer = article.offer
    made = rsshub.render(
        offer.listed_title or offer.title or article.title,
        description(article.page, article.url),
        offer.listed_at,
        rsshub.placeholder_of(offer.docid),
    )
    return made.content.encode() if made else b""
