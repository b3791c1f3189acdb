"""From bytes to text, between fetch and extract: the first charset that makes sense, or none at all.

Labels lie: a wrong HTTP header beats a right meta tag, UTF-8 under a gbk label decodes into nonsense without an error,
and ``x-gbk`` is unknown to Python. So a label is only tried first.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from newsarchive.errors import NotAnArticle

_CHARSETS = {
    **dict.fromkeys(("gb2312", "gb-2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "gb18030"), "gb18030"),
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "us-ascii", "ascii"), "iso8859-1"),
    **dict.fromkeys(("windows-1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be"), "utf-16"),
}
"""Labels that pages carry, and Python's name of each.  No other is looked up: Python also takes ``zlib``, ``rot13``, ``base64`` for
charsets, and a page of 5 MiB would become one of 5 GiB."""
_MARKS_OF_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Without one of them almost any bytes are UTF-16."""
_META_BYTES = 4096  # browsers look for the meta in the first 1024; Sina's stands behind comments now and then
_META_RE = re.compile(rb"<meta[^<>]+?charset\s*+=\s*+[\"']?\s*+([\w-]+)", re.I)
_COMMON_RE = re.compile(
    "[的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同也能下过说产面而方后多定行学法所民得经进日月新股市公司]"
)
_COMMON_SHARE = 0.03  # real pages have 14 % and more of these; UTF-8 read as GB18030, or Big5, has next to none
_FEWEST_JUDGED = 20  # characters; shorter texts are not judged by their words
_MOST_JUDGED = 500  # enough to tell: of a real page's first 500, 60 and more are common
_MOST_LOST = 10  # characters; a page in another charset loses hundreds
_MOST_MENDED = 1_000  # characters looked at one by one, euros included; a page in another charset has more
_EURO = 0x80
_AS_BROWSERS = "newsarchive-as-browsers"
_ASCII = bytes(range(128))
_MOST_BYTES = 4  # of one character in UTF-8
_PIECE = 4_096  # characters looked at in one go: most pages show enough in the first two


def decode(body: bytes, header_charset: str | None) -> str:
    """The text of a page; ``header_charset`` as the HTTP header names it, or None.

    Tried are header, meta, UTF-8 and GB18030 (for gb2312 and gbk too), all strictly; a character cut off at the very
    end is let pass, so that a torn page is called torn. Then the last two, where hardly a byte makes no sense: descriptions
    are cut within a character, and ``0x80`` is the euro of cp936; U+FFFD marks what was lost.
    Raises ``NotAnArticle`` (``charset``) if nothing fits.
    """
    header = _label(header_charset, body)
    if header in (None, "utf-8") and (text := _strictly(body, "utf-8")) is not None and _is_sound(text):
        return text
    found = _META_RE.search(body, 0, _META_BYTES)
    meta = _label(found[1].decode("ascii", "replace"), body) if found else None
    for charset in dict.fromkeys(label for label in (header, meta, "utf-8") if label):
        text = _strictly(body, charset)
        if text is not None and _is_plausible(text):
            return text
    text = _strictly(body, "utf-8")
    if text is not None and _is_plausible(text.replace("\ufffd", "")):  # its author lost a character before us
        return text
    if (text := _strictly(body, "gb18030")) is not None and _is_plausible(text):
        return text
    if text := _nearly(body):
        return text
    msg = (
        f"no charset reads this page (header {str(header_charset)[:40]!r}, meta {meta}); the raw record keeps its bytes"
    )
    raise NotAnArticle(msg, reason="charset")


def _label(name: str | None, body: bytes) -> str | None:
    """Python's name of a charset label, None for an absent or unknown one."""
    charset = _CHARSETS.get((name or "").strip("\"' \t").lower())
    return None if charset == "utf-16" and not body.startswith(_MARKS_OF_UTF_16) else charset


def _strictly(body: bytes, charset: str) -> str | None:
    with suppress(UnicodeDecodeError):
        return body.decode(charset).removeprefix("\ufeff")
    try:
        text = codecs.getincrementaldecoder(charset)().decode(body)  # not final: a torn last character is no error
    except UnicodeDecodeError:
        return None
    return text.removeprefix("\ufeff")


def _nearly(body: bytes) -> str:
    """The text in UTF-8 or GB18030, whichever loses less, at most ``_MOST_LOST`` characters; empty if both lose more.

    Labels do not count: ``iso-8859-1`` loses nothing and reads nothing.
    """
    charsets = [name for name in ("utf-8", "gb18030") if body.decode(name, "replace").count("\ufffd") <= _MOST_MENDED]
    texts = [body.decode(charset, _AS_BROWSERS) for charset in charsets]
    best = min(texts, key=lambda text: text.count("\ufffd"), default="")
    kept = best.replace("\ufffd", "")
    is_readable = len(best) - len(kept) <= _MOST_LOST and len(_foreign(kept)) >= _FEWEST_JUDGED and _is_plausible(kept)
    return best.removeprefix("\ufeff") if is_readable else ""


def _as_browsers(error: UnicodeError) -> tuple[str, int]:
    """What WHATWG's decoders put for bytes that make no sense (encoding.spec.whatwg.org, gbk's decoder: 0x80)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    is_euro = error.encoding.startswith("gb") and error.object[error.start] == _EURO
    return ("€" if is_euro else "\ufffd"), error.end


codecs.register_error(_AS_BROWSERS, _as_browsers)


def _is_sound(text: str) -> bool:
    """Whether valid UTF-8 lost nothing, and is not UTF-8 that was once read as GB18030 and written again."""
    if "\ufffd" in text or _is_plausible(text):
        return "\ufffd" not in text
    back = _foreign(text).encode("gb18030", "ignore").decode("utf-8", "ignore")
    return len(back) < _FEWEST_JUDGED or not _is_plausible(back)


def _is_plausible(text: str) -> bool:
    """Whether nothing was lost and, where there is enough Chinese to tell, its commonest characters occur."""
    if "\ufffd" in text:
        return False
    foreign = _foreign(text)
    return len(foreign) < _FEWEST_JUDGED or len(_COMMON_RE.findall(foreign)) >= _COMMON_SHARE * len(foreign)


def _foreign(text: str) -> str:
    """The first characters beyond ASCII, from the title on: before it stand scripts.

    ASCII is taken out of the bytes, five times as fast as a pattern finds what is none.
    """
    foreign = b""
    for start in range(max(text.find("<title"), 0), len(text), _PIECE):
        foreign += text[start : start + _PIECE].encode("utf-8", "surrogatepass").translate(None, _ASCII)
        if len(foreign) >= _MOST_JUDGED * _MOST_BYTES:
            break
    return foreign.decode("utf-8", "ignore")[:_MOST_JUDGED]
