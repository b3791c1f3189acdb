from __future__ import annotations

import re

import pytest

from newsarchive.pages.clean import clean
from newsarchive.sina import boilerplate
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
    "<!--NEWSZW_HZH_BEGIN--><table><tr><td><a href=//x.cn><img src=//x.cn/ad.jpg></a></td></tr></table><!--NEWSZW_HZH_END-->",
    '<div class="blkComment otherContent_01" id="sinashareto"><span>分享到:</span><a href=//x.cn>我要评论</a></div>',
    '<div class="otherContent_01"><div class="corrTxt_01"><h3>&gt; 相关专题：</h3><ul><li><a href=//x.cn>某事</a></li></ul></div></div>',
    "<p>（编辑：SN098）</p>",
    "<p>（责编：某某）</p>",
    "<p>编辑：某某　校对：某乙</p>",
    "<p>责任编辑：某甲 审核：某乙 校对：某丙 二审：某丁 三审：某戊</p>",
    "<p>【免责声明】以上内容仅供参考</p>",
    "<p>【下载新浪财经APP，了解全球实时汇率】</p>",
    "<p>进入<a href=//guba.sina.com.cn>新浪财经股吧</a>讨论</p>",
    "<p>点击查看专题：<a href=//finance.sina.com.cn/zt_d/x>某事</a></p>",
    "<p>更多猛料！欢迎扫描左方二维码关注新浪新闻官方微信</p>",
    '<p style="DISPLAY: none">某</p>',
    "<p>展开全文</p>",
    "<p>[上一页] [<a href=/1.shtml>1</a>] [2] [3] [下一页]</p>",
    "<p>【<a href=//x.cn>发表评论</a>】【关闭窗口】</p>",
    '<p class="art_keywords">文章关键词：<a href=//x.cn>某</a></p>',
    '<img src="http://i0.sinaimg.cn/home/c.gif" height="5" width="1">',
    '<img src="//n.sinaimg.cn/default/2fb77759/20151125/320X320.png">',
])  # fmt: skip
def test_boilerplate_goes(raw: str) -> None:
    assert cleaned(raw) == "<p>始</p>\n<p>终</p>"


@pytest.mark.parametrize(("raw", "kept"), [
    ("<p>　　原标题：某事</p>", "<p>原标题：某事</p>"),
    ("<p>专题：某事</p>", "<p>专题：某事</p>"),
    ("<p>【评论】某市的纸船</p>", "<p>【评论】某市的纸船</p>"),
    ("<p>扫描二维码支付成为主流。</p>", "<p>扫描二维码支付成为主流。</p>"),
    ("<p>特别声明：本公司股票明日停牌</p>", "<p>特别声明：本公司股票明日停牌</p>"),
    ("<p>某事。责任编辑：某某</p>", "<p>某事。</p>"),
    ("<p>某事。（编辑：某某）</p>", "<p>某事。</p>"),
    ("<p>他请编辑：改这一段</p>", "<p>他请编辑：改这一段</p>"),
    ("<p>编辑：您好！</p>", "<p>编辑：您好！</p>"),
    ("<p>更多的人关注到新浪的业绩。</p>", "<p>更多的人关注到新浪的业绩。</p>"),
    ("<p>专题：<a href=//x.cn/1>某</a></p><p><a href=//x.cn/2>某事有了下文。</a></p>", '<p><a href="https://x.cn/2">某事有了下文。</a></p>'),
    ("<p>某网站发布免责声明：不负责任</p>", "<p>某网站发布免责声明：不负责任</p>"),
    ("<p>某事。(责任编辑：某某)</p>", "<p>某事。</p>"),
    ("<p>某甲<a class=wt_article_link href=//weibo.com/1>[微博]</a>说</p>", "<p>某甲说</p>"),
    ("<p><a href=//weibo.com/1>某甲</a>(微博)说</p>", '<p><a href="https://weibo.com/1">某甲</a>说</p>'),
    ("<p>某甲(<a href=//weibo.com/1>微博</a>)说</p>", "<p>某甲说</p>"),
    ("<p>他在某平台(微博)上说</p>", "<p>他在某平台(微博)上说</p>"),
    ("<p>某甲<!--wapdump begin-->(<a href=//x.cn>blog</a>)<!--wapdump end-->说</p>", "<p>某甲说</p>"),
    (
        "<p><a href=//x.cn/1>某甲<!--wapdump begin-->(</a><a href=//x.cn/2>blog</a>)<!--wapdump end-->说</p>",
        '<p><a href="https://x.cn/1">某甲</a>说</p>',
    ),
    ("<p>得了5<!--NEWSZW_HZH_BEGIN--></p><table><tr><td>x</table><!--NEWSZW_HZH_END-->00万元</p>", "<p>得了500万元</p>"),
    ("<p>下一页说的是某事</p>", "<p>下一页说的是某事</p>"),
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


def test_what_leaves_the_body_is_told_with_its_links() -> None:
    raw = (
        "<!-- 总声明--><p>免责声明：某</p><!-- 总声明--><p>文</p><p>相关新闻：</p><p><a href=//x.cn/1>某事</a></p>"
        '<p class="article-editor">责任编辑：某乙</p><div class="appendQr_wrap">海量资讯、精准解读，尽在新浪财经APP</div>'
    )
    assert clean(raw, URL, RULES).asides == ("免责声明：某", "责任编辑：某乙", "相关新闻：", "某事 https://x.cn/1")


def test_each_piece_names_the_years_in_which_it_was_seen() -> None:
    tables = (boilerplate.SLOTS, boilerplate.STRETCHES, boilerplate.MARKERS, boilerplate.DROPPED, boilerplate.PARAGRAPHS,
              boilerplate.ENDINGS, boilerplate.PICTURES, boilerplate.QUOTES)  # fmt: skip
    years = [seen for table in tables for seen in table.values()]
    assert all(re.fullmatch(r"(?:19|20)\d\d-20\d\d", seen) and seen[:4] <= seen[5:] for seen in years)


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


@pytest.mark.parametrize(
    "story",
    [
        "股市跌了别害怕，这家公司的董事长在业绩说明会上对投资者这样说道，并称公司现金流充裕，下半年订单饱满，全年目标不变，已有多家机构登记调研，股价当日收涨。",
        "下载新浪财经APP的用户突破一亿，公司在当日发布的公告中称，新增用户主要来自三线及以下城市，预计全年研发投入将同比增长两成以上，毛利率保持稳定。",
        "炒股就看金麒麟奖的分析师名单昨日公布，来自二十家证券公司的六十多位分析师获奖，他们覆盖了新能源、半导体、医药等三十个行业，评选历时五个月之久，参与投票的机构超过八百家。",
        "打开新浪财经客户端的推送，不少投资者在周一早间看到了这条消息：公司拟以不超过十亿元回购股份，价格不超过每股二十五元，用于股权激励计划，期限为董事会通过后的六个月。",
    ],
)
def test_a_story_that_begins_like_a_promotion_stays(story: str) -> None:
    assert story in clean(f"<p>{story}</p>", "https://finance.sina.com.cn/", RULES).body
