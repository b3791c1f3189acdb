from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from newsarchive.cli import plots
from newsarchive.errors import UsageError
from newsarchive.reading.statistics import FIGURES, StatisticsRow, Subject, Table

pytestmark = pytest.mark.slow  # processes by the dozen

pytest.importorskip("matplotlib")


def table(subject: Subject, keys: Sequence[str | None]) -> Table:
    figures = tuple(range(5, 5 + len(FIGURES[subject])))
    return Table(subject, tuple(StatisticsRow(key, figures) for key in keys), len(keys))


def picture(*tables: Table, kind: str = "svg") -> bytes:
    return plots.picture(tables, lambda _, row: row.key or "", kind)


KEYS = {Subject.DAY: ["2026-11-23"], Subject.COVERAGE: ["2024-01-01", "2026-11-23"], Subject.HOUR: ["00", "01"]}


@pytest.mark.parametrize("subject", Subject)
def test_each_subject_is_drawn(subject: Subject) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ET.fromstring(picture(table(subject, KEYS.get(subject, ["sh600519", "MU"]))))


@pytest.mark.parametrize("count", [2, 8, 10_000])
def test_any_number_of_days_is_drawn(count: int) -> None:
    days = [date(2001, 1, 1) + timedelta(days=number) for number in range(count)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ET.fromstring(picture(table(Subject.DAY, [day.isoformat() for day in days])))


def test_all_are_drawn_into_one_picture_and_the_same_one_again() -> None:
    tables = [table(Subject.CHANNEL, ["1686"]), table(Subject.REVISIONS, ["figure"]), table(Subject.SYMBOL, ["MU"])]
    assert picture(*tables) == picture(*tables)
    assert picture(tables[0], kind="png") == picture(tables[0], kind="png")


def test_nothing_is_drawn_as_an_empty_plot() -> None:
    for subject in Subject:
        ET.fromstring(picture(Table(subject, (), 0)))


def test_hostile_names_are_drawn_to_the_letter_and_want_no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "FAMILIES", ())
    names = ["$\\frac{1}{0}$", "<script>", "\x1b[31m", "\u202eabc", "🚀", "a" * 5000, "\\textbf{x", "%s {0}", ""]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ET.fromstring(picture(table(Subject.MEDIA, names)))


def test_a_font_with_chinese_is_chosen_among_those_there() -> None:
    assert plots.family_of(["Arial", "SimSun", "Noto Sans CJK SC"]) == "Noto Sans CJK SC"
    assert plots.family_of(["Arial", "DejaVu Sans"]) is None


def test_chinese_names_without_a_font_say_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "FAMILIES", ())
    with pytest.raises(UsageError, match="fonts-noto-cjk"):
        picture(table(Subject.MEDIA, ["新华社"]))
    picture(table(Subject.MEDIA, ["Reuters"]))


def test_a_file_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    for name in ("folder.png", "picture.gif", "none/picture.png"):
        (tmp_path / "folder.png").mkdir(exist_ok=True)
        with pytest.raises(UsageError, match=name):
            plots.check(tmp_path / name)
    with pytest.raises(UsageError, match="cannot be written"):
        plots.write(tmp_path / "gone" / "x.svg", [table(Subject.MEDIA, ["a"])], lambda _, row: row.key or "")
