"""archive: an ``Article`` as the bytes of its file; what both the crawl's exporter and ``newsarchive render`` write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from newsarchive.archive.format.frontmatter import Header, body_text, one_line, render
from newsarchive.archive.format.journal import stamp
from newsarchive.items import Article, Offer

_HTTPS_DOMAINS = ("sina.com.cn", "sina.cn", "sinaimg.cn")
"""Hosts, with their subdomains, that serve pictures over https too."""


def _is_no_poster(_url: str) -> bool:
    return False


def file_of(
    article: Article,
    *,
    channel: str,
    extra_keys: Sequence[str] = (),
    known_poster: Callable[[str], bool] = _is_no_poster,
) -> bytes:
    """The whole file of a clean article.

    ``channel`` is the third category; ``known_poster`` tells the listing's stand-ins for a missing picture.
    """
    header = Header(
        title=article.title,
        channel=channel,
        image=article.image or _picture(article.offer, known_poster),
        published_at=article.published_at,
        extra=_extra(article, extra_keys),
    )
    return render(header, article.body)


def _picture(offer: Offer, known_poster: Callable[[str], bool]) -> str:
    """Return the picture of the listing, by https where the host has it; empty for none and for a poster."""
    url = f"https:{offer.image}" if offer.image.startswith("//") else offer.image
    if known_poster(offer.image) or known_poster(url) or not url.startswith(("https://", "http://")):
        return ""
    return f"https{url.removeprefix('http')}" if url.startswith("http:") and _has_https(url) else url


def _has_https(url: str) -> bool:
    try:
        host = urlsplit(url).netloc.lower()
    except ValueError:
        return False
    return any(host == domain or host.endswith(f".{domain}") for domain in _HTTPS_DOMAINS)


def _extra(article: Article, keys: Sequence[str]) -> dict[str, str | list[str]]:
    """Return the further keys in the order of this table; what neither page nor listing told is an empty text."""
    offer = article.offer
    fields: dict[str, object] = {
        "source_url": article.url,
        "docid": offer.docid,
        "published_at": article.published_at,
        "modified_at": article.modified_at or offer.modified_at,
        "listed_at": offer.listed_at,
        "seen_at": offer.seen_at,
        "fetched_at": article.fetched_at,
        "media": article.media,
        "editor": article.editor,
        "keywords": article.keywords,
        "symbols": article.symbols,
        "sha256": hashlib.sha256(body_text(article.body).encode()).hexdigest(),
    }
    return {key: _text(value) for key, value in fields.items() if key in keys}


def _text(value: object) -> str | list[str]:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, tuple):
        return [one_line(text) for text in value]
    return one_line(str(value or ""))
