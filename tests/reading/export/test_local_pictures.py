"""Exports with the archive's own pictures."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from newsarchive.errors import UsageError
from newsarchive.reading.export.day_folders import FolderChange
from newsarchive.reading.export.formats import FORMATS, export
from newsarchive.reading.export.local_pictures import with_pictures
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.pictured import DATA, LOST, OWN, SHARED, media_of, pictured
from tests.reading.shelves import docid_of, redacted

OUT = {"markdown": "notes", "hexo": "blog/source/_posts/news", "hugo": "site/content/news", "site": "pages"}
ROOT_OF_SITE = {"hexo": "blog/source", "hugo": "site/static"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pictured(tmp_path / "archive")


def _export(root: Path, name: str, *, has_pictures: bool = True) -> tuple[Path, FolderChange | None]:
    out = root.parent / OUT.get(name, f"{name}.out")
    out.parent.mkdir(parents=True, exist_ok=True)
    return out, export(name, ExportSource(Library(root), has_pictures=has_pictures), out)


def _texts(out: Path) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in out.rglob("2026/*/*/*") if path.suffix in (".md", ".html")}


def _pictures(text: str) -> list[str]:
    return [unquote(unescape(url)) for url in re.findall(r'(?:<img [^>]*?src="|!\[图\]\()([^")]+)[")]', text)]


@pytest.mark.parametrize("name", OUT)
def test_each_picture_that_the_archive_has_lies_where_the_text_names_it(root: Path, name: str) -> None:
    out, _ = _export(root, name)
    found: set[bytes] = set()
    for path, text in _texts(out).items():
        for url in _pictures(text):
            if url.startswith("https:"):
                assert url == LOST
                continue
            place = root.parent / ROOT_OF_SITE[name] / url.lstrip("/") if url.startswith("/") else path.parent / url
            found.add(place.read_bytes())
    assert found == set(DATA.values())


@pytest.mark.parametrize("name", OUT)
def test_without_the_option_pictures_stay_sina_s(root: Path, name: str) -> None:
    out, _ = _export(root, name, has_pictures=False)
    urls = {url for text in _texts(out).values() for url in _pictures(text)}
    assert urls == {*OWN, SHARED, LOST}
    assert [path for path in root.parent.rglob("*.webp") if root not in path.parents] == []


@pytest.mark.parametrize("name", ["markdown", "hexo", "hugo"])
def test_a_second_export_changes_nothing_and_a_redacted_article_takes_its_pictures_along(root: Path, name: str) -> None:
    _export(root, name)
    _, again = _export(root, name)
    assert again == FolderChange()
    redacted(root, docid_of(1))
    _, change = _export(root, name, has_pictures=False)
    assert change is not None
    left = [path.read_bytes() for path in root.parent.rglob("*") if path.suffix in (".jpg", ".png", ".gif", ".webp")]
    assert set(left) == {DATA[SHARED]}
    assert change.removed == 1 + len(OWN)


def test_what_somebody_put_in_a_picture_s_place_stays_and_is_not_shown(root: Path) -> None:
    out, _ = _export(root, "markdown")
    mine = next(path for path in (out / "_media").rglob("*.jpg"))
    mine.write_bytes(b"mine")
    _export(root, "markdown")
    assert mine.read_bytes() == b"mine"
    assert any(OWN[0] in text for text in _texts(out).values())


def test_an_altered_picture_of_the_archive_does_not_go_out(root: Path) -> None:
    next(path for path in media_of(root) if path.suffix == ".jpg").write_bytes(b"\xff\xd8\xffaltered" + bytes(30))
    out, _ = _export(root, "site")
    assert not list((out / "_media").rglob("*.jpg"))
    assert any(OWN[0] in text for text in _texts(out).values())


def test_a_book_holds_each_picture_once_and_the_same_bytes_come_of_the_same_archive(root: Path) -> None:
    out, _ = _export(root, "epub")
    with zipfile.ZipFile(out) as book:
        names = [name for name in book.namelist() if name.startswith("EPUB/media/")]
        assert sorted(book.read(name) for name in names) == sorted(DATA.values())
        package = book.read("EPUB/package.opf").decode()
        text = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("EPUB/a"))
    assert all(f'href="{name.removeprefix("EPUB/")}" media-type="image/' in package for name in names)
    shown = re.findall(r'<img src="([^"]+)" alt="图"/>', text)
    assert sorted({f"EPUB/{url}" for url in shown}) == sorted(names)
    assert f'<a href="{LOST}">〔图：图〕</a>' in text
    before = out.read_bytes()
    out.unlink()
    assert _export(root, "epub")[0].read_bytes() == before


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if not kind.has_pictures and not kind.extra])
def test_formats_that_hold_no_pictures_say_so(root: Path, name: str) -> None:
    with pytest.raises(UsageError, match="holds no pictures"):
        _export(root, name)


def test_a_blog_that_is_none_is_told(root: Path) -> None:
    with pytest.raises(UsageError, match="lies in no folder _posts"):
        export("hexo", ExportSource(Library(root), has_pictures=True), root.parent / "somewhere")


def test_no_text_is_taken_for_a_picture() -> None:
    html = '<p>src="https://a/b.jpg"</p><img alt="src=&quot;https://a/b.jpg" src="https://a/b.jpg">'
    own = {"https://a/b.jpg": 'x"><script>'}
    assert with_pictures(html, own) == (
        '<p>src="https://a/b.jpg"</p><img alt="src=&quot;https://a/b.jpg" src="x&quot;&gt;&lt;script&gt;">'
    )


def test_the_verb_takes_the_option(root: Path) -> None:
    out = root.parent / "notes"
    command = ["-m", "newsarchive", "export", "markdown", str(out), "--local-images", "--archive", str(root), "--json"]
    told = json.loads(subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True).stdout)
    assert told["articles"] == 2
    assert len(list((out / "_media").rglob("*.*"))) == len(DATA)
