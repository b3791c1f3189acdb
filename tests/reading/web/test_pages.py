"""reading.web: what its pages say, of an archive with a correction and a withdrawal, whatever happened to it."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsarchive.archive.format import paths
from newsarchive.archive.index.days import Reading
from newsarchive.reading.web import days, records
from tests.reading import stored
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

PAGES = (
    "/",
    "/day/2026-11-23",
    "/day/2026-11-23?order=oldest",
    "/day/2026-11-23?media=%E6%96%B0%E5%8D%8E%E7%A4%BE",
    "/day/1999-01-01",
    "/calendar",
    "/calendar/2026",
    "/channel",
    "/channel?of=1686",
    "/media",
    "/media?of=%E6%96%B0%E5%8D%8E%E7%A4%BE",
    "/symbol",
    "/symbol?of=sh600519",
    f"/article/{docid_of(2)}",
    f"/article/{docid_of(2)}/raw",
    f"/article/{docid_of(2)}?state=1",
    f"/article/{docid_of(2)}/history",
    f"/article/{docid_of(2)}/difference",
    f"/article/{docid_of(2)}/difference?of=1&to=2",
    f"/article/{docid_of(2)}/file",
    f"/article/{docid_of(5)}",
    "/corrections",
    "/corrections?kind=gone",
    "/search",
    "/search?q=%E6%AD%A3%E6%96%87",
    "/watch",
    "/coverage",
    "/statistics",
    "/feeds",
    "/starred",
    "/choices",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_days(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def reader(root: Path) -> Iterator[Reader]:
    with reading(root) as found:
        yield found


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_chinese_with_its_landmarks(reader: Reader, path: str) -> None:
    found = reader.ask(path)
    assert found.status == 200, found.text
    assert '<html lang="zh-CN"' in found.text
    for part in ('class="skip" href="#main"', '<main id="main"', "<header", "<nav aria-label", "<footer", "<h1"):
        assert part in found.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_did_not_change_is_not_sent_again(reader: Reader, path: str) -> None:
    tag = reader.ask(path).headers["etag"]
    again = reader.ask(path, if_none_match=tag)
    assert (again.status, again.data) == (304, b"")


@pytest.fixture(scope="module")
def sealed_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Monday can grow no more, Tuesday can."""
    root = two_days(tmp_path_factory.mktemp("sealed"))
    for later, seals in ((0, False), (1, True)):
        with running(root, now=at(TUESDAY, 23) + timedelta(days=later)) as archive:
            assert archive.swept(Reading(day=MONDAY, channel="1686", rows=3)).result() is seals
    return root


@pytest.mark.parametrize(
    ("path", "has_marks", "lasts"),
    [
        ("/day/2026-11-23", False, "max-age=3600"),
        ("/day/2026-11-23.json", True, "max-age=3600"),
        ("/day/2026-11-23.csv", True, "max-age=3600"),
        ("/day/2026-11-23", True, "no-cache"),  # a star is to be seen at once
        ("/day/2026-11-24", False, "no-cache"),
        ("/day/2026-11-24.json", False, "no-cache"),
        ("/", False, "no-cache"),
        ("/corrections", False, "no-cache"),
    ],
)
def test_only_a_day_that_is_sealed_is_shown_again_unasked(
    sealed_root: Path, path: str, has_marks: bool, lasts: str
) -> None:
    with reading(sealed_root, has_marks=has_marks) as reader:
        assert reader.ask(path).headers["cache-control"] == f"private, {lasts}"


def test_reading_writes_nothing(root: Path, reader: Reader) -> None:
    before = footprint(root)
    for path in PAGES:
        reader.ask(path)
    assert footprint(root) == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nonsense", 404),
        ("/day/2026-13-01", 404),
        ("/day/2026-11-23.pdf", 404),
        ("/article/nosuchdocid", 404),
        (f"/article/{docid_of(1)}?state=9", 404),
        (f"/article/{docid_of(1)}/difference?of=9", 404),
        ("/article/..%2f..%2fetc%2fpasswd", 404),
        ("/static/..%2fsite.py", 404),
        ("/static/../site.py", 404),
        ("/calendar/0", 404),
        ("/calendar/99999999999999999999", 404),
        ("/feeds/all.rss", 404),
        ("/channel?of=1686&until=0001-01-01", 200),
        ("/channel?of=1686&until=9999-12-31", 200),
        ("/day/0001-01-01", 200),
        ("/day/9999-12-31", 200),
        ("/corrections?until=0001-01-01", 200),
        ("/statistics?until=0001-01-01", 200),
        ("/coverage?until=9999-12-31", 200),
        (f"/media?of={'x' * 300}", 422),
        ("/day/2026-11-23?page=0", 422),
    ],
)
def test_a_wrong_address_is_told_and_breaks_nothing(reader: Reader, path: str, status: int) -> None:
    found = reader.ask(path)
    assert found.status == status
    assert "Traceback" not in found.text


def test_a_day_lists_its_articles_by_the_hour_newest_first(reader: Reader) -> None:
    text = reader.ask("/day/2026-11-23").text
    assert text.index("第3篇") < text.index("第2篇（更正）") < text.index("第1篇")
    assert text.index('id="h03"') < text.index('id="h01"')
    assert "覆盖率 <b>100 %</b>" in text
    oldest = reader.ask("/day/2026-11-23?order=oldest").text
    assert oldest.index("第1篇") < oldest.index("第3篇")


def test_today_is_the_newest_day_with_articles(reader: Reader) -> None:
    text = reader.ask("/").text
    assert "2026年11月24日 周二" in text
    assert "已撤稿" in text


def test_an_article_tells_its_source_and_its_times(reader: Reader) -> None:
    text = reader.ask(f"/article/{docid_of(2)}").text
    for words in (
        "更正后的正文。",
        "新华社",
        "发布",
        "列出",
        "存档",
        "2026年11月23日 周一 02:00",
        "差异",
        "600519·沪",
        "降准",
    ):
        assert words in text
    assert "正文2。" in reader.ask(f"/article/{docid_of(2)}?state=1").text


def test_a_difference_shows_words_struck_and_inserted(reader: Reader) -> None:
    text = reader.ask(f"/article/{docid_of(2)}/difference").text
    assert "<del>" in text
    assert "<ins>" in text


def test_a_withdrawn_article_says_so(reader: Reader) -> None:
    assert "撤下了这篇文章" in reader.ask(f"/article/{docid_of(5)}").text
    assert "来源撤下了它" in reader.ask(f"/article/{docid_of(5)}/history").text


def test_lists_have_twins_for_programs(reader: Reader) -> None:
    told = reader.ask("/day/2026-11-23.json").json["articles"]
    assert [one["docid"] for one in told] == [docid_of(number) for number in (1, 2, 3)]
    assert told[0]["published_at"] == "2026-11-23T01:00:00+08:00"
    table = reader.ask("/day/2026-11-23.csv")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert [row["docid"] for row in rows] == [one["docid"] for one in told]
    assert reader.ask("/calendar/2026.json").json["days"][0] == {
        "day": "2026-11-23",
        "kept": 3,
        "revised": 1,
        "withdrawn": 0,
    }
    assert {"value": "新华社", "name": "新华社", "count": 4} in reader.ask("/media.json").json["names"]
    assert reader.ask("/coverage.json").json["days"][0]["offered"] == 3
    for path in (
        "/calendar/2026.csv",
        "/channel.csv",
        "/starred.json",
        "/starred.csv",
        "/channel.json?of=1686",
        "/media.csv?of=x",
        "/symbol.json?of=sh600519",
        "/corrections.csv",
        "/coverage.json",
    ):
        assert reader.ask(path).status == 200


def test_each_twin_is_of_the_page_that_links_to_it(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "MOST_ROWS", 2)
    text = reader.ask("/day/2026-11-23?page=2").text
    (link,) = re.findall(r'href="(/day/[^"]*[.]json[^"]*)"', text)
    assert [one["docid"] for one in reader.ask(html.unescape(link)).json["articles"]] == [docid_of(1)]
    assert re.findall(r'class="row[^>]*data-docid="([a-z0-9]+)"', text) == [docid_of(1)]


def test_corrections_beyond_a_page_stand_on_the_next(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CORRECTIONS_A_PAGE", 1)
    pages = [reader.ask(f"/corrections?page={number}&until={TUESDAY}").text for number in (1, 2)]
    assert all("<b>2</b> 处" in text for text in pages)
    assert [re.findall(r"/article/([a-z0-9]+)/history", text) for text in pages] == [[docid_of(5)], [docid_of(2)]]
    (link,) = re.findall(r'href="(/corrections[.]json[^"]*)"', pages[1])
    assert [one["docid"] for one in reader.ask(html.unescape(link)).json["corrections"]] == [docid_of(2)]


def test_reposts_of_a_day_are_folded_and_its_twins_list_all(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        headline = "平川乳业前三季度净利润同比增长一成"
        archived(archive, *(article(number, title=headline, media=f"{number}<b>报") for number in (1, 2, 3)))
        archived(archive, article(4))
    with reading(tmp_path) as reader:
        text = reader.ask(f"/day/{MONDAY}").text
        assert re.findall(r'data-docid="([a-z0-9]+)"', text) == [docid_of(number) for number in (4, 1, 2, 3)]
        assert text.count('<li class="reposts"><details><summary><b>+2 家</b>') == 1
        assert "2&lt;b&gt;报" in text.partition("<summary><b>+2")[2].partition("</summary>")[0]
        assert "<small>3 篇</small>" in text
        assert set(re.findall(r'href="#(h[0-9]+)"', text)) == set(
            re.findall(r'<section class="group" id="(h[0-9]+)"', text)
        )
        assert len(reader.ask(f"/day/{MONDAY}.json").json["articles"]) == 4
        assert "<b>4</b> 篇" in text


@pytest.mark.parametrize(
    ("day", "before"), [("2024-02-29", "2023-02-28"), ("2026-11-23", "2025-11-23"), ("0001-01-01", "")]
)
def test_a_day_leads_to_the_same_day_a_year_ago(reader: Reader, day: str, before: str) -> None:
    found = re.findall(r'去年今日：<a href="/day/([0-9-]+)"', reader.ask(f"/day/{day}").text)
    assert found == ([before] if before else [])


def test_details_in_english_say_so(reader: Reader, tmp_path: Path) -> None:
    assert "Not Found" not in reader.ask("/nonsense").text
    assert "<p>这篇文章没有这一版</p>" in reader.ask(f"/article/{docid_of(1)}?state=9").text
    assert '<p lang="en">page</p>' in reader.ask("/day/2026-11-23?page=0").text
    two_days(tmp_path)
    (tmp_path / "watches.toml").write_text("watch = 1", "utf-8")
    with reading(tmp_path) as other:
        assert '<p lang="en">' in other.ask("/watch").text


def test_the_api_tells_articles_and_describes_itself(reader: Reader) -> None:
    assert reader.ask(f"/api/articles/{docid_of(2)}").json["text"] == "更正后的正文。"
    assert reader.ask(f"/api/articles/{docid_of(2)}?at=2026-11-23T02:30:00%2B08:00").json["text"] == "正文2。"
    assert len(reader.ask(f"/api/articles/{docid_of(2)}/states").json) == 2
    assert [one["kept"] for one in reader.ask("/api/days?since=2026-11-23&until=2026-11-24").json] == [3, 2]
    assert reader.ask("/api/days?since=2020-11-23&until=2026-11-24").status == 422
    assert {one["docid"] for one in reader.ask("/api/articles?symbol=hk00700").json["articles"]} == {docid_of(4)}
    assert reader.ask("/api/articles/none").json == {"detail": "the archive has no such state of such an article"}
    assert "/api/articles" in reader.ask("/api/openapi.json").json["paths"]


def test_the_archive_is_followed_without_a_restart(tmp_path: Path) -> None:
    two_days(tmp_path)
    with reading(tmp_path) as reader:
        assert "第6篇" not in reader.ask("/").text
        with running(tmp_path) as archive:
            archived(archive, article(6, TUESDAY))
            assert "第6篇" in reader.ask("/").text
            archived(archive, revised(article(1), "<p>又改了。</p>"))
            assert "又改了" in reader.ask(f"/article/{docid_of(1)}").text


def test_it_answers_without_a_catalogue(tmp_path: Path) -> None:
    two_days(tmp_path)
    shutil.rmtree(tmp_path / paths.STATE_NAME)
    with reading(tmp_path) as reader:
        assert [reader.ask(path).status for path in PAGES] == [200] * len(PAGES)


def test_a_lost_file_is_told_on_its_page(tmp_path: Path) -> None:
    two_days(tmp_path)
    (lost,) = tmp_path.glob("2026/11/23/第1篇.md")
    lost.unlink()
    altered = tmp_path / "2026/11/23/第3篇.md"
    altered.write_text(altered.read_text("utf-8").replace("正文3", "改过的"), "utf-8")
    with reading(tmp_path) as reader:
        assert "读不到这篇文章的文件" in reader.ask(f"/article/{docid_of(1)}").text
        assert "与流水账的摘要不符" in reader.ask(f"/article/{docid_of(3)}").text
        assert reader.ask(f"/article/{docid_of(1)}/file").status == 200


def test_what_the_server_sent_is_shown_as_text(tmp_path: Path) -> None:
    stored.two_days(tmp_path)
    with reading(tmp_path) as reader:
        page = reader.ask(f"/article/{docid_of(2)}/raw").text
        assert page.count("HTTP/1.1 200") == 3  # as it was, corrected, and looked at again
        assert "&lt;html" in page
        assert stored.place_of(tmp_path, docid_of(2)) in page
        assert "逐字节相同" in page


def test_a_raw_record_that_is_damaged_is_told_and_none_is_no_fault(tmp_path: Path) -> None:
    stored.two_days(tmp_path)
    for file in tmp_path.glob("_raw/*/*/*.warc.gz"):
        file.unlink()
    with reading(tmp_path) as reader:
        assert "cannot be read" in reader.ask(f"/article/{docid_of(2)}/raw").text
    two_days(tmp_path / "without")
    with reading(tmp_path / "without") as reader:
        assert "没有存下服务器的应答" in reader.ask(f"/article/{docid_of(1)}/raw").text


def test_an_archive_that_is_empty_has_a_page(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        assert "还没有文章" in reader.ask("/").text
        assert reader.ask("/statistics").status == 200


def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    two_days(tmp_path)
    with reading(tmp_path) as reader:
        journal = paths.journal_path(tmp_path, MONDAY)
        journal.unlink()
        journal.mkdir()
        found = reader.ask("/day/2026-11-23")
        assert found.status in (200, 503)
        assert reader.ask("/").status == 200


def test_an_archive_that_was_taken_away_is_not_shown_as_an_empty_one(tmp_path: Path) -> None:
    root = two_days(tmp_path / "archive")
    with reading(root) as reader:
        assert reader.ask("/day/2026-11-23").status == 200
        root.rename(tmp_path / "away")
        for path in ("/", "/day/2026-11-23", "/calendar", "/feeds/all.atom", "/channel?of=1686"):
            found = reader.ask(path)
            assert (found.status, "不见了" in found.text) == (503, True), path
        assert "is not there any more" in reader.ask("/api/articles").json["detail"]
        assert reader.ask("/static/reader.css").status == 200
        (tmp_path / "away").rename(root)
        assert reader.ask("/day/2026-11-23").status == 200
