"""The journal's events: what is said about a document, key by key (design §3); pure, the words of ``_day.jsonl``.

Every event begins with ``at run event docid``; ``journal`` adds ``link`` as the last key when it writes the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsarchive.archive.journal import stamp
from newsarchive.items import Article, Offer

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, and when: the head of each event of a run."""

    run: str
    at: datetime

    def event(self, name: str, docid: str | None, **keys: object) -> Event:
        return {"at": stamp(self.at), "run": self.run, "event": name, "docid": docid, **keys}


def offered(said: Said, offer: Offer) -> Event:
    """A listing showed the document, or somebody gave its address (then ``channels`` and ``lids`` are empty)."""
    return said.event(
        "offered",
        offer.docid,
        url=offer.url,
        title=offer.title,
        channels=list(offer.channels),
        lids=list(offer.lids),
        image=offer.image,
        published_at=_moment(offer.published_at),
        listed_at=_moment(offer.listed_at),
        modified_at=_moment(offer.modified_at),
    )


def kept(said: Said, article: Article, *, file: str, sha256: str, size: int, profile: str) -> Event:
    """The article is in the archive, as ``file`` (below the archive, with ``/``) of ``size`` bytes.

    ``text_sha256`` is ours beyond design §3: without it, likeness could not be rebuilt from the journals alone.
    """
    same = {"same_as": article.same_as} if article.same_as else {}
    return said.event(
        "kept",
        article.offer.docid,
        file=file,
        sha256=sha256,
        bytes=size,
        title=article.title,
        published_at=_moment(article.published_at),
        modified_at=_moment(article.modified_at),
        media=article.media,
        editor=article.editor,
        author=article.author,
        keywords=list(article.keywords),
        symbols=list(article.symbols),
        page_id=article.page_id,
        layout=article.layout,
        profile=profile,
        fetched_at=_moment(article.fetched_at),
        warc=None,
        text_sha256=article.text_sha256,
        **same,
    )


def filtered(said: Said, docid: str, reason: str, of: str | None = None) -> Event:
    """Not archived on purpose; ``of`` is the document that has the same text."""
    return said.event("filtered", docid, reason=reason, of=of)


def failed(said: Said, docid: str, reason: str, attempts: int, next_try_at: datetime | None) -> Event:
    """To be tried again at ``next_try_at``, or given up (None)."""
    return said.event("failed", docid, reason=reason, attempts=attempts, next_try_at=_moment(next_try_at))


def gone(said: Said, docid: str, status: int) -> Event:
    """The source no longer has it."""
    return said.event("gone", docid, status=status)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
