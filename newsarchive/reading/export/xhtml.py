"""Safe HTML as XHTML that validates wherever it came from: each element only where its content model allows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from html import escape
from urllib.parse import quote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_SPANNED = 100
"""Columns or rows of one cell."""
_INLINE = frozenset({"strong", "b", "em", "i", "s", "u", "sub", "sup", "code"})
_FLOWS = {"blockquote": "blockquote", "figure": "div", "figcaption": 'p class="caption"', "dd": "div", "dl": "div"}
_LINES = {name: name for name in ("p", "h2", "h3", "h4", "h5", "h6", "pre")} | {
    "dt": "p",
    "figcaption": 'p class="caption"',
}
"""What holds a line of text and no block."""
_FOREIGN_IN_ADDRESS_RE = re.compile(r"[^A-Za-z0-9._~:/?#@!$&'()*+,;=%-]|%(?![0-9A-Fa-f]{2})")
_HOST_RE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*)(?::[0-9]{1,5})?")


def xhtml_of(html: str, own: Set[str] = frozenset()) -> str:
    """``html`` is safe and not deeper than ``pages.depth`` bears; a picture becomes a link to it: a book holds none of others.

    ``own``: addresses, within the book, of those that it holds.
    """
    body = LexborHTMLParser(f"<body>{html}").body
    return "".join(_Xhtml(own).flow(body)) if body else ""


class _Xhtml:
    """One text; ``own`` are the pictures that the book holds."""

    def __init__(self, own: Set[str]) -> None:
        self._own = own

    def flow(self, node: LexborNode) -> Iterator[str]:
        for child in node.iter(include_text=True):
            name = child.tag or ""
            if child.is_text_node or name in _INLINE or name in ("a", "img", "br"):
                yield from self._phrase(child, is_linked=False)
            elif name in _LINES:
                yield from _around(_LINES[name], self._phrases(child, is_linked=False))
            elif name in ("ul", "ol"):
                yield from _around(name, (part for item in child.iter() for part in _around("li", self.flow(item))))
            elif name == "table":
                yield from self._table(child)
            else:
                yield from _around(_FLOWS[name], self.flow(child)) if name in _FLOWS else self.flow(child)

    def _phrases(self, node: LexborNode, *, is_linked: bool) -> Iterator[str]:
        for child in node.iter(include_text=True):
            yield from self._phrase(child, is_linked=is_linked)

    def _phrase(self, node: LexborNode, *, is_linked: bool) -> Iterator[str]:
        """Inline content; of a block that stands in it, the content alone."""
        name = node.tag or ""
        if node.is_text_node:
            yield escape(node.text_content or "")
        elif name == "br":
            yield "<br/>"
        elif name == "img":
            yield self._picture(node, is_linked=is_linked)
        elif name in _INLINE:
            yield f"<{name}>"
            yield from self._phrases(node, is_linked=is_linked)
            yield f"</{name}>"
        elif name == "a" and not is_linked and (url := valid(node.attributes.get("href") or "")):
            yield f'<a href="{escape(url)}">'
            yield from self._phrases(node, is_linked=True)
            yield "</a>"
        elif node.is_element_node:
            yield from self._phrases(node, is_linked=is_linked)
            yield "" if name == "a" else " "

    def _picture(self, node: LexborNode, *, is_linked: bool) -> str:
        alt, url = node.attributes.get("alt") or "", valid(node.attributes.get("src") or "")
        if url_here := self._of_book(node):
            return f'<img src="{escape(url_here)}" alt="{escape(alt)}"/>'
        told = f"〔图：{escape(alt)}〕" if alt.strip() else "〔图〕"
        return told if is_linked or not url else f'<a href="{escape(url)}">{told}</a>'

    def _table(self, node: LexborNode) -> Iterator[str]:
        rows = list(_rows(node))
        if not rows:
            return
        yield "<table>"
        for caption in [child for child in node.iter() if child.tag == "caption"][:1]:
            yield from _around("caption", self._phrases(caption, is_linked=False))
        for row in rows:
            yield from _around("tr", (part for cell in row for part in _around(_cell(cell), self.flow(cell))))
        yield "</table>\n"

    def _of_book(self, node: LexborNode) -> str:
        address = node.attributes.get("src") or ""
        return address if address in self._own else ""


def _around(opening: str, parts: Iterator[str]) -> Iterator[str]:
    yield f"<{opening}>"
    yield from parts
    yield f"</{opening.partition(' ')[0]}>\n"


def _rows(table: LexborNode) -> Iterator[list[LexborNode]]:
    for child in table.iter():
        if child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child)
        elif child.tag == "tr" and (cells := [cell for cell in child.iter() if cell.tag in ("td", "th")]):
            yield cells


def _cell(cell: LexborNode) -> str:
    spans = "".join(
        f' {name}="{min(int(told), MOST_SPANNED)}"'
        for name in ("colspan", "rowspan")
        if (told := cell.attributes.get(name) or "").isascii() and told.isdecimal() and len(told) < 10 and int(told) > 1
    )
    return f"{cell.tag}{spans}"


def valid(url: str) -> str:
    """An address that a validator takes; empty for what is none."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not _HOST_RE.fullmatch(parts.netloc):
        return ""
    path, sign, fragment = url.strip().partition("#")
    encoded = (_FOREIGN_IN_ADDRESS_RE.sub(lambda found: quote(found[0]), part) for part in (path, fragment))
    return sign.join((next(encoded), next(encoded).replace("#", "%23"))) if sign else next(encoded)
