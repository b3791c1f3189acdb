"""Plain text as it may stand in our files: used by extract (titles, names) and clean (bodies)."""

from __future__ import annotations

import re

_FORBIDDEN = (
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0, DEL and C1 but for white space: YAML 1.2 §5.1
    r"\ud800-\udfff"  # lone surrogates: no UTF-8 file can hold them
    r"\ufffd"  # what a parser puts where the page had no character at all (`&#0;`)
    r"\ufffe\uffff"
)
_FORBIDDEN_RE = re.compile(f"[{_FORBIDDEN}]")
_EDGE = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_SPACES_RE = re.compile("[ \t\n\r\x0b\x0c\x85\xa0\u2028\u2029\ufeff]+")

_ODD_RE = re.compile(f"[{_FORBIDDEN} \t\n\r\x0b\x0c\x85\xa0\u2028\u2029\ufeff]+")


def printable(text: str) -> str:
    r"""``text`` without the characters that YAML or XML forbid; nothing stands in for them.

    >>> printable("a\x07b\ud800")
    'ab'
    """
    return _FORBIDDEN_RE.sub("", text)


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
