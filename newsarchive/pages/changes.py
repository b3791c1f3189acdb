"""What a page said before and says now: whether that is a change, of which kind, and word by word where.

Pure.  Counted are the title, the minute of publication, the text and the list of pictures; white space, markup and the
addresses of links are not, and what is no text (boilerplate, live prices, advertisements) cleaning has taken out before.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from itertools import chain
from urllib.parse import urlsplit

_TAG_RE = re.compile(r"<[^<>]*>")
_PICTURE_RE = re.compile(r'<img [^<>]*?src="([^"<>]*)"')
_TOKEN_RE = re.compile(
    r"[+-]?[0-9][0-9,.]*+%?"  # 3.5%, -12, 600519, 1,234.00
    r"|[A-Za-z]++"
    r"|[^\W\dA-Za-z_]|[^\w]|\d|_"  # a Chinese character, a sign, each a token of its own
)
_FIGURE_RE = re.compile(
    r"[0-9％%‰+\-±零〇一二三四五六七八九十百千万亿兆元角分倍点年月日时涨跌升降增减盈亏]|[A-Za-z]{1,5}[0-9]"
)
"""Numbers, units, signs, parts of a date, and the words that turn a figure's sign."""
_INVISIBLE_RE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")

SMALL_EDIT_TOKENS = 12
"""An edit of at most so many tokens on either side corrects something; a longer one tells something else."""

TYPO_CHARACTERS = 16
"""So many characters changed in all are still a slip of the pen."""

REWRITTEN_SHARE = 0.3
"""Of the longer text: where more than that has changed, it is another text, whatever figures it has."""

MAX_PAIRS = 500_000
"""What differs before, in tokens or paragraphs, times what differs after: the time of comparing grows with it (some tenths
of a second here); beyond that all of it is taken as replaced."""


class Kind(StrEnum):
    """Why a state is another one than the state before."""

    TYPO = "typo"
    FIGURE = "figure"
    HEADLINE = "headline"
    REWRITTEN = "rewritten"
    PICTURES = "pictures"
    TIME = "time"


@dataclass(frozen=True)
class Told:
    """What one state of a document tells."""

    title: str
    published_at: datetime | None
    paragraphs: tuple[str, ...]
    """Text without markup, white space squashed; empty ones left out."""
    pictures: tuple[str, ...]
    """Paths of the pictures: the same picture comes from several of Sina's hosts."""

    @cached_property
    def text(self) -> str:
        return "".join(map(_bare, self.paragraphs))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex): equal if and only if nothing that counts differs."""
        minute = "" if self.published_at is None else f"{self.published_at.timestamp() // 60:.0f}"
        parts = (_bare(self.title), minute, self.text, *self.pictures)
        return hashlib.sha256("\n".join(parts).encode(errors="ignore")).hexdigest()


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch: ``before`` became ``after``; equal where nothing changed, one of them empty where words came or went."""

    before: str
    after: str

    @property
    def is_change(self) -> bool:
        return self.before != self.after


def told(title: str, published_at: datetime | None, body: str) -> Told:
    """What a clean ``body`` (one block element a line) tells under this title."""
    lines = map(_shown, body.split("\n"))
    pictures = tuple(_path(html.unescape(url)) for url in _PICTURE_RE.findall(body))
    return Told(title, published_at, tuple(line for line in lines if line), pictures)


def _shown(line: str) -> str:
    """The words of a line of clean HTML."""
    words = _TAG_RE.sub("", line) if "<" in line else line
    if "&" in words:
        words = html.unescape(words)
    return " ".join(_INVISIBLE_RE.sub("", words).split())


def kind_of(before: Told, after: Told) -> Kind | None:
    """Why ``after`` is another state than ``before``; None where nothing that counts has changed."""
    if before.digest == after.digest:
        return None
    titled = _bare(before.title) != _bare(after.title)
    if before.text != after.text or titled:
        return _kind_of_words(before, after, titled=titled)
    return Kind.PICTURES if before.pictures != after.pictures else Kind.TIME


def _kind_of_words(before: Told, after: Told, *, titled: bool) -> Kind:
    edits = [
        edit for edit in chain.from_iterable(paragraph_edits(before.paragraphs, after.paragraphs)) if edit.is_change
    ]
    changed = sum(max(len(_bare(edit.before)), len(_bare(edit.after))) for edit in edits)
    if changed > REWRITTEN_SHARE * max(len(before.text), len(after.text)) and changed > TYPO_CHARACTERS:
        return Kind.REWRITTEN
    of_title = [edit for edit in edits_of(before.title, after.title) if edit.is_change]
    if any(map(_corrects_figure, [*edits, *of_title])):
        return Kind.FIGURE
    if titled:
        return Kind.HEADLINE
    return Kind.TYPO if changed <= TYPO_CHARACTERS else Kind.REWRITTEN


def _corrects_figure(edit: Edit) -> bool:
    is_small = max(len(tokens(edit.before)), len(tokens(edit.after))) <= SMALL_EDIT_TOKENS
    figures = [_FIGURE_RE.findall(side) for side in (edit.before, edit.after)]
    return is_small and figures[0] != figures[1]


def paragraph_edits(before: Sequence[str], after: Sequence[str]) -> Iterator[list[Edit]]:
    """The edits that turn the one text into the other, paragraph by paragraph; a paragraph that did not change is one."""
    bare = [_bare(text) for text in before], [_bare(text) for text in after]
    for is_equal, (i, j), (k, l) in _stretches(*bare):  # noqa: E741 - difflib's letters
        if is_equal:
            yield from ([Edit(text, text)] for text in after[k:l])
        elif j - i == l - k:
            for old, new in zip(before[i:j], after[k:l], strict=True):
                yield list(edits_of(old, new))
        else:
            yield list(edits_of("\n".join(before[i:j]), "\n".join(after[k:l])))


def edits_of(before: str, after: str) -> Iterator[Edit]:
    """The edits that turn one stretch of text into another, by runs of tokens."""
    old, new = tokens(before), tokens(after)
    for _, (i, j), (k, l) in _stretches(old, new):  # noqa: E741
        yield Edit("".join(old[i:j]), "".join(new[k:l]))


_Range = tuple[int, int]


def _stretches(old: list[str], new: list[str]) -> Iterator[tuple[bool, _Range, _Range]]:
    """What is equal and what is not, in order: (whether it is equal, its range before, its range after)."""
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])
    left, right = len(old) - end, len(new) - end
    if begin:
        yield True, (0, begin), (0, begin)
    if (left - begin) * (right - begin) > MAX_PAIRS:
        yield False, (begin, left), (begin, right)
    else:
        matcher = SequenceMatcher(None, old[begin:left], new[begin:right], autojunk=False)
        for name, i, j, k, l in matcher.get_opcodes():  # noqa: E741
            yield name == "equal", (begin + i, begin + j), (begin + k, begin + l)
    if end:
        yield True, (left, len(old)), (right, len(new))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items at the beginning are equal."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (left, right) in pairs if left != right), min(len(one), len(other)))


def tokens(text: str) -> list[str]:
    """Numbers with their sign and per cent, Latin words, and each other character by itself; white space too."""
    return _TOKEN_RE.findall(text)


def _bare(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(_INVISIBLE_RE.sub("", text).split()))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return url
