"""From a raw body to a clean one (clean): the article and nothing else, one block element a line.

What belongs to no text is a table of the site (``Rules``); what HTML may remain is the table below, enforced last by nh3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

import nh3
from bs4 import BeautifulSoup
from bs4.element import PageElement
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsarchive.errors import EmptyBody, PageError
from newsarchive.pages.depth import bearable
from newsarchive.pages.flow import Element, Node, blocks
from newsarchive.pages.rules import Rules
from newsarchive.pages.runs import Block
from newsarchive.pages.text import one_line

_NEVER_SHOWN = (
    "script, style, noscript, template, link, meta, base, title, iframe, frame, frameset, noframes, noembed, object, embed,"
    " applet, audio, video, canvas, svg, math, input, button, select, textarea, datalist, map, xmp, plaintext,"
    ' [hidden], [style*="display:none" i], [style*="display: none" i]'
)
_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "u", "s", "sub", "sup", "br", "a", "img",
    "figure", "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "dl",
    "dt", "dd", "blockquote", "pre", "code",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "referrerpolicy"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SIMPLE = frozenset({"p", "div", "span", "font", "a", "strong", "b", "em", "br", "img"})
_SIMPLE_DEPTH = 4
_TAG_RE = re.compile(r"<[^>]*>")
_INLINE_TAG_RE = re.compile(r"<(/?)(a|span|font|strong|b|em|i)\b")
_HREF_RE = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""")
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https"},
    link_rel=None,
    set_tag_attribute_values={"img": {"referrerpolicy": "no-referrer"}},
)
_COMMENT_RE = re.compile(r"<!--.*?-->", re.S)
_FIRST_IMAGE_RE = re.compile(r'<img src="([^"]*)"')
_FULL_STOP = "。"  # no title of another story has one
_BETWEEN_LINKS = " \u3000、，,;；|丨/·>》-"
_HANDLER_LOOKING_RE = re.compile(r"(\s[oO][nN][a-zA-Z]+\s*)=")
_SCRIPT_LOOKING_RE = re.compile(r"([jJ][aA][vV][aA][sS][cC][rR][iI][pP][tT]):")
_UNSAFE_RE = re.compile(r"<(?:script|style|iframe|object|embed|form|!--)", re.I)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean body and the address of its first picture, empty if there is none."""

    body: str
    image: str
    asides: tuple[str, ...] = field(default=(), compare=False)
    """Lines that left the body and are worth telling (``Rules.noted``), each with the addresses that it linked."""


def clean(body: str, base_url: str, rules: Rules) -> Cleaned:
    """The text of the raw inner HTML ``body``; ``base_url`` is the page's address.

    Raises ``EmptyBody`` if no text and no picture is left, ``NotAnArticle`` (``too-deep``). Cleaning a clean body changes nothing.
    """
    cut = [found[0] for found in rules.cut.finditer(body)]
    raw = rules.cut.sub(_still_open, body)
    if any(word in raw for word in rules.marker_words):
        raw = rules.markers.sub("", raw)
    tree, dropped = _without_boilerplate(raw, rules)
    lines, removed = blocks(_nodes(tree), base_url, rules)
    lines, related = _without_related(lines, rules)
    html = _sanitised("\n".join(block.html for block in lines))
    if not html:
        msg = f"nothing of a text is left of {len(body)} characters at {base_url}"
        raise EmptyBody(msg)
    image = _FIRST_IMAGE_RE.search(html)
    told = [*(html for html in (*cut, *dropped, *removed) if rules.noted.match(_words(html))), *related]
    return Cleaned(html, unescape(image[1]) if image else "", tuple(dict.fromkeys(map(_aside, told))))


def _still_open(cut: re.Match[str]) -> str:
    """What a stretch that goes must leave: the end tags of links and emphasis that were open before it."""
    if "</" not in cut[0]:
        return ""
    opened: list[str] = []
    left = ""
    for slash, name in _INLINE_TAG_RE.findall(cut[0]):
        if not slash:
            opened.append(name)
        elif name in opened:
            opened.remove(name)
        else:
            left += f"</{name}>"
    return left


def _words(html: str) -> str:
    return one_line(unescape(_TAG_RE.sub(" ", _COMMENT_RE.sub("", html))))


def _aside(html: str) -> str:
    """The words of ``html`` on one line, behind them the addresses that it links."""
    return " ".join((_words(html), *(unescape(address) for address in _HREF_RE.findall(html))))


def _without_boilerplate(raw: str, rules: Rules) -> tuple[LexborHTMLParser, list[str]]:
    """The tree of ``raw`` without what is never shown and what ``rules`` drop; and the HTML of the latter.

    lexbor does it in a tenth of what BeautifulSoup would take. A node may match twice and may hold another match:
    each is destroyed once, inner ones first.
    """
    tree = LexborHTMLParser(b"<body>" + bearable(raw))
    for node in _each_once(tree, _NEVER_SHOWN):
        node.decompose()
    dropped = []
    for node in _each_once(tree, ", ".join(rules.drop)):
        dropped.append(node.html or "")
        node.decompose()
    return tree, dropped


def _each_once(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The matches, inner ones first; never ``html`` and ``body``, to which a stray tag in the text lends its attributes."""
    matches = {node.mem_id: node for node in tree.css(selector)}
    return [node for node in reversed(matches.values()) if node.tag not in ("html", "body")]


def _nodes(tree: LexborHTMLParser) -> list[Node]:
    """The nodes of the body as ``blocks`` takes them: what is simple as it is, all other markup through BeautifulSoup.

    Most paragraphs are simple, and BeautifulSoup is the dearest step of all (20 µs an element).
    """
    nodes: list[Node | None] = []
    marked: list[str] = []
    for child in tree.body.iter(include_text=True) if tree.body else ():
        if child.is_text_node:
            nodes.append(child.text_content or "")
        elif child.is_element_node:
            nodes.append(_simple(child, _SIMPLE_DEPTH))
            marked += [_COMMENT_RE.sub("", child.html or "")] if nodes[-1] is None else []
    tags = iter(_tags(marked) if marked else ())
    return [next(tags) if node is None else node for node in nodes]


def _simple(node: LexborNode, depth: int) -> Element | None:
    """``node`` as an ``Element``, None if it is deep, or holds an element that is more than emphasis, a link or a picture."""
    name = node.tag
    if name not in _SIMPLE or depth == 0:
        return None
    contents: list[Element | str] = []
    for child in node.iter(include_text=True):
        part = (child.text_content or "") if child.is_text_node else _simple(child, depth - 1)
        if part is None:
            return None
        contents.append(part)
    return Element(name, {key: value or "" for key, value in node.attributes.items()}, contents)


def _tags(elements: list[str]) -> Sequence[PageElement]:
    """One node of BeautifulSoup an element; all in one parse, unless it takes an element for another number of nodes."""
    together = _soup("".join(elements)).contents
    return together if len(together) == len(elements) else [_soup(element) for element in elements]


def _soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser", multi_valued_attributes=None)


def _without_related(lines: list[Block], rules: Rules) -> tuple[list[Block], list[str]]:
    """The lines without those that only lead to other stories, and the HTML of those.

    Such are a label with its links, in one paragraph or in several.
    """
    kept: list[Block] = []
    related: list[str] = []
    label: list[Block] = []  # a label alone waits for its links
    is_after_link = False
    for block in lines:
        kind = _related_kind(block, rules)
        if kind == "line" or (kind == "link" and (label or is_after_link)):
            related += [one.html for one in (*label, block)]
            label, is_after_link = [], True
            continue
        kept += label
        label, is_after_link = ([block], False) if kind == "label" else ([], False)
        kept += [] if label else [block]
    return kept + label, related


def _related_kind(block: Block, rules: Rules) -> str:
    """``line`` (label and links), ``label`` alone, ``link`` (linked as a whole), else empty."""
    if not block.text:
        return ""
    loose = block.loose.strip(_BETWEEN_LINKS)
    if not loose:
        if rules.related.match(block.text):
            return "line"
        return "" if _FULL_STOP in block.text else "link"
    if not rules.related.fullmatch(loose):
        return ""
    return "label" if block.loose == block.text else "line"


def _sanitised(html: str) -> str:
    """``html`` through nh3, without blank lines; a leak is an error, not a file."""
    safe = _CLEANER.clean(html)
    safe = "\n".join(line for line in safe.split("\n") if line.strip())
    # text that looks like a handler or a script (a report on an attack, an alt) reads the same with its sign as a
    # reference; no allowed attribute begins with "on", so that what searches the archive for such finds none
    safe = _SCRIPT_LOOKING_RE.sub(r"\1&#58;", _HANDLER_LOOKING_RE.sub(r"\1&#61;", safe))
    if found := _UNSAFE_RE.search(safe):
        msg = f"{found[0]!r} survived the sanitiser"
        raise PageError(msg)
    return safe
