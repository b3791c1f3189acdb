"""Atom feeds (RFC 4287): entries in, the bytes of a feed out; stable ids, so that readers show nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from newsarchive.archive.format.journal import stamp
from newsarchive.pages.text import printable

NAMESPACE = "http://www.w3.org/2005/Atom"
AUTHORITY = "newsarchive.invalid,2026"
"""Of the ``tag:`` ids (RFC 4151): nobody's address, since an archive has none of its own."""
EMPTY_AT = "1970-01-01T08:00:00+08:00"
"""``updated`` of a feed without entries: it must have one, and must not change while nothing does."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry; moments are aware."""

    id: str
    """Without the authority: ``corrections/nitmeav9622448/2``."""
    title: str
    updated: datetime
    url: str
    html: str


def atom(title: str, name: str, entries: Iterable[FeedEntry]) -> bytes:
    """Return the feed, its entries in the given order; ``name`` makes its id."""
    ET.register_namespace("", NAMESPACE)
    feed = ET.Element(_tag("feed"))
    told = list(entries)
    _text(feed, "id", f"tag:{AUTHORITY}:{name}")
    _text(feed, "title", title)
    _text(feed, "updated", stamp(max(entry.updated for entry in told)) if told else EMPTY_AT)
    _text(ET.SubElement(feed, _tag("author")), "name", "newsarchive")
    for entry in told:
        _add(feed, entry)
    data: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _add(feed: ET.Element, entry: FeedEntry) -> None:
    element = ET.SubElement(feed, _tag("entry"))
    _text(element, "id", f"tag:{AUTHORITY}:{entry.id}")
    _text(element, "title", entry.title)
    _text(element, "updated", stamp(entry.updated))
    ET.SubElement(element, _tag("link"), {"rel": "alternate", "href": printable(entry.url)})
    content = ET.SubElement(element, _tag("content"), {"type": "html"})
    content.text = printable(entry.html)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _tag(name)).text = printable(text)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
