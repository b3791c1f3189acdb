from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from newsarchive.reading.entries import Selection
from newsarchive.reading.export import data_card
from newsarchive.reading.export.record import NAMES
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading import shelves
from tests.reading.export import hostile
from tests.reading.shelves import MONDAY, docid_of

pytest.importorskip("pyarrow", reason="needs the extra dataset")

from pyarrow import dataset

from newsarchive.reading.export import parquet


@pytest.fixture
def out(library: Library, tmp_path: Path) -> Path:
    parquet.export(ExportSource(library), tmp_path / "out")
    return tmp_path / "out"


def test_a_reader_finds_zoned_times_and_lists(out: Path) -> None:
    table = dataset.dataset(out, partitioning="hive").to_table()
    rows = table.to_pylist()
    assert table.schema.names == [*NAMES, "month"]
    assert table.schema.metadata == {b"newsarchive.schema": b"1"}
    assert [row["docid"] for row in rows] == [docid_of(number) for number in range(1, 6)]
    assert rows[3]["published_at"] == shelves.at(shelves.TUESDAY, 4)
    assert str(rows[3]["published_at"].tzinfo) == "Asia/Shanghai"
    assert (rows[3]["channels"], rows[3]["day"], rows[3]["month"]) == (["1686", "2509"], shelves.TUESDAY, "2026-11")
    assert [row["withdrawn_at"] is not None for row in rows] == [False] * 4 + [True]


@pytest.mark.long
def test_pandas_reads_the_folder(out: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.read_parquet(out)
    assert frame["docid"].is_unique
    assert str(frame["published_at"].dt.tz) == "Asia/Shanghai"
    assert list(frame["symbols"].iloc[3]) == ["hk00700"]


@pytest.mark.long
def test_duckdb_reads_the_folder_by_month(out: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    files = f"{out}/**/*.parquet"
    asked = "select month, count(*), max(states) from read_parquet(?, hive_partitioning=true) group by 1"
    assert duckdb.execute(asked, [files]).fetchall() == [("2026-11", 5, 2)]


def test_the_card_tells_what_is_there_and_what_is_missing(library: Library, tmp_path: Path) -> None:
    for entry in library.entries(Selection(until=MONDAY)):
        (library.root / entry.file).unlink()
    parquet.export(ExportSource(library, Selection(media="新华社")), tmp_path / "out")
    card = (tmp_path / "out/_data-card.md").read_text("utf-8")
    assert "1 articles, 1 of them withdrawn by the source. Selection: media 新华社. Schema 1." in card
    assert "3 articles are missing" in card
    assert "| 2026-11 | 1686 | 5 | 5 | 0 | 0 | 0 | 0 |" in card
    assert tuple(data_card.COLUMNS) == NAMES


def test_a_card_without_a_catalogue_says_that_coverage_is_not_known(library: Library) -> None:
    catalogue = library.root / ".newsarchive/catalogue.sqlite"
    catalogue.write_bytes(b"none" * 1000)
    card = data_card.card(ExportSource(library), [])
    assert ("Not known: " in card) != ("offered = kept" in card)


def test_the_same_archive_gives_the_same_bytes(library: Library, out: Path, tmp_path: Path) -> None:
    parquet.export(ExportSource(Library(library.root, {"1686": "国內", "2509": "滚动"})), tmp_path / "again")
    files = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert files == {
        p.relative_to(tmp_path / "again"): p.read_bytes() for p in (tmp_path / "again").rglob("*") if p.is_file()
    }
    digest, file = (out / "_SHA256SUMS").read_text().split()
    assert hashlib.sha256((out / file).read_bytes()).hexdigest() == digest


def test_long_texts_are_parted_into_groups(
    hostile_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_CHARACTERS", 10_000)
    parquet.export(ExportSource(hostile_library), tmp_path / "out")
    table = dataset.dataset(tmp_path / "out", partitioning="hive").to_table()
    assert table.num_rows == len(hostile.articles())
    assert "\x1b" not in "".join(table["text"].to_pylist())


def test_without_the_extra_the_message_names_it(library: Library, tmp_path: Path) -> None:
    hidden = (
        "import sys; sys.modules['pyarrow'] = None\nfrom newsarchive.cli import main; main(prog_name='newsarchive')"
    )
    asked = ["export", "parquet", str(tmp_path / "out"), "--archive", str(library.root)]
    done = subprocess.run([sys.executable, "-c", hidden, *asked], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "newsarchive: parquet needs the extra dataset: pip install 'newsarchive[dataset]'\n",
    )
