"""Plain text as it may stand in our files: used by extract (titles, names) and clean (bodies)."""

from __future__ import annotations

import re

_WHITE_SPACE = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85}
_FORBIDDEN = dict.fromkeys(
    (
        *(
            code for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in _WHITE_SPACE
        ),  # C0, DEL, C1: YAML 1.2 §5.1
        *range(0xD800, 0xE000),  # lone surrogates: no UTF-8 file can hold them
        0xFFFD,  # what a parser puts where the page had no character at all (`&#0;`)
        0xFFFE,
        0xFFFF,
    )
)
_FORBIDDEN_RE = re.compile("[" + "".join(map(re.escape, map(chr, _FORBIDDEN))) + "]")
_EDGE = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_SPACES_RE = re.compile("[ \t\n\r\x0b\x0c\x85\xa0\u2028\u2029\ufeff]+")

_ODD_RE = re.compile(f"{_FORBIDDEN_RE.pattern}|{_SPACES_RE.pattern}".replace("]|[", ""))


def printable(text: str) -> str:
    r"""``text`` without the characters that YAML or XML forbid; nothing stands in for them.

    >>> printable("a\x07b\ud800")
    'ab'
    """
    return text.translate(_FORBIDDEN) if _FORBIDDEN_RE.search(text) else text


def one_line(text: str) -> str:
    r"""``text`` with every run of white space (a newline, U+3000 too) made one blank; nothing else is replaced.

    >>> one_line(" 第一行\n第二行\u3000 ")
    '第一行 第二行'
    """
    return " ".join(printable(text).split())


def squashed(text: str) -> str:
    """``text`` as a browser shows it, runs of white space as one blank; NBSP is a blank, U+3000 stays inside a text."""
    return _SPACES_RE.sub(" ", printable(text)) if _ODD_RE.search(text) else text


def preformatted(text: str) -> str:
    """``text`` of a ``pre``: its blanks and lines stay as they are."""
    return printable(text).replace("\xa0", " ")


def trim_start(text: str) -> str:
    """``text`` without the indents Sina writes in front: blanks, NBSP, U+3000, zero-width ones."""
    return text.lstrip(_EDGE)


def trim_end(text: str) -> str:
    """``text`` without the same characters behind."""
    return text.rstrip(_EDGE)
