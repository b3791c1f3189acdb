"""When two documents say the same (dedupe): a digest over title and text, whatever the markup."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata

_TAG_RE = re.compile(r"<[^>]*>")
_SHORTEST = 100
"""Characters of text; two shorter ones may agree by chance ("更新中"): design §4, DEDUPE_SAME_TEXT."""


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
