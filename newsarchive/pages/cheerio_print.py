"""Profile ``rsshub``: a tree as cheerio 1.0.0-rc.3 printed it (dom-serializer 0.1.1), character references apart.

What it does unlike any printer of today: bare names for empty values, no ``/`` in void tags, a list of void tags of
its own, everything below ``svg`` as XML, attribute names that look like numbers first (they were keys of a JavaScript
object), prefixes such as ``xlink:`` lost in foreign elements.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from selectolax.lexbor import LexborNode

_VOID = {
    "area", "base", "basefont", "br", "col", "command", "embed", "frame", "hr", "img", "input", "isindex", "keygen",
    "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip
_RAW_TEXT = {"style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext", "noscript"}
"""Elements whose text is printed as it is."""
_INTEGRATION_POINTS = {
    "svg": frozenset(("foreignObject", "desc", "title")),
    "math": frozenset(("mi", "mo", "mn", "ms", "mtext", "annotation-xml")),
}
"""By namespace, the elements whose children are HTML again."""
_UNPREFIXED = {
    f"{prefix}:{name}": name
    for prefix, names in (
        ("xlink", "actuate arcrole href role show title type"),
        ("xml", "base lang space"),
        ("xmlns", "xlink"),
    )
    for name in names.split()
}
_INDEX_RE = re.compile("0|[1-9][0-9]{0,9}")
_LAST_INDEX = 2**32 - 2
"""Up to here a JavaScript engine keeps whole-number keys before all others, in numeric order."""
_C1_RE = re.compile("[\x80-\x9f]")
"""The original referred to these by number, and a number in this range means a character of Windows-1252."""


class _Place(NamedTuple):
    """A node that waits to be printed, and what its ancestors mean for it."""

    node: LexborNode
    namespace: str = ""
    """``svg`` or ``math``; empty for HTML."""
    is_xml: bool = False
    is_raw: bool = False


def inner_html(root: LexborNode) -> str:
    """The content of ``root``, printed without recursion; text and values are escaped, comments are not."""
    pieces: list[str] = []
    waiting: list[_Place | str] = [*_children(_Place(root))]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            pieces.append(item)
        elif item.node.is_element_node:
            _open(item, pieces, waiting)
        else:
            pieces.append(_leaf(item))
    return "".join(pieces)


def attributes_of(node: LexborNode) -> dict[str, str]:
    """The attributes of an HTML element in the order of a JavaScript object, values never None."""
    return _ordered({name: value or "" for name, value in node.attributes.items()})


def _open(place: _Place, pieces: list[str], waiting: list[_Place | str]) -> None:
    """Print the start tag, and put what follows it on the pile: end tag below, children in their order above."""
    node, name = place.node, place.node.tag or ""
    namespace = name if name in _INTEGRATION_POINTS else place.namespace
    is_xml = place.is_xml or name == "svg"
    start = f"<{name}{_attributes(node, is_foreign=bool(namespace), is_xml=is_xml)}"
    inner = "" if name in _INTEGRATION_POINTS.get(namespace, ()) else namespace
    children = _children(_Place(node, inner, is_xml, name in _RAW_TEXT))
    if is_xml and not children and name != "template":
        pieces.append(start + "/>")
        return
    pieces.append(start + ">")
    if is_xml or name not in _VOID:
        waiting.append(f"</{name}>")
    waiting.extend(children)


def _children(parent: _Place) -> list[_Place]:
    """The children of a node, last first, each with what ``parent`` says of them."""
    node = parent.node
    if node.tag == "template" and not parent.namespace:
        node = next(iter(node.template_fragments()), node)  # its own comes before those of templates inside
    children = []
    child = node.last_child
    while child is not None:
        children.append(parent._replace(node=child))
        child = child.prev
    return children


def _leaf(place: _Place) -> str:
    node = place.node
    if node.is_text_node:
        text = node.text_content or ""
        return text if place.is_raw else _escaped(text)
    html = node.html or ""
    return html if node.is_comment_node else f"<!--{html[1:-1]}-->"  # <?…>, which was a comment until 2025


def _attributes(node: LexborNode, *, is_foreign: bool, is_xml: bool) -> str:
    attributes = attributes_of(node)
    if is_foreign and any(":" in name for name in attributes):
        attributes = _unprefixed(attributes)
    return "".join(
        f' {name}="{_escaped(value)}"' if value or is_xml else f" {name}" for name, value in attributes.items()
    )


def _unprefixed(attributes: dict[str, str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for name, value in attributes.items():
        plain[_UNPREFIXED.get(name, name)] = value
    return plain


def _ordered(attributes: dict[str, str]) -> dict[str, str]:
    indexes = sorted(int(name) for name in attributes if _INDEX_RE.fullmatch(name) and int(name) <= _LAST_INDEX)
    if not indexes:
        return attributes
    return {str(index): attributes[str(index)] for index in indexes} | attributes


def _escaped(text: str) -> str:
    return _C1_RE.sub(lambda found: f"&#{ord(found[0])};", escape(text))
