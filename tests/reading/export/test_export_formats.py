"""What holds for every format."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsarchive.errors import UsageError
from newsarchive.reading.export import site_search
from newsarchive.reading.export.formats import FORMATS, export
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading import shelves
from tests.reading.export import hostile
from tests.reading.shelves import docid_of


def read(out: Path) -> str:
    """All that an export says, whatever holds it."""
    files = sorted(path for path in out.rglob("*") if path.is_file()) if out.is_dir() else [out]
    return "\n".join(part for path in files for part in told(path))


def told(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name).decode() for name in book.namelist())
    elif data.startswith(b"SQLite"):
        with closing(sqlite3.connect(path)) as database:
            yield str(database.execute("select * from articles").fetchall())
    elif data.startswith(b"PAR1"):
        from pyarrow import parquet

        yield str(parquet.read_table(path).to_pylist())
    else:
        yield data.decode()


OF_RECORDS = {"wacz", "bag"}
"""They hand on files of the archive, byte for byte; their own tests say what holds for them."""


@pytest.fixture(params=sorted(FORMATS.keys() - OF_RECORDS))
def format_name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(site_search, "MOST_ARTICLES", 0)  # a slow test of the site asks Pagefind
    if request.param == "parquet":
        pytest.importorskip("pyarrow", reason="needs the extra dataset")
    return str(request.param)


def test_an_export_changes_nothing_of_the_archive_and_has_each_article(
    library: Library, tmp_path: Path, format_name: str
) -> None:
    before = shelves.footprint(library.root)
    source = ExportSource(library)
    export(format_name, source, tmp_path / "out")
    assert source.exported == 5
    assert all(
        text in read(tmp_path / "out") for text in ("正文1。", "更正后的正文。", "正文3。", "正文4。", "正文5。")
    )
    assert shelves.footprint(library.root) == before


def test_nothing_of_a_redacted_article_is_left_after_the_next_export(
    root: Path, tmp_path: Path, format_name: str
) -> None:
    export(format_name, ExportSource(Library(root)), tmp_path / "out")
    shelves.redacted(root, docid_of(4))
    export(format_name, ExportSource(Library(root)), tmp_path / "out")
    left = read(tmp_path / "out")
    assert not [word for word in ("正文4", "第4篇", "证券时报", docid_of(4)) if word in left]
    assert "正文3。" in left


@pytest.mark.parametrize("profile", ["clean", "rsshub"])
def test_forty_hostile_articles_go_out_once_each(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, format_name: str, profile: str
) -> None:
    shared = tmp_path_factory.getbasetemp() / f"hostile-{profile}"
    root = shared if shared.is_dir() else hostile.archived(shared, profile)
    source = ExportSource(Library(root))
    export(format_name, source, tmp_path / "out")
    assert (source.exported, source.unreadable) == (len(hostile.articles()), 0)
    assert not {"\x1b", "\x07", "\x9b"} & set(read(tmp_path / "out"))
    assert shelves.names(tmp_path) in (["out"], ["out", "out.metadata.json"])


def test_an_unknown_format_is_told_with_the_known_ones(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"parqet is no format: expected one of markdown, .*; did you mean parquet\?"):
        export("parqet", ExportSource(library), tmp_path / "out")


FOREIGN = {
    "text": b"mine\n",
    "csv": b"\xef\xbb\xbfdate,note\n2026-11-23,mine\n",
    "jsonl": b'{"docid": "x"}\n',
    "database": b"SQLite format 3\x00" + b"\x00" * 100,
    "book": b"PK\x05\x06" + b"\x00" * 18,
}


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("name", ["csv", "jsonl", "sqlite", "epub"])
def test_a_persons_file_stays(library: Library, tmp_path: Path, name: str, foreign: str) -> None:
    out = tmp_path / "out"
    out.write_bytes(FOREIGN[foreign])
    with pytest.raises(UsageError, match="it stays as it is"):
        export(name, ExportSource(library), out)
    assert out.read_bytes() == FOREIGN[foreign]


@pytest.mark.parametrize("name", ["csv", "jsonl", "sqlite", "epub"])
def test_an_earlier_export_and_an_empty_file_are_replaced_and_a_link_stays(
    library: Library, tmp_path: Path, name: str
) -> None:
    out, link = tmp_path / "out", tmp_path / "link"
    out.touch()
    export(name, ExportSource(library), out)
    first = out.read_bytes()
    export(name, ExportSource(library), out)
    assert out.read_bytes() == first
    link.symlink_to(out)
    with pytest.raises(UsageError, match="is a link, and stays"):
        export(name, ExportSource(library), link)


def test_a_database_to_which_somebody_added_a_table_stays(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export("sqlite", ExportSource(library), out)
    with closing(sqlite3.connect(out)) as database:
        database.execute("create table notes (text)")
    with pytest.raises(UsageError, match="it stays as it is"):
        export("sqlite", ExportSource(library), out)
