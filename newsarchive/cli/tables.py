"""Tables as the verbs show them: rules and bold heads on a terminal, else plain aligned text for mail, logs and pipes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import typer
from rich.cells import cell_len

GAP = "  "
NO_STYLES: Mapping[str, str] = MappingProxyType({})


def show(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    styles: Mapping[str, str] = NO_STYLES,
) -> None:
    """Print a table; ``right`` names the columns of figures.  Cells are shown to the letter, control characters escaped.

    ``styles``: column → what rich draws it in on a terminal, like ``cyan``.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _show_on_terminal(head, cells, right, styles)
        return
    widths = [max(map(cell_len, column)) for column in zip(head, *cells, strict=True)]
    for line in (head, *cells):
        padded = [_padded(*entry, right) for entry in zip(line, widths, head, strict=True)]
        typer.echo(GAP.join(padded).rstrip())


def _padded(cell: str, width: int, column: str, right: Sequence[str]) -> str:
    """To the width in columns of a terminal, of which a Chinese character takes two."""
    blanks = " " * (width - cell_len(cell))
    return blanks + cell if column in right else cell + blanks


def printable(cell: str) -> str:
    """The text with control characters escaped: what came from the web must not move the cursor of a terminal."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in cell)


def _show_on_terminal(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str], styles: Mapping[str, str]
) -> None:
    from rich.console import Console  # noqa: PLC0415 - takes longer to load than all the rest of a verb
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for name in head:  # only the last is folded where the terminal is narrow
        justify: Literal["left", "right"] = "right" if name in right else "left"
        table.add_column(name, justify=justify, style=styles.get(name), overflow="fold", no_wrap=name != head[-1])
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
