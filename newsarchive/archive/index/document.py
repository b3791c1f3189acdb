"""One document as the catalogue knows it, and what each event makes of it: pure, the same live and at a rebuild."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from newsarchive.archive.format.journal import moment, stamp
from newsarchive.archive.format.raw_place import text_or_none
from newsarchive.items import Offer

KEPT_EVENTS = ("kept", "revised", "imported")
REDACTED = "redacted"
"""Event, and the reason of the document from then on."""
LOSSES = {"filtered": "filtered", "failed": "failed", "gone": "gone", "forgotten": "filtered"}
"""Event → state.  What a person took out of the gaps counts as filtered, so that the sum of the coverage holds."""

MAX_ROWS = 256
"""Different rows of one document that are remembered, the newest; a listing shows two or three."""
MAX_ADDRESSES = 16
"""Of one document; each is asked once where the document failed or was gone, further ones are not."""
DUE_AT_ONCE = "1970-01-01T08:00:00+08:00"
"""Stands for a time of the next try that nobody can read."""

_OF_THE_FIRST_OFFER = ("at", "channels", "lids", "image", "published_at", "listed_at", "listed_title")
_OUTCOME = ("state", "reason", "attempts", "next_try_at", "file", "sha256", "bytes", "text_sha256", "failed_at", "warc")
MAX_BYTES = 2**62
"""The largest integer taken from a line; SQLite stores it exactly."""
_COMPACT = json.JSONEncoder(separators=(",", ":"), sort_keys=True)

_ALSO_COLUMNS = ("url", "title", "modified_at")

COLUMNS = (
    "docid, day, stem, first, url, title, modified_at, state, reason, attempts, next_try_at, file, sha256, "
    "bytes, text_sha256, said, former_urls, failed_at, warc"
)
COLUMN_COUNT = COLUMNS.count(",") + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One row: what the archive knows of a document now."""

    docid: str
    day: date
    stem: str | None = None
    """File name without ``.md``; None until the page told the title of an address given by hand."""
    first: Mapping[str, Any]
    """Its first ``offered`` event, as far as it is used: name, category and picture depend on nothing later."""
    url: str
    """The newest address."""
    title: str
    modified_at: str | None = None
    state: str = "pending"
    """``pending``, ``kept``, ``filtered``, ``failed`` or ``gone``."""
    reason: str | None = None
    attempts: int = 0
    """Of the document, not of an address: a listing that shows two addresses in turn begins nothing anew."""
    next_try_at: str | None = None
    file: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    """Size of the file; None where the line does not tell."""
    text_sha256: str | None = None
    said: str = ""
    """Digests of the rows that were written down, blanks between them."""
    former_urls: tuple[str, ...] = ()
    """Its other addresses, newest first."""
    failed_at: str | None = None
    """When the last failure was heard."""
    warc: str | None = None
    """The place of the last raw record that a line about its page names."""

    @property
    def next_url(self) -> str:
        """The address to ask: the newest first; where asking fails, each of the others in turn."""
        urls = (self.url, *self.former_urls)
        return urls[self.attempts % len(urls)]

    @property
    def is_redacted(self) -> bool:
        """Whether it was taken out on purpose: nothing makes anything else of it, and it is never fetched again."""
        return self.reason == REDACTED

    def is_due(self, now: datetime) -> bool:
        """Whether a failed document may be asked for again; a failure heard in the future is one of a wrong clock."""
        if self.state != "failed" or self.next_try_at is None:
            return False
        return self.next_try_at <= stamp(now) or (self.failed_at or "") > stamp(now)

    def was_said(self, event: Mapping[str, Any]) -> bool:
        """Whether this row, whichever channel showed it, was written down before."""
        return row_digest(event) in self.said.split()

    def offer(self) -> Offer:
        """The first offer again, with the newest address."""
        said = self.first
        return Offer(
            docid=self.docid,
            url=self.url,
            day=self.day,
            title=said.get("title") or "",
            listed_title=said.get("listed_title") or "",
            channels=tuple(said.get("channels") or ()),
            lids=tuple(said.get("lids") or ()),
            image=said.get("image") or "",
            published_at=moment(said.get("published_at")),
            listed_at=moment(said.get("listed_at")),
            modified_at=moment(said.get("modified_at")),
            seen_at=moment(said.get("at")),
        )


# --- what events make of it ------------------------------------------------------------------------------------------


def first_offered(day: date, event: Mapping[str, Any], stem: str | None) -> Document:
    """The document that a sound ``offered`` event begins."""
    first = {key: event[key] for key in (*_OF_THE_FIRST_OFFER, *_ALSO_COLUMNS) if _is_told(key, event.get(key))}
    return Document(
        docid=event["docid"],
        day=day,
        stem=stem,
        first=first,
        url=event["url"],
        title=event["title"] or "",
        modified_at=event.get("modified_at"),
        said=row_digest(event),
    )


def offered_again(document: Document, event: Mapping[str, Any]) -> Document:
    """What failed at its old address, or was gone from it, is asked again at one that was never seen before."""
    if not document.first:
        return _offered_at_last(document, event)
    if event.get("earlier") is True:
        return _offered_before(document, event)
    url, former = event["url"], document.former_urls
    if url != document.url:
        if document.state in ("failed", "gone") and url not in former and len(former) + 1 < MAX_ADDRESSES:
            document = replace(document, state="pending", reason=None, next_try_at=None, failed_at=None)
        former = (document.url, *(old for old in former if old != url))[: MAX_ADDRESSES - 1]
    rows = [*(old for old in document.said.split() if old != (digest := row_digest(event))), digest]
    said = " ".join(rows[-MAX_ROWS:])
    return replace(
        document,
        url=url,
        former_urls=former,
        title=event["title"] or "",
        modified_at=event.get("modified_at"),
        said=said,
    )


def _offered_before(document: Document, event: Mapping[str, Any]) -> Document:
    """One of another archive, older than what was said here: it may be the first one, it is not the newest."""
    first, url = document.first, event["url"]
    if (at := stamp_or_none(event.get("at"))) and at < str(first.get("at") or ""):
        first = first_offered(document.day, event, document.stem).first
    former = document.former_urls if url in (document.url, *document.former_urls) else (*document.former_urls, url)
    said = document.said if document.was_said(event) else f"{row_digest(event)} {document.said}"
    return replace(document, first=first, former_urls=former[: MAX_ADDRESSES - 1], said=said)


def _offered_at_last(document: Document, event: Mapping[str, Any]) -> Document:
    """One whose first offer was not known."""
    outcome = {name: getattr(document, name) for name in _OUTCOME}
    return replace(first_offered(document.day, event, document.stem), **outcome)


def kept(document: Document, event: Mapping[str, Any]) -> Document:
    """After a sound event of a state; one of another archive that is older than what is here changes nothing."""
    if is_earlier_state(event) and document.file:
        return document
    size = event.get("bytes")
    return replace(
        document,
        state="kept",
        reason=None,
        attempts=0,
        next_try_at=None,
        failed_at=None,
        stem=stem_of(event),
        file=event["file"],
        sha256=event["sha256"],
        bytes=size if type(size) is int and 0 <= size < MAX_BYTES else None,
        text_sha256=event.get("text_sha256"),
        warc=text_or_none(event.get("warc")),
    )


def kept_unoffered(day: date, event: Mapping[str, Any]) -> Document:
    """The document of a ``kept`` line whose ``offered`` line cannot be read any more: its file counts all the same."""
    title, url = (told if isinstance(told := event.get(key), str) else "" for key in ("title", "source_url"))
    unknown = Document(docid=event["docid"], day=day, first={}, url=url, title=title)
    return kept(unknown, event)


def lost(document: Document, event: Mapping[str, Any]) -> Document:
    """After one of ``LOSSES``: an article once kept stays kept, whatever is said of its page later."""
    if document.state == "kept" or document.is_redacted:
        return document
    name = event["event"]
    attempts = event.get("attempts")
    return replace(
        document,
        state=LOSSES[name],
        reason=name if name == "forgotten" else str(event.get("reason") or event.get("status")),
        attempts=document.attempts if attempts is None else attempts,
        next_try_at=_next_try(event) if name == "failed" else None,
        failed_at=stamp_or_none(event.get("at")) if name == "failed" else None,
        warc=text_or_none(event.get("warc")) or document.warc,
    )


def redacted(document: Document, event: Mapping[str, Any]) -> Document:
    """After a sound ``redacted`` event: it counts as filtered, so that the sum of the coverage holds."""
    nothing = replace(unknown(document.day, document.docid), state="filtered", reason=REDACTED)
    outcome = {name: getattr(nothing, name) for name in _OUTCOME}
    return replace(document, **{**outcome, "text_sha256": event.get("text_sha256")})


def unknown(day: date, docid: str) -> Document:
    """The document of a line about one whose ``offered`` line is not there."""
    return Document(docid=docid, day=day, first={}, url="", title="")


def is_earlier_state(event: Mapping[str, Any]) -> bool:
    """Whether a later state is here: it came from another archive, or was read again from an earlier page."""
    return event.get("event") in ("imported", "revised") and event.get("earlier") is True


def stem_of(event: Mapping[str, Any]) -> str:
    """File name without ``.md`` of a ``kept`` event."""
    name: str = event["file"].rpartition("/")[2].removesuffix(".md")
    return name


def row_digest(event: Mapping[str, Any]) -> str:
    """What tells one listing row of a document from another: title, address, time of the last change."""
    told = json.dumps([event.get(key) for key in ("title", "url", "modified_at")])  # without options: the fast way
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def stamp_or_none(text: object) -> str | None:
    """A moment as ``stamp`` writes it, so that moments compare as text; another hand may have written another zone."""
    read_at = moment(text)
    return stamp(read_at) if read_at else None


def _next_try(event: Mapping[str, Any]) -> str | None:
    told = event.get("next_try_at")
    return None if told is None else stamp_or_none(told) or DUE_AT_ONCE


def _is_told(key: str, value: object) -> bool:
    """Whether a key of another hand's line is of the kind that we would have written, and not empty."""
    return bool(value) and isinstance(value, list if key in ("channels", "lids") else str)


# --- as a row of the table -------------------------------------------------------------------------------------------


def to_row(document: Document) -> tuple[Any, ...]:
    """By ``COLUMNS``; of the first offer only what no other column says."""
    columns = {"url": document.url, "title": document.title, "modified_at": document.modified_at}
    first = {key: value for key, value in document.first.items() if key not in columns or value != columns[key]}
    # What is there now and was not at first must be told, too.
    first |= {key: None for key, now in columns.items() if now and key not in document.first}
    return (
        document.docid,
        document.day.isoformat(),
        document.stem,
        _COMPACT.encode(first),
        document.url,
        document.title,
        document.modified_at,
        document.state,
        document.reason,
        document.attempts,
        document.next_try_at,
        document.file,
        document.sha256,
        document.bytes,
        document.text_sha256,
        document.said,
        json.dumps(document.former_urls) if document.former_urls else None,
        document.failed_at,
        document.warc,
    )


def of_row(row: tuple[Any, ...]) -> Document:
    """The inverse of ``to_row``."""
    docid, day, stem, first, url, title, modified_at, *outcome, said, former_urls, failed_at, warc = row
    state, reason, attempts, next_try_at, file, sha256, size, text_sha256 = outcome
    told = {"url": url, "title": title, "modified_at": modified_at} | json.loads(first)
    return Document(
        docid=docid,
        day=date.fromisoformat(day),
        stem=stem,
        first={key: value for key, value in told.items() if value},
        url=url,
        title=title,
        modified_at=modified_at,
        state=state,
        reason=reason,
        attempts=attempts,
        next_try_at=next_try_at,
        file=file,
        sha256=sha256,
        bytes=size,
        text_sha256=text_sha256,
        said=said,
        former_urls=tuple(json.loads(former_urls)) if former_urls else (),
        failed_at=failed_at,
        warc=warc,
    )
