"""years, old_blocks, the pages of each era: what stands in sina-surface.md §3 and §4 about them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from urllib.request import OpenerDirector

import pytest
from right_archive import NOW
from selectolax.lexbor import LexborHTMLParser

from newsarchive.rehearsal import StandIn
from newsarchive.rehearsal.archived import INLINE
from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.feed import Feed
from newsarchive.rehearsal.page import TEMPLATES, page_of
from newsarchive.rehearsal.site import HOSTS, SinaSite
from newsarchive.rehearsal.truth import BEIJING, FILTERED, Charset, Fate, Story
from newsarchive.rehearsal.years import DAYS, TRAPS, docid_of, past_documents

PAST = past_documents(7, tuple(PAGEIDS))
MULTIPLE = [document for document in PAST if document.parts > 1]
WITH_TEXT = [d for d in PAST if d.fate is Fate.ARTICLE and d.parts == 1 and d.layout != "slide2010"]


def of_layout(layout: str) -> list[Story]:
    return [document for document in PAST if document.layout == layout]


def html_of(document: Story, part: int = 1) -> str:
    return page_of(document, part).decode(document.charset.codec)


def tree_of(document: Story, part: int = 1) -> LexborHTMLParser:
    return LexborHTMLParser(html_of(document, part))


def text_at(tree: LexborHTMLParser, selector: str) -> str:
    (node,) = tree.css(selector)
    return node.text().strip()


def squeezed(text: str) -> str:
    """``text`` without white space, and without the markers behind names that no archive wants."""
    return "".join(text.split()).replace("(微博)", "").replace("(blog)", "")


# --- the world -----------------------------------------------------------------------------------------------------


def test_every_template_and_every_reason_has_a_document():
    assert {document.layout for document in PAST} >= TEMPLATES.keys() - {"finance2026"}
    assert {document.fate for document in PAST} == {Fate.ARTICLE, *FILTERED - {Fate.OFF_SITE}}


def test_the_same_seed_makes_the_same_past_and_another_another():
    assert past_documents(7, tuple(PAGEIDS)) == PAST
    assert not {d.docid for d in PAST} & {d.docid for d in past_documents(8, tuple(PAGEIDS))}


def test_documents_have_docids_days_and_hosts_of_their_own():
    assert len({document.docid for document in PAST}) == len(PAST)
    assert {document.published_at.date() for document in PAST} == DAYS.keys()
    assert {document.url.split("/")[2] for document in PAST} <= HOSTS


@pytest.mark.parametrize(
    ("url", "docid"),
    [
        ("https://finance.sina.com.cn/g/20040518/0749765467.shtml", "finance-20040518-0749765467"),
        ("https://chanye.finance.sina.com.cn/sm/2005-03-21/208654.shtml", "chanye-finance-20050321-208654"),
        ("https://finance.sina.com.cn/zl/china/2018-12-28/zl-ihfihykq0123491.shtml", "hfihykq0123491"),
        ("https://finance.sina.cn/2018-12-28/detail-ihfihykq0123491.d.html", "hfihykq0123491"),
        ("https://k.sina.com.cn/article_1_ab.html", "u-4b4710bd40438dcd"),
    ],
)
def test_a_docid_is_what_the_address_gives(url: str, docid: str):
    assert docid_of(url) == docid


@pytest.mark.parametrize(("year", "digits"), [(2004, 10), (2008, 11), (2010, 11), (2012, 12)])
def test_old_addresses_have_the_digits_of_their_year(year: int, digits: int):
    found = [re.search(r"/\d{8}/(\d+)\.s?html", d.url) for d in PAST if d.published_at.year == year]
    assert {len(match[1]) for match in found if match} == {digits}


def test_the_default_world_has_no_past():
    assert StandIn(articles=3).past_days == ()
    assert StandIn(articles=3, years=True).past_days == tuple(DAYS)


# --- the listing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS)
def test_the_day_query_finds_the_documents_of_its_day(day: date):
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=BEIJING).timestamp())
    query = {"pageid": "153", "lid": "2509", "etime": str(midnight), "stime": str(midnight + 86_400)}
    rows = json.loads(Feed(PAST, tuple(PAGEIDS)).answer(query, NOW))["result"]["data"]
    assert {row["docid"] for row in rows} == {f"comos:{d.docid}" for d in PAST if d.published_at.date() == day}


def test_the_running_listing_does_not_reach_the_past():
    result = json.loads(Feed(PAST, tuple(PAGEIDS)).answer({"pageid": "153", "lid": "2509"}, NOW))["result"]
    assert (result["total"], result["data"]) == (0, [])


def test_one_row_points_to_an_alias_of_its_address():
    (aliased,) = [document for document in PAST if document.listed_url != document.url]
    assert aliased.listed_url.startswith(
        "https://cj.sina.cn/article/norm_detail?url=https%3A%2F%2Ffinance.sina.com.cn%2F"
    )


def test_every_address_answers_and_says_the_charset_of_its_document(client: Callable[[StandIn], OpenerDirector]):
    with StandIn(articles=1, years=True) as sina:
        for document in (document for document in sina.truth if document.is_past):
            answer = client(sina).open(document.url)
            assert answer.read() == page_of(document)
            assert (answer.headers.get_content_charset() or "") == document.charset.header


def test_further_pages_answer_under_their_own_addresses():
    site = SinaSite(PAST, tuple(PAGEIDS), lambda: NOW + timedelta(hours=1))
    for document in MULTIPLE:
        stem = document.url.removesuffix(".shtml").partition("sina.com.cn")[2]
        statuses = [site.answer("finance.sina.com.cn", f"{stem}_{part}.shtml").status for part in range(2, 5)]
        assert statuses == [200] * (document.parts - 1) + [404] * (4 - document.parts)


# --- bytes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["tables2004", "artibody2008"])
def test_pages_before_2012_are_gb_bytes_that_call_themselves_gb2312(layout: str):
    for document in of_layout(layout):
        raw = page_of(document)
        assert b"charset=gb2312" in raw[:1000]
        assert raw.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")


def test_what_gbk_has_not_is_written_as_a_reference():
    documents = [d for seed in range(12) for d in past_documents(seed, tuple(PAGEIDS)) if d.layout == "tables2004"]
    (odd, *_) = [document for document in documents if any("𠮷" in piece.text for piece in document.pieces)]
    assert b"&#134071;" in page_of(odd)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_in_its_own_bytes_and_header_and_meta_say_otherwise(trap: Charset):
    (document,) = [d for d in of_layout("artibody2011") if d.charset == trap]
    assert document.title in page_of(document).decode(trap.codec)
    assert f"charset={trap.meta}".encode() in page_of(document)
    family = {"x-gbk": "gb18030", "gb2312": "gb18030", "gbk": "gb18030", "": trap.codec}
    said = {family.get(name, name) for name in (trap.header, trap.meta)}
    assert said != {trap.codec} or trap.header == "x-gbk"


# --- structure -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", WITH_TEXT, ids=lambda document: f"{document.layout}-{document.docid}")
def test_a_page_holds_every_piece_of_its_truth(document: Story):
    shown = squeezed(text_at(tree_of(document), "body"))
    texts = [squeezed(p.text) for p in document.pieces if p.kind not in ("figure", "a") and p.kind not in INLINE]
    assert texts
    assert [text for text in texts if text not in shown] == []
    addresses = [p.text.partition("//")[2] for p in document.pieces if p.kind == "figure"]
    assert [address for address in addresses if address not in unescape(html_of(document))] == []


def test_tables_of_2004_name_nothing_but_the_title_cell():
    for document in of_layout("tables2004"):
        tree, moment = tree_of(document), f"{document.published_at:%Y年%m月%d日 %H:%M}"
        assert text_at(tree, "th.f24 > font") == document.title
        assert text_at(tree, 'font[color="#A20010"]') == document.media
        assert [moment in node.text() for node in tree.css('td[align="center"][height="20"]')] == [True]
        assert len(tree.css("td.l17 td.l17 > p")) >= 4
        assert tree.css("#artibody, h1, meta[name]") == []
        assert "NEWSZW_HZH_BEGIN" in html_of(document)


@pytest.mark.parametrize("layout", ["artibody2008", "artibody2011"])
def test_pages_of_2008_to_2015_have_ids_and_comments_as_borders(layout: str):
    for document in of_layout(layout):
        tree, html = tree_of(document), html_of(document)
        assert text_at(tree, "h1#artibodyTitle") == document.title
        assert text_at(tree, "#pub_date") == f"{document.published_at:%Y年%m月%d日%H:%M}"
        assert text_at(tree, "#media_name") == document.media
        assert re.search(r"^<!--\[\d+,1,\d+\] published at ", html, re.M)
        assert len(re.findall(r"<!-- publish_helper name='原始正文' p_id=", html)) == 1
        assert html.count("<!-- publish_helper_end -->") == len(tree.css(".blkContainerSblkCon#artibody")) == 1


def test_pictures_of_2008_to_2015_stand_before_the_comment_that_begins_the_text():
    with_pictures = [d for d in of_layout("artibody2008") if d.pieces[0].kind == "figure"]
    assert with_pictures
    for document in with_pictures:
        before, _, _after = html_of(document).partition("<!-- publish_helper name=")
        assert document.pieces[0].text.removeprefix("https://") in before


def test_share_blocks_stand_inside_the_body_from_2011_on():
    for document in of_layout("artibody2011"):
        tree = tree_of(document)
        assert len(tree.css("#artibody #sinashareto")) == len(tree.css("#artibody .corrTxt_01#interrelatedBlog")) == 1
    assert not any(tree_of(document).css("#sinashareto") for document in of_layout("artibody2008"))


def test_the_pages_of_one_article_share_its_text_in_order():
    for document in MULTIPLE:
        pages = [tree_of(document, part) for part in range(1, document.parts + 1)]
        shown = "".join(squeezed(text_at(page, "#artibody")) for page in pages)
        places = [shown.find(squeezed(piece.text)) for piece in document.pieces if piece.kind == "p"]
        assert -1 not in places
        assert places == sorted(places)
        assert {text_at(page, "h1#artibodyTitle") for page in pages} == {document.title}


def test_a_pager_links_all_other_pages():
    for document in MULTIPLE:
        for part in range(1, document.parts + 1):
            links = {str(node.attributes["href"]) for node in tree_of(document, part).css("#artibody .pagebox_num a")}
            stem = document.url.removesuffix(".shtml").replace("https:", "http:")
            named = [f"{stem}.shtml", *(f"{stem}_{number}.shtml" for number in range(2, document.parts + 1))]
            assert links == set(named) - {named[part - 1]}


def test_pages_of_2014_to_2016_have_time_and_source_in_one_line():
    for document in of_layout("web2014"):
        tree = tree_of(document)
        assert "news_web_article_v2014_meta" in html_of(document)
        assert text_at(tree, "h1#artibodyTitle") == document.title
        assert text_at(tree, "span.time-source#navtimeSource").startswith(f"{document.published_at:%Y年%m月%d日%H:%M}")
        assert text_at(tree, '#navtimeSource span[data-sudaclick="media_name"] a') == document.media
        assert len(tree.css("div.article.article_16#artibody p.article-editor")) == 1
    (tech,) = of_layout("tech2014")
    assert text_at(tree_of(tech), "#main_title") == tech.title
    assert text_at(tree_of(tech), ".titer") == f"{tech.published_at:%Y年%m月%d日%H:%M}"


@pytest.mark.parametrize("layout", ["tech2018", "ent2018", "sports2018", "k2018", "cj2018"])
def test_other_hosts_have_the_template_of_2017(layout: str):
    (document,) = of_layout(layout)
    tree = tree_of(document)
    assert text_at(tree, "h1.main-title") == document.title
    assert len(tree.css("div.article#artibody")) == 1
    line = ".time-source" if layout == "cj2018" else ".date-source .date"
    assert f"{document.published_at:%Y年%m月%d日 %H:%M}" in text_at(tree, line)
    assert ("__财经头条__新浪财经" in text_at(tree, "title")) == (layout == "cj2018")


def test_a_flash_is_known_by_the_suffix_of_its_title():
    for document in of_layout("flash2020"):
        assert text_at(tree_of(document), "title") == f"{document.title}_7x24小时财经新闻_新浪网"
        assert text_at(tree_of(document), ".bd_i_txt_c").startswith("【")
        assert "下一条快讯将在" in html_of(document)


def test_mobile_pages_load_their_pictures_late():
    for document in (*of_layout("mobile2015"), *of_layout("selfmobile2017")):
        tree = tree_of(document)
        assert text_at(tree, "h1.art_tit_h1") == document.title
        assert document.media in {node.text() for node in tree.css("cite.art_cite, h2.weibo_user")}
        pictures = [str(node.attributes["data-src"]) for node in tree.css("article.art_box figure.art_img_mini img")]
        assert pictures == [p.text.removeprefix("https:") for p in document.pieces if p.kind == "figure"]


def test_a_slide_show_keeps_pictures_and_captions_in_its_data():
    for document in of_layout("slide2010"):
        found = re.search(r"var slide_data = (\{.*)", html_of(document))
        assert found
        data = json.loads(found[1])
        shown = [(image["download_img"], image["intro"]) for image in data["images"]]
        assert [text for pair in shown for text in pair] == [piece.text for piece in document.pieces]
        assert data["slide"]["title"] == document.title


def test_a_player_page_has_an_article_node_without_a_paragraph():
    (document,) = of_layout("player2018")
    assert tree_of(document).css("#artibody p:not(.article-editor)") == []
    assert "SINA_TEXT_PAGE_INFO['videoDatas0']" in html_of(document)


@pytest.mark.parametrize("layout", ["video", "live", "topic"])
def test_pages_of_other_kinds_have_no_article_node(layout: str):
    for document in of_layout(layout):
        assert tree_of(document).css("#artibody, #article, .art_content") == []
