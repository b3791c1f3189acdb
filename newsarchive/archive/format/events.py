"""The journal's events: what is said about a document, key by key (design §3); pure, the words of ``_day.jsonl``.

Every event begins with ``at run event docid``; ``journal`` adds ``link`` as the last key when it writes the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsarchive.archive.format import raw_place
from newsarchive.archive.format.journal import stamp
from newsarchive.items import Article, Offer

Event = dict[str, Any]

_DOCID_RE = re.compile(r"[A-Za-z0-9-]{1,64}")
"""As ``sina.listing.urls.docid_of`` gives it; it stands in file names."""
_SURROGATE_RE = re.compile("[\ud800-\udfff]")
"""Half a character: JSON can say it, UTF-8 and SQLite cannot."""
MORE_OF_A_PAGE = (
    "media_url",
    "markets",
    "channel_ids",
    "videos",
    "asides",
    "twin",
    "same_as",
    "told_sha256",
    "etag",
    "last_modified",
    "warc_further",
)
"""Fields of an article that most pages lack."""
_OF_EACH_LINE = ("at", "run", "event", "docid", "link")
_OF_ITS_CHAIN = ("former_link", "replaced")
"""What a ``redacted`` line says of the journal it stands in, and of no other."""
_OF_AN_IMPORT = ("source", "source_link", "imported_at", "earlier")
_OF_THE_RAW_STORE = ("warc", "warc_further")
"""Places in the raw store of the archive in which the line stands, and in no other's."""
MAX_DETAIL = 300
"""Characters of a cause: a sentence with an address in it."""
MAX_COUNT = 2**31
"""The largest integer taken from a line; SQLite stores it exactly, and attempts, line numbers and sizes stay far below."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, and when: the head of each event of a run."""

    run: str
    at: datetime

    def event(self, name: str, docid: str | None, **keys: object) -> Event:
        """An event without its ``link``; ``keys`` follow the keys that every line has."""
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


def kept(
    said: Said, article: Article, *, file: str, sha256: str, size: int, profile: str, adopted: bool = False
) -> Event:
    """The article is in the archive, as ``file`` (below the archive, with ``/``) of ``size`` bytes.

    ``adopted``: the file was there already, with these bytes and without a line.

    ``text_sha256`` is ours beyond design §3: without it, likeness could not be rebuilt from the journals alone.  So are
    the keys behind it, each there only where the page has such a thing.
    """
    more = {key: getattr(article, key) for key in MORE_OF_A_PAGE if getattr(article, key)}
    if adopted:
        more["adopted"] = True
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
        warc=article.warc or None,
        text_sha256=article.text_sha256,
        **more,
    )


def revised(kept: Event, *, revision: int, kind: str, earlier: bool = False) -> Event:
    """A ``kept`` event as that of a further state: number ``revision``, different from the one before it by ``kind``.

    ``earlier`` (there only where it is true): it was read again from an earlier page, and a later state is here.
    """
    late = {"earlier": True} if earlier else {}
    return {**kept, "event": "revised", "revision": revision, "kind": kind, **late}


def checked(said: Said, docid: str, etag: str, last_modified: str, warc: str | None = None) -> Event:
    """A revisit found the same text; ``last_modified`` and ``warc`` are ours, there only where there is one."""
    more = {"last_modified": last_modified} if last_modified else {}
    return said.event("checked", docid, etag=etag or None, **more, **_answer(warc))


def adopted(said: Said, docid: str, *, title: str, file: str, sha256: str, size: int, profile: str) -> Event:
    """A file without a line becomes the article, because the source no longer has its document.

    What only the page could tell is null.
    """
    unread = ("published_at", "modified_at", "media", "editor", "author")
    return said.event(
        "kept",
        docid,
        file=file,
        sha256=sha256,
        bytes=size,
        title=title,
        **dict.fromkeys(unread),
        keywords=[],
        symbols=[],
        page_id=None,
        layout=None,
        profile=profile,
        fetched_at=None,
        warc=None,
        text_sha256=None,
        adopted=True,
    )


def imported(
    said: Said,
    docid: str,
    told: Mapping[str, Any],
    *,
    file: str,
    profile: str,
    source: str,
    source_link: str | None,
    earlier: bool,
    raw_files: Mapping[str, str] | None = None,
    **changed: object,
) -> Event:
    """A state that another folder or archive had; ``told`` are the keys of its ``kept`` or ``revised`` line.

    ``source_link`` is the last link of its day there, None for a folder without journals; ``said_at`` is the time of that
    line.  ``earlier`` (ours, and there only where it is true): a later state is here already.  ``raw_files`` (theirs → ours)
    are the files of raw records that came along.
    """
    left = (*_OF_EACH_LINE, *_OF_AN_IMPORT, *_OF_THE_RAW_STORE)
    more = {key: value for key, value in told.items() if key not in left} | {"warc": None}
    more |= raw_place.named_here(told, raw_files)
    origin: dict[str, object] = {"said_at": told.get("said_at") or told.get("at"), "source": source}
    late = {"earlier": True} if earlier else {}
    keys = {**more, "file": file, "profile": profile, **changed, **origin, "source_link": source_link, **late}
    return said.event("imported", docid, **keys)


def said_again(
    said: Said,
    line: Mapping[str, Any],
    *,
    source: str,
    source_link: str,
    earlier: bool = False,
    raw_files: Mapping[str, str] | None = None,
) -> Event:
    """A line of another archive about an offer, a loss or a day, word for word, and where it comes from.

    What it says of the chain that it stood in is left out.  ``raw_files`` as for ``imported``.

    ``at`` and ``run`` are those of the line there; ``imported_at`` says since when it is here.
    """
    left = (*_OF_AN_IMPORT, *_OF_ITS_CHAIN, *_OF_THE_RAW_STORE, "link")
    words = {key: value for key, value in line.items() if key not in left} | raw_place.named_here(line, raw_files)
    late = {"earlier": True} if earlier else {}
    return {**words, "source": source, "source_link": source_link, "imported_at": stamp(said.at), **late}


def unstored(said: Said, source: str, files: Mapping[str, str] | None = None) -> Event:
    """The day was taken whole from ``source``: the raw records that the lines before this one name lie there, not here.

    But for those in ``files`` (theirs → ours): these came along, each file whole under its name of ours.
    """
    return said.event(raw_place.UNSTORED, None, source=source, **({"files": dict(files)} if files else {}))


def damaged(said: Said, line: int, expected: str, found: str | None) -> Event:
    """A person accepts that this journal is damaged at ``line``, counted from 1.

    ``expected`` is the SHA-256 that the link of that line, or the last line, should have been; ``found`` is what is there.
    """
    return said.event("damaged", None, line=line, expected=expected, found=found)


def filtered(said: Said, docid: str, reason: str, of: str | None = None, warc: str | None = None) -> Event:
    """Not archived on purpose; ``of`` is the document that has the same text, ``warc`` where the answer is stored."""
    return said.event("filtered", docid, reason=reason, of=of, **_answer(warc))


def failed(
    said: Said,
    docid: str,
    reason: str,
    *,
    attempts: int,
    next_try_at: datetime | None,
    detail: str = "",
    warc: str | None = None,
) -> Event:
    """To be tried again at ``next_try_at``, or given up (None); ``detail`` is ours: the cause in one sentence."""
    told = {"attempts": attempts, "next_try_at": _moment(next_try_at), "detail": detail[:MAX_DETAIL]}
    return said.event("failed", docid, reason=reason, **told, **_answer(warc))


def gone(said: Said, docid: str, status: int, warc: str | None = None) -> Event:
    """The source no longer has it."""
    return said.event("gone", docid, status=status, **_answer(warc))


def forgotten(said: Said, docid: str, reason: str) -> Event:
    """A person took an offer that was never kept out of the gaps."""
    return said.event("forgotten", docid, reason=reason)


def redacted(
    said: Said,
    docid: str | None,
    reason: str,
    *,
    states: int,
    sha256s: Sequence[str],
    text_sha256: str | None,
    former_link: str,
    replaced: Sequence[Sequence[object]],
) -> Event:
    """The document was taken out on purpose, with so many states; ``sha256s`` are the digests of the files that went,
    and by ``text_sha256``, of the last state's title and text, the same text is known where it is offered anew.

    ``former_link`` is the SHA-256 of the line before this one as it was, ``replaced`` ([number, SHA-256]) tells the same
    of each line whose words went: from these the links of all lines before can be proven.  ``docid`` is null in the journal
    of another day, from which related links to the document went.
    """
    went = {"states": states, "sha256s": list(sha256s), "text_sha256": text_sha256, "former_link": former_link}
    return said.event("redacted", docid, reason=reason, **went, replaced=list(replaced))


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


def repaired(said: Said, docid: str | None, file: str, sha256: str) -> Event:
    """A file was taken back from another copy, equal to what the journal proves; ``docid`` is null for a journal."""
    return said.event("repaired", docid, file=file, sha256=sha256)


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


def _is_texts_or_none(value: object) -> bool:
    return value is None or _is_texts(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < MAX_COUNT


def _is_count_or_none(value: object) -> bool:
    return value is None or _is_count(value)


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
        "title": _is_text_or_none,  # null once it was redacted
        "listed_title": _is_text_or_none,
        "channels": _is_texts,
        "lids": _is_texts,
        "modified_at": _is_text_or_none,
    },
    "kept": _KEPT,
    "revised": _KEPT,
    "imported": {**_KEPT, "said_at": _is_text_or_none, "source_link": _is_text_or_none},
    "filtered": _LOSS,
    "failed": _LOSS,
    "gone": _LOSS,
    "damaged": {"docid": _is_none, "line": _is_count, "expected": _is_text, "found": _is_text_or_none},
    "forgotten": _LOSS,
    "redacted": {"docid": _is_docid, "reason": _is_text_or_none, "text_sha256": _is_text_or_none},
    "checked": {"docid": _is_docid, "etag": _is_text_or_none},
    "images": {"docid": _is_docid, "sha256": _is_text_or_none, "urls": _is_texts_or_none},
    "image": {"docid": _is_docid, "url": _is_text, "file": _is_text_or_none, "sha256": _is_text},
    "image_lost": {
        "docid": _is_docid,
        "url": _is_text,
        "state": _is_text,
        "attempts": _is_count,
        "next_try_at": _is_text_or_none,
    },
    "asked": _OF_A_DAY,
    "sealed": {**_OF_A_DAY, "total": _is_count_or_none, "by": _is_text_or_none},
}
"""What the catalogue takes from each event; further keys may stand there, and other events."""


def _answer(warc: str | None) -> dict[str, str]:
    """Where the answer is stored that says so; no key where none was had, or none is kept."""
    return {"warc": warc} if warc else {}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
