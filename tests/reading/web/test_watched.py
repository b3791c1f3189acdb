"""reading.web.watched: a page, lists and a feed for each watch, as watches.toml is now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from newsarchive.reading.search import index
from tests.reading.shelves import docid_of, footprint, two_days
from tests.reading.web.readers import Reader, reading

NAME = '<b>新&"词'
FILE = """
[[watch]]
name = '<b>新&"词'
query = "正文 -正文1。"
tell = ["tgram://SECRET/CHAT"]

[[watch]]
name = "频道"
query = "channel:全部 <script>"
digest = 8
"""
OF = urlencode({"of": NAME})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = two_days(tmp_path)
    index.bring_level(root)
    (root / "watches.toml").write_text(FILE, "utf-8")
    return root


@pytest.fixture
def reader(root: Path) -> Iterator[Reader]:
    with reading(root) as found:
        yield found


def test_the_watches_are_listed_without_whom_they_tell(root: Path, reader: Reader) -> None:
    before = footprint(root)
    found = reader.ask("/watch")
    assert f"/feeds/watch.atom?{urlencode({'of': '频道'})}" in found.text
    assert reader.ask("/watch.json").json["watches"][1] == {
        "name": "频道",
        "query": "channel:全部 <script>",
        "digest": 8,
    }
    for path in ("/watch", "/watch.json", "/watch.csv", f"/watch?{OF}", f"/watch.json?{OF}", f"/feeds/watch.atom?{OF}"):
        told = reader.ask(path)
        assert (told.status, "SECRET" in told.text) == (200, False), path
        assert "json" in told.headers["content-type"] or not {"<b>新", "<script>"} & set(told.text.split("\n")), path
    assert footprint(root) == before


def test_a_watch_has_a_page_lists_and_a_feed_of_its_hits(reader: Reader) -> None:
    wanted = [docid_of(number) for number in (5, 4, 3, 2)]
    page = reader.ask(f"/watch?{OF}").text
    assert page.count("<mark>正文</mark>") == len(wanted)
    assert "<b>新" not in page
    assert [one["docid"] for one in reader.ask(f"/watch.json?{OF}").json["articles"]] == wanted
    assert len(reader.ask(f"/feeds/watch.json?{OF}").json["items"]) == len(wanted)
    atom = ET.fromstring(reader.ask(f"/feeds/watch.atom?{OF}").data)
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == len(wanted)


def test_a_page_is_as_the_file_is_now(root: Path, reader: Reader) -> None:
    assert docid_of(2) in reader.ask(f"/watch?{OF}").text
    (root / "watches.toml").write_text(FILE.replace("-正文1。", "title:4"), "utf-8")
    assert docid_of(2) not in reader.ask(f"/watch?{OF}").text
    assert len(reader.ask(f"/feeds/watch.json?{OF}").json["items"]) == 1


def test_a_name_that_no_watch_has_is_not_there(reader: Reader) -> None:
    for path in ("/watch?of=x", "/watch.json?of=x", "/feeds/watch.atom?of=x", "/watch.pdf"):
        assert reader.ask(path).status == 404, path


def test_a_wrong_file_is_told_with_its_line_and_other_pages_stay(root: Path, reader: Reader) -> None:
    (root / "watches.toml").write_text(FILE.replace('"正文 -正文1。"', "'正文 \"国债'"), "utf-8")
    found = reader.ask("/watch")
    assert (found.status, "设置里有写错的地方" in found.text, "line 4" in found.text) == (503, True, True)
    assert "SECRET" not in found.text
    assert reader.ask("/").status == 200


def test_an_archive_without_watches_says_how_to_begin(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        assert "watches.toml" in reader.ask("/watch").text
