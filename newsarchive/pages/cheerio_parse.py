"""Profile ``rsshub``, between extract and archive: lexbor, made to build the trees that parse5 3 built.

The archives of 2021 were written with cheerio 1.0.0-rc.3, whose parser is parse5 3.0.3 of 2017. Both parse as HTML5
says; where they differ, we do as parse5 did. Not followed are its rules for what is broken inside ``<select>`` and for
a few dead tags; ``docs/format.md`` lists them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from newsarchive.pages.depth import bearable

_SURROGATE_RE = re.compile("[\ud800-\udfff]")
"""What UTF-8 cannot hold; a JSON file may name them, and Node writes U+FFFD for each."""
_PRE_END_RE = re.compile(r"</(pre|listing)(?=[\s/>])", re.I)
_MARK = "data-newsarchive-pre-end"
_MARKED_INSIDE = f"pre source[{_MARK}], listing source[{_MARK}]"
_NEVER_OPENED = "</newsarchive-ignored"
"""An end tag that every parser ignores, and that does otherwise all that any end tag does."""
_MOST_READ = 10_000_000  # characters parsed to settle the end tags of one page; the hostile ones tried took 2 s
_SPECIAL = {
    "address", "applet", "article", "aside", "blockquote", "body", "button", "caption", "center", "colgroup", "dd",
    "details", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "head", "header", "hgroup", "html", "li", "listing", "main", "marquee", "menu", "nav",
    "object", "ol", "p", "pre", "section", "select", "summary", "table", "tbody", "td", "template", "tfoot", "th",
    "thead", "tr", "ul", "mi", "mo", "mn", "ms", "mtext", "annotation-xml", "foreignObject", "desc", "title",
}  # fmt: skip
"""parse5's SPECIAL_ELEMENTS, without those that are never open around another element."""


def parse(html: str) -> LexborHTMLParser:
    """A whole document; scripting counts as on, so that ``noscript`` holds text.

    Raises ``PageTooLarge`` and ``PageTooComplex``.
    """
    html = _SURROGATE_RE.sub("\ufffd", html)
    bearable(html)
    return _parsed(_without_ignored_ends(html))


def _parsed(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html, scripting=True, options=LexborDocumentOptions.WO_EVENTS)


def _without_ignored_ends(html: str) -> str:
    """``html`` with each ``</pre>`` (or ``</listing>``) renamed that parse5 ignored.

    It has no rule of its own for them, so that the one for unknown elements holds: the tag counts only if no special
    element is open inside. What that is for one tag is known when all before it are settled; hence the rounds.
    """
    start = 0
    for _ in range(_MOST_READ // (len(html) + 1)):
        end = _first_ignored(html, start)
        if end is None:
            break
        html = html[: end.start()] + _NEVER_OPENED + html[end.end() :]
        start = end.end()
    return html


def _first_ignored(html: str, start: int) -> re.Match[str] | None:
    """The first of the end tags from ``start`` on that parse5 ignored, though it had something to close."""
    ends = [*_PRE_END_RE.finditer(html, start)]
    if not ends:
        return None
    tree = _parsed(_marked(html, [end.start() for end in ends]))
    marks = {node.attributes.get(_MARK): node for node in tree.css(_MARKED_INSIDE)}
    for number, end in enumerate(ends):
        node = marks.get(str(number))  # none where the tag stands in a comment, a script or a value
        if node and _is_ignored(node, end[1].lower()):
            return end
    return None


def _marked(html: str, ends: list[int]) -> str:
    """``html`` with an element before each end tag; ``source`` opens nothing and closes nothing."""
    first, *others = (html[start:end] for start, end in pairwise([0, *ends, len(html)]))
    return first + "".join(f"<source {_MARK}={number} />{piece}" for number, piece in enumerate(others))


def _is_ignored(node: LexborNode, name: str) -> bool:
    """Whether a special element is open between this place and the ``name`` element that the tag would close."""
    parent = node.parent
    while parent is not None and parent.tag != name:
        if parent.tag in _SPECIAL:
            return True
        parent = parent.parent
    return False
