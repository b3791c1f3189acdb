"""Profile ``rsshub``, between extract and archive: lexbor, made to build the trees that parse5 3 built.

The archives of 2021 were written with cheerio 1.0.0-rc.3, whose parser is parse5 3.0.3 of 2017. Both parse as HTML5
says; where they differ, we do as parse5 did. Not followed: ``<select>`` (lexbor has the rules of 2025), ``<isindex>``
and ``<menuitem>``, which no page of Sina has.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from newsarchive.errors import NotAnArticle

_SURROGATE_RE = re.compile("[\ud800-\udfff]")
"""What UTF-8 cannot hold; a JSON file may name them, and Node writes U+FFFD for each."""
_MOST_OPEN = 10_000  # tags open at a time: the original overflowed its stack before; two parses take 0.2 s
_TAG_RE = re.compile(r"<(/?)(?!(?:br|img|meta|link|input|hr|p|li|td|tr|dt|dd|option)\b)[a-z]", re.I)

_PRE_END_RE = re.compile(r"</(pre|listing)(?=[\s/>])", re.I)
_MARK = "data-newsarchive-pre-end"
_NEVER_OPENED = "</newsarchive-ignored"
"""An end tag that every parser ignores, and that does otherwise all that any end tag does."""
_MOST_ROUNDS = 100  # parses for one page; each settles one end tag, the worst of 2,400 random pages took 9
_SPECIAL = frozenset(
    "address applet article aside blockquote body button caption center colgroup dd details dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html li listing main marquee menu nav object ol p pre section "
    "select summary table tbody td template tfoot th thead tr ul "
    "mi mo mn ms mtext annotation-xml foreignObject desc title".split()
)
"""parse5's SPECIAL_ELEMENTS, without those that are never open around another element."""


def parse(html: str) -> LexborHTMLParser:
    """A whole document; scripting counts as on, so that ``noscript`` holds text.

    Raises ``NotAnArticle`` (``too-deep``) for more open tags than the original could print.
    """
    html = _SURROGATE_RE.sub("\ufffd", html)
    _check_depth(html)
    return _parsed(_without_ignored_ends(html))


def _parsed(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html, scripting=True, options=LexborDocumentOptions.WO_EVENTS)


def _check_depth(html: str) -> None:
    depth = 0
    for tag in _TAG_RE.finditer(html) if html.count("<") > _MOST_OPEN else ():
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _MOST_OPEN:
            msg = f"more than {_MOST_OPEN} tags are open at once"
            raise NotAnArticle(msg, reason="too-deep")


def _without_ignored_ends(html: str) -> str:
    """``html`` with each ``</pre>`` (or ``</listing>``) renamed that parse5 ignored.

    It has no rule of its own for them, so that the one for unknown elements holds: the tag counts only if no special
    element is open inside. What that is for one tag is known when all before it are settled; hence the rounds.
    """
    ends = [found.start() for found in _PRE_END_RE.finditer(html)]
    settled = 0
    for _ in range(_MOST_ROUNDS):
        ignored = _first_ignored(html, ends[settled:])
        if ignored is None:
            return html
        at = ends[settled + ignored]
        name = _PRE_END_RE.match(html, at)
        assert name is not None
        html = html[:at] + _NEVER_OPENED + html[name.end() :]
        settled += ignored + 1
        shift = len(_NEVER_OPENED) - len(name[0])
        ends[settled:] = [end + shift for end in ends[settled:]]
    return html


def _first_ignored(html: str, ends: list[int]) -> int | None:
    """Which of the end tags at ``ends`` is the first that parse5 ignored, though it had something to close."""
    if not ends:
        return None
    tree = _parsed(_marked(html, ends))
    marks = {node.attributes.get(_MARK) or "": node for node in tree.css(f"source[{_MARK}]")}
    for number, end in enumerate(ends):
        node = marks.get(str(number))
        found = _PRE_END_RE.match(html, end)
        if node and found and _is_ignored(node, found[1].lower()):
            return number
    return None


def _marked(html: str, ends: list[int]) -> str:
    """``html`` with an element before each end tag; ``source`` opens nothing and closes nothing."""
    starts = [0, *ends]
    pieces = [html[start:end] for start, end in zip(starts, [*ends, len(html)], strict=True)]
    return pieces[0] + "".join(f"<source {_MARK}={number} />{piece}" for number, piece in enumerate(pieces[1:]))


def _is_ignored(node: LexborNode, name: str) -> bool:
    """Whether a special element is open between this place and the ``name`` element that the tag would close."""
    parent = node.parent
    while parent is not None and parent.tag != name:
        if parent.tag in _SPECIAL:
            return True
        parent = parent.parent
    return False
