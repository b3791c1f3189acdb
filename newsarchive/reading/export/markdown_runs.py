"""Runs of text as Markdown: emphasis, links and pictures on one line, and nothing that a reader takes for markup.

CommonMark sees no emphasis where its marks stand between a letter and a sign, as in Chinese they often would
(``**“降准”**是``, CommonMark §6.2); so signs at the edges of an emphasis stand outside of its marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from unicodedata import category
from urllib.parse import quote

from selectolax.lexbor import LexborNode

from newsarchive.pages.text import one_line, squashed

INLINE = frozenset({"strong", "b", "em", "i", "s", "u", "sub", "sup", "code", "a", "img", "br"})
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "code": "`"}
"""Others have none in Markdown."""
_SIGN_RE = re.compile(r"[\\`*_\[\]<>{#~$|^]|&(?=[#A-Za-z])|%(?=%)|=(?==)|!\Z")
"""What is markup in CommonMark, GFM, Obsidian (comments ``%%``, highlights ``==``, tags, formulas, block names) and Hugo
(shortcodes, attributes)."""
_BEGIN_RE = re.compile(r"[-+=:](?=[-=\s]|\Z)")
"""A list, a rule, an underlined heading, a definition."""
_NUMBER_RE = re.compile(r"(\d{1,9})([.)])(?=\s|\Z)")
_UNSAFE_IN_ADDRESS_RE = re.compile(r"[\s()<>\[\]{}\\`*_|\"'~$^]")
_REFERENCE_RE = re.compile(r"&(?=#|[A-Za-z][A-Za-z0-9]{1,30};)")


@dataclass(frozen=True, slots=True)
class MarkdownPiece:
    """A text in one style, a picture, or the end of a line."""

    text: str = ""
    mark: str = ""
    href: str = ""
    picture: str = ""
    is_break: bool = False


def lines_of(nodes: Iterable[LexborNode]) -> list[str]:
    """Nodes as lines of Markdown, cut at each ``br`` and block; none for nothing to be seen."""
    lines: list[list[MarkdownPiece]] = [[]]
    for piece in _pieces(nodes, MarkdownPiece()):
        if piece.is_break:
            lines.append([])
        else:
            lines[-1].append(piece)
    return [line for line in map(_line, lines) if line]


def escaped(text: str) -> str:
    r"""A line of which nothing is markup.

    >>> escaped("1. *ST信通 [1] #5%")
    '1\\. \\*ST信通 \\[1\\] \\#5%'
    """
    return _begun(_SIGN_RE.sub(r"\\\g<0>", one_line(text)))


def marked(text: str, mark: str, before: str = "", after: str = "") -> str:
    """Text in one style; without a letter or figure in it, it has none.

    ``before`` and ``after`` are what stands beside it, empty at the edges of a line or a link.
    """
    letters = [place for place, sign in enumerate(text) if sign.isalnum()] if mark else []
    if not letters:
        return _signs(text)
    begin = len(text) - len(text.lstrip()) if _may_touch(before[-1:]) else letters[0]
    end = len(text.rstrip()) if _may_touch(after[:1]) else letters[-1] + 1
    core = text[begin:end]
    if mark != "`":
        core = _signs(core)
    elif "`" in core or "|" in core:
        core, mark = _signs(core), ""
    return f"{_signs(text[:begin])}{mark}{core}{mark}{_signs(text[end:])}"


def _may_touch(sign: str) -> bool:
    """Whether a mark beside it is one, though a sign stands on its other side (CommonMark §6.2)."""
    return not sign or sign.isspace() or category(sign)[0] in "PS"


def _pieces(nodes: Iterable[LexborNode], style: MarkdownPiece) -> Iterator[MarkdownPiece]:
    for node in nodes:
        if node.is_text_node:
            yield replace(style, text=squashed(node.text_content or ""))
        elif node.tag == "br":
            yield MarkdownPiece(is_break=True)
        elif node.tag == "img":
            given = node.attributes
            yield replace(style, text=one_line(given.get("alt") or ""), picture=given.get("src") or "", mark="")
        elif node.is_element_node:
            yield from _within(node, style)


def _within(node: LexborNode, style: MarkdownPiece) -> Iterator[MarkdownPiece]:
    is_block = node.tag not in INLINE
    if is_block:
        yield MarkdownPiece(is_break=True)
    mark = style.mark or _MARKS.get(node.tag or "", "")
    href = style.href or (node.attributes.get("href") or "" if node.tag == "a" else "")
    yield from _pieces(node.iter(include_text=True), replace(style, mark=mark, href=href))
    if is_block:
        yield MarkdownPiece(is_break=True)


def _line(pieces: Sequence[MarkdownPiece]) -> str:
    linked = groupby(pieces, key=lambda piece: piece.href)
    return _begun("".join(_linked(href, list(group)) for href, group in linked).strip())


def _linked(href: str, pieces: Sequence[MarkdownPiece]) -> str:
    styled = [(*style, "".join(piece.text for piece in group)) for style, group in groupby(pieces, key=_style)]
    shown = [text if not picture else "!" for _, picture, text in styled]
    beside = zip(["", *shown], styled, [*shown[1:], ""], strict=False)
    text = "".join(
        f"![{_signs(text)}]({address(picture)})" if picture else marked(text, mark, before, after)
        for before, (mark, picture, text), after in beside
    )
    return f"[{text.strip()}]({address(href)})" if href and text.strip() else text


def _style(piece: MarkdownPiece) -> tuple[str, str]:
    return piece.mark, piece.picture


def address(url: str) -> str:
    """An address as the end of a link: what would end it is percent-encoded."""
    return _REFERENCE_RE.sub(r"\\&", _UNSAFE_IN_ADDRESS_RE.sub(lambda sign: quote(sign[0]), url.strip()))


def _signs(text: str) -> str:
    return _SIGN_RE.sub(r"\\\g<0>", text)


def _begun(line: str) -> str:
    """A line that begins as no block does."""
    if _BEGIN_RE.match(line):
        return f"\\{line}"
    return _NUMBER_RE.sub(r"\1\\\2", line, count=1) if _NUMBER_RE.match(line) else line
