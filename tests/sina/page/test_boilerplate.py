from __future__ import annotations

import re

import pytest

from newsarchive.pages.clean import clean
from newsarchive.sina.page import boilerplate
from newsarchive.sina.page.boilerplate import RULES, is_poster

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
    names = ("SLOTS", "MARKERS", "DROPPED", "PARAGRAPHS", "COPYRIGHT", "ENDINGS", "PICTURES", "QUOTES", "PROMOTED")
    tables = [getattr(boilerplate, name) for name in names]
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


TOUSU = "http://stock.finance.sina.com.cn/tousu/view/index.html"


@pytest.mark.parametrize("raw", [
    f"<p>　&nbsp;<a href={TOUSU}><span>&gt;&gt;&gt;&gt;消费曝光台·我要投诉</span></a></p>",
    "<p>&gt;&gt;消费曝光台 我要爆料</p>",
    "<p><a href=https://tousu.sina.com.cn/>黑猫投诉平台</a></p>",
    "<p>&gt;&gt;<a href=//x.cn>某事的更多细节</a></p>",
    "<p><a href=//x.cn>》》某事的更多细节</a></p>",
    "<p>发布于：上海</p>", "<p>发布于 北京</p>", "<p>IP属地：广东</p>", "<p>IP归属地：中国香港</p>", "<p>作者IP属地：浙江 杭州</p>",
    "<p>发布于：北京 IP属地：北京</p>", "<p>2022-05-06 12:00 发布于 上海</p>",
    "<div>声明：新浪网独家稿件，未经授权禁止转载！</div>",
    "<p>版权声明：本文版权归某网所有，转载请注明出处。</p>",
    "<p>（本文系某报独家稿件，未经授权，不得转载）</p>",
    "<p>©某网版权所有，未经许可不得转载</p>", "<p>新浪财经独家，转载请注明来源</p>", "<p>未经许可，不得转载。</p>",
    "<p>转载请注明来源：新浪财经。</p>", "<p>新浪财经独家稿件，转载请注明出处</p>",
])  # fmt: skip
def test_notes_that_are_no_text_are_told(raw: str) -> None:
    result = clean(f"<p>始</p>{raw}<p>终</p>", URL, RULES)
    assert result.body == "<p>始</p>\n<p>终</p>"
    assert len(result.asides) == 1


@pytest.mark.parametrize("raw", [
    "<p>热点栏目<a href=//x.cn/1>资金流向</a><a href=//x.cn/2>千股千评</a><a href=//x.cn/3>模拟交易</a></p>",
    "<p>热点栏目：<a href=//x.cn/1>某栏</a> <a href=//x.cn/2>他栏</a></p>",
    "<p><a href=//x.cn/1>自选股</a> <a href=//x.cn/2>数据中心</a> <a href=//x.cn/3>行情中心</a></p>",
    "<p><a href=//finance.sina.com.cn/focus/x/><img src=//i0.sinaimg.cn/cj/2015/0325/U1.png>&nbsp;某某选股：今早提示三只</a></p>",
    "<p><a href=//x.cn/1><img src=//i0.sinaimg.cn/cj/u1.png></a>&nbsp;<a href=//x.cn/1>某某选股</a></p>",
    "<p><a href=//x.cn/1>某某选股<img src=//i0.sinaimg.cn/cj/hot.gif></a></p>",
    "<p><a href=//x.cn/1><img src=//n.sinaimg.cn/a.jpg width=20 height=20> 某某十档看盘</a></p>",
    "<p><a href=//finance.sina.com.cn/stock/level2/orderIntro.html>某某十档看盘</a></p>",
    "<p><a href='//sax.sina.com.cn/click?t=a'><img src=//i3.sinaimg.cn/cj/2014/a.jpg> 某某：盘中监控</a></p>",
    "<p><a href='//sax.sina.com.cn/click?t=a'>某某：盘中监控</a></p>",
    "<p><a href='//sax.sina.cn/click?t=a'><img src=//n.sinaimg.cn/banner.jpg></a></p>",
    "<p><a href=//d1.sina.com.cn/x>某某开户</a>、<a href=//adbox.sina.com.cn/y>送礼</a></p>",
    "<p><a href=//finance.sina.com.cn/realstock/company/sh000001/><img src=//image.sinajs.cn/newchart/min/sh000001.png></a></p>",
    "<img src=//image2.sinajs.cn/newchart/daily/n/sz000001.gif>",
    "<img src=//n.sinaimg.cn/finance/lcsds_icon.jpg>", "<img src=//n.sinaimg.cn/finance/icon01.png>",
    '<div data-sudaclick="suda_1028_guba"><p>某某吧里有人说</p></div>', '<div sax-type="proxy"><p>推广</p></div>',
    '<div class="finance_app_zqtg">推广</div>',
    "<p>当前浏览器不支持在线预览PDF文件</p>", "<p>您的浏览器不支持HTML5视频播放</p>", "<p>视频加载中，请稍候...</p>",
    "<p>【点击投票】</p>", "<p><a href=//x.cn>点击查看&gt;&gt;</a></p>", "<p>点击报名</p>",
    "<blockquote><p>【推荐阅读】</p><p><a href=//x.cn/1>某事</a></p></blockquote>",
    "<blockquote><p>推荐阅读：<a href=//x.cn/1>某事</a></p></blockquote>",
    "<p>【推荐阅读】</p><blockquote><p><a href=//x.cn/1>某事</a></p></blockquote>",
])  # fmt: skip
def test_promotion_goes(raw: str) -> None:
    assert cleaned(raw) == "<p>始</p>\n<p>终</p>"


@pytest.mark.parametrize(("raw", "kept"), [
    ("<p>评选正在进行，欢迎参与。<a href=//x.cn>【点击投票】</a></p>", "<p>评选正在进行，欢迎参与。</p>"),
    ("<p>评选正在进行。<a href=//x.cn>点击投票&gt;&gt;</a></p>", "<p>评选正在进行。</p>"),
    ("<p>评选正在进行【立即报名】，至月底</p>", "<p>评选正在进行，至月底</p>"),
    ("<p>评选结束。【投票入口】【参与讨论】</p>", "<p>评选结束。</p>"),
    ("<p>某<span id=overseas_futures_hf_CL><a href=//x.cn/cl>原油</a></span>涨</p>", "<p>某原油涨</p>"),
    ("<p>【活动】某市的纸船</p>", "<p>【活动】某市的纸船</p>"),
    ("<p>某报告（点击下载PDF）称</p>", "<p>某报告称</p>"),
    ("<p>请<a href=//x.cn>点击查看</a>名单</p>", '<p>请<a href="https://x.cn">点击查看</a>名单</p>'),
    ("<p>广告的<a href=//x.cn>点击率</a></p>", '<p>广告的<a href="https://x.cn">点击率</a></p>'),
    ("<p>增长。<a href=//x.cn>点击量</a>翻倍</p>", '<p>增长。<a href="https://x.cn">点击量</a>翻倍</p>'),
    ("<p>【我要的是葫芦】一文</p>", "<p>【我要的是葫芦】一文</p>"),
    ("<p>据<a href='//sax.sina.com.cn/click?t=a'>某公司</a>称</p>", "<p>据某公司称</p>"),
    ("<p><a href=//x.cn/1>某事有了下文</a></p>", '<p><a href="https://x.cn/1">某事有了下文</a></p>'),
    ("<p>发布于2018年的报告称</p>", "<p>发布于2018年的报告称</p>"),
    ("<p>来自上海的消息称，纸船涨价。</p>", "<p>来自上海的消息称，纸船涨价。</p>"),
    ("<p>声明：本公司从未授权任何人销售纸船。</p>", "<p>声明：本公司从未授权任何人销售纸船。</p>"),
    ("<p>独家报道：某公司获许可生产纸船。</p>", "<p>独家报道：某公司获许可生产纸船。</p>"),
    ("<p>未经许可，任何人不得进入工地。</p>", "<p>未经许可，任何人不得进入工地。</p>"),
    ("<p>版权费用上涨，某平台转载受限。</p>", "<p>版权费用上涨，某平台转载受限。</p>"),
    ("<p>黑猫投诉平台数据显示，十月的投诉有三千条。</p>", "<p>黑猫投诉平台数据显示，十月的投诉有三千条。</p>"),
    ("<p>热点栏目收视分析</p>", "<p>热点栏目收视分析</p>"),
    ("<p>来自：某报</p>", "<p>来自：某报</p>"),
    ("<p>热点栏目的主持人说，纸船好卖。</p>", "<p>热点栏目的主持人说，纸船好卖。</p>"),
    ("<p>资金流向显示，纸船好卖。</p>", "<p>资金流向显示，纸船好卖。</p>"),
    ("<blockquote><p>某人说纸船好卖。</p><p>推荐阅读</p><p><a href=//x.cn/1>某事</a></p></blockquote>",
     "<blockquote>\n<p>某人说纸船好卖。</p>\n</blockquote>"),
])  # fmt: skip
def test_what_only_resembles_promotion_stays(raw: str, kept: str) -> None:
    assert cleaned(raw) == f"<p>始</p>\n{kept}\n<p>终</p>"


@pytest.mark.parametrize("picture", [
    "//i0.sinaimg.cn/cj/201311/1/image_sinajs_cn_newchart_png_min_n_sh000001.png", "//n.sinaimg.cn/finance/silicon.jpg",
    "//n.sinaimg.cn/finance/lexicons/1.png",
])  # fmt: skip
def test_stored_chart_and_ordinary_picture_stay(picture: str) -> None:
    assert f'src="https:{picture}"' in cleaned(f"<p><img src={picture}></p>")


@pytest.mark.parametrize("raw", [
    '<p><a href="//x.cn/1"><img src="//n.sinaimg.cn/a.jpg"> 某市的纸船</a></p>',
    '<p><img src="//n.sinaimg.cn/a.png"> <a href="//x.cn/1">某市的纸船</a></p>',
    '<p><a href="//x.cn/1">某市的纸船 <img src="//n.sinaimg.cn/a.png"></a></p>',
])  # fmt: skip
def test_picture_with_its_linked_title_stays(raw: str) -> None:
    assert "<img" in cleaned(raw)


def test_pictures_of_an_album_are_shown_once_where_it_stands() -> None:
    data = "".join(
        f'<img src="//x.cn/transparent.gif" small-src="//i3.sinaimg.cn/{n}_small.jpg" big-src="//i2.sinaimg.cn/{n}.jpg" alt="图{n}">'
        for n in (1, 2, 1)
    )
    album = f'<div style="display: none;"><p>共3张</p><div class="J_Artical_Album_Data" style="display:none;">{data}</div></div>'
    assert re.findall(r'src="https://i2.sinaimg.cn/(\d).jpg" alt="图\d"', cleaned(album)) == ["1", "2"]
    assert "共3张" not in cleaned(album)
