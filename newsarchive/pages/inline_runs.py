"""A run of text, pictures and emphasis without a block border in it, and the block that it becomes (clean)."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from newsarchive.pages.text import trim_end, trim_start

TEXT, OPEN, CLOSE, PICTURE = "text", "open", "close", "picture"
Token = tuple[str, str]
"""A kind and its HTML; that of TEXT is not escaped yet."""
Piece = tuple[str, str]
"""The name of an emphasis, empty for none, and the text in it, not escaped yet."""


@dataclass(slots=True)
class Block:
    """One finished block: its HTML, one or more lines."""

    html: str
    text: str = ""
    """What a paragraph, a heading or a list says; empty for other blocks."""
    loose: str = ""
    """As much of that text as no link holds."""
    is_bare: bool = False
    """Whether nothing is to be seen: an empty cell, a row of such."""


def finished(tokens: list[Token]) -> Block:
    """The block that the tokens make: HTML, text, and the text outside of links."""
    html = "".join(escape(text, quote=False) if kind == TEXT else text for kind, text in tokens)
    text = "".join(text for kind, text in tokens if kind == TEXT).strip()
    return Block(html, text, _loose(tokens) if "<a " in html else text)


def plain(pieces: list[Piece]) -> Block:
    """What ``finished(trimmed(…))`` makes of the same text and emphasis, at a third of its cost."""
    html = text = ""
    for name, given in _ended(pieces):
        shown = given.lstrip(" ") if text.endswith(" ") else given if text else trim_start(given)
        if shown:
            escaped = escape(shown, quote=False)
            html += f"<{name}>{escaped}</{name}>" if name else escaped
            text += shown
    return Block(html, text, text)


def line(text: str) -> Block:
    """What ``plain`` makes of text without emphasis, as most paragraphs are."""
    shown = trim_start(trim_end(text))
    return Block(escape(shown, quote=False), shown, shown)


def _ended(pieces: list[Piece]) -> list[Piece]:
    """Without the blanks at the end, and the pieces that were nothing but those."""
    for index in reversed(range(len(pieces))):
        name, text = pieces[index]
        if shown := trim_end(text):
            return [*pieces[:index], (name, shown)]
    return []


def trimmed(tokens: list[Token]) -> list[Token]:
    """Without indents, blanks at the ends and doubled ones, and without elements that hold nothing."""
    kept: list[Token] = []
    is_fresh, is_spaced = True, False
    for kind, text in _trimmed_end(tokens):
        shown = text
        if kind == TEXT:
            shown = trim_start(text) if is_fresh else text.lstrip(" ") if is_spaced else text
            is_fresh, is_spaced = is_fresh and not shown, shown.endswith(" ") if shown else is_spaced
        elif kind == PICTURE:
            is_fresh = is_spaced = False
        if kind == CLOSE and kept and kept[-1][0] == OPEN:
            kept.pop()
        elif shown:
            kept.append((kind, shown))
    return kept


def _trimmed_end(tokens: list[Token]) -> list[Token]:
    kept = list(tokens)
    for index in reversed(range(len(kept))):
        kind, text = kept[index]
        if kind == TEXT:
            kept[index] = kind, trim_end(text)
        if kind == PICTURE or (kind == TEXT and kept[index][1]):
            break
    return kept


def pictures(tokens: list[Token]) -> list[str]:
    """The pictures of a run without text, each in its link."""
    found, opening = [], ""
    for kind, html in tokens:
        if kind == PICTURE:
            found.append(f"{opening}{html}</a>" if opening else html)
        elif kind != TEXT and tag_name(html) == "a":
            opening = html if kind == OPEN else ""
    return found


def _loose(tokens: list[Token]) -> str:
    loose, in_link = "", False
    for kind, text in tokens:
        if kind == TEXT:
            loose += "" if in_link else text
        elif kind != PICTURE and tag_name(text) == "a":
            in_link = kind == OPEN
    return loose.strip()


def tag_name(markup: str) -> str:
    """The name in an opening or closing tag.

    >>> tag_name('<a href="x">'), tag_name("</a>")
    ('a', 'a')
    """
    return markup.strip("</>").split(" ", 1)[0]


def closing(opening: str) -> str:
    return f"</{tag_name(opening)}>"
