"""From a raw body to a clean one (clean): the article and nothing else, one block element a line.

What belongs to no text is a table of the site (``Rules``); what HTML may remain is the table below, enforced last by nh3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import nh3
from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from newsarchive.errors import EmptyBody, PageError
from newsarchive.pages.depth import check_depth
from newsarchive.pages.flow import blocks
from newsarchive.pages.rules import Rules
from newsarchive.pages.runs import Block

_NEVER_SHOWN = (
    "script, style, noscript, template, link, meta, base, title, iframe, frame, frameset, noframes, noembed, object, embed,"
    " applet, audio, video, canvas, svg, math, input, button, select, textarea, datalist, map, xmp, plaintext,"
    ' [hidden], [style*="display:none"], [style*="display: none"]'
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
_COMMENT_RE = re.compile(r"<!--.*?-->", re.S)
_FIRST_IMAGE_RE = re.compile(r'<img src="([^"]*)"')
_BETWEEN_LINKS = " \u3000、，,;；|丨/·>》-"
_LIVE_LOOKING_RE = re.compile(r"(\son[a-z]+\s*)=|(javascript):", re.I)
_UNSAFE_RE = re.compile(r"<(?:script|style|iframe|object|embed|form|!--)", re.I)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean body and the address of its first picture, empty if there is none."""

    body: str
    image: str


def clean(body: str, base_url: str, rules: Rules) -> Cleaned:
    """The text of the raw inner HTML ``body``; ``base_url`` is the page's address.

    Raises ``EmptyBody`` if no text and no picture is left, ``NotAnArticle`` (``too-deep``). Cleaning a clean body changes nothing.
    """
    raw = rules.cut.sub("", body)
    raw = _without_boilerplate(raw, rules)
    soup = BeautifulSoup(f"<body>{raw}</body>", "html.parser", multi_valued_attributes=None)
    lines = _without_related(blocks(soup, base_url, rules), rules)
    html = _sanitised("\n".join(block.html for block in lines))
    if not html:
        msg = f"nothing of a text is left of {len(body)} characters at {base_url}"
        raise EmptyBody(msg)
    image = _FIRST_IMAGE_RE.search(html)
    return Cleaned(html, unescape(image[1]) if image else "")


def _without_boilerplate(raw: str, rules: Rules) -> str:
    """Well-formed HTML of ``raw`` without what is never shown, and without the elements and comments that ``rules`` drop.

    lexbor does it in a tenth of what BeautifulSoup would take. A node may match twice and may hold another match:
    each is destroyed once, inner ones first.
    """
    check_depth(raw)
    tree = LexborHTMLParser(f"<body>{raw}".encode(errors="ignore"))
    matches = {node.mem_id: node for node in tree.css(", ".join((_NEVER_SHOWN, *rules.drop)))}
    for node in reversed(matches.values()):
        if node.tag not in ("html", "body"):  # a stray tag in the text lends them its attributes
            node.decompose()
    return _COMMENT_RE.sub("", tree.body.inner_html or "") if tree.body else ""


def _without_related(lines: list[Block], rules: Rules) -> list[Block]:
    """Without the lines that only lead to other stories: a label with its links, in one paragraph or in several."""
    kept: list[Block] = []
    label: list[Block] = []  # a label alone waits for its links
    is_after_link = False
    for block in lines:
        kind = _related_kind(block, rules)
        if kind == "line" or (kind == "link" and (label or is_after_link)):
            label, is_after_link = [], True
            continue
        kept += label
        label, is_after_link = ([block], False) if kind == "label" else ([], False)
        kept += [] if label else [block]
    return kept + label


def _related_kind(block: Block, rules: Rules) -> str:
    """``line`` (label and links), ``label`` alone, ``link`` (linked as a whole), else empty."""
    if not block.text:
        return ""
    loose = block.loose.strip(_BETWEEN_LINKS)
    if not loose:
        return "line" if rules.related.match(block.text) else "link"
    if not rules.related.fullmatch(loose):
        return ""
    return "label" if block.loose == block.text else "line"


def _sanitised(html: str) -> str:
    """``html`` through nh3, without blank lines; a leak is an error, not a file."""
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel=None,
        set_tag_attribute_values={"img": {"referrerpolicy": "no-referrer"}},
    )
    safe = "\n".join(line for line in safe.split("\n") if line.strip())
    safe = _LIVE_LOOKING_RE.sub(_inert, safe)
    if found := _UNSAFE_RE.search(safe):
        msg = f"{found[0]!r} survived the sanitiser"
        raise PageError(msg)
    return safe


def _inert(found: re.Match[str]) -> str:
    """Text that looks like a handler (a report on an attack, an ``alt``) reads the same with its sign as a reference;
    no allowed attribute begins with ``on``, so what searches the archive for handlers finds none.
    """
    return f"{found[1]}&#61;" if found[1] else f"{found[2]}&#58;"
