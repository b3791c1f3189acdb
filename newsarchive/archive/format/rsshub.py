"""archive, profile ``rsshub``: name and bytes of a file as RSSHUB-PAGE wrote them in 2021 and 2022.

Exact to the byte, but for three things: a second document never overwrites a first (``with_docid``), no header is
invalid YAML (``_value``), and the random picture of an article without any is the same at every try
(``placeholder_of``). ``docs/format.md`` tells the rest.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsarchive.archive.format.rsshub_text import JS_SPACE, decoded, first_image, received, well_formed

FOLDER = "金融/新浪财经/新浪财经－国內"
"""Where the files lie below the archive; always this category."""
MAX_NAME_BYTES = 255
"""With ``.md``, of all file systems; the width of a title keeps a plain name below 232."""
_MAX_WIDTH = 150
"""Of a title, in columns: an ASCII character takes one, every other UTF-16 unit two."""
_CUT = "..."
_LAST_PLACEHOLDER = 10_000
_PLACEHOLDER = "https://picsum.photos/400/300?random="
_PROXY = "https://cors.zfour.workers.dev/?http://"
_MANGLED_RE = re.compile(r"[:/\\?*“”<>|[\]]")
_UNNAMED_RE = re.compile("[\n#.]")
_BREAK = "\n\r\x85\u2028\u2029"
_BREAK_RE = re.compile(f"[{_BREAK}]+")
_HEADER_END_RE = re.compile(f"[{_BREAK}](?:(?:---|\\.\\.\\.)[ {_BREAK}]|---+\\s*\n)")
"""Within a value: what ends a YAML document, or the header for python-frontmatter."""
_NUMBER_RE = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?", re.ASCII)
_LAST_MOMENT_MS = 8.64e15
"""JavaScript counts this far from 1970 on either side (ECMA-262, TimeClip)."""
_CALENDAR_YEARS = 400
_CALENDAR_S = 146_097 * 86_400
"""The calendar repeats itself, weekdays included, after 400 years."""
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file that the original would have written."""

    name: str
    """Without folder, with ``.md``; not legal on Windows where the title holds ``"``."""
    content: str


def render(title: str, description: str, intime: datetime | float | str | None, placeholder: int) -> Rendered | None:
    """The file of an article, None where the original would have written nothing.

    ``title`` and ``intime`` (a moment, or seconds since 1970) as the listing gave them; ``description`` as
    ``pages.cheerio`` printed it, empty for a page without a text, whose body is then its title; ``placeholder`` is the
    number of the picture that stands in where there is none.
    """
    listed = _listed_title(well_formed(title))
    heading, text = received(listed), received(decoded(well_formed(description)) or listed)
    if heading is None or text is None:
        return None
    cleaned = _MANGLED_RE.sub("_", heading)
    name = f"{_stem(cleaned)}.md"
    image, body = _illustrated(text, placeholder)
    if image is None:
        return None
    content = _file(cleaned, image, date_of(intime), body)
    return Rendered(name, content.replace("{", "&#123;").replace("}", "&#125;"))


def stem_of(title: str) -> str:
    """The name that a title of the listing gives, without ``.md``; empty for one that the original lost."""
    return _stem(_MANGLED_RE.sub("_", received(_listed_title(well_formed(title))) or ""))


def _stem(cleaned_title: str) -> str:
    return _UNNAMED_RE.sub("", cleaned_title)


def placeholder_of(docid: str) -> int:
    """The number of the picture for an article without one, 0 … 10000 as in the original, but not at random."""
    return int.from_bytes(hashlib.sha256(docid.encode()).digest()[:8]) % (_LAST_PLACEHOLDER + 1)


def with_docid(name: str, docid: str) -> str:
    """The name for a further document whose ``name`` is taken: ``<stem>-<docid>.md``, the stem cut where it must be."""
    tail = f"-{docid}.md"
    room = MAX_NAME_BYTES - len(tail.encode())
    return name.removesuffix(".md").encode()[:room].decode(errors="ignore") + tail


def date_of(intime: datetime | float | str | None) -> str:
    """The moment as JavaScript's ``toUTCString`` wrote it; ``Invalid Date`` for what is none.

    >>> date_of(1632893867)
    'Wed, 29 Sep 2021 05:37:47 GMT'
    """
    milliseconds = _seconds(intime) * 1000
    if not abs(milliseconds) <= _LAST_MOMENT_MS:
        return "Invalid Date"
    cycles, seconds = divmod(math.trunc(milliseconds) // 1000, _CALENDAR_S)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    year = moment.year + cycles * _CALENDAR_YEARS
    shown = f"{'-' * (year < 0)}{abs(year):04d}"
    return f"{_WEEKDAYS[moment.weekday()]}, {moment:%d} {_MONTHS[moment.month - 1]} {shown} {moment:%H:%M:%S} GMT"


def _seconds(intime: datetime | float | str | None) -> float:
    """Seconds since 1970, not a number where there are none; a text is read as JavaScript reads numbers."""
    if isinstance(intime, datetime):
        return intime.timestamp()
    if isinstance(intime, str):
        digits = intime.strip(JS_SPACE)
        return float(digits or 0) if not digits or _NUMBER_RE.fullmatch(digits) else math.nan
    return math.nan if intime is None else intime


def _listed_title(title: str) -> str:
    """The title in the feed: references decoded, trimmed, cut when it grows too wide, be it within a character."""
    trimmed = decoded(title).strip(JS_SPACE)
    width = 0
    for position, char in enumerate(trimmed):
        before, width = width, width + (1 if char.isascii() else 2 if char <= "\uffff" else 4)
        if width > _MAX_WIDTH:
            half = "\ufffd" if char > "\uffff" and before + 2 <= _MAX_WIDTH else ""
            return trimmed[:position] + half + _CUT
    return trimmed


def _illustrated(body: str, placeholder: int) -> tuple[str | None, str]:
    """Picture and body; one picture without https at the head sent all others through a proxy, too.

    No picture, not even the stand-in, where the first ``img`` has no address: the original did not survive that.
    """
    attributes = first_image(body)
    if attributes is None:
        return f"{_PLACEHOLDER}{placeholder}", body
    if "https://" in attributes.get("src", "https://"):
        return attributes.get("src"), body
    body = body.replace('src="http://', f'src="{_PROXY}')
    return (first_image(body) or attributes).get("src"), body


def _file(title: str, image: str, date: str, body: str) -> str:
    heading, picture = _value(title, '"' if "'" in title else "'"), _value(image, "'")
    return (
        f"\n---\ntitle: {heading}\ncategories: \n - 金融\n - 新浪财经\n - 新浪财经－国內\nheadimg: {picture}\n"
        f"author: 新浪财经\ncomments: false\ndate: {date}\nthumbnail: {picture}\n---\n\n"
        f"<div>   \n{body}  \n</div>\n{' ' * 12}"
    )


def _value(text: str, quote: str) -> str:
    """``text`` in these quotes and with nothing escaped, unless that would break the header."""
    from yaml.reader import Reader  # noqa: PLC0415 - 0.02 s of each run's start; the profile clean needs none of it

    if quote not in text and not Reader.NON_PRINTABLE.search(text) and not _HEADER_END_RE.search(text):
        return f"{quote}{text}{quote}"
    legal = Reader.NON_PRINTABLE.sub("", _BREAK_RE.sub(" ", text) if _HEADER_END_RE.search(text) else text)
    return "'" + legal.replace("'", "''") + "'"
