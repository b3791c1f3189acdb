from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from newsarchive.errors import LayoutMismatch, NotAnArticle, PageTooComplex
from newsarchive.items import BEIJING
from newsarchive.pages.depth import bearable
from newsarchive.pages.layout import Css, Layout, Meta, Page, Source, inner_html, layout_for, read
from newsarchive.pages.text import one_line, printable
from newsarchive.pages.times import china_time, with_seconds

URL = "https://finance.sina.com.cn/x/2020-02-03/doc-iabcdefg1234567.shtml"


class Old(Layout):
    since, until = date(2010, 1, 1), date(2016, 12, 31)
    marker = ("h1",)
    title = Css("h1", to=one_line)
    date = Css(".date", to=china_time, optional=True)
    words = Css("a", many=True)
    maker = Meta("maker")
    body = Css("#text", take=inner_html)


class New(Old):
    since, until = date(2017, 1, 1), None
    marker = ("h1", "#text")
    title = Css("h1", to=str.upper)


def page(html: str, url: str = URL) -> Page:
    return Page(f"<html><head><meta name=maker content=' m '></head><body>{html}</body></html>", url)


def test_fields_are_read_as_declared() -> None:
    fields = read(page("<h1> a\n b</h1><a>x</a><a> y </a><div id=text><p>t<br></div>"), Old)
    assert fields == {"title": "a b", "date": None, "words": ("x", "y"), "maker": "m", "body": "<p>t<br></p>"}


def test_of_one_match_within_another_the_outer_counts() -> None:
    body = "<p>a</p><div id=text><p>b</p></div>"
    assert read(page(f"<h1>t</h1><div id=text>{body}</div>"), Old)["body"] == body.replace("=text", '="text"')


@pytest.mark.parametrize(("html", "field", "count"), [
    ("<div id=text></div>", "title", 0),
    ("<h1>a</h1><h1>b</h1><div id=text></div>", "title", 2),
    ("<h1>a</h1><p class=date>1</p><p class=date>2</p><div id=text></div>", "date", 2),
    ("<h1>a</h1>", "body", 0),
    ("<h1>a</h1><p class=date>gestern</p><div id=text></div>", "date", 1),
])  # fmt: skip
def test_other_number_of_matches_is_a_mismatch(html: str, field: str, count: int) -> None:
    with pytest.raises(LayoutMismatch) as caught:
        read(page(html), Old)
    assert (caught.value.layout, caught.value.field, caught.value.count, caught.value.url) == ("Old", field, count, URL)


def test_subclass_changes_only_what_it_declares() -> None:
    assert read(page("<h1>a</h1><div id=text>t</div>"), New)["title"] == "A"
    assert set(New.fields) == set(Old.fields)


@pytest.mark.parametrize(("url", "layout"), [(URL, New), (URL.replace("2020", "2012"), Old)])
def test_day_decides_where_two_markers_match(url: str, layout: type[Layout]) -> None:
    assert layout_for(page("<h1>a</h1><p id=text>t", url), [Old, New]) is layout


def test_marker_alone_decides_where_one_matches() -> None:
    assert layout_for(page("<h1>a</h1>"), [Old, New]) is Old


class Other(Layout):
    since = date(2010, 1, 1)
    marker = ("#text",)


def test_special_form_goes_before_the_one_it_was_made_from() -> None:
    assert layout_for(page("<h1>a</h1><p id=text>t", "https://x.cn/a"), [Old, New]) is New


def test_two_fits_are_an_error() -> None:
    with pytest.raises(LayoutMismatch):
        layout_for(page("<h1>a</h1><p id=text>t", "https://x.cn/a"), [Old, Other])


def test_page_without_a_marker_has_no_layout() -> None:
    with pytest.raises(NotAnArticle) as caught:
        layout_for(page("<p>x"), [Old, New])
    assert caught.value.reason == "no-layout"


def test_lone_surrogates_do_not_stop_the_parser() -> None:
    assert read(page("<h1>a\ud800</h1><div id=text>t</div>"), Old)["title"] == "a"


@pytest.mark.parametrize("html", ["<div>" * 100_000, "<b>" * 9_000 + "<p>x" * 9_000])
def test_endless_nesting_is_refused_before_it_is_parsed(html: str) -> None:
    with pytest.raises(PageTooComplex):
        _ = page(html).tree


def test_long_flat_page_is_let_pass() -> None:
    bearable("<p><b>x</b><br>" * 20_000)


@pytest.mark.parametrize(("text", "moment"), [
    ("2026年09月29日 00:34", "2026-09-29T00:34:00+08:00"),
    ("2012年06月08日01:31", "2012-06-08T01:31:00+08:00"),
    ("2026-09-28T23:20:25+08:00", "2026-09-28T23:20:25+08:00"),
    ("2026-09-28T15:20:25Z", "2026-09-28T23:20:25+08:00"),
    ("2018-12-28 19:55:10", "2018-12-28T19:55:10+08:00"),
    ("发布于 2018/1/2 3:04 来源", "2018-01-02T03:04:00+08:00"),
    ("２０１８年１月２日 ０３：０４", "2018-01-02T03:04:00+08:00"),
])  # fmt: skip
def test_time_is_china_time(text: str, moment: str) -> None:
    assert china_time(text).isoformat() == moment


@pytest.mark.parametrize("text", [
    "0001年01月01日 00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00", "0000-01-01 10:00", "1899-12-31 10:00",
    "2100-01-01 00:00", "2018-01-01T10:00:00+99:99",
])  # fmt: skip
def test_date_that_cannot_be_is_a_text_without_a_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"year|offset|hour|isoformat"):
        china_time(text)


@pytest.mark.parametrize("text", ["", "05月01日 10:30", "2018年12月28日", "2018年13月28日 10:00", "2018-01-01 25:00"])
def test_text_without_a_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|hour|month"):
        china_time(text)


def test_seconds_come_from_a_meta_of_the_same_minute_only() -> None:
    shown = datetime(2018, 12, 28, 19, 55, tzinfo=BEIJING)
    assert with_seconds(shown, [None, shown.replace(minute=56, second=29), shown.replace(second=10)]).second == 10
    assert with_seconds(shown, [shown.replace(hour=22)]) == shown


def test_forbidden_characters_go_without_a_stand_in() -> None:
    assert printable("a\x00\x08\x7f\x9f\ud800\ufffd\uffffb\n") == "ab\n"
    assert one_line("\u3000第一\n行\x85\u3000“二”\x07 ") == "第一 行 “二”"


def test_selectors_are_tried_in_order_and_within_a_place() -> None:
    html = "<p class=b>1</p><div><p class=b>2</p></div>"
    assert Css(".a", ".b", within="div").read(page(html)) == "2"
    assert Css(".a", within="section", optional=True).read(page(html)) is None


def test_what_is_shown_twice_is_one_and_of_several_the_longest_can_be_asked() -> None:
    assert Css("p").read(page("<p>a b</p><p> a\n b</p>")) == "a b"
    assert Css("p", longest=True).read(page("<p>a</p><p>abc</p>")) == "abc"


def test_metas_of_one_name_are_all_read() -> None:
    many = page("<meta name=Words content='a'><meta name=words content='b'>")
    assert (Meta("words", many=True).read(many), Meta("words").read(many)) == (("a", "b"), "a")


def test_source_of_a_page_is_searched() -> None:
    assert Source(re.compile(r"x=(\d)"), to=int).read(page("<script>x=1</script>")) == 1
    assert Source(re.compile(r"y=(\d)"), optional=True).read(page("")) is None


def test_page_without_a_layout_names_host_and_fingerprint() -> None:
    with pytest.raises(NotAnArticle, match=r"host finance\.sina\.com\.cn, fingerprint [0-9a-f]{16}$"):
        layout_for(page("<p>x"), [Old])
