"""Discover: the roll feed, Sina's listing of what was published. Addresses to ask, answers to offers.

An answer is ``{"result": {"status": {"code": 0}, "total": 100350, "lid": 2516, "rtime": …, "data": [row, …]}}``, newest
row first, up to ``PAGE_ROWS`` a page; all scalars of a row are strings. Errors come inside HTTP 200, as a status code.
A row must have ``url``, ``title`` and ``ctime``; all else may be missing. What breaks that makes the whole answer
malformed (``ListingError``): a feed that has changed must be noticed, not half read. Three things are let through:

- an address that is no web address, or another site's (an advertisement): the row stays an offer, so that it is
  counted, and ``urls.is_sina`` tells the spider to filter it;
- a time that cannot be (0, negative, before Sina, far ahead, no number at all): None, and the day comes from the address, else from
  the first sight;
- a picture of any other shape: none.

Nothing here keeps or compares: repeated rows stay in, when to stop is the spider's.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from newsarchive.errors import ListingError
from newsarchive.items import BEIJING, Offer
from newsarchive.sina.listing.channels import Channel
from newsarchive.sina.listing.urls import MAX_URL_CHARS, canonical, date_of, docid_of, opaque_docid

PAGE_ROWS = 50
"""Rows asked for at once; the feed silently cuts more to this."""
MAX_ANSWER_BYTES = 4 * 2**20
"""Forty times an ordinary answer of 50 rows (105 kB); more is no listing."""
MAX_AHEAD_SECONDS = 86_400
"""How far a row may lie ahead of the clock: pieces are dated for tomorrow's paper, not for next year."""

_ENDPOINT = "https://feed.mix.sina.com.cn/api/roll/get"
_FIRST_SECOND = datetime(1998, 12, 1, tzinfo=BEIJING).timestamp()  # sina.com.cn opened
_LAST_SECOND = datetime(2100, 1, 1, tzinfo=BEIJING).timestamp()  # whatever a clock says: dates in addresses end here
_INTEGER_RE = re.compile(r"-?[0-9]{1,40}")  # far below the digits at which int() refuses
_CALL_CHARS = 200  # within these a JSONP call opens: jQuery names run to 50
_CALL_RE = re.compile(r"(?:/\*[^*]*+\*/)?\s*+(?:try\s*+\{)?\s*+[\w$.]++\s*+\(\s*+")
_CALL_END_RE = re.compile(r"\);?(?:\}catch\(\w*\)\{\};?)?")
_ENTITY_RE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SURROGATE_RE = re.compile(r"[\ud800-\udfff]")  # half a character; no file can hold it
_LID_RE = re.compile(r"\b[0-9]+\b")
_PICTURE_RE = re.compile(
    r"(?:https?:)?(?P<rest>//(?:[\w-]+\.)*(?:sinaimg\.cn|sina\.com\.cn|sina\.cn)/[^\s\"'<>\\]{1,2000})", re.A
)
_DECODER = json.JSONDecoder()

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer of the feed."""

    total: int
    """Rows that the listing claims; far fewer can be reached, except by the day."""
    offers: tuple[Offer, ...]
    """In the listing's order, newest first; empty beyond the last page."""
    newest_at: datetime | None
    """The latest ``published_at``."""


def poll_url(channel: Channel, page: int) -> str:
    """Where page 1, 2, … of the running listing is."""
    return _url(channel, {}, page)


def day_url(channel: Channel, day: date, page: int) -> str:
    """Where page 1, 2, … of one Beijing day is; ``etime`` is the earlier bound, as Sina's own calendar sends it."""
    opening, closing = bounds(day)
    etime, stime = int(opening.timestamp()), int(closing.timestamp())
    return _url(channel, {"etime": etime, "stime": stime, "ctime": stime, "date": day.isoformat()}, page)


def parse(body: bytes, channel: Channel, seen_at: datetime) -> Listing:
    """Read an answer to ``channel`` that arrived at ``seen_at`` (aware). Raises ListingError, which names the cause."""
    return _listing(_result(_decoded(body)), channel, seen_at)


def check_day(listing: Listing, day: date, undated_total: int | None) -> None:
    """Raise ListingError if this answer to a day query is not the day's: rows of other days, or the undated total.

    A row at the closing midnight counts as the day's, one without a time tells nothing. ``undated_total`` is
    ``Listing.total`` of a poll of the same channel, None where there was none.
    """
    opening, closing = bounds(day)
    for offer in listing.offers:
        if offer.published_at and not opening <= offer.published_at <= closing:
            raise ListingError(f"the query for {day} is ignored: it shows {offer.docid} of {offer.published_at}")
    is_whole = listing.total == len(listing.offers)  # the loop above has seen every row that the total counts
    if listing.offers and listing.total == undated_total and not is_whole:
        raise ListingError(f"the query for {day} is ignored: its total {listing.total} is that of the whole listing")


def bounds(day: date) -> tuple[datetime, datetime]:
    """The midnights before and behind a Beijing day."""
    opening = datetime.combine(day, time(), BEIJING)
    return opening, opening + timedelta(days=1)


def _url(channel: Channel, of_a_day: dict[str, int | str], page: int) -> str:
    query = {"pageid": channel.pageid, "lid": channel.lid, **of_a_day, "k": "", "num": PAGE_ROWS, "page": page}
    return f"{_ENDPOINT}?{urlencode(query)}"


def _decoded(body: bytes) -> object:
    """The JSON value of an answer, bare or in a JSONP call."""
    text = _text(body)
    call = _CALL_RE.match(text, 0, _CALL_CHARS)
    try:
        value, end = _DECODER.raw_decode(text, call.end() if call else 0)
    except RecursionError:
        raise ListingError("JSON nested too deeply") from None
    except ValueError as error:  # also a number of more digits than Python reads
        raise ListingError(f"JSON cut or broken, of {len(text)} characters: {str(error)[:80]}") from error
    tail = "".join(text[end:].split())
    if not (_CALL_END_RE.fullmatch(tail) if call else not tail):
        raise ListingError(f"JSON that ends in {tail[:40]!r}")
    return value


def _text(body: bytes) -> str:
    if len(body) > MAX_ANSWER_BYTES:
        raise ListingError(f"{len(body)} bytes; at most {MAX_ANSWER_BYTES} are taken")
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise ListingError(f"no UTF-8: {error.reason} at byte {error.start}") from error
    if not text:
        raise ListingError("an empty answer")
    if text.startswith("<"):
        raise ListingError(f"HTML instead of JSON: {text[:60]!r}")
    return text


def _result(answer: object) -> Row:
    """The envelope, if it reports success."""
    if not isinstance(answer, dict):
        raise ListingError(f"the answer is {_kind(answer)}, not an object")
    result = _required(answer, "result", dict, "the answer")
    status = _required(result, "status", dict, "the result")
    code = _integer(status.get("code"), "status.code")
    if code:
        raise ListingError(f"error code {code}: {_kind(status.get('msg'))}")
    return result


def _listing(result: Row, channel: Channel, seen_at: datetime) -> Listing:
    if (lid := result.get("lid", channel.lid)) not in (channel.lid, int(channel.lid)):
        raise ListingError(f"the answer is that of lid {_kind(lid)}")
    total = _integer(result.get("total"), "total")
    rows = _required(result, "data", list, "the result")
    until = _until(result, seen_at)
    offers = tuple(_offer(row, f"row {number}", channel, seen_at, until) for number, row in enumerate(rows, 1))
    newest_at = max((offer.published_at for offer in offers if offer.published_at), default=None)
    return Listing(total=total, offers=offers, newest_at=newest_at)


def _until(result: Row, seen_at: datetime) -> float:
    """The latest second that a row can have, by our clock or the server's (``rtime``), since ours may be behind."""
    answered_at = _integer(result.get("rtime") or 0, "rtime")
    return min(max(seen_at.timestamp(), answered_at) + MAX_AHEAD_SECONDS, _LAST_SECOND)


def _offer(row: object, where: str, channel: Channel, seen_at: datetime, until: float) -> Offer:
    if not isinstance(row, dict):
        raise ListingError(f"{where} is {_kind(row)}, not an object")
    docid, url = _address(_required(row, "url", str, where), where)
    listed = _storable(_required(row, "title", str, where))
    title = _title(listed)
    published_at = _moment(row.get("ctime"), f"ctime of {where}", until)
    return Offer(
        docid=docid,
        url=url,
        day=published_at.date() if published_at else _day_without_time(url, seen_at, until),
        title=title,
        listed_title="" if listed == title else listed,
        channels=(channel.lid,),
        lids=_lids(row.get("lids")),
        image=next(_pictures(row), ""),
        published_at=published_at,
        listed_at=_optional_moment(row, "intime", where, until),
        modified_at=_optional_moment(row, "mtime", where, until),
        seen_at=seen_at,
    )


def _address(url: str, where: str) -> tuple[str, str]:
    """The docid and the canonical address; of what is no web address a digest, and what stands there."""
    text = _storable(url.strip())
    if not text:
        raise ListingError(f"{where} without url")
    try:
        return docid_of(text), canonical(text)
    except ValueError:
        return opaque_docid(text), text if len(text) <= MAX_URL_CHARS else text[:MAX_URL_CHARS] + "…"


def _day_without_time(url: str, seen_at: datetime, until: float) -> date:
    day = date_of(url)
    return day if day and day <= datetime.fromtimestamp(until, BEIJING).date() else seen_at.astimezone(BEIJING).date()


def _title(text: str) -> str:
    """Entities decoded once, white space of any kind to single blanks; broken tags and bare ampersands are text."""
    decoded = _ENTITY_RE.sub(lambda entity: html.unescape(entity[0]), text)
    return " ".join(_storable(decoded).split())


def _storable(text: str) -> str:
    return _SURROGATE_RE.sub("\ufffd", text)


def _lids(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_LID_RE.findall(str(value)))) if isinstance(value, (str, int)) else ()


def _pictures(row: Row) -> Iterator[str]:
    """Sina's pictures of a row: ``images`` is a list, ``img`` a list or an object, either may be missing."""
    for value in (row.get("images"), row.get("img")):
        for picture in value if isinstance(value, list) else [value]:
            address = picture.get("u") if isinstance(picture, dict) else None
            if isinstance(address, str) and (found := _PICTURE_RE.fullmatch(address.strip())):
                yield f"https:{found['rest']}"


def _optional_moment(owner: Row, key: str, where: str, until: float) -> datetime | None:
    value = owner.get(key)
    return None if value in (None, "") else _moment(value, f"{key} of {where}", until)


def _moment(value: object, what: str, until: float) -> datetime | None:
    """Epoch seconds as a moment in Beijing; None if that cannot be the time of an article, as ``NaN`` cannot."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    seconds = _integer(value, what)
    return datetime.fromtimestamp(seconds, BEIJING) if _FIRST_SECOND <= seconds <= until else None


def _integer(value: object, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER_RE.fullmatch(value):
        return int(value)
    raise ListingError(f"{what} is {_kind(value)}, not a whole number")


def _required(owner: Row, key: str, kind: type[T], where: str) -> T:
    value = owner.get(key)
    if value is None:
        raise ListingError(f"{where} without {key}")
    if not isinstance(value, kind):
        raise ListingError(f"{key} of {where} is {_kind(value)}")
    return value


def _kind(value: object) -> str:
    """What a JSON value is, for a message: short, and escaped, since it may end in a terminal."""
    names = {dict: "an object", list: "a list", type(None): "missing", bool: "a truth value"}
    return names.get(type(value), repr(value)[:60])
