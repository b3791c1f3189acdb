"""From a tree of any shape to blocks of one line each (clean): the reading order is kept, the nesting is not.

The tree is walked once, without recursion. Text and pictures gather in a run; whatever starts or ends a block ends the
run, which becomes what its place asks for: a paragraph, a heading, the content of a cell. Open emphasis and links are
closed at the end of a run and opened again in the next, so ``<b><p>x</p><p>y</p></b>`` becomes two bold paragraphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from bs4.element import PageElement, PreformattedString, Tag

from newsarchive.pages.addresses import link, picture, pixels
from newsarchive.pages.inline_runs import (
    CLOSE,
    OPEN,
    PICTURE,
    TEXT,
    Block,
    Piece,
    Token,
    closing,
    finished,
    line,
    pictures,
    plain,
    tag_name,
    trimmed,
)
from newsarchive.pages.promotion import has_links, is_pointer, is_promotion, without_promoted
from newsarchive.pages.related import without_related
from newsarchive.pages.rules import Rules
from newsarchive.pages.text import one_line, preformatted, squashed

_EMPHASIS = {tag: tag for tag in ("strong", "b", "em", "i", "u", "s", "sub", "sup", "code")}
_EMPHASIS |= {"del": "s", "strike": "s", "ins": "u"}
_INLINE = _EMPHASIS | {"a": "a"}
_RENAMED = {"h1": "h2", "tfoot": "tbody"}

_ROOT = ""
_FLOWS = frozenset({_ROOT, "blockquote", "center"})
_CELLS = frozenset({"li", "dd", "td", "th"})
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_PARENTS = {
    **dict.fromkeys((*_HEADINGS, "blockquote", "pre", "figcaption"), _FLOWS),
    **dict.fromkeys(("ul", "ol", "dl", "table"), _FLOWS | _CELLS),
    "center": frozenset({_ROOT, "blockquote"}),
    "li": frozenset({"ul", "ol"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dl"})),
    **dict.fromkeys(("caption", "thead", "tbody"), frozenset({"table"})),
    "tr": frozenset({"table", "thead", "tbody"}),
    **dict.fromkeys(("td", "th"), frozenset({"tr"})),
}
"""Where each kept block may stand; elsewhere only its paragraphs are kept."""
_TRANSPARENT = {
    *_PARENTS, "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "address",
    "details", "summary", "fieldset", "legend", "form", "body", "hr", "br", "dir", "menu", "figure",
}  # fmt: skip
"""What starts and ends a run without being kept. All other elements are passed over, their text is not."""
_LOOSE = {
    **dict.fromkeys(_FLOWS, "<p>{}</p>"),
    **dict.fromkeys(("ul", "ol"), "<li>{}</li>"),
    "dl": "<dd>{}</dd>",
    "tr": "<td>{}</td>",
    **dict.fromkeys(("thead", "tbody"), "<tr><td>{}</td></tr>"),
    "table": "<tbody>\n<tr><td>{}</td></tr>\n</tbody>",
}
"""What a run becomes that stands directly in such a block; in all others it stays as it is."""
_LONGEST_CAPTION = 120  # characters; what is centred below a picture and longer than that is text
_MOST_CELLS = 100  # columns or rows that one cell spans; a page that asks for more is broken, or means us ill


@dataclass(slots=True)
class _Frame:
    """A kept block that is still open."""

    name: str
    opening: str = ""
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Element:
    """An element of the simplest markup, as much of a ``Tag`` of BeautifulSoup as is asked here, at a tenth of its cost."""

    name: str
    attrs: dict[str, str]
    contents: list[Element | str]


_ELEMENTS = (Tag, Element)
Node = PageElement | Element | str
"""An element or text of BeautifulSoup, an ``Element``, plain text."""


class Blocks(NamedTuple):
    """The blocks of a body in reading order, without the pictures and paragraphs that ``Rules`` says are no text."""

    lines: list[Block]
    removed: list[str]
    """The HTML of those paragraphs."""
    related: list[str]
    """The HTML of those that only lead to other stories."""


def blocks(nodes: Sequence[Node], base_url: str, rules: Rules) -> Blocks:
    """What a body without its slots becomes."""
    writer = _Writer(base_url, rules)
    lines, related = without_related(writer.write(nodes), rules)
    return Blocks(lines, writer.removed, writer.related + related)


class _Writer:
    def __init__(self, base_url: str, rules: Rules) -> None:
        self.base_url, self.rules = base_url, rules
        self.frames = [_Frame(_ROOT)]
        self.inlines: list[str] = []
        self.run: list[Token] = []
        self.is_filled = False
        self.removed: list[str] = []
        self.related: list[str] = []

    def write(self, nodes: Sequence[Node]) -> list[Block]:
        stack: list[tuple[Iterator[Node], Callable[[], None] | None]] = [(iter(nodes), self.end_run)]
        while stack:
            children, leave = stack[-1]
            node = next(children, None)
            if node is None:
                stack.pop()
                if leave:
                    leave()
            elif type(node) is str:  # as most are: asked first
                self.add_text(node)
            elif isinstance(node, Element) and self.add_plain(node):
                pass
            elif isinstance(node, _ELEMENTS):
                stack.append((iter(node.contents), self.enter(node)))
            elif isinstance(node, str) and not isinstance(node, PreformattedString):  # comments are such
                self.add_text(node)
        return self.frames[0].blocks

    def add_plain(self, node: Element) -> bool:
        """Add a paragraph of text and plain emphasis that stands by itself, as most do; False if it is more than that.

        It becomes what ``enter`` and ``end_run`` would make of it, at a third of their cost.
        """
        if node.name != "p" or self.inlines or self.frames[-1].name not in _FLOWS or self.kept_name(node) != "p":
            return False
        contents = node.contents
        if len(contents) == 1 and isinstance(contents[0], str):
            self.place_plain(line(self.shown(contents[0])))
            return True
        pieces: list[Piece] = []
        for child in contents:
            if isinstance(child, str):
                pieces.append(("", self.shown(child)))
            elif child.name in _EMPHASIS and len(child.contents) == 1 and isinstance(child.contents[0], str):
                pieces.append((_EMPHASIS[child.name], self.shown(child.contents[0])))
            else:
                return False
        self.place_plain(plain(pieces))
        return True

    def place_plain(self, block: Block) -> None:
        if self.run:
            self.end_run()
        if block.text:
            self.place(block, [])

    def shown(self, text: str) -> str:
        text = squashed(text)
        if "【" in text or "[" in text or "（" in text or "(" in text:
            text = self.rules.labels.sub("", text)
        for word in self.rules.ending_words:
            if word in text:
                return self.rules.endings.sub("", text)
        return text

    def enter(self, tag: Tag | Element) -> Callable[[], None] | None:
        """Open what ``tag`` is kept as; returns what closes it."""
        name = self.kept_name(tag)
        is_frame = name == "table" and _only_frames(tag)
        if is_frame or (name in ("p", "div") and _is_centred_line(tag)):
            name = "center"
        if name in _INLINE:
            return self.open_inline(_INLINE[name], tag)
        if self.frames[-1].name in _PARENTS.get(name, ()):
            return self.open_frame(name, tag)
        if name in _TRANSPARENT:
            self.end_run()
            return self.end_run
        if name == "img":
            self.add_picture(tag)
        return None

    def kept_name(self, tag: Tag | Element) -> str:
        classes = tag.attrs.get("class") if tag.name not in _PARENTS or tag.name in _HEADINGS else None
        if classes and not self.rules.caption.isdisjoint(str(classes).split()):
            return "figcaption"
        return _RENAMED.get(tag.name, tag.name)

    def add_text(self, text: str) -> None:
        is_preformatted = self.frames[-1].name == "pre"
        if not (self.run or is_preformatted) and text.isspace():
            return  # between two blocks, as most such texts stand
        shown = preformatted(text) if is_preformatted else self.shown(text)
        self.run.append((TEXT, shown))
        self.is_filled = self.is_filled or shown != " "

    def add_picture(self, tag: Tag | Element) -> None:
        given = {name: str(value) for name, value in tag.attrs.items()}
        if address := picture(given, self.base_url, self.rules):
            self.run.append((PICTURE, _img(address, given)))
            self.is_filled = True

    def open_inline(self, name: str, tag: Tag | Element) -> Callable[[], None] | None:
        opening = f"<{name}>"
        if name == "a":
            address = link(str(tag.attrs.get("href", "")), self.base_url, self.rules)
            opening = f'<a href="{escape(address)}">' if address else ""
        if not opening or any(tag_name(other) == name for other in self.inlines):
            return None
        self.inlines.append(opening)
        self.run.append((OPEN, opening))
        return self.close_inline

    def close_inline(self) -> None:
        self.run.append((CLOSE, closing(self.inlines.pop())))

    def end_run(self) -> None:
        """Close the run, put it where it belongs, and open in the next what was open in this."""
        tokens, self.run = self.run, [(OPEN, opening) for opening in self.inlines]
        if not self.is_filled:
            return
        self.is_filled = False
        tokens += [(CLOSE, closing(opening)) for opening in reversed(self.inlines)]
        if self.frames[-1].name == "pre":
            self.place(finished(tokens), tokens)
        elif not has_links(tokens):
            self.place(finished(trimmed(tokens)), tokens)
        else:
            self.place_linked(trimmed(tokens))

    def place_linked(self, tokens: list[Token]) -> None:
        """Place a run with links in it, unless it is a line of promotion."""
        block = finished(tokens)
        if is_promotion(block, tokens, self.rules):
            self.removed.append(block.html)
        elif is_pointer(block):
            self.related.append(block.html)
        else:
            tokens = trimmed(without_promoted(tokens, self.rules))
            self.place(finished(tokens), tokens)

    def place(self, block: Block, tokens: list[Token]) -> None:
        """Put a finished run into the open frame: as a paragraph, as the pictures that are all of it, or nowhere."""
        frame = self.frames[-1]
        if block.text and self.rules.paragraphs.match(block.text):
            self.removed.append(block.html)
        elif block.text:
            block.html = _LOOSE.get(frame.name, "{}").format(block.html)
            frame.blocks.append(block)
        else:
            template = "<figure>{}</figure>" if frame.name in _FLOWS else _LOOSE.get(frame.name, "{}")
            frame.blocks += [Block(template.format(html)) for html in pictures(tokens)]

    def open_frame(self, name: str, tag: Tag | Element) -> Callable[[], None]:
        self.end_run()
        self.frames.append(_Frame(name, f"<{name}{_spans(tag) if name in ('td', 'th') else ''}>"))
        return self.close_frame

    def close_frame(self) -> None:
        self.end_run()
        frame = self.frames.pop()
        siblings = self.frames[-1].blocks
        if frame.name == "blockquote":
            frame.blocks, related = without_related(frame.blocks, self.rules)
            self.related += related
        if frame.name == "figcaption":
            _add_caption(siblings, frame.blocks)
        elif frame.name == "center":
            siblings += _with_captions(frame.blocks)
        elif block := _closed(frame):
            siblings.append(block)


def _img(address: str, given: dict[str, str]) -> str:
    alt = one_line(given.get("alt", ""))
    sizes = [(name, pixels(given.get(name))) for name in ("width", "height")]
    shown = [f' alt="{escape(alt)}"' if alt else "", *(f' {name}="{size}"' for name, size in sizes if size)]
    return f'<img src="{escape(address)}"{"".join(shown)} referrerpolicy="no-referrer">'


def _only_frames(table: Tag | Element) -> bool:
    """Whether a table only puts a picture and its caption below each other, or frames a single cell: old pages do."""
    rows = [row for part in (table, *_children(table, "thead", "tbody", "tfoot")) for row in _children(part, "tr")]
    widths = [width for row in rows if (width := len(_children(row, "td", "th")))]
    return max(widths, default=0) <= 1 and (len(widths) <= 1 or _holds_picture(table))


def _children(element: Tag | Element, *names: str) -> list[Tag | Element]:
    return [child for child in element.contents if isinstance(child, _ELEMENTS) and child.name in names]


def _holds_picture(element: Tag | Element) -> bool:
    waiting = [element]
    while waiting:
        children = [child for child in waiting.pop().contents if isinstance(child, _ELEMENTS)]
        if any(child.name == "img" for child in children):
            return True
        waiting += children
    return False


def _is_centred_line(tag: Tag | Element) -> bool:
    """Whether a block is set in the middle and holds no other: a picture and its caption, if it holds a picture."""
    is_centred = str(tag.attrs.get("align", "")).lower() == "center"
    names = (child.name for child in tag.contents if isinstance(child, _ELEMENTS))
    return is_centred and _TRANSPARENT.isdisjoint(name for name in names if name != "br")


def _spans(tag: Tag | Element) -> str:
    spans = ((name, pixels(str(tag.attrs.get(name, "")))) for name in ("colspan", "rowspan"))
    return "".join(f' {name}="{min(span, _MOST_CELLS)}"' for name, span in spans if span and span > 1)


def _add_caption(siblings: list[Block], captions: list[Block]) -> None:
    """Put a caption to the picture before it; without one it is a paragraph."""
    last = siblings[-1].html if siblings else ""
    if captions and last.endswith("</figure>") and "<figcaption>" not in last:
        shown = "<br>".join(caption.html for caption in captions)
        siblings[-1].html = last.removesuffix("</figure>") + f"<figcaption>{shown}</figcaption></figure>"
    else:
        for caption in captions:
            caption.html = f"<p>{caption.html}</p>" if caption.text else f"<figure>{caption.html}</figure>"
        siblings += captions


def _with_captions(centred: list[Block]) -> list[Block]:
    """The blocks of a ``center``: old pages write the caption of a picture below it and mark it by nothing else."""
    kept: list[Block] = []
    for block in centred:
        is_below = bool(kept) and kept[-1].html.endswith("</figure>")
        if is_below and block.html.startswith("<p>") and 0 < len(block.text) <= _LONGEST_CAPTION:
            _add_caption(kept, [Block(block.html.removeprefix("<p>").removesuffix("</p>"), block.text)])
        else:
            kept.append(block)
    return kept


def _closed(frame: _Frame) -> Block | None:
    """The block of a frame that ends, None if there is nothing in it."""
    inside, end = frame.blocks, f"</{frame.name}>"
    is_bare = all(block.is_bare for block in inside)
    if frame.name in ("td", "th"):
        return Block(f"{frame.opening}{_cell(inside)}{end}", is_bare=is_bare)
    if not inside or (is_bare and frame.name == "table"):
        return None
    if frame.name == "pre":
        text = "\n".join(block.html for block in inside)
        return Block("<pre>" + "\n".join(line for line in text.splitlines() if line.strip()) + "</pre>")
    if frame.name == "tr":
        return Block(f"<tr>{''.join(block.html for block in inside)}</tr>", is_bare=is_bare)
    if frame.name in ("li", "dt", "dd", "caption", *_HEADINGS):
        return Block(f"{frame.opening}{_cell(inside)}{end}", *_texts(inside))
    lines = "\n".join((frame.opening, *(block.html for block in inside), end))
    return Block(lines, *_texts(inside)) if frame.name in ("ul", "ol", "blockquote") else Block(lines, is_bare=is_bare)


def _texts(inside: list[Block]) -> tuple[str, str]:
    return " ".join(block.text for block in inside), " ".join(filter(None, (block.loose for block in inside)))


def _cell(parts: list[Block]) -> str:
    """The content of a cell or heading: a break between runs, lists and tables on lines of their own."""
    html, was_lines = "", True
    for part in parts:
        is_lines = "\n" in part.html
        separator = "\n" if is_lines or was_lines else "<br>"
        html += (separator if html else "") + part.html
        was_lines = is_lines
    return html
