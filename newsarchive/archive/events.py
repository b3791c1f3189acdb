"""The journal's events: what is said about a document, key by key (design §3); pure, the words of ``_day.jsonl``.

Every event begins with ``at run event docid``; ``journal`` adds ``link`` as the last key when it writes the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsarchive.archive.journal import stamp
from newsarchive.items import Article, Offer

Event = dict[str, Any]

_DOCID_RE = re.compile(r"[A-Za-z0-9-]{1,64}")
"""As ``sina.urls.docid_of`` gives it; it stands in file names."""
_SURROGATE_RE = re.compile("[\ud800-\udfff]")
"""Half a character: JSON can say it, UTF-8 and SQLite cannot."""
MORE_OF_A_PAGE = ("media_url", "markets", "channel_ids", "videos", "asides", "twin", "same_as")
"""Fields of an article that most pages lack."""
MAX_DETAIL = 300
"""Characters of a cause: a sentence with an address in it."""
MAX_ATTEMPTS = 2**31
"""What a database column holds for certain; a count of attempts stays far below."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, and when: the head of each event of a run."""

    run: str
    at: datetime

    def event(self, name: str, docid: str | None, **keys: object) -> Event:
        return {"at": stamp(self.at), "run": self.run, "event": name, "docid": docid, **keys}


def offered(said: Said, offer: Offer) -> Event:
    """A listing showed the document, or somebody gave its address (then ``channels`` and ``lids`` are empty).

    ``listed_title`` is ours, and there only where it is not the title: profile ``rsshub`` names files by it.
    """
    listed = {"listed_title": offer.listed_title} if offer.listed_title else {}
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
        **listed,
    )


def kept(said: Said, article: Article, *, file: str, sha256: str, size: int, profile: str) -> Event:
    """The article is in the archive, as ``file`` (below the archive, with ``/``) of ``size`` bytes.

    ``text_sha256`` is ours beyond design §3: without it, likeness could not be rebuilt from the journals alone.  So are
    the keys behind it, each there only where the page has such a thing.
    """
    more = {key: getattr(article, key) for key in MORE_OF_A_PAGE if getattr(article, key)}
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
        **more,
    )


def filtered(said: Said, docid: str, reason: str, of: str | None = None) -> Event:
    """Not archived on purpose; ``of`` is the document that has the same text."""
    return said.event("filtered", docid, reason=reason, of=of)


def failed(
    said: Said, docid: str, reason: str, *, attempts: int, next_try_at: datetime | None, detail: str = ""
) -> Event:
    """To be tried again at ``next_try_at``, or given up (None); ``detail`` is ours: the cause in one sentence."""
    when = _moment(next_try_at)
    return said.event("failed", docid, reason=reason, attempts=attempts, next_try_at=when, detail=detail[:MAX_DETAIL])


def gone(said: Said, docid: str, status: int) -> Event:
    """The source no longer has it."""
    return said.event("gone", docid, status=status)


def asked(said: Said, channel: str) -> Event:
    """The day was asked for, and answered: it is swept from now on, also where it lies before the first poll.

    Ours, beyond design §3: what makes a day one to sweep must stand in the journals.
    """
    return said.event("asked", None, channel=channel)


def sealed(said: Said, channel: str, total: int, by: str) -> Event:
    """The finished day of this channel was swept until nothing new came; the last sweep showed ``total`` documents.

    ``by`` is ours: ``day-query``, or ``pages`` where that is not answered.
    """
    return said.event("sealed", None, channel=channel, total=total, by=by)


def is_sound(event: Mapping[str, Any]) -> bool:
    """Whether a line that was read back has what its event needs, each key of its type.

    Another hand may have written a line; what it got wrong is passed over by a start, and ``verify`` names it.
    """
    shape = _SHAPES.get(str(event.get("event")))
    return shape is not None and all(is_right(event.get(key)) for key, is_right in shape.items())


def _is_docid(value: object) -> bool:
    return isinstance(value, str) and bool(_DOCID_RE.fullmatch(value))


def _is_none(value: object) -> bool:
    return value is None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _SURROGATE_RE.search(value)


def _is_text_or_none(value: object) -> bool:
    return value is None or _is_text(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_count_or_none(value: object) -> bool:
    return value is None or (isinstance(value, int) and 0 <= value < MAX_ATTEMPTS)


_Shape = dict[str, Callable[[object], bool]]
_OF_A_DAY: _Shape = {"docid": _is_none, "channel": _is_text}
_KEPT: _Shape = {
    "docid": _is_docid,
    "file": _is_text,
    "sha256": _is_text,
    "text_sha256": _is_text_or_none,
    "profile": _is_text,
}
_LOSS: _Shape = {
    "docid": _is_docid,
    "reason": _is_text_or_none,
    "status": _is_count_or_none,
    "attempts": _is_count_or_none,
    "next_try_at": _is_text_or_none,
}
_SHAPES: dict[str, _Shape] = {
    "offered": {
        "docid": _is_docid,
        "url": _is_text,
        "title": _is_text,
        "listed_title": _is_text_or_none,
        "channels": _is_texts,
        "lids": _is_texts,
        "modified_at": _is_text_or_none,
    },
    "kept": _KEPT,
    "revised": _KEPT,
    "filtered": _LOSS,
    "failed": _LOSS,
    "gone": _LOSS,
    "asked": _OF_A_DAY,
    "sealed": {**_OF_A_DAY, "total": _is_count_or_none, "by": _is_text_or_none},
}
"""What the catalogue takes from each event; further keys may stand there, and other events."""


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
