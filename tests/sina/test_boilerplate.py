from __future__ import annotations

import pytest

from newsarchive.pages.clean import clean
from newsarchive.sina.boilerplate import RULES, is_poster

URL = "https://finance.sina.com.cn/x/2026-01-02/doc-iabcdefg1234567.shtml"
QR_BLOCK = """<style>.appendQr_wrap{border:1px}</style><div class="clearfix appendQr_wrap"><div class="appendQr_normal">
<img src="//n.sinaimg.cn/finance/cece9e13/20240627/1_20240627.png" /></div>
<div class="appendQr_normal_txt">海量资讯、精准解读，尽在新浪财经APP</div></div>"""


def cleaned(raw: str) -> str:
    return clean(f"<p>　　始</p>{raw}<p>终</p>", URL, RULES).body


@pytest.mark.parametrize("raw", [
    '<p class="article-editor">责任编辑：某某 </p>',
    '<p class="show_author">责任编辑：某某 </p>',
    "<p>（责任编辑：某某）</p>",
    QR_BLOCK,
    "海量资讯、精准解读，尽在新浪财经APP",
    "<p>炒股就看<a href=//x.cn>金麒麟分析师研报</a>，权威，专业</p>",
    "<!-- 总声明--><p><span>免责声明：某某提供的内容</span></p><!-- 总声明-->",
    "<p>新浪声明：新浪网登载此文出于某目的</p>",
    "<p>特别声明：以上内容仅代表某人</p>",
    '<!-- 相关专题top start--><p><a href="//finance.sina.com.cn/zt_d/x">专题：某事</a></p><!-- 相关专题top end-->',
    "<p><a href=//finance.sina.com.cn/zt_d/x>专题：某事</a></p>",
    '<div class="wap_special"><div class="tlt">点击进入专题：</div><a href="//x.cn">某事</a></div>',
    "<p>此前报道：<a href=/1>某事</a></p>",
    "<p>相关新闻：</p><p><a href=/1>某事</a></p><p><a href=/2>他事</a></p>",
    '<!--video-list--><div class="video-2017" id="videoList0"></div><script>x</script><!--/video-list-->',
    "<!-- 视频播放器start --><div>某视频</div><!-- 视频播放器end -->",
    '<!--article_adlist[<p><img src="//n.sinaimg.cn/a.gif" black-list="y"/></p>]article_adlist-->',
    '<div class="app-kaihu-qr"><span>开户</span></div><div id="left_hzh_ad">广告</div><ins class="sinaads">广告</ins>',
    '<span id="quote_MU">(<font>1</font>)</span>',
    '<img src="http://n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png">',
    '<img src="https://beacon.sina.com.cn/a.gif?x">',
])  # fmt: skip
def test_boilerplate_goes(raw: str) -> None:
    assert cleaned(raw) == "<p>始</p>\n<p>终</p>"


@pytest.mark.parametrize(("raw", "kept"), [
    ("<p>　　原标题：某事</p>", "<p>原标题：某事</p>"),
    ("<p>专题：某事</p>", "<p>专题：某事</p>"),
    ("<p>某网站发布免责声明：不负责任</p>", "<p>某网站发布免责声明：不负责任</p>"),
    ("<p>某事。(责任编辑：某某)</p>", "<p>某事。</p>"),
    ("<p>公司声明：消息不实</p>", "<p>公司声明：消息不实</p>"),
    ("<p>他被拒绝访问，请扫描二维码</p>", "<p>他被拒绝访问，请扫描二维码</p>"),
    ("<p>“责任编辑：某某”几个字</p>", "<p>“责任编辑：某某”几个字</p>"),
    ('<blockquote class="fin_reference"><p>内容摘要：某</p></blockquote>', "<blockquote>\n<p>内容摘要：某</p>\n</blockquote>"),
    ("<p cms-style=\"font-L\"><font cms-style=x>某</font></p>", "<p>某</p>"),
    ("<!-- 总声明--><p>某</p>", "<p>某</p>"),
    ('<p><a href="http://x.cn/1">某</a></p>', '<p><a href="http://x.cn/1">某</a></p>'),
])  # fmt: skip
def test_text_that_resembles_it_stays(raw: str, kept: str) -> None:
    assert cleaned(raw) == f"<p>始</p>\n{kept}\n<p>终</p>"


@pytest.mark.parametrize("href", [
    "https://stock.finance.sina.com.cn/usstock/quotes/MU.html", "http://stock.finance.sina.com.cn/hkstock/quotes/00700.html",
    "http://finance.sina.com.cn/realstock/company/sh600837/nc.shtml", "https://finance.sina.com.cn/fund/quotes/000001/bc.shtml",
    "http://biz.finance.sina.com.cn/suggest/lookup_n.php?q=sh600000", "https://quotes.sina.cn/hs/company/quotes/view/sh600000",
])  # fmt: skip
def test_stock_links_become_text(href: str) -> None:
    assert (
        cleaned(f'<p>某<span id=stock_sh1><a class="keyword" href={href}>股</a></span></p>')
        == "<p>始</p>\n<p>某股</p>\n<p>终</p>"
    )


def test_links_to_stories_stay() -> None:
    assert '<a href="https://finance.sina.com.cn/stock/1.shtml">x</a>' in cleaned(
        "<p>某<a href=http://finance.sina.com.cn/stock/1.shtml>x</a></p>"
    )


def test_slot_without_its_end_does_not_swallow_the_text() -> None:
    long = "<p>" + "字" * 7_000 + "</p>"
    assert "字" in cleaned(f"<!-- 总声明-->{long}<!-- 总声明-->")


@pytest.mark.parametrize(("url", "poster"), [
    ("http://n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png", True),
    ("//n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance3.jpg?x=1", True),
    ("http://n.sinaimg.cn/finance/transform/65/w550h315/20260929/7305-c310438b.png", False),
    ("", False),
])  # fmt: skip
def test_posters_of_the_listing_are_known(url: str, *, poster: bool) -> None:
    assert is_poster(url) is poster
