"""Counts as a picture, PNG or SVG, by matplotlib (extra ``plot``); the bytes depend on the counts and the fonts alone."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from newsarchive.cli.tables import printable
from newsarchive.errors import UsageError, cause_of
from newsarchive.reading.statistics import OF_DAYS, StatisticsRow, Subject, Table, spans

FORMATS = {".png": "png", ".svg": "svg"}
TITLES = {
    Subject.DAY: "Articles by day",
    Subject.HOUR: "Articles by hour of publication (+08:00)",
    Subject.CHANNEL: "Articles by channel",
    Subject.MEDIA: "Articles by medium",
    Subject.SYMBOL: "Articles by stock symbol",
    Subject.COVERAGE: "Coverage by day: what became of what was offered",
    Subject.REVISIONS: "Corrections by kind",
}
OUTCOMES = {"kept": "#2f6fb0", "filtered": "#b9c4cf", "gone": "#8a6fae", "failed": "#c8452f", "pending": "#e8a33d"}
"""The figures of the coverage that make up ``offered``, each with its colour; what is missing is warm."""
COLOUR = OUTCOMES["kept"]
MOST_SPANS = 180
"""Bars on a time axis: each is some pixels wide yet."""
NAMED_DAYS = 7
"""Up to here each day is written out; of more, some are."""
MOST_BARS = 20
"""Names on an axis: more cannot be read."""
LEAST_BARS = 8
"""Places for names, however few there are: else a bar fills the plot."""
LABEL_CHARACTERS = 24
WIDTH_IN, HEIGHT_IN, DPI = 8.0, 4.2, 120
"""Of one plot, in inches; several stand in two columns."""
PAD_IN = 0.12
HEADROOM = 1.05
"""A stack of bars would touch the title."""

FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Hiragino Sans GB",
    "Heiti SC", "STHeiti", "Microsoft YaHei", "DengXian", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "AR PL UMing CN", "AR PL UKai CN",
    "Droid Sans Fallback", "Arial Unicode MS", "Noto Sans CJK JP", "Noto Serif CJK JP",
)  # fmt: skip
"""Fonts with Chinese of Debian, macOS and Windows, the best first; older matplotlibs see the Japanese face of a file alone."""
_CHINESE_RE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""Characters and signs that matplotlib's own font lacks, and every font with Chinese has."""
STYLE = {
    "text.parse_math": False,  # a $ is a $, whoever wrote the name
    "svg.hashsalt": "newsarchive",  # or its ids are random
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.alpha": 0.3,
}

Label = Callable[[Subject, StatisticsRow], str]
"""What a row is called on an axis."""


def check(path: Path) -> None:
    """Raises ``UsageError`` where no picture can be made there: known before the counting begins."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"--plot {path}: expected a file that ends in {' or '.join(FORMATS)}")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"--plot {path}: give a file in a folder that exists")
    if find_spec("matplotlib") is None:
        raise UsageError("--plot needs matplotlib, which is not installed: pip install 'newsarchive[plot]'")


def write(path: Path, tables: Sequence[Table], label: Label) -> None:
    """One plot a table.  Raises ``UsageError`` where no font has Chinese, though names have, and where it cannot be written."""
    data = picture(tables, label, FORMATS[path.suffix.lower()])
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"--plot {path} cannot be written: {cause_of(error)[0]}; give another file") from None


def picture(tables: Sequence[Table], label: Label, kind: str) -> bytes:
    """The bytes of a PNG or SVG (``kind``)."""
    from matplotlib import style  # noqa: PLC0415 - an extra, and half a second

    labels = {table.subject: [_short(label(table.subject, row)) for row in table.rows[:MOST_BARS]] for table in tables}
    families = [*_chinese(text for texts in labels.values() for text in texts), "DejaVu Sans"]
    out = io.BytesIO()
    with style.context(["default", {**STYLE, "font.family": families}]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # an emoji in a name is drawn as a box
        figure = _figure(tables, labels)
        figure.savefig(out, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= LABEL_CHARACTERS else f"{shown[: LABEL_CHARACTERS - 1]}…"


# --- fonts -----------------------------------------------------------------------------------------------------------


def _chinese(texts: Iterable[str]) -> list[str]:
    """The family for these texts; none where none of them has Chinese."""
    if not any(map(_CHINESE_RE.search, texts)):
        return []
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    found = family_of(font.name for font in fontManager.ttflist) or family_of(_new_fonts(fontManager))
    if found is None:
        raise UsageError(
            "--plot: no font of this system has Chinese characters: install one (Debian and Ubuntu: apt install "
            "fonts-noto-cjk; Fedora: dnf install google-noto-sans-cjk-fonts; else Noto Sans SC of fonts.google.com into "
            "the folder of your fonts), then try again"
        )
    return [found]


def family_of(families: Iterable[str]) -> str | None:
    """The best of ``FAMILIES`` among those that are there."""
    there = set(families)
    return next((family for family in FAMILIES if family in there), None)


def _new_fonts(manager: Any) -> list[str]:
    """The families of the fonts that came since matplotlib made its list, which it keeps for ever."""
    from matplotlib.font_manager import findSystemFonts  # noqa: PLC0415

    for file in sorted(set(findSystemFonts()) - {font.fname for font in manager.ttflist}):
        try:
            manager.addfont(file)
        except (OSError, RuntimeError, ValueError, KeyError):  # a file that is no font, or a bitmap one
            continue
    return [font.name for font in manager.ttflist]


# --- plots -----------------------------------------------------------------------------------------------------------


def _figure(tables: Sequence[Table], labels: Mapping[Subject, list[str]]) -> Any:
    """A table that counts nothing has no plot, unless it is alone."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    drawn = [table for table in tables if any(any(row.figures) for row in table.rows)] or tables[:1]
    columns = min(2, len(drawn))
    rows = -(-len(drawn) // 2)
    figure = Figure(figsize=(WIDTH_IN * columns, HEIGHT_IN * rows), layout="constrained")
    cast(Any, figure.get_layout_engine()).set(w_pad=PAD_IN, h_pad=PAD_IN)
    for number, table in enumerate(drawn, 1):
        axes: Any = figure.add_subplot(rows, columns, number)
        axes.set_title(TITLES[table.subject])
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if table.subject in OF_DAYS:
            _draw_days(axes, table)
        elif table.subject is Subject.HOUR:
            _draw_hours(axes, table)
        else:
            _draw_names(axes, table, labels[table.subject])
    return figure


def _draw_days(axes: Any, table: Table) -> None:
    of = spans(table, MOST_SPANS)
    days = [day for day, _ in of.rows]
    bottom = [0] * len(days)
    names = list(OUTCOMES) if table.subject is Subject.COVERAGE else ["kept"]
    align = "center" if of.days == 1 else "edge"
    for name in names:
        heights = [figures[table.figures.index(name)] for _, figures in of.rows]
        axes.bar(days, heights, of.days * 0.9, bottom, align=align, color=OUTCOMES[name], label=name)
        bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    axes.set_ylim(0, max([1, *bottom]) * HEADROOM)
    _mark_days(axes, days)
    axes.set_ylabel("documents" if of.days == 1 else f"documents in {of.days} days")
    axes.grid(visible=False, axis="x")
    if len(names) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.1), ncols=len(names), frameon=False)


def _mark_days(axes: Any, days: Sequence[date]) -> None:
    if len(days) <= NAMED_DAYS:
        axes.set_xticks(days, [day.isoformat() for day in days])
        return
    dates: Any = import_module("matplotlib.dates")
    locator = dates.AutoDateLocator(minticks=3, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))


def _draw_hours(axes: Any, table: Table) -> None:
    axes.bar([row.key for row in table.rows], [row.figures[0] for row in table.rows], color=COLOUR)
    axes.grid(visible=False, axis="x")


def _draw_names(axes: Any, table: Table, labels: Sequence[str]) -> None:
    """Below each other, since names are long; the most frequent on top."""
    places = range(len(labels))
    axes.barh(places, [row.figures[0] for row in table.rows[: len(labels)]], color=COLOUR)
    axes.set_yticks(places, labels)
    axes.set_ylim(max(len(labels), LEAST_BARS) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
