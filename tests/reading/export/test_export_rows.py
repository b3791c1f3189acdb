"""Formats of rows are the same, byte for byte, whoever makes the records."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from newsarchive.archive.index.worker import Workers
from newsarchive.errors import UsageError
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.formats import FORMATS, export
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.shelves import MONDAY

ROWS = [name for name, kind in FORMATS.items() if kind.has_rows]


def made(name: str, root: Path, out: Path, workers: Workers | None, selection: Selection) -> tuple[object, ...]:
    """The files of an export, what it counts, and where its progress ends."""
    told: list[tuple[int, int, int]] = []
    source = ExportSource(Library(root), selection, tell=lambda *done: told.append(done), workers=workers)
    out.parent.mkdir()
    export(name, source, out)
    found = {file.name: file.read_bytes() for file in out.parent.rglob("*") if file.is_file()}
    return found, source.exported, source.unreadable, source.faults, told[-1]


@pytest.mark.parametrize("name", ROWS)
def test_workers_make_the_same_bytes_and_count_the_same(name: str, root: Path, tmp_path: Path) -> None:
    if name == "parquet" and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("the extra dataset is not installed")
    next(root.glob("*/*/*/*.md")).unlink()
    alone, *others = (
        made(name, root, tmp_path / f"by-{by}" / "out", workers, Selection())
        for by, workers in enumerate((None, Workers(1), Workers(2)))
    )
    assert others == [alone, alone]
    assert alone[1:3] == (4, 1)


def test_what_is_not_selected_is_not_in_it(root: Path, tmp_path: Path) -> None:
    selection = Selection(since=MONDAY, until=MONDAY, channel="1686")
    alone = made("jsonl", root, tmp_path / "alone" / "out", None, selection)
    assert made("jsonl", root, tmp_path / "workers" / "out", Workers(1), selection) == alone
    assert alone[4] == (1, 1, alone[1])


@pytest.mark.parametrize("name", ["markdown", "epub", "bag"])
def test_other_formats_are_made_by_one_process(name: str, root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jsonl, csv, parquet, sqlite can be made by more"):
        export(name, ExportSource(Library(root), workers=Workers(2)), tmp_path / "out")
