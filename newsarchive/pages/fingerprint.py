"""What a page is built like, in sixteen digits (extract): pages of one template have the same, whatever they say.

So a template that no layout knows shows as one line with a count, not as a thousand failures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from selectolax.lexbor import LexborHTMLParser, LexborNode

_DEPTH = 4
"""Levels below ``body``: the frame of a page stands there, its text and its advertisements further down."""
_HEX_DIGITS = 16
_NUMBER_RE = re.compile(r"\d+")
_FRAME = frozenset(
    {"div", "main", "section", "article", "header", "footer", "aside", "nav", "table", "center", "h1", "form"}
)
"""Elements that make the frame; how many paragraphs, pictures or links there are says nothing of a template."""


def fingerprint(tree: LexborHTMLParser) -> str:
    """16 hex digits of the frame of a page: the names, ids and classes of its upper elements, each once, numbers left out.

    >>> one, other = (LexborHTMLParser(f"<div id=a_{n}><p>{n}</p></div>") for n in (1, 2))
    >>> fingerprint(one) == fingerprint(other)
    True
    """
    names = sorted(set(_names(tree.body, _DEPTH))) if tree.body else []
    return sha256("\n".join(names).encode(errors="replace")).hexdigest()[:_HEX_DIGITS]


def _names(node: LexborNode, depth: int) -> Iterator[str]:
    for child in node.iter():
        if child.tag not in _FRAME:
            continue
        given = child.attributes
        name = f"{child.tag}#{given.get('id') or ''}.{given.get('class') or ''}"
        yield _NUMBER_RE.sub("", name)
        if depth > 1:
            yield from _names(child, depth - 1)
