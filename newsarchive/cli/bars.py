"""Small plots of block characters: bars behind the rows of a table, and a curve in one line.

Some terminals draw a block two columns wide, as they do a Chinese character; so nothing stands to the right of blocks that
would have to be in line.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

EIGHTHS = "▏▎▍▌▋▊▉█"
"""Of a column, from the left."""
HEIGHTS = "▁▂▃▄▅▆▇█"
PLAIN = "#"
"""Where the stream has no blocks: ``LANG=C``, a pipe of Windows."""


def are_drawable() -> bool:
    """Whether standard output can carry blocks."""
    try:
        (EIGHTHS + HEIGHTS).encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def bars(values: Sequence[int], width: int, *, plain: bool = False) -> list[str]:
    """A bar for each value, that of the largest ``width`` columns long; what is not zero is to be seen.

    >>> bars([16, 8, 1, 0], 2)
    ['██', '█', '▏', '']
    """
    most = max(values, default=0)
    return [_bar(value * width * len(EIGHTHS), most, plain=plain) if value > 0 else "" for value in values]


def _bar(scaled: int, most: int, *, plain: bool) -> str:
    eighths = max(1, round(scaled / most))
    whole, rest = divmod(eighths, len(EIGHTHS))
    if plain:
        return PLAIN * max(1, whole)
    return EIGHTHS[-1] * whole + (EIGHTHS[rest - 1] if rest else "")


def curve(values: Sequence[int]) -> str:
    """A block a value; zero is a blank.

    >>> curve([0, 1, 4, 8])
    ' ▁▄█'
    """
    most = max(values, default=0)
    return "".join(HEIGHTS[-(-value * len(HEIGHTS) // most) - 1] if value > 0 else " " for value in values)
