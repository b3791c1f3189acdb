"""When two documents say the same: a digest over title and text for dedupe, and a key of the headline for lists."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata

_TAG_RE = re.compile(r"<[^>]*+>?")
_BAR_RE = re.compile(r"[|｜丨]")
_LETTERS_RE = re.compile(r"[^\W_]+")
_SHORTEST = 100
"""Characters of text; two shorter ones may agree by chance ("更新中"): design §4, DEDUPE_SAME_TEXT."""
_SHORTEST_HEADLINE = 6
"""Letters, characters and digits; below it stand the names of columns ("公告速递"), which return every hour with other news."""


def headline_key(title: str) -> str | None:
    """What nearly the same headlines have in common; None for one too short to tell.

    Signs, blanks, width and case go, and the name of a column before or behind a bar ("美股异动丨").  Nothing is compared by
    likeness: of a real week's headlines "21申宏01将付息" and "22申宏01将付息" agree in more than many reposts do.
    """
    longest = max(_BAR_RE.split(title), key=len) if _BAR_RE.search(title) else title
    key = "".join(_LETTERS_RE.findall(longest)).casefold()
    if not unicodedata.is_normalized("NFKC", key):  # most are, once their signs are gone; normalising takes 15 µs
        key = unicodedata.normalize("NFKC", key)
    return key if len(key) >= _SHORTEST_HEADLINE else None


def text_digest(title: str, body: str) -> str | None:
    """SHA-256 (hex) over the title and the text of the clean ``body``; None under 100 characters of text.

    All white space goes, since where a paragraph breaks says nothing; NFC and no more (no NFKC, no punctuation taken
    out): what has this digest in common is passed over, so texts that differ in a sign must not agree.
    """
    text = _plain(html.unescape(_TAG_RE.sub("", body)))
    if len(text) < _SHORTEST:
        return None
    return hashlib.sha256(f"{_plain(title)}\n{text}".encode(errors="ignore")).hexdigest()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(text.split()))
