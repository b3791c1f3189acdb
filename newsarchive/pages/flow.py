"""From a tree of any shape to lines, one block element each (clean): the reading order is kept, the nesting is not.

The tree is walked once, without recursion. Text gathers in a run; whatever starts or ends a block ends the run, which
becomes what its place asks for: a paragraph, a heading, the content of a cell. Open emphasis and links are closed at the
end of a run and opened again in the next one, so ``<b><p>x</p><p>y</p></b>`` becomes two bold paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from newsarchive.pages.addresses import link, picture, pixels
from newsarchive.pages.rules import Rules
from newsarchive.pages.text import one_line, printable, squashed, trim_end, trim_start

_INLINE = {tag: tag for tag in ("a", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code")}
_INLINE |= {"del": "s", "strike": "s", "ins": "u"}
_RENAMED = {"h1": "h2", "tfoot": "tbody"}
_TRANSPARENT_BLOCKS = {
    "p", "div", "center", "section", "article", "main", "header", "footer", "aside", "nav", "address",
    "details", "summary", "fieldset", "legend", "form", "body", "hr", "dir", "menu", "figure", "figcaption",
    "caption", "li", "dt", "dd", "tr", "td", "th",
}  # fmt: skip
"""Elements that start and end a paragraph but are not kept; also what stands outside of its parent."""

_ROOT = ""
_FLOWS = frozenset({_ROOT, "blockquote"})
_CELLS = frozenset({"li", "dd", "td", "th"})
_ROWS = frozenset({"table", "thead", "tbody"})
_PARENTS = {
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figure"), _FLOWS),
    **dict.fromkeys(("ul", "ol", "dl", "table"), _FLOWS | _CELLS),
    "figcaption": _FLOWS | {"figure"},
    "li": frozenset({"ul", "ol"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dl"})),
    **dict.fromkeys(("caption", "thead", "tbody"), frozenset({"table"})),
    "tr": _ROWS,
    **dict.fromkeys(("td", "th"), frozenset({"tr"})),
}
"""Where each kept block may stand; elsewhere only its paragraphs are kept."""
_LISTS = frozenset({"ul", "ol", "dl"}) | _ROWS
_LOOSE = {
    **dict.fromkeys(_FLOWS, "<p>{}</p>"),
    **dict.fromkeys(("ul", "ol"), "<li>{}</li>"),
    "dl": "<dd>{}</dd>",
    "tr": "<td>{}</td>",
    **dict.fromkeys(_ROWS, "<tr><td>{}</td></tr>"),
    "figure": "<figcaption>{}</figcaption>",
}
"""What a run becomes that stands directly in such a block; in all others it stays as it is."""
_MOST_CELLS = (
    100  # columns or rows that one cell may span; a browser stops at 1000, a page that asks for more is broken
)


@dataclass(slots=True)
class Block:
    """One finished block: its HTML, one or more lines."""

    html: str
    text: str = ""
    """What a paragraph says; empty for other blocks."""
    loose: str = ""
    """As much of that text as no link holds."""
    is_bare: bool = False
    """Whether nothing is to be seen: an empty cell, a row of such."""


class _Token(NamedTuple):
    kind: str  # "text", "open", "close", "picture"
    html: str


@dataclass(slots=True)
class _Frame:
    """A kept block that is still open."""

    name: str
    opening: str = ""
    blocks: list[Block] = field(default_factory=list)


def blocks(soup: BeautifulSoup, base_url: str, rules: Rules) -> list[Block]:
    """The blocks of a cut body in reading order, without what ``rules`` says is no text."""
    return _Writer(base_url, rules).write(soup)


class _Writer:
    def __init__(self, base_url: str, rules: Rules) -> None:
        self.base_url, self.rules = base_url, rules
        self.frames = [_Frame(_ROOT)]
        self.inlines: list[str] = []
        self.run: list[_Token] = []

    def write(self, soup: BeautifulSoup) -> list[Block]:
        stack: list[tuple[Iterator[object], Callable[[], None] | None]] = [(iter(soup.contents), self.end_run)]
        while stack:
            children, leave = stack[-1]
            node = next(children, None)
            if node is None:
                stack.pop()
                if leave:
                    leave()
            elif isinstance(node, Tag):
                stack.append((iter(node.contents), self.enter(node)))
            elif type(node) is NavigableString:  # comments and the like are subclasses
                self.add_text(node)
        return self.frames[0].blocks

    def enter(self, tag: Tag) -> Callable[[], None] | None:
        """Open what ``tag`` is kept as; returns what closes it."""
        name = self.kept_name(tag)
        if name in _INLINE:
            return self.open_inline(_INLINE[name], tag)
        if name == "img":
            self.add_picture(tag)
        elif name == "br":
            self.end_run()
        elif self.frames[-1].name in _PARENTS.get(name, ()):
            return self.open_frame(name, tag)
        elif name in _PARENTS or name in _TRANSPARENT_BLOCKS:
            self.end_run()
            return self.end_run
        return None

    def kept_name(self, tag: Tag) -> str:
        classes = str(tag.get("class", "")).split()
        if classes and not self.rules.figure.isdisjoint(classes):
            return "figure"
        if classes and not self.rules.caption.isdisjoint(classes):
            return "figcaption"
        return _RENAMED.get(tag.name, tag.name)

    def add_text(self, text: str) -> None:
        self.run.append(_Token("text", printable(text) if self.frames[-1].name == "pre" else squashed(text)))

    def add_picture(self, tag: Tag) -> None:
        given = {name: str(value) for name, value in tag.attrs.items()}
        if address := picture(given, self.base_url, self.rules):
            self.run.append(_Token("picture", _img(address, given)))

    def open_inline(self, name: str, tag: Tag) -> Callable[[], None] | None:
        opening = f"<{name}>"
        if name == "a":
            address = link(str(tag.get("href", "")), self.base_url, self.rules)
            opening = f'<a href="{escape(address)}">' if address else ""
        if not opening or any(_name(other) == name for other in self.inlines):
            return None
        self.inlines.append(opening)
        self.run.append(_Token("open", opening))
        return self.close_inline

    def close_inline(self) -> None:
        self.run.append(_Token("close", f"</{_name(self.inlines.pop())}>"))

    def end_run(self) -> None:
        """Close the run, put it where it belongs, and open in the next what was open in this."""
        tokens = self.run + [_Token("close", f"</{_name(opening)}>") for opening in reversed(self.inlines)]
        self.run = [_Token("open", opening) for opening in self.inlines]
        frame = self.frames[-1]
        tokens = tokens if frame.name == "pre" else _trimmed(tokens)
        html = "".join(escape(token.html, quote=False) if token.kind == "text" else token.html for token in tokens)
        text = "".join(token.html for token in tokens if token.kind == "text").strip()
        if text and not self.rules.paragraphs.search(text):
            frame.blocks.append(Block(_LOOSE.get(frame.name, "{}").format(html), text, _loose(tokens)))
        elif not text:
            frame.blocks += [Block(html) for html in _pictures(tokens, frame.name)]

    def open_frame(self, name: str, tag: Tag) -> Callable[[], None]:
        self.end_run()
        self.frames.append(_Frame(name, f"<{name}{_spans(tag) if name in ('td', 'th') else ''}>"))
        return self.close_frame

    def close_frame(self) -> None:
        self.end_run()
        frame = self.frames.pop()
        siblings = self.frames[-1].blocks
        if frame.name == "figcaption" and self.frames[-1].name in _FLOWS and frame.blocks:
            _add_caption(siblings, frame.blocks)
        elif frame.name == "figure":
            siblings += _figure(frame.blocks)
        elif block := _closed(frame):
            siblings.append(block)


def _name(opening: str) -> str:
    return opening[1:].split(" ", 1)[0].rstrip(">")


def _img(address: str, given: dict[str, str]) -> str:
    alt = one_line(given.get("alt", ""))
    sizes = [(name, pixels(given.get(name))) for name in ("width", "height")]
    shown = [f' alt="{escape(alt)}"' if alt else "", *(f' {name}="{size}"' for name, size in sizes if size)]
    return f'<img src="{escape(address)}"{"".join(shown)} referrerpolicy="no-referrer">'


def _spans(tag: Tag) -> str:
    spans = ((name, pixels(str(tag.get(name, "")))) for name in ("colspan", "rowspan"))
    return "".join(f' {name}="{min(span, _MOST_CELLS)}"' for name, span in spans if span and span > 1)


def _trimmed(tokens: list[_Token]) -> list[_Token]:
    """Without indents, blanks at the ends and doubled ones, and without elements that hold nothing."""
    kept: list[_Token] = []
    is_fresh, is_spaced = True, False
    for kind, html in _trimmed_end(tokens):
        text = html
        if kind == "text":
            text = trim_start(html) if is_fresh else html.lstrip(" ") if is_spaced else html
            is_fresh, is_spaced = is_fresh and not text, text.endswith(" ") if text else is_spaced
        elif kind == "picture":
            is_fresh = is_spaced = False
        if kind == "close" and kept and kept[-1].kind == "open":
            kept.pop()
        elif text:
            kept.append(_Token(kind, text))
    return kept


def _trimmed_end(tokens: list[_Token]) -> list[_Token]:
    kept = list(tokens)
    for index in reversed(range(len(kept))):
        kind, html = kept[index]
        if kind == "text":
            kept[index] = _Token(kind, trim_end(html))
        if kind == "picture" or (kind == "text" and kept[index].html):
            break
    return kept


def _loose(tokens: list[_Token]) -> str:
    """The text outside of links."""
    loose, in_link = "", False
    for kind, html in tokens:
        if kind in ("open", "close") and _name(html).strip("/") == "a":
            in_link = kind == "open"
        elif kind == "text" and not in_link:
            loose += html
    return loose.strip()


def _pictures(tokens: list[_Token], place: str) -> list[str]:
    """The pictures of a run without text, each with its link."""
    pictures, opening = [], ""
    for kind, html in tokens:
        if kind in ("open", "close") and _name(html).strip("/") == "a":
            opening = html if kind == "open" else ""
        elif kind == "picture":
            linked = f"{opening}{html}</a>" if opening else html
            pictures.append(f"<figure>{linked}</figure>" if place in _FLOWS else linked)
    return pictures


def _add_caption(siblings: list[Block], captions: list[Block]) -> None:
    """A caption outside of a figure goes to the picture before it; without one it is a paragraph."""
    last = siblings[-1].html if siblings else ""
    if last.endswith("</figure>") and "<figcaption>" not in last:
        siblings[-1].html = last.replace("</figure>", f"<figcaption>{_joined(captions)}</figcaption></figure>")
    else:
        siblings += [Block(f"<p>{caption.html}</p>", caption.text, caption.loose) for caption in captions]


def _figure(parts: list[Block]) -> list[Block]:
    """One figure of pictures and their captions; captions alone become paragraphs."""
    captions = [part for part in parts if part.text]
    for caption in captions:
        caption.html = caption.html.removeprefix("<figcaption>").removesuffix("</figcaption>")
    pictures = "".join(part.html for part in parts if not part.text)
    if not pictures:
        return [Block(f"<p>{caption.html}</p>", caption.text, caption.loose) for caption in captions]
    caption_html = f"<figcaption>{_joined(captions)}</figcaption>" if captions else ""
    return [Block(f"<figure>{pictures}{caption_html}</figure>")]


def _joined(runs: list[Block]) -> str:
    return "<br>".join(run.html for run in runs)


def _closed(frame: _Frame) -> Block | None:
    """The block of a frame that ends, None if there is nothing in it."""
    closing = f"</{frame.name}>"
    is_bare = all(block.is_bare for block in frame.blocks)
    if frame.name in ("td", "th"):
        return Block(f"{frame.opening}{_cell(frame.blocks)}{closing}", is_bare=is_bare)
    if not frame.blocks or (is_bare and frame.name not in ("tr", "thead", "tbody")):
        return None
    if frame.name == "pre":
        lines = "\n".join(block.html for block in frame.blocks).splitlines()
        return Block("<pre>" + "\n".join(line for line in lines if line.strip()) + "</pre>")
    if frame.name == "tr":
        return Block(f"<tr>{''.join(block.html for block in frame.blocks)}</tr>", is_bare=is_bare)
    if frame.name in _LISTS or frame.name in _FLOWS:
        inner = "\n".join(block.html for block in frame.blocks)
        return Block(f"{frame.opening}\n{inner}\n{closing}", is_bare=is_bare)
    text = " ".join(block.text for block in frame.blocks)
    return Block(f"{frame.opening}{_cell(frame.blocks)}{closing}", text if frame.name == "figcaption" else "")


_NESTED_RE = re.compile(r"<(?:ul|ol|dl|table)>")


def _cell(parts: list[Block]) -> str:
    """The content of a cell or heading: its runs with breaks between, lists and tables on lines of their own."""
    html = ""
    for part in parts:
        is_nested = _NESTED_RE.match(part.html)
        separator = "\n" if is_nested or html.endswith((">\n", "</ul>", "</ol>", "</dl>", "</table>")) else "<br>"
        html += (separator if html else "") + part.html
    return html
