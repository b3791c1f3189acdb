"""One post of somebody else's as an article of this archive: its identity, its day, its bytes; pure.

An archive has one dialect, and each of its tools reads each of its files.  So a post that is in the dialect of the seed
is archived byte for byte, and any other is written anew in that dialect, its text and its further keys as they were.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import frontmatter

from newsarchive.archive.format.frontmatter import KEYS, SeedHandler, address, body_of, body_text, one_line
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.profiles import Profile
from newsarchive.items import BEIJING
from newsarchive.jobs.importing import front_matter
from newsarchive.jobs.importing.front_matter import Post, Value
from newsarchive.jobs.importing.source import NotTaken
from newsarchive.sina.listing.urls import docid_of, is_sina, opaque_docid

NO_DATE = "Invalid Date"
"""What the original program wrote for an item whose time it could not read."""
NO_CATEGORY = "未分类"
OPAQUE = "u-"
YEARS = range(1970, 2200)
"""A date outside of them is a slip."""

_OURS_RE = re.compile(r"[a-z]{7}\d{7}|u-[0-9a-f]{16}|[a-z0-9-]{1,39}-(?:199|20\d)\d{5}-\d{5,16}")
"""A docid of ours; other programs have keys of this name, too."""
_ADDRESS_KEYS = ("source_url", "original_url", "canonical_url", "canonicalURL", "link", "url", "permalink", "source")
_ZONE_RE = re.compile(r"(?P<time>.*?\d)\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))")
_RFC_DATE_RE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|Invalid Date")
_QUOTES = "'\""
_PICTURE_KEYS = ("headimg", "thumbnail", "cover", "image", "banner")
_KEY_RE = re.compile("[a-z][a-z0-9_]*")
_OPENING, _CLOSING = "<div>   \n", "  \n</div>"
_EMPTY_LINE = "\n"
"""Ends the block of HTML that ``<div>`` begins, so that what follows is read as Markdown."""


@dataclass(frozen=True, slots=True)
class ReadPost:
    """A post, read."""

    docid: str
    day: date
    title: str
    published_at: datetime | None
    """None where the post does not tell it."""
    fetched_at: datetime | None
    """When somebody had it from the source, if the post tells."""
    url: str
    data: bytes = field(repr=False)
    """The file as it is archived."""
    line: dict[str, Any] = field(repr=False)
    """What its journal line says beyond the file: the keys of ``kept`` that the post tells."""
    mended: list[str]
    """What was made otherwise than it was; empty for one that is archived byte for byte."""


def place(data: bytes, changed_at: float) -> tuple[date, str]:
    """The day of a post, and its moment within it (empty where it tells none).  Raises ``NotTaken``."""
    published_at = _published_at(front_matter.read(data))
    return _day(published_at, changed_at, []), stamp(published_at) if published_at else ""


def found(data: bytes, changed_at: float, profile: Profile) -> ReadPost:
    """Read a post; ``changed_at`` is the file's own time (seconds since 1970).  Raises ``NotTaken``."""
    post = front_matter.read(data)
    mended = list(post.mended)
    title = _title(post, mended)
    published_at = _published_at(post)
    day = _day(published_at, changed_at, mended)
    docid, url = _identity(post, title, published_at)
    is_ours = post.is_seeds and post.is_plain and not mended and _is_in_dialect(data, post)
    made = data if is_ours else _rendered(post, title, published_at, profile, mended)
    if made != data and not mended:
        mended.append("written in the dialect of the archive")
    return ReadPost(
        docid=docid,
        day=day,
        title=title,
        published_at=published_at,
        fetched_at=_moment(post.text("fetched_at"), BEIJING),
        url=url,
        data=made,
        line=_line(post, title, published_at, data),
        mended=mended,
    )


# --- when, and which document ----------------------------------------------------------------------------------------


def _title(post: Post, mended: list[str]) -> str:
    """On one line, and without the piles of quotes in which the original program once wrapped titles."""
    title = one_line(post.text("title"))
    bare = title.strip(_QUOTES)
    if post.is_seeds and bare and _has_pile(title) and _has_pile(title[::-1]):
        mended.append("piles of quotes around the title: taken away")
        return bare
    return title


def _has_pile(title: str) -> bool:
    """Whether it begins with two quotes or more."""
    return len(title) - len(title.lstrip(_QUOTES)) > 1


def _published_at(post: Post) -> datetime | None:
    text = post.text("date").strip()
    if post.is_seeds and text == NO_DATE:
        return None
    if not text:
        raise NotTaken("it has no date")
    zone = UTC if post.is_seeds else BEIJING  # the original ran on machines of UTC
    published_at = _moment(text, zone)
    if published_at is None:
        raise NotTaken(f"its date cannot be read: {text[:60]}")
    return published_at


def _moment(text: str, zone: timezone) -> datetime | None:
    """A moment in Beijing's time, as RFC 1123 or ISO 8601 write it, in ``zone`` where it names none; None for no moment."""
    read = _iso(text, zone) or _rfc(text)
    try:
        return read.astimezone(BEIJING) if read and read.year in YEARS else None
    except (ValueError, OverflowError):
        return None


def _rfc(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(text: str, zone: timezone) -> datetime | None:
    text = text.strip().replace("/", "-")
    if parts := _ZONE_RE.fullmatch(text) if ":" in text else None:
        text = f"{parts['time']}{_offset(parts)}"
    try:
        read = datetime.fromisoformat(text)
        return read if read.tzinfo else read.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _offset(parts: re.Match[str]) -> str:
    return "+00:00" if parts["utc"] else f"{parts['sign']}{parts['hours']}:{parts['minutes']}"


def _day(published_at: datetime | None, changed_at: float, mended: list[str]) -> date:
    """The day of its date (Beijing); where it tells none, of the file's own time, which is all that is left."""
    if published_at:
        return published_at.date()
    day = datetime.fromtimestamp(changed_at, BEIJING).date()
    mended.append(f"no date: filed under {day}, the time of the file")
    return day


def _identity(post: Post, title: str, published_at: datetime | None) -> tuple[str, str]:
    """Docid and address: those that the post tells, else a docid of title and date, and no address."""
    told = (post.text(key).strip() for key in _ADDRESS_KEYS)
    url = next((text for text in told if text and is_sina(text)), "")
    docid = post.text("docid").strip()
    if _OURS_RE.fullmatch(docid):
        return docid, url
    if url and not (docid := docid_of(url)).startswith(OPAQUE):  # else it may be the address of the whole site
        return docid, url
    when = stamp(published_at) if published_at else NO_DATE
    return opaque_docid(f"{title}\n{when}"), url


# --- the file --------------------------------------------------------------------------------------------------------


def _is_in_dialect(data: bytes, post: Post) -> bool:
    """Whether the bytes are what an archive of this program may hold as they are."""
    text = data.decode()
    if tuple(post.header)[: len(KEYS)] != KEYS or "{" in text or "}" in text or not text.startswith("\n---\n"):
        return False
    if not _RFC_DATE_RE.fullmatch(post.text("date")):
        return False
    try:
        body_of(text)
    except ValueError:
        return False
    return all(map(_KEY_RE.fullmatch, post.header))


def _rendered(post: Post, title: str, published_at: datetime | None, profile: Profile, mended: list[str]) -> bytes:
    picture = address(next((text for key in _PICTURE_KEYS if (text := post.text(key))), ""))
    metadata: dict[str, object] = {
        "title": title,
        "categories": _categories(post),
        "headimg": picture,
        "author": one_line(post.text("author")),
        "comments": post.text("comments") == "true",
        "date": format_datetime(published_at.astimezone(UTC), usegmt=True) if published_at else NO_DATE,
        "thumbnail": picture,
    }
    body = post.body if post.is_seeds else f"{_EMPTY_LINE}{post.body.rstrip()}{_EMPTY_LINE}"
    made = frontmatter.Post(f"{_OPENING}{body_text(body)}{_CLOSING}")
    made.metadata = metadata | _further(post, profile, mended)
    return SeedHandler().format(made).encode()


def _categories(post: Post) -> list[str]:
    told = post.header.get("categories") or post.header.get("category") or NO_CATEGORY
    texts = [told] if isinstance(told, str) else told
    return [one_line(text) for text in texts if text.strip()] or [NO_CATEGORY]


def _further(post: Post, profile: Profile, mended: list[str]) -> dict[str, Value]:
    """The keys beyond the seven; those that the dialect cannot write are told."""
    others = {key: value for key, value in post.header.items() if key not in KEYS}
    able = {} if profile.is_literal else {key: value for key, value in others.items() if _KEY_RE.fullmatch(key)}
    if left := others.keys() - able.keys():
        mended.append(f"keys left out: {', '.join(sorted(left))[:200]}")
    return {
        key: one_line(value) if isinstance(value, str) else [one_line(text) for text in value]
        for key, value in able.items()
    }


# --- the line --------------------------------------------------------------------------------------------------------


def _line(post: Post, title: str, published_at: datetime | None, data: bytes) -> dict[str, Any]:
    keywords = post.header.get("keywords") or post.header.get("tags") or []
    symbols = post.header.get("symbols") or []
    modified_at = _moment(post.text("modified_at") or post.text("updated"), BEIJING)
    return {
        "title": title,
        "published_at": stamp(published_at) if published_at else None,
        "modified_at": stamp(modified_at) if modified_at else None,
        "media": one_line(post.text("media")),
        "editor": one_line(post.text("editor")),
        "author": "" if post.is_seeds else one_line(post.text("author")),
        "keywords": [keywords] if isinstance(keywords, str) else keywords,
        "symbols": [symbols] if isinstance(symbols, str) else symbols,
        "page_id": "",
        "layout": None,
        "source_sha256": hashlib.sha256(data).hexdigest(),
    }
