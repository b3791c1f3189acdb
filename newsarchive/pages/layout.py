"""The engine of declared layouts (extract): a page, parsed once, read through a form that someone filled in.

A layout is a class whose attributes say where each field stands and how many matches it expects. A page that does not
keep to that is a ``LayoutMismatch``: counted and retried by a better layout later, never half an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsarchive.errors import LayoutMismatch, NotAnArticle
from newsarchive.pages.depth import check_depth
from newsarchive.pages.text import printable

_DAY_RE = re.compile(r"/(20\d\d)-?(\d\d)-?(\d\d)/")


class Page:
    """One HTML page at its address; lexbor parses it once, when the first field is asked for."""

    def __init__(self, html: str, url: str) -> None:
        self.html, self.url = html, url

    @cached_property
    def tree(self) -> LexborHTMLParser:
        check_depth(self.html)
        try:
            return LexborHTMLParser(self.html)
        except UnicodeEncodeError:  # lone surrogates, which no page has but a JSON file may name
            return LexborHTMLParser(self.html.encode(errors="ignore"))

    @cached_property
    def metas(self) -> dict[str, str]:
        """``content`` by ``name`` or ``property``; the first of several wins."""
        metas: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):
            given = node.attributes
            metas.setdefault(given.get("name") or given.get("property") or "", given["content"] or "")
        return metas

    @cached_property
    def day(self) -> date | None:
        """The day in the address."""
        found = _DAY_RE.search(self.url)
        try:
            return date(*map(int, found.groups())) if found else None
        except ValueError:
            return None


def text(node: LexborNode) -> str:
    return printable(node.text())


def inner_html(node: LexborNode) -> str:
    return node.inner_html or ""


@dataclass(frozen=True, slots=True)
class Css:
    """A field that stands in elements: exactly one by default, ``optional`` (none or one), or ``many`` (a tuple).

    ``take`` reads a node into a string, ``to`` makes the value of it and raises ``ValueError`` where it makes no sense.
    """

    selector: str
    to: Callable[[str], Any] = str.strip
    take: Callable[[LexborNode], str] = text
    optional: bool = False
    many: bool = False

    def read(self, page: Page) -> Any:
        nodes = page.tree.css(self.selector)
        if self.many:
            return tuple(self.to(self.take(node)) for node in nodes)
        if len(nodes) > 1 or not (nodes or self.optional):
            raise _Mismatch(len(nodes))
        return self.to(self.take(nodes[0])) if nodes else None


@dataclass(frozen=True, slots=True)
class Meta:
    """A field that stands in a ``meta``; None where the page has none, or one that makes no sense."""

    name: str
    to: Callable[[str], Any] = str.strip

    def read(self, page: Page) -> Any:
        content = page.metas.get(self.name)
        try:
            return None if content is None else self.to(content)
        except ValueError:
            return None


class _Mismatch(Exception):
    def __init__(self, count: int) -> None:
        self.count = count


class Layout:
    """What all layouts have; a subclass declares its fields as ``Css`` and ``Meta`` attributes."""

    since: ClassVar[date]
    """First day of its use; with ``until`` it decides where the markers of two layouts are found."""
    until: ClassVar[date | None] = None
    marker: ClassVar[tuple[str, ...]]
    """Selectors that all match on a page of this layout, and on no other."""
    example: ClassVar[str]
    fields: ClassVar[dict[str, Css | Meta]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Css | Meta)}
        cls.fields = {**cls.fields, **own}

    @classmethod
    def covers(cls, day: date | None) -> bool:
        return day is None or (cls.since <= day and (cls.until is None or day <= cls.until))


def layout_for(page: Page, layouts: Sequence[type[Layout]]) -> type[Layout]:
    """The layout whose marker the page has; of several the one in use on its day. The host excludes nothing.

    Raises ``NotAnArticle`` (``no-layout``) if none fits, ``LayoutMismatch`` (field ``marker``) if two do.
    """
    fitting = [layout for layout in layouts if all(page.tree.css_first(part) for part in layout.marker)]
    if len(fitting) > 1:
        fitting = [layout for layout in fitting if layout.covers(page.day)]
    if not fitting:
        msg = f"no layout fits the page at {page.url}"
        raise NotAnArticle(msg, reason="no-layout")
    if len(fitting) > 1:
        raise LayoutMismatch("+".join(layout.__name__ for layout in fitting), "marker", len(fitting), page.url)
    return fitting[0]


def read(page: Page, layout: type[Layout]) -> dict[str, Any]:
    """All fields of ``page`` by name; raises ``LayoutMismatch`` at the first that is not as declared."""
    fields = {}
    for name, field in layout.fields.items():
        try:
            fields[name] = field.read(page)
        except _Mismatch as mismatch:
            raise LayoutMismatch(layout.__name__, name, mismatch.count, page.url) from None
        except ValueError as error:
            raise LayoutMismatch(layout.__name__, name, 1, page.url) from error
    return fields
