"""archive, profile ``rsshub``: what RSSHUB-PAGE read out of the feed that RSSHub wrote.

Between the two lay a decoder of character references (he 1.2.0), XML, and Python's lenient ``html.parser``, each of
which left its marks on every text.
"""

from __future__ import annotations

import re
from html import unescape

_REFERENCE_RE = re.compile("&(?:#[xX]([0-9a-fA-F]+)|#([0-9]+)|[0-9a-zA-Z]+);?")
_WINDOWS_1252 = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_INSTEAD = {0: "\ufffd", **_WINDOWS_1252}
_LAST_CODE = 0x10FFFF
_LONGEST_CODE = 12  # digits; a longer reference without leading zeros names no character
_SURROGATES = range(0xD800, 0xE000)
_SURROGATE_RE = re.compile("[\ud800-\udfff]")

_CONTROL_RE = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that XML forbids, and the tab, which RSSHub deleted with them."""
JS_SPACE = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""White space of JavaScript (ECMA-262, WhiteSpace and LineTerminator)."""
_CDATA_END_RE = re.compile(f"\\][{JS_SPACE}]*\\][{JS_SPACE}]*>")
_INK_RE = re.compile("[^ \n\t\f\r]")

_SPACE = " \n\t\r\f"
_MARKUP_RE = re.compile("<(?:(!--)|([!?/])|([a-zA-Z][^ \n\t\r\f/>]*))")
_ATTRIBUTE_RE = re.compile(
    f"[{_SPACE}/]*+(?:(?P<name>[^{_SPACE}/>][^{_SPACE}/=>]*+)"
    f"(?:[{_SPACE}]*+=[{_SPACE}]*+(?:\"(?P<double>[^\"]*+)\"?|'(?P<single>[^']*+)'?|(?P<bare>[^{_SPACE}>]*+)))?)?"
)
_HIDDEN_END_RE = {tag: re.compile(f"</{tag}[{JS_SPACE}]*+>", re.IGNORECASE) for tag in ("script", "style")}
"""By the elements whose content is no markup, what ends them."""


def decoded(text: str) -> str:
    """``text`` with its character references decoded once, as he did; a semicolon may be missing."""
    return _REFERENCE_RE.sub(_character, text) if "&" in text else text


def well_formed(text: str) -> str:
    """``text`` with each lone surrogate as U+FFFD: what Node's UTF-8 makes of it."""
    return _SURROGATE_RE.sub("\ufffd", text)


def received(text: str) -> str | None:
    """``text`` as it arrived in a CDATA section of the feed; None if it held the end of one, and so lost the item."""
    text = _CONTROL_RE.sub("", text)
    if _CDATA_END_RE.search(text):
        return None
    if not _INK_RE.search(text):
        return "\n" if "\n" in text else " "
    return text


def first_image(html: str) -> dict[str, str] | None:
    """The attributes, decoded once more, of the first ``img`` outside comments, scripts and styles; None without one."""
    position = 0
    while markup := _MARKUP_RE.search(html, position):
        comment, declaration, name = markup.groups()
        if comment or declaration:
            position = _behind(html, "-->" if comment else ">", markup.start() + 1)
            continue
        attributes, position = _attributes(html, markup.end())
        tag = name.lower()
        if tag == "img":
            return attributes
        if tag in _HIDDEN_END_RE:
            position = _end_of_hidden(html, tag, position)
    return None


def _character(found: re.Match[str]) -> str:
    digits = (found[1] or found[2] or "").lstrip("0")
    if not found[1] and not found[2]:
        return unescape(found[0])
    code = int(digits or "0", 16 if found[1] else 10) if len(digits) < _LONGEST_CODE else _LAST_CODE + 1
    if code > _LAST_CODE or code in _SURROGATES:
        return "\ufffd"
    return _INSTEAD.get(code) or chr(code)


def _behind(html: str, mark: str, start: int) -> int:
    at = html.find(mark, start)
    return len(html) if at < 0 else at + len(mark)


def _attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag whose name ends at ``position``, and where the tag ends; of several alike the last."""
    attributes: dict[str, str] = {}
    while position < len(html) and html[position] != ">":
        found = _ATTRIBUTE_RE.match(html, position)
        assert found is not None  # it matches the empty text, too
        if found["name"]:
            attributes[found["name"].lower()] = decoded(found["double"] or found["single"] or found["bare"] or "")
        position = found.end()
    return attributes, position + 1


def _end_of_hidden(html: str, tag: str, position: int) -> int:
    end = _HIDDEN_END_RE[tag].search(html, position)
    return end.start() if end else len(html)
