"""archive: the file name of an article, from its title alone, legal on Linux, macOS and Windows.

A name must neither break nor lie.  So what nobody sees goes as well: bidi controls show ``exe.pdf`` where ``fdp.exe``
is, zero-width characters and variation selectors make two names look alike (HFS+ even takes some of them for
equal).  The title itself, with all of its characters, stands in the file.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 80
"""Code points before ``.md``: keeps whole paths below the 260 characters of old Windows programs."""
MAX_BYTES = 180
"""Bytes of UTF-8 before ``.md``: file systems allow 255, and sync programs append suffixes of their own."""
ELLIPSIS = "…"

_FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in '<>:"/\\|?*#'}
"""What Windows forbids in a name, and ``#``, at which links end, to the full-width form: U+FF01 … U+FF5E repeat ASCII."""
_FULL_WIDTH_IN_FRONT = {".": "．", "_": "＿"}
"""Unix hides names with a dot in front; Hexo passes over those with either."""
_DEVICE_RE = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[1-9¹²³])(?= *(?:\.|$))", re.IGNORECASE)
"""Windows opens a device instead, also with an extension (Microsoft: "Naming Files, Paths, and Namespaces")."""
_UNSEEN_RE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # Default_Ignorable_Code_Point
    "\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # controls, lone surrogates, non-characters
)


def file_stem(title: str) -> str:
    """Return the file name for a title, without ``.md``; ``""`` where nothing of the title remains.

    The result is NFC, at most ``MAX_CHARACTERS`` and ``MAX_BYTES`` long, and the stem of itself.
    """
    seen = _UNSEEN_RE.sub("", " ".join(title.split()))
    stem = unicodedata.normalize("NFC", " ".join(seen.split())).translate(_FULL_WIDTH).rstrip(" .")
    stem = _FULL_WIDTH_IN_FRONT.get(stem[:1], stem[:1]) + stem[1:]
    return _cut(_DEVICE_RE.sub(r"\1_", stem, count=1) if _DEVICE_RE.match(stem) else stem, MAX_CHARACTERS, MAX_BYTES)


def with_docid(stem: str, docid: str) -> str:
    """Return ``<stem>-<docid>`` within the same limits, the stem being cut; the docid alone for an empty stem."""
    if not stem:
        return docid
    tail = f"-{docid}"
    return _cut(stem, MAX_CHARACTERS - len(tail), MAX_BYTES - len(tail.encode())) + tail


def fold(stem: str) -> str:
    """Return the key under which macOS and Windows take two names for one (Unicode D145, canonical caseless match)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", stem).casefold())


def _cut(stem: str, characters: int, size: int) -> str:
    """Shorten to so many characters and bytes, ``…`` included, and not within a base character's marks."""
    if len(stem) <= characters and len(stem.encode()) <= size:
        return stem
    room = stem[: characters - 1].encode()[: size - len(ELLIPSIS.encode())].decode(errors="ignore")
    return _whole_marks(stem, len(room)).rstrip(" .") + ELLIPSIS


def _whole_marks(stem: str, end: int) -> str:
    """Take ``stem[:end]``, or less if a combining mark stands at ``end``; nothing but marks is cut all the same."""
    start = end
    while start and unicodedata.category(stem[start]).startswith("M"):
        start -= 1
    return stem[: start or end]


def as_text(name: str) -> str:
    r"""A name found on a disk as text for a query or a log: bytes that are no UTF-8 as ``\udcff``, which no name of ours has."""
    return name.encode(errors="backslashreplace").decode()
