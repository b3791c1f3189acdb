"""Small plots as SVG, made here so that they need no script: columns of numbers, each with its words and its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

WIDTH, HEIGHT = 960, 120
"""Of the drawing's own units; the page scales it."""
GAP = 0.18
"""Of a column's width, between two."""
LEAST = 2.0
"""Height of a column that is not nothing: one article in a day of thousands must be seen."""


@dataclass(frozen=True, slots=True)
class Column:
    """One number."""

    label: str
    """What it is: ``15 时``, ``2026-11-23``."""
    value: int
    href: str = ""
    """Empty: leads nowhere."""
    tick: str = ""
    """Written below; empty for none."""


def columns(told: Sequence[Column], title: str, *, height: int = HEIGHT) -> Markup:
    """The numbers side by side, as high as they are large; each has its words as a title for pointers and voices."""
    most = max((one.value for one in told), default=0) or 1
    step = WIDTH / max(1, len(told))
    drawn = "".join(_column(one, at * step, step, height, most) for at, one in enumerate(told))
    role = "group" if any(one.href for one in told) else "img"
    begin = f'<svg class="columns" viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none" role="{role}" aria-label="{escape(title)}">'
    ticks = "".join(f"<span>{escape(one.tick)}</span>" for one in told) if any(one.tick for one in told) else ""
    below = f'<div class="ticks" aria-hidden="true">{ticks}</div>' if ticks else ""
    return Markup(f'<div class="plot">{begin}{drawn}</svg>{below}</div>')  # noqa: S704 - numbers, and words escaped


def _column(one: Column, x: float, step: float, height: int, most: int) -> str:
    tall = max(LEAST, one.value / most * height) if one.value else 0
    words = f"{escape(one.label)}：{one.value}"
    box = f'x="{x + step * GAP / 2:.2f}" width="{step * (1 - GAP):.2f}"'
    bar = f'<rect class="bar" {box} y="{height - tall:.2f}" height="{tall:.2f}"/>' if tall else ""
    inner = f'<title>{words}</title><rect class="ground" {box} y="0" height="{height}"/>{bar}'
    return f'<a href="{escape(one.href)}" aria-label="{words}">{inner}</a>' if one.href else f"<g>{inner}</g>"
