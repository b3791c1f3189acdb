"""A guard before every parse: what HTML5 makes out of few tags can take a parser, and all that follows, without end.

Tags nested without end cost time that grows with the square of the depth.  Emphasis that is left open costs more: a
parser opens it anew in each block that follows (https://html.spec.whatwg.org/#reconstruct-the-active-formatting-elements),
so that 60,000 tags become a thousand million elements.  What a parser would build is therefore counted before it is built.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from operator import sub

from newsarchive.errors import PageTooComplex, PageTooLarge

MAX_PAGE_BYTES = 5 * 2**20
"""Of UTF-8; the largest article at hand has 0.6 MB.  What is parsed within this takes at most some seconds."""
MAX_TAGS = 60_000
"""Elements, those included that a parser adds; a real page has up to 3,500."""
MAX_DEPTH = 256
"""Elements in each other; a real page reaches 30."""
MAX_ATTRIBUTES = 256
"""Of one tag; a parser compares each with all before it, and a real page has up to 30."""
MAX_OPTIONS = 4_000
"""Of lists to choose from; lexbor looks through all before it at each: 0.1 s for these, 16 s for 60,000."""

_CHARACTER_BYTES = 4
"""Of UTF-8 at most; Chinese has three."""
_HARMLESS_TAGS = 600
"""A page of fewer becomes 90,000 elements at worst, which costs nothing that would need an exact count."""
_SUSPICIOUS_DEPTH = MAX_DEPTH // 4  # elements in each other, of which a table counts as one though it brings four
_START_RE = re.compile(rb"<[A-Za-z]")
_OPTION_RE = re.compile(rb"<option\b", re.I)
_NESTING_RE = re.compile(rb"<(/?)(?!(?:br|img|meta|link|input|hr|p|li|td|tr|dt|dd|option)\b)[A-Za-z]")
_LONG_TAG_RE = re.compile(rb"</?[A-Za-z][^>]{%d}" % (2 * MAX_ATTRIBUTES - 2))
_SIGN_IN_VALUE_RE = re.compile(rb"""=\s*+(?:"[^">]*+>|'[^'>]*+>)""")
"""Every tag of many attributes is one that the first finds, or holds what the second finds; most pages hold few of either."""
_STEPS = {b"": 1, b"/": -1}  # into an element, and out of one
_ODD_TAG_RE = re.compile(
    rb"""</?[A-Za-z](?:(?>(?:[^<>"']++|"[^<>"]*+"|'[^<>']*+')*)(?=[<"'])|[^<>]{%d})""" % (2 * MAX_ATTRIBUTES)
)
"""A tag with another sign of a tag in it, where only ``_TAG_RE`` knows how long it is, or a long one."""
_ATTRIBUTE_RE = re.compile(rb"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?)?""")
_TAG_RE = re.compile(
    rb"""<(?:(!--)|[!?/](?![A-Za-z])[^>]*+>?|(/?)([A-Za-z][^\s/>]*+)"""
    rb"""((?>(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?)?)*))>?)"""
)
"""A comment's begin, a bogus comment, or a tag with its attributes, as HTML5 cuts them; all to the end where one lacks its end."""
_COMMENT_END_RE = re.compile(rb"--!?>")
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
_RAW = frozenset(b"script style textarea title xmp iframe noembed noframes".split())
_RAW_END_RE = {name: re.compile(rb"</" + name + rb"(?=[\s/>])", re.I) for name in _RAW}
_FOREIGN = frozenset((b"svg", b"math"))
_FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
_PARAGRAPH_ENDS = frozenset(
    b"address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form header"
    b" hgroup h1 h2 h3 h4 h5 h6 hr listing main menu nav ol p plaintext pre search section summary ul li dd dt xmp".split()
)
"""Start tags that close a paragraph that is open."""
_BARRIERS = frozenset(b"applet button caption html marquee object table td template th svg math".split())
"""Elements out of which no end tag inside closes anything, and over which no paragraph is closed."""
_MARKERS = frozenset(b"applet caption marquee object td template th".split())
"""Elements in which emphasis from outside is not opened anew, and that end what is left open inside."""
_ONE_OF = {
    b"li": (frozenset((b"li",)), frozenset((b"ul", b"ol", b"dir", b"menu"))),
    b"dd": (frozenset((b"dd", b"dt")), frozenset((b"dl",))),
    b"dt": (frozenset((b"dd", b"dt")), frozenset((b"dl",))),
    b"option": (frozenset((b"option",)), frozenset((b"select",))),
    b"tr": (frozenset((b"tr",)), frozenset((b"table",))),
    b"td": (frozenset((b"td", b"th")), frozenset((b"table",))),
    b"th": (frozenset((b"td", b"th")), frozenset((b"table",))),
    **dict.fromkeys(
        (b"tbody", b"thead", b"tfoot"), (frozenset((b"tbody", b"thead", b"tfoot")), frozenset((b"table",)))
    ),
}
"""Start tags that close one of their kind that is open, and the elements that such a search does not leave."""
_SAME_AT_MOST = 3
"""Of equal emphasis left open, as many are opened anew ("Noah's Ark", in the same place of the standard)."""
_COPIES = 8
"""Elements that an end tag of emphasis adds at most, where blocks stand between it and its start ("adoption agency")."""


def bearable(html: str) -> bytes:
    """``html`` as the UTF-8 that a parser takes, if it can bear it; raises ``PageTooLarge`` and ``PageTooComplex``.

    Lone surrogates, which no page has but a JSON file may name, are left out.
    """
    data, tags = _counted(html)
    if tags > _HARMLESS_TAGS or (tags > MAX_DEPTH and _looks_deep(data)) or _may_have_too_many_attributes(data):
        _build(data, _Tree())
    return data


def check(html: str) -> None:
    """A first look at a page of which only a part will be parsed, and that part through ``bearable``: size and tags alone."""
    if len(html) > MAX_PAGE_BYTES // _CHARACTER_BYTES or html.count("<") > MAX_TAGS:
        _counted(html)


def _counted(html: str) -> tuple[bytes, int]:
    """The bytes and how many start tags they hold at most; bytes are counted five times as fast as characters."""
    data = html.encode(errors="ignore")
    if len(data) > MAX_PAGE_BYTES:
        raise PageTooLarge(f"{len(data)} bytes; at most {MAX_PAGE_BYTES} are parsed")
    ends = data.count(b"</")
    tags = data.count(b"<") - ends  # at most; comments and signs in texts are among them
    if tags > MAX_OPTIONS:
        tags = len(_START_RE.findall(data))
    if max(tags, ends) > MAX_TAGS:
        raise PageTooComplex(f"{tags} tags; at most {MAX_TAGS} are parsed")
    if tags > MAX_OPTIONS and len(_OPTION_RE.findall(data)) > MAX_OPTIONS:
        raise PageTooComplex(f"more than {MAX_OPTIONS} options to choose from")
    return data, tags


def _may_have_too_many_attributes(data: bytes) -> bool:
    """Whether a tag has, if it is one: it may also stand in a script, and seem to hold the tags that follow."""
    end = 0
    for odd in _ODD_TAG_RE.finditer(data) if _SIGN_IN_VALUE_RE.search(data) else _long_tags(data):
        tag = _TAG_RE.match(data, odd.start())
        if tag is None or tag.end() - tag.start() <= 2 * MAX_ATTRIBUTES:
            continue
        if odd.start() < end or _has_too_many_attributes(tag[4]):
            return True
        end = tag.end()
    return False


def _long_tags(data: bytes) -> Iterator[re.Match[bytes]]:
    """What may be a long tag, also where one begins within another."""
    position = 0
    while found := _LONG_TAG_RE.search(data, position):
        yield found
        position = found.start() + 1


def _has_too_many_attributes(given: bytes) -> bool:
    return len(given) > 2 * MAX_ATTRIBUTES and len(_ATTRIBUTE_RE.findall(given)) > MAX_ATTRIBUTES


def _looks_deep(data: bytes) -> bool:
    """Whether many more tags begin than end at some place, whatever their names."""
    depths = list(accumulate(map(_STEPS.__getitem__, _NESTING_RE.findall(data))))
    return max(map(sub, depths, accumulate(depths, min)), default=0) >= _SUSPICIOUS_DEPTH


@dataclass(slots=True, eq=False)
class _Open:
    """An element that is open, or emphasis that was left open and waits for the next text."""

    name: bytes
    given: bytes = b""
    """Its attributes as they are written."""
    is_open: bool = True


@dataclass(slots=True)
class _Tree:
    """As much of HTML5's tree construction as says how deep and how large the tree becomes; where unsure, too much."""

    stack: list[_Open] = field(default_factory=list)
    emphasis: list[_Open | None] = field(default_factory=list)
    """All that is to be opened anew; None where an element of ``_MARKERS`` began."""
    waiting: int = 0
    """How many of them are not open."""
    names: Counter[bytes] = field(default_factory=Counter)
    """Of the elements that are open: most searches find none and end here."""
    elements: int = 0

    def text(self) -> None:
        if not self.waiting:
            return
        begin = max((place for place, one in enumerate(self.emphasis) if one is None), default=-1) + 1
        for one in self.emphasis[begin:]:
            if one and not one.is_open:
                one.is_open = True
                self.waiting -= 1
                self.push(one)

    def push(self, one: _Open) -> None:
        self.stack.append(one)
        self.names[one.name] += 1
        self.elements += 1
        if len(self.stack) > MAX_DEPTH:
            raise PageTooComplex(f"more than {MAX_DEPTH} elements in each other")
        if self.elements > MAX_TAGS:
            raise PageTooComplex(f"more than {MAX_TAGS} elements with those that a parser adds")

    def start(self, name: bytes, given: bytes) -> None:
        if name in _ONE_OF:
            self.close(*_ONE_OF[name])
        if name in _PARAGRAPH_ENDS:
            self.close(_P, _BARRIERS)
        elif name in _FORMATTING:
            if name == b"a":
                self.end_emphasis(name)
            self.text()
        one = _Open(name, given)
        self.push(one)
        if name in _FORMATTING:
            self.keep(one)
        elif name in _MARKERS:
            self.emphasis.append(None)

    def keep(self, one: _Open) -> None:
        """Remember emphasis; of more than three alike the first is forgotten."""
        alike = []
        for other in reversed(self.emphasis):
            if other is None:
                break
            if other.name == one.name and other.given == one.given:
                alike.append(other)
        if len(alike) >= _SAME_AT_MOST:
            self.forget(alike[-1])
        self.emphasis.append(one)

    def forget(self, one: _Open) -> None:
        self.emphasis.remove(one)
        self.waiting -= not one.is_open

    def end(self, name: bytes) -> None:
        if name in _FORMATTING:
            self.end_emphasis(name)
        elif name in _ENDS_WITHIN_TABLE:
            self.close(frozenset((name,)), _TABLE_BARRIERS if name != b"table" else frozenset((b"template",)))
        else:
            self.close(frozenset((name,)), _BARRIERS)

    def end_emphasis(self, name: bytes) -> None:
        """Take the last emphasis of this name out of the tree's open elements; what stands in it stays open."""
        for one in reversed(self.emphasis):
            if one is None:
                return
            if one.name == name:
                break
        else:
            return
        self.forget(one)
        if one.is_open:
            if self.stack[-1] is not one:
                self.elements += _COPIES
            self.stack.remove(one)
            self.names[name] -= 1

    def close(self, names: frozenset[bytes], barriers: frozenset[bytes]) -> None:
        """Close the innermost open element of these names with all in it, unless it stands outside of a barrier."""
        if not any(self.names[name] for name in names):
            return
        for place in range(len(self.stack) - 1, -1, -1):
            name = self.stack[place].name
            if name in names:
                self.cut(place)
                return
            if name in barriers:
                return

    def cut(self, place: int) -> None:
        for one in reversed(self.stack[place:]):
            one.is_open = False
            self.names[one.name] -= 1
            if one.name in _FORMATTING:
                self.waiting += one in self.emphasis
            elif one.name in _MARKERS:
                self.leave_marker()
        del self.stack[place:]

    def leave_marker(self) -> None:
        while self.emphasis:
            one = self.emphasis.pop()
            if one is None:
                return
            self.waiting -= not one.is_open


_P = frozenset((b"p",))
_ENDS_WITHIN_TABLE = frozenset(b"table tbody thead tfoot tr td th caption".split())
_TABLE_BARRIERS = frozenset((b"table", b"template"))


def _build(data: bytes, tree: _Tree) -> None:
    """Go through the tags of a page as a parser would; raises ``PageTooComplex``."""
    position = 0
    while found := _TAG_RE.search(data, position):
        if found.start() > position:
            tree.text()
        position = found.end()
        comment, slash, written, given = found.groups()
        if comment:
            position = _behind_comment(data, position)
        elif written:
            name = written.lower()
            if slash:
                tree.end(name)
            elif name in _VOID:
                tree.elements += 1
            elif name in _RAW and not any(tree.names[foreign] for foreign in _FOREIGN):
                tree.elements += 1
                position = _behind_raw(data, name, position)
            else:
                tree.start(name, given)
            if _has_too_many_attributes(given):
                raise PageTooComplex(f"a tag of more than {MAX_ATTRIBUTES} attributes")


def _behind_comment(data: bytes, position: int) -> int:
    if data.startswith((b">", b"->"), position):  # an empty one
        return data.index(b">", position) + 1
    ended = _COMMENT_END_RE.search(data, position)
    return ended.end() if ended else len(data)


def _behind_raw(data: bytes, name: bytes, position: int) -> int:
    """Where the end tag begins of an element whose content is no markup."""
    ended = _RAW_END_RE[name].search(data, position)
    return ended.start() if ended else len(data)
