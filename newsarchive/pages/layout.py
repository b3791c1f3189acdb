"""The engine of declared layouts (extract): a page, parsed once, read through a form that someone filled in.

A layout is a class whose attributes say where each field stands and how many matches it expects. A page that does not
keep to that is a ``LayoutMismatch``: counted and retried by a better layout later, never half an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsarchive.errors import LayoutMismatch, NotAnArticle
from newsarchive.pages.depth import bearable
from newsarchive.pages.fingerprint import fingerprint
from newsarchive.pages.text import printable

_DAY_RE = re.compile(r"/(20\d\d)-?(\d\d)-?(\d\d)/")


class Page:
    """One HTML page at its address; lexbor parses it once, when the first field is asked for."""

    def __init__(self, html: str, url: str) -> None:
        self.html, self.url = html, url
        self._firsts: dict[str, LexborNode | None] = {}

    def first(self, selector: str) -> LexborNode | None:
        """The first match; remembered, since layouts share their markers and fields their places."""
        if selector not in self._firsts:
            self._firsts[selector] = self.tree.css_first(selector)
        return self._firsts[selector]

    @cached_property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(bearable(self.html))

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """Each ``content`` by ``name`` or ``property`` in lower case, in the order of the page."""
        metas: dict[str, list[str]] = {}
        for node in self.tree.css("meta[content]"):
            given = node.attributes
            name = given.get("name") or given.get("property") or ""
            metas.setdefault(name.lower(), []).append(given["content"] or "")
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


def href(node: LexborNode) -> str:
    return node.attributes.get("href") or ""


@dataclass(frozen=True, slots=True, init=False)
class Css:
    """A field that stands in elements: one by default, ``optional`` (none or one), ``many`` (a tuple), the ``longest`` of
    several, for pages that name nothing, or the ``first`` that makes sense, where others of the class mean something else.

    Several selectors are tried in their order: the first that matches decides. What a page shows twice, in the same
    words, is one match; of one within another only the outer counts (a text pasted with its element around it).
    ``within`` names an element outside of which nothing counts. ``take`` reads a node into a string, ``to`` makes the
    value of it and raises ``ValueError`` where it makes no sense.
    """

    selectors: tuple[str, ...]
    to: Callable[[str], Any]
    take: Callable[[LexborNode], str]
    optional: bool
    many: bool
    longest: bool
    first: bool
    within: str

    def __init__(
        self,
        *selectors: str,
        to: Callable[[str], Any] = str.strip,
        take: Callable[[LexborNode], str] = text,
        optional: bool = False,
        many: bool = False,
        longest: bool = False,
        first: bool = False,
        within: str = "",
    ) -> None:
        given = (selectors, to, take, optional, many, longest, first, within)
        for name, value in zip(self.__slots__, given, strict=True):
            object.__setattr__(self, name, value)

    def read(self, page: Page) -> Any:
        nodes = self._nodes(page)
        if self.many:
            return tuple(self.to(self.take(node)) for node in nodes)
        taken = [self.take(node) for node in (nodes if len(nodes) == 1 else _outermost(nodes))]
        if self.first:
            taken = next(([one] for one in taken if self._makes_sense(one)), taken[:1])
        if self.longest:
            taken = sorted(taken, key=len, reverse=True)[:1]
        different = {" ".join(one.split()) for one in taken}
        if len(different) > 1 or not (different or self.optional):
            raise _Mismatch(len(different))
        return self.to(taken[0]) if taken else None

    def _makes_sense(self, taken: str) -> bool:
        try:
            self.to(taken)
        except ValueError:
            return False
        return True

    def _nodes(self, page: Page) -> list[LexborNode]:
        place = page.first(self.within) if self.within else page.tree
        matches = (place.css(selector) for selector in self.selectors) if place else ()
        return next(filter(None, matches), [])


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    matched = {node.mem_id for node in nodes}
    return [node for node in nodes if matched.isdisjoint(parent.mem_id for parent in _parents(node))]


def _parents(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


@dataclass(frozen=True, slots=True)
class Meta:
    """A field that stands in a ``meta``, the first of the name; ``many``: all of them, a tuple.

    None where the page has none, or one that makes no sense.
    """

    name: str
    to: Callable[[str], Any] = str.strip
    many: bool = False

    def read(self, page: Page) -> Any:
        contents = page.metas.get(self.name)
        if not contents:
            return () if self.many else None
        values = tuple(self._values(contents))
        return values if self.many else next(iter(values), None)

    def _values(self, contents: Sequence[str]) -> Iterator[Any]:
        for content in contents if self.many else contents[:1]:
            try:
                yield self.to(content)
            except ValueError:
                continue


@dataclass(frozen=True, slots=True)
class Source:
    """A field that stands in the page's source, in a script or comment: the first group of ``pattern``.

    Raises like ``Css``; ``optional``: None where there is no match.
    """

    pattern: re.Pattern[str]
    to: Callable[[str], Any] = str.strip
    optional: bool = False

    def read(self, page: Page) -> Any:
        found = self.pattern.search(page.html)
        if not (found or self.optional):
            raise _Mismatch(0)
        return self.to(found[1]) if found else None


class _Mismatch(Exception):
    def __init__(self, count: int) -> None:
        self.count = count


class Layout:
    """What all layouts have; a subclass declares its fields as ``Css``, ``Meta`` and ``Source`` attributes."""

    since: ClassVar[date]
    """First day of its use; with ``until`` it decides where the markers of two layouts are found."""
    until: ClassVar[date | None] = None
    marker: ClassVar[tuple[str, ...]]
    """Selectors that all match on a page of this layout, and on no other."""
    example: ClassVar[str]
    fields: ClassVar[dict[str, Css | Meta | Source]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Css | Meta | Source)}
        cls.fields = {**cls.fields, **own}

    @classmethod
    def fits(cls, page: Page) -> bool:
        """Whether the page has the marker; a layout whose marker no selector can say overrides this."""
        return all(page.first(part) for part in cls.marker)

    @classmethod
    def covers(cls, day: date | None) -> bool:
        return day is None or (cls.since <= day and (cls.until is None or day <= cls.until))


def layout_for(page: Page, layouts: Sequence[type[Layout]]) -> type[Layout]:
    """The layout whose marker the page has. The host excludes nothing.

    Those in use on the day of the page's address are asked first, the others if none of them fits; a subclass goes
    before what it was made from. Raises ``NotAnArticle`` (``no-layout``, with host and fingerprint) if none fits,
    ``LayoutMismatch`` (field ``marker``) if two do.
    """
    current = [layout for layout in layouts if layout.covers(page.day)]
    fitting = [layout for layout in current if layout.fits(page)]
    fitting = fitting or [layout for layout in layouts if layout not in current and layout.fits(page)]
    fitting = [layout for layout in fitting if not any(issubclass(o, layout) and o is not layout for o in fitting)]
    if not fitting:
        msg = f"no layout fits the page at {page.url}: host {urlsplit(page.url).netloc}, fingerprint {fingerprint(page.tree)}"
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
