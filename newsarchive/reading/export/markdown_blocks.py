"""Safe HTML as plain Markdown (CommonMark, tables of GFM): no HTML in it, so that Obsidian and its like show all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsarchive.reading.export.markdown_runs import INLINE, lines_of, marked

LINE_BREAK = "  \n"
"""Two blanks: Obsidian shows a backslash."""
MOST_SPANNED = 100
"""Columns that one cell may span; a page that asks for more is broken, or means us ill."""
DEEPEST = 12
"""Quotations and lists in each other that are set in; else a page of few tags became one of many megabytes of blanks."""
MOST_COLUMNS = 400
"""Of a table; the rest of a row that has more is left out."""
_SET_IN = frozenset({"blockquote", "ul", "ol", "dl"})
_TICKS_RE = re.compile("`+")
_ROW_GROUPS = frozenset({"thead", "tbody", "tfoot"})


def markdown_of(html: str) -> str:
    """``html`` is safe and not deeper than ``pages.depth`` bears; blocks are parted by an empty line, none in front."""
    body = LexborHTMLParser(f"<body>{html}").body
    return "\n\n".join(_blocks(body)) if body else ""


def _blocks(node: LexborNode) -> list[str]:
    blocks: list[str] = []
    run: list[LexborNode] = []
    for child in node.iter(include_text=True):
        if child.is_text_node or child.tag in INLINE:
            run.append(child)
            continue
        blocks += _paragraph(run)
        run = []
        blocks += _WRITERS.get(child.tag or "", _blocks)(child)
    return blocks + _paragraph(run)


def _paragraph(run: Sequence[LexborNode]) -> list[str]:
    lines = lines_of(run)
    return [LINE_BREAK.join(lines)] if lines else []


def _heading(node: LexborNode) -> list[str]:
    text = " ".join(lines_of([node]))
    return [f"{'#' * int((node.tag or 'h2')[1])} {text}"] if text else []


def _quotation(node: LexborNode) -> list[str]:
    return _set_in(node, _blocks(node), "> ", "> ")


def _caption(node: LexborNode) -> list[str]:
    text = " ".join((node.text() or "").split())
    return [marked(text, "*")] if text else []


def _preformatted(node: LexborNode) -> list[str]:
    text = (node.text() or "").strip("\n")
    fence = "`" * max(3, 1 + max(map(len, _TICKS_RE.findall(text)), default=0))
    return [f"{fence}\n{text}\n{fence}"] if text.strip() else []


def _list(node: LexborNode) -> list[str]:
    items: list[str] = []
    for child in node.iter():
        mark = f"{len(items) + 1}. " if node.tag == "ol" else "- "
        items += _set_in(node, _blocks(child), mark, " " * len(mark))
    return ["\n".join(items)] if items else []


def _definitions(node: LexborNode) -> list[str]:
    blocks: list[str] = []
    for child in node.iter():
        if child.tag == "dt":
            blocks += [marked(text, "**") for text in [" ".join((child.text() or "").split())] if text]
        else:
            blocks += _set_in(node, _blocks(child), "- ", "  ")
    return blocks


def _set_in(node: LexborNode, blocks: Sequence[str], first: str, further: str) -> list[str]:
    """Blocks of ``node`` as one, its lines set in, unless it lies too deep."""
    if not blocks or _depth(node) > DEEPEST:
        return list(blocks)
    lines = "\n\n".join(blocks).split("\n")
    rest = [f"{further}{line}".rstrip(" ") if not line else f"{further}{line}" for line in lines[1:]]
    return ["\n".join([first + lines[0], *rest])]


def _depth(node: LexborNode | None) -> int:
    """How many quotations and lists lie in each other here, this one included."""
    depth = 0
    while node is not None:
        depth += node.tag in _SET_IN
        node = node.parent
    return depth


# --- tables ----------------------------------------------------------------------------------------------------------


def _table(node: LexborNode) -> list[str]:
    """The first row is the head: GFM has no table without.  A table of one column is layout, and becomes its text."""
    rows = list(_rows(node))
    captions = [block for child in node.iter() if child.tag == "caption" for block in _caption(child)]
    if all(len(row) <= 1 for row in rows):
        return captions + [block for row in rows for cell in row for block in _blocks(cell)]
    grid = _grid(rows)
    width = max(map(len, grid))
    head = grid[0] + [""] * (width - len(grid[0]))
    return [*captions, "\n".join(map(_row, (head, ["---"] * width, *grid[1:])))]


def _rows(table: LexborNode) -> Iterator[list[LexborNode]]:
    for child in table.iter():
        if child.tag in _ROW_GROUPS:
            yield from _rows(child)
        elif child.tag == "tr":
            yield [cell for cell in child.iter() if cell.tag in ("td", "th")]


def _grid(rows: Sequence[Sequence[LexborNode]]) -> list[list[str]]:
    """What each row shows, with empty cells below and beside those that span several."""
    grid: list[list[str]] = []
    hanging: dict[int, int] = {}
    for cells in rows:
        row: list[str] = []
        for cell in cells:
            _skip(row, hanging)
            span = min(_span(cell, "colspan"), MOST_COLUMNS - len(row))
            if span < 1:
                break
            if (down := _span(cell, "rowspan")) > 1:
                hanging |= dict.fromkeys(range(len(row), len(row) + span), down)
            row += [" ".join(lines_of([cell])), *[""] * (span - 1)]
        _skip(row, hanging)
        hanging = {column: left - 1 for column, left in hanging.items() if left > 1}
        grid.append(row)
    return grid


def _skip(row: list[str], hanging: dict[int, int]) -> None:
    while len(row) in hanging and len(row) < MOST_COLUMNS:
        row.append("")


def _span(cell: LexborNode, name: str) -> int:
    told = cell.attributes.get(name) or ""
    is_number = told.isascii() and told.isdecimal() and len(told) <= len(str(MOST_SPANNED))
    return min(max(int(told), 1), MOST_SPANNED) if is_number else 1


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


_WRITERS: dict[str, Callable[[LexborNode], list[str]]] = {
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), _heading),
    "blockquote": _quotation,
    "figcaption": _caption,
    "pre": _preformatted,
    "ul": _list,
    "ol": _list,
    "dl": _definitions,
    "table": _table,
}
"""Of all other elements the content is written."""
