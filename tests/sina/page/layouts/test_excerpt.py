"""An excerpt gives the same article as the whole page, and a page of another build stays whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsarchive.items import Article, Offer
from newsarchive.rehearsal.standin import StandIn
from newsarchive.sina.page import layouts
from newsarchive.sina.page.layouts.excerpt import excerpt

PAGE = """<html><head><script>menu()</script><meta name="publishid" content="a > b"><link rel=x href=y></head>
<body><div>menu()</div><h1 class="main-title">t</h1><div id="artibody">text</div><!-- 原始正文end -->
<div class="keywords"><a>k</a></div>{tail}<script id="hq_data_id" src="//hq.sinajs.cn/list=sh600519"></script></body></html>"""


def test_only_what_layouts_look_at_is_kept() -> None:
    kept = excerpt(PAGE.format(tail="x" * 6_000))
    found = [word in kept for word in ("menu", 'content="a > b"', "keywords", "sh600519", "</body>")]
    assert found == [False, True, True, True, False]


@pytest.mark.parametrize("page", ["", "<html><body><p>x</p></body></html>", '<h1 class="main-title">t</h1></head>'])
def test_a_page_of_another_build_stays_whole(page: str) -> None:
    assert excerpt(page) is page


def whole(monkeypatch: pytest.MonkeyPatch, html: str, offer: Offer) -> Article:
    with monkeypatch.context() as patched:
        patched.setattr(layouts, "excerpt", lambda page: page)
        return layouts.extract(html, offer, offer.url)


def test_the_article_is_that_of_the_whole_page(monkeypatch: pytest.MonkeyPatch) -> None:
    sina = StandIn(articles=40, days=2)
    for document in sina.truth[:40]:
        host, _, path = document.url.removeprefix("https://").partition("/")
        offer = Offer(docid=document.docid, url=document.url, day=date(2026, 11, 24))
        html = sina.site.answer(host, f"/{path}").body.decode("utf-8")
        if 'class="main-title"' in html:
            assert layouts.extract(html, offer, offer.url) == whole(monkeypatch, html, offer)


def test_the_article_of_a_real_page_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch, shared: Path) -> None:
    pages = list((shared / "pages").glob("kingname*.html"))
    assert pages
    for path in pages:
        offer = Offer(docid="u-0", url="https://finance.sina.com.cn/", day=date(2020, 1, 1))
        html = path.read_text("utf-8", "replace")
        assert layouts.extract(html, offer, offer.url) == whole(monkeypatch, html, offer)


def test_title_by_which_some_layouts_are_known_stays() -> None:
    page = '<html><head><title>某市__财经头条</title><script>1</script></head><body><h1 class="main-title">某市</h1></body></html>'
    assert "<title>某市__财经头条</title>" in excerpt(page)
