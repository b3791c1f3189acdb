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
from newsarchive.pages.albums import show_albums
from newsarchive.pages.blocks import Element, Node, blocks
from newsarchive.pages.depth import bearable
from newsarchive.pages.rules import Rules
from newsarchive.pages.safe_html import ATTRIBUTES, SCHEMES, TAGS, check_references
from newsarchive.pages.slots import without_slots
from newsarchive.pages.text import one_line

_HIDDEN = '[hidden], [style*="display:none" i], [style*="display: none" i]'
_NEVER_SHOWN = (
    "script, style, noscript, template, link, meta, base, title, iframe, frame, frameset, noframes, noembed, object, embed,"
    " applet, audio, video, canvas, svg, math, input, button, select, textarea, datalist, map, xmp, plaintext,"
    f" {_HIDDEN}"
)
_SIMPLE = frozenset({
    "p", "div", "span", "font", "a", "strong", "b", "em", "br", "img",
    "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "figure", "figcaption", "section", "center",
    "table", "caption", "thead", "tbody", "tr", "td", "th",
})  # fmt: skip
_SIMPLE_DEPTH = 12
"""Elements within each other; deeper markup and what is rare go through BeautifulSoup."""
_TAG_RE = re.compile(r"<[^>]*+>?")
_EMPTY_TAG_RE = re.compile(r'<((?:img|br|hr|wbr|col|area|param|source|track)\b(?>(?:[^"<>]++|"[^"]*+")*))>')
_HREF_RE = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""")
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={**ATTRIBUTES, "img": {*ATTRIBUTES["img"], "referrerpolicy"}},
    url_schemes=SCHEMES,
    link_rel=None,
    set_tag_attribute_values={"img": {"referrerpolicy": "no-referrer"}},
)
_COMMENT_RE = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_FIRST_IMAGE_RE = re.compile(r'<img src="([^"]*)"')
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

    Raises ``EmptyBody`` if no text and no picture is left, ``PageTooLarge``, ``PageTooComplex``. Cleaning a clean body changes nothing.
    """
    raw, cut = without_slots(body, rules)
    if any(word in raw for word in rules.marker_words):
        raw = rules.markers.sub("", raw)
    tree, dropped = _without_boilerplate(raw, rules)
    lines, removed, related = blocks(_nodes(tree), base_url, rules)
    html = _sanitised("\n".join(block.html for block in lines))
    if not html:
        msg = f"nothing of a text is left of {len(body)} characters at {base_url}"
        raise EmptyBody(msg)
    image = _FIRST_IMAGE_RE.search(html)
    told = [*(html for html in (*cut, *dropped, *removed) if rules.noted.match(_words(html))), *related]
    return Cleaned(html, unescape(image[1]) if image else "", tuple(dict.fromkeys(map(_aside, told))))


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
    if rules.album_source in raw:
        show_albums(tree, rules.album_source, _HIDDEN)
    for node in _each_once(tree, _NEVER_SHOWN):
        node.decompose()
    for node in tree.css(rules.quotes):
        node.attrs["href"] = ""
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
    """``node`` as an ``Element`` without its comments, None if it is deep or holds an element that is not ``_SIMPLE``."""
    name = node.tag
    if name not in _SIMPLE or depth == 0:
        return None
    contents: list[Element | str] = []
    for child in node.iter(include_text=True):
        if child.is_text_node:
            _add_text(contents, child.text_content or "")
        elif child.is_element_node:
            part = _simple(child, depth - 1)
            if part is None:
                return None
            contents.append(part)
    return Element(name, {key: value or "" for key, value in node.attributes.items()}, contents)


def _add_text(contents: list[Element | str], text: str) -> None:
    """Texts that only a comment parts are one text."""
    if contents and isinstance(contents[-1], str):
        contents[-1] += text
    else:
        contents.append(text)


def _tags(elements: list[str]) -> Sequence[PageElement]:
    """One node of BeautifulSoup an element; all in one parse, unless it takes an element for another number of nodes."""
    together = _soup("".join(elements)).contents
    return together if len(together) == len(elements) else [_soup(element) for element in elements]


def _soup(html: str) -> BeautifulSoup:
    """``html`` as lexbor prints it; BeautifulSoup would look through all empty elements so far at each end tag that follows."""
    return BeautifulSoup(_EMPTY_TAG_RE.sub(r"<\1/>", html), "html.parser", multi_valued_attributes=None)


def _sanitised(html: str) -> str:
    """``html`` through nh3, without blank lines; a leak is an error, not a file."""
    check_references(html)
    safe = _CLEANER.clean(html)
    safe = "\n".join(line for line in safe.split("\n") if line.strip())
    # text that looks like a handler or a script (a report on an attack, an alt) reads the same with its sign as a
    # reference; no allowed attribute begins with "on", so that what searches the archive for such finds none
    safe = _SCRIPT_LOOKING_RE.sub(r"\1&#58;", _HANDLER_LOOKING_RE.sub(r"\1&#61;", safe))
    if found := _UNSAFE_RE.search(safe):
        msg = f"{found[0]!r} survived the sanitiser"
        raise PageError(msg)
    return safe
