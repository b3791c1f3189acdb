from __future__ import annotations

from datetime import date, datetime

import pytest

from newsarchive.errors import LayoutMismatch, NotAnArticle
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.sina.layouts import LAYOUTS, extract

URL = "https://finance.sina.com.cn/stock/2026-01-02/doc-iabcdefg1234567.shtml"
OFFER = Offer(docid="abcdefg1234567", url=URL, day=date(2026, 1, 2), title="纸船")
PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"/>
<meta property="bytedance:published_time" content="2026-01-02T08:09:10+08:00" />
<meta property="bytedance:updated_time" content="2026-01-02T09:00:00+08:00" />
<meta name="keywords" content="纸船,出口，某市" />
<meta name="weibo: article:create_at" content="2026-01-02 08:09:10" />
<meta name="publishid" content="abcdefg1234567" />
<meta name="mediaid" content="某日报" />
<meta property="article:author" content="某作者" /></head><body>
<h1 class="channel-logo">频道</h1>
<h1 class="main-title">某市的"纸船"
　出口</h1>
<div class="date-source"><span class="date">2026年01月02日 08:09</span>
<a class="source ent-source" href="http://x.cn/">某 晚报</a><span class="author">作者：某甲</span></div>
<div class="article" id="artibody"><p>　　文<span id=stock_sh600000><a href=//x.cn class="keyword">某行</a></span></p>
<!-- news_keyword_pub,stock,sh600000&sz000001 --><p class="article-editor">责任编辑：某乙 SF123</p></div>
</body></html>"""


def read(html: str, url: str = URL) -> Article:
    return extract(html, OFFER, url, datetime(2026, 1, 3, tzinfo=BEIJING))


def test_all_fields_of_a_page_are_read() -> None:
    article = read(PAGE)
    assert article.offer is OFFER
    assert article.title == '某市的"纸船" 出口'
    assert article.published_at.isoformat() == "2026-01-02T08:09:10+08:00"
    assert article.modified_at == datetime(2026, 1, 2, 9, tzinfo=BEIJING)
    assert (article.media, article.author, article.editor) == ("某 晚报", "某甲", "某乙")
    assert article.keywords == ("纸船", "出口", "某市")
    assert article.symbols == ("sh600000", "sz000001")
    assert (article.page_id, article.layout) == ("abcdefg1234567", "SinaFinance2017Page")
    assert article.body.startswith("<p>　　文<span")


def test_shown_minute_wins_over_later_metas() -> None:
    late = PAGE.replace("08:09:10", "10:57:10")
    assert read(late).published_at.isoformat() == "2026-01-02T08:09:00+08:00"


def test_page_with_its_title_time_and_text_alone_is_read() -> None:
    bare = "<h1 class=main-title></h1><p class=date-source><span class=date>2018年1月2日03:04</span></p><div id=article><p>x</div>"
    article = read(bare)
    assert (article.title, article.media, article.modified_at, article.keywords) == ("", "", None, ())
    assert (article.layout, article.body) == ("SinaNews2017Page", "<p>x</p>")


def test_media_of_the_metas_stands_in_for_a_source_not_shown() -> None:
    assert read(PAGE.replace('class="source ent-source"', "")).media == "某日报"


def test_keywords_under_the_text_win_and_the_title_is_none() -> None:
    words = '<div class="keywords"><label>关键词：</label><a>甲</a> <a>乙</a></div></body>'
    assert read(PAGE.replace("</body>", words)).keywords == ("甲", "乙")
    assert read(PAGE.replace("纸船,出口，某市", "某市的&quot;纸船&quot; 出口")).keywords == ()


@pytest.mark.parametrize(("old", "new", "field", "count"), [
    ('class="date"', 'class="day"', "published_at", 0),
    ("2026年01月02日 08:09", "刚刚", "published_at", 1),
    ('<h1 class="channel-logo">', '<h1 class="main-title">', "title", 2),
    ("</body>", '<div id="artibody"></div></body>', "body", 2),
])  # fmt: skip
def test_page_that_is_not_as_declared_is_no_half_article(old: str, new: str, field: str, count: int) -> None:
    with pytest.raises(LayoutMismatch) as caught:
        read(PAGE.replace(old, new))
    assert (caught.value.field, caught.value.count, caught.value.url) == (field, count, URL)


@pytest.mark.parametrize("html", ["<p>x</p>", PAGE.replace("artibody", "other"), PAGE.replace("main-title", "other")])
def test_unknown_page_has_no_layout(html: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        read(html)
    assert caught.value.reason == "no-layout"


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_each_layout_says_what_it_is(layout: type) -> None:
    assert layout.__doc__
    assert layout.example.startswith("https://")
    assert {"title", "published_at", "body"} <= set(layout.fields)
