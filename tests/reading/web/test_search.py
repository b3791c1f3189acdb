"""reading.web.search: pages, lists and feeds of a search, whatever is asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest

from newsarchive.archive.record.redaction import redact
from newsarchive.reading.search import index
from newsarchive.reading.search.shards import path_of
from newsarchive.reading.web import searching
from tests.reading.shelves import (
    MONDAY,
    TUESDAY,
    archived,
    article,
    at,
    docid_of,
    footprint,
    revised,
    running,
    two_days,
)
from tests.reading.web.readers import Reader, reading

EARLIER = MONDAY - timedelta(days=40)
HOSTILE = (
    '<script>alert("1")</script>',
    "{{7*7}} {% raw %}",
    "'; DROP TABLE states; --",
    "NEAR(a b, 1) AND text MATCH *",
    "body : 正文",
    "a\x00b\x1b[31m\u202ec",
    "\ud7ff\uffff😀",
    "-正文 OR OR",
    "(" * 400,
    " ".join("的" * 9 for _ in range(50)),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = two_days(tmp_path_factory.mktemp("shelf"))
    with running(root) as archive:
        archived(archive, article(6, EARLIER, body="<p>降準之前&lt;b&gt;正文。</p>", media='"报"'))
    index.bring_level(root)
    return root


@pytest.fixture(scope="module")
def reader(root: Path) -> Iterator[Reader]:
    with reading(root) as found:
        yield found


def address(path: str, q: str, **more: str) -> str:
    return f"{path}?{urlencode({'q': q, **more})}"


def docids(reader: Reader, q: str, **more: str) -> list[str]:
    return [one["docid"] for one in reader.ask(address("/search.json", q, **more)).json["articles"]]


def test_the_page_has_total_hits_marks_and_facets(reader: Reader) -> None:
    found = reader.ask(address("/search", "正文"))
    assert found.status == 200
    assert "<b>6</b> 篇" in found.text
    assert found.text.count("<mark>正文</mark>") == 6
    assert 'value="正文"' in found.text
    assert f"since={EARLIER.replace(day=1)}" in found.text
    assert quote('channel:"1686"') in found.text
    assert quote('media:"证券时报"') in found.text


def test_each_facet_leads_to_as_many_hits_as_it_says(reader: Reader) -> None:
    told = reader.ask(address("/api/search", "正文")).json
    assert {one["value"]: one["count"] for one in told["media"]} == {"新华社": 4, "证券时报": 1, '"报"': 1}
    for field in ("channel", "media"):
        facets = told["channels" if field == "channel" else field]
        for one in facets:
            also = searching.Ask(q="正文").also(field, one["value"])
            assert reader.ask(f"/api/search?{also}").json["total"] == one["count"], one
    assert [(one["month"], one["count"]) for one in told["months"]] == [("2026-11", 5), ("2026-10", 1)]


def test_newest_first_unless_by_relevance_and_by_days(reader: Reader) -> None:
    assert docids(reader, "正文")[-1] == docid_of(6)
    assert sorted(docids(reader, "正文", by="relevance")) == sorted(docids(reader, "正文"))
    assert docids(reader, "正文", until=str(EARLIER), since="") == [docid_of(6)]
    assert docids(reader, "title:更正 -国债") == [docid_of(2)]
    assert docids(reader, "降准之前") == [docid_of(6)]


def test_a_text_that_was_replaced_is_found_when_asked_for(reader: Reader) -> None:
    assert docids(reader, "正文2。") == []
    found = reader.ask(address("/search", "正文2。", all_states="true"))
    assert f'href="/article/{docid_of(2)}?state=1"' in found.text
    assert "后来改了" in found.text


def test_csv_has_the_snippets(reader: Reader) -> None:
    told = reader.ask(address("/search.csv", "正文1。"))
    rows = list(csv.DictReader(io.StringIO(told.data.decode("utf-8-sig"))))
    assert [(row["docid"], row["snippet"]) for row in rows] == [(docid_of(1), "正文1。")]


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_has_the_hits(reader: Reader, form: str) -> None:
    told = reader.ask(address(f"/feeds/search.{form}", "正文"))
    assert told.status == 200
    if form == "atom":
        assert len(ET.fromstring(told.data).findall("{http://www.w3.org/2005/Atom}entry")) == 6
    else:
        assert len(told.json["items"]) == 6
    assert reader.ask(address(f"/feeds/search.{form}", "正文"), if_none_match=told.headers["etag"]).status == 304


def test_a_wrong_query_is_explained_with_a_mark_under_its_place(reader: Reader) -> None:
    found = reader.ask(address("/search", '降准 "国债'))
    assert found.status == 400
    assert "引号没有配对\n  降准 &#34;国债\n       ^" in found.text
    assert "the quotation is not closed" in reader.ask(address("/api/search", '降准 "国债')).json["detail"]
    assert "引号没有配对" in reader.ask(address("/search.csv", '降准 "国债')).text
    for path in ("/search.json", "/feeds/search.atom", "/api/search"):
        assert reader.ask(address(path, '降准 "国债')).status == 400, path
    assert reader.ask(address("/search", "降" * (searching.LONGEST + 1))).status == 400


def test_no_hits_have_a_hint(reader: Reader) -> None:
    found = reader.ask(address("/search", "新华设正文"))
    assert "没有找到" in found.text
    assert "哪里都没有“新华设正文”" in found.text
    assert "Nothing has" not in found.text
    assert reader.ask(address("/api/search", "新华设正文")).json["hint"].startswith("Nothing has 新华设正文")


@pytest.mark.parametrize("q", HOSTILE)
def test_a_hostile_query_is_text(reader: Reader, q: str) -> None:
    for path in ("/search", "/search.json", "/search.csv", "/feeds/search.atom", "/api/search"):
        found = reader.ask(address(path, q))
        assert found.status in (200, 400), (path, found.status)
        assert "json" in found.headers["content-type"] or b"<script>alert" not in found.data


@pytest.mark.parametrize(
    "more", ["since=0001-01-01&until=0001-01-02", "since=0001-01-02", "until=9999-12-30", "until=9999-12-31", "page=20"]
)
def test_the_ends_of_time_are_days_like_others(reader: Reader, more: str) -> None:
    assert reader.ask(f"/search?q=a&{more}").status == 200


@pytest.mark.parametrize("more", ["since=yesterday", "page=0", "page=21", "by=size"])
def test_what_makes_no_sense_is_refused(reader: Reader, more: str) -> None:
    assert reader.ask(f"/search?q=a&{more}").status == 422


def test_an_index_behind_is_told_and_a_page_is_new_when_it_is_level(tmp_path: Path) -> None:
    root = two_days(tmp_path)
    with reading(root) as reader:
        before = footprint(root)
        found = reader.ask(address("/search", "正文1。"))
        assert "搜索索引落后：2 天" in found.text
        assert reader.ask(address("/api/search", "正文1。")).json["behind"] == [str(TUESDAY), str(MONDAY)]
        assert footprint(root) == before
        index.bring_level(root)
        found = reader.ask(address("/search", "正文1。"))
        assert "搜索索引落后" not in found.text
        assert docid_of(1) in found.text
        with running(root) as archive:
            archived(archive, revised(article(1), "<p>改了。</p>"))
        assert docids(reader, "正文1。") == []


def test_what_was_redacted_is_not_found_even_where_the_index_is_behind(tmp_path: Path) -> None:
    root = two_days(tmp_path)
    index.bring_level(root)
    with reading(root) as reader:
        assert docids(reader, "正文3。") == [docid_of(3)]
        redact(root, "clean", docid_of(3), "on request", keep_title=False, clock=lambda: at(TUESDAY, 23))
        assert docids(reader, "正文3。") == []


def test_a_damaged_index_is_told_and_the_other_pages_stay(tmp_path: Path) -> None:
    root = two_days(tmp_path)
    index.bring_level(root)
    path_of(index.folder_of(root), 2026).write_bytes(b"x" * 5000)
    with reading(root) as reader:
        found = reader.ask(address("/search", "正文"))
        assert (found.status, "搜索现在用不了" in found.text, "rebuild --search" in found.text) == (503, True, True)
        assert reader.ask("/").status == 200


def test_a_search_that_takes_too_long_says_so(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PATIENCE_S", -1.0)
    monkeypatch.setattr("newsarchive.reading.search.shard.LOOK_EVERY", 1)
    found = reader.ask(address("/search", "正文 OR 降准"))
    assert (found.status, "找得太久" in found.text) == (503, True)
    assert reader.ask(address("/search.json", "正文 OR 降准")).status == 503
