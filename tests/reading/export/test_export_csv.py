from __future__ import annotations

import csv
from pathlib import Path

import pytest

from newsarchive.reading.export import csv_
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.export import hostile


@pytest.fixture
def rows(hostile_library: Library, tmp_path: Path) -> list[dict[str, str]]:
    csv_.export(ExportSource(hostile_library), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_excel_finds_its_mark_and_its_line_ends(library: Library, tmp_path: Path) -> None:
    csv_.export(ExportSource(library), tmp_path / "out.csv")
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfdocid,day,title,text,url,published_at,")
    assert data.count(b"\r\n") == 6
    assert ",1686;2509,国內;滚动,证券时报,".encode() in data


def test_no_cell_is_a_formula_or_longer_than_excel_holds(rows: list[dict[str, str]]) -> None:
    assert len(rows) == len(hostile.articles())
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert len(cell.encode("utf-16-le")) <= 2 * csv_.LONGEST_CELL
    titles = {row["title"] for row in rows}
    assert {"'=cmd|' /C calc'!A0", "'@SUM(1+1)*cmd", "null", '他说："涨" "跌"'} <= titles
    assert max(len(row["text"]) for row in rows) == csv_.LONGEST_CELL


@pytest.mark.parametrize("text", ["🚀" * 20_000, "字" * 32_767, "字" * 32_768, "=" * 40_000])
def test_a_text_is_cut_between_characters(text: str) -> None:
    cell = csv_._text(text)
    assert len(cell.encode("utf-16-le")) <= 2 * csv_.LONGEST_CELL
    assert cell.rstrip("…").lstrip("'") == text[: len(cell.rstrip("…").lstrip("'"))]
