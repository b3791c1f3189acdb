"""Where the text of a page begins and ends (extract): the comments of the templates know it better than the tags.

Editors paste markup of all kinds into the text. One end tag too many closes the element of the text within it, one too
few leaves it open to all that follows.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from newsarchive.pages.layout import inner_html

_BEGIN_RE = re.compile(r"<!--\s*(?:publish_helper name=|原始正文)")
_END_RE = re.compile(r"<!--\s*(?:publish_helper_end|原始正文\s*end)\s*-->")
_ANY_END_RE = re.compile(rf"{_END_RE.pattern}|<!--\s*正文\s*end\s*-->")
_TOOLS = "article-bottom"
"""The class of what stands behind the text on the pages of 2019 to 2026 at hand, before the last of the comments."""
_MOST_STRAY_TAGS = 5
"""End tags too many that are looked past, each a level further up."""


def whole_text(node: LexborNode) -> str:
    """The inner HTML of the element of the text, and of what a stray end tag put behind it.

    The comment that ends the text stands right behind the element, or in it where the beginning does; paragraphs
    between the two are the text's.
    """
    inside = inner_html(node)
    if _ANY_END_RE.search(inside):
        return inside
    nodes, levels = _up_to_end(node)
    is_torn = levels > 0 or _BEGIN_RE.search(inside) is not None
    behind = "".join(one.html or "" for one in nodes) if is_torn else ""
    return inside + behind if "<p" in behind else inside


def _up_to_end(node: LexborNode) -> tuple[list[LexborNode], int]:
    """The nodes from the end of ``node`` to the comment that ends the text, and how many levels further up that stands."""
    behind: list[LexborNode] = []
    here: LexborNode | None = node
    for level in range(_MOST_STRAY_TAGS + 1):
        while here and here.next:
            here = here.next
            if _ends_text(here):
                return behind, level
            behind.append(here)
        here = here.parent if here else None
    return [], 0


def _ends_text(node: LexborNode) -> bool:
    if node.is_comment_node:
        return _ANY_END_RE.fullmatch(node.html or "") is not None
    return node.is_element_node and (node.attributes.get("class") or "").startswith(_TOOLS)


def original_text(body: str) -> str:
    """``body`` up to the comment that ends the text: behind it stand share blocks and promotion.

    What stands before the comment that begins it is kept: until 2015 pictures did (sina-surface.md §4).
    """
    if begun := _BEGIN_RE.search(body):
        ends = list(_END_RE.finditer(body, begun.end()))
        return body[: ends[-1].start()] if ends else body
    end = _ANY_END_RE.search(body)
    return body[: end.start()] if end else body
