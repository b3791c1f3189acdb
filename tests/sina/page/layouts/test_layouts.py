from __future__ import annotations

from datetime import date, datetime

import pytest

from newsarchive.errors import LayoutMismatch, NotAnArticle
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.sina.page.layouts import LAYOUTS, extract

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


HEADED = '<h1 class="main-title">某</h1><p class="date-source"><span class="date">2026年01月02日 03:04</span></p>'
OLD_URL = "https://finance.sina.com.cn/stock/20120607/182212252954.shtml"
OLD_HEAD = '<h1 id="artibodyTitle">某</h1><span id="pub_date">2012年06月07日 18:22</span>'


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
def test_each_layout_has_an_example_and_the_fields_of_an_article(layout: type) -> None:
    assert layout.example.startswith("https://")
    assert {"title", "published_at", "body"} <= set(layout.fields)


@pytest.mark.parametrize("begin", ["<!-- 原始正文begin -->", ""])
def test_stray_end_tag_does_not_cut_the_text_off(begin: str) -> None:
    text = '<p>一</p></div><p>二</p><div class="img_wrapper"></div><p>三</p>'
    html = f'{HEADED}<div>{begin}<div id="artibody">{text}</div><!-- 原始正文end --></div><p>推广</p>'
    assert [part in read(html).body for part in ("一", "二", "三", "推广")] == [True, True, True, False]


def test_stray_end_tag_in_a_text_of_2012_does_not_cut_it_off() -> None:
    text = "<!-- publish_helper name='原始正文' --><p>一</p></div><p>二</p><!-- publish_helper_end -->"
    html = f'{OLD_HEAD}<div class="blkContainerSblkCon" id="artibody">{text}</div><p>分享</p>'
    article = read(html, OLD_URL)
    assert ("二" in article.body, "分享" in article.body) == (True, False)


def test_missing_end_tag_lets_nothing_in_that_follows_the_text() -> None:
    html = f'{HEADED}<div id="article"><div><p>一</p></div><!-- 正文 end --><p>推广</p>'
    assert ("一" in read(html).body, "推广" in read(html).body) == (True, False)


def test_what_follows_a_text_without_its_comment_is_no_text() -> None:
    assert "推广" not in read(f'{HEADED}<div id="artibody"><p>一</p></div><p>推广</p>').body


def test_tools_below_a_text_whose_comment_is_further_down_are_no_text() -> None:
    tools = '<div class="article-bottom clearfix" id="article-bottom"><p>推广</p></div>'
    assert "推广" not in read(f'{HEADED}<div><div id="artibody"><p>一</p></div>{tools}</div><!-- 正文 end -->').body


def test_text_pasted_with_the_element_around_it_is_one_text() -> None:
    assert "二" in read(f'{HEADED}<div id="artibody"><p>一</p><div id="artibody"><p>二</p></div></div>').body


def test_time_of_a_page_of_2017_may_stand_where_the_template_before_had_it() -> None:
    html = '<h1 class="main-title">某</h1><span class="time-source">2017年12月01日18:30</span><div id="artibody"><p>一</p></div>'
    assert read(html).published_at.isoformat() == "2017-12-01T18:30:00+08:00"


@pytest.mark.parametrize(("line", "media"), [
    ('<span class="source-nolink">某报</span>', "某报"),
    ('<span class="author">某号</span>', "某号"),
])  # fmt: skip
def test_source_of_self_media_is_shown_in_other_ways(line: str, media: str) -> None:
    assert read(HEADED.replace("</p>", f"{line}</p>") + '<div id="artibody"><p>一</p></div>').media == media


def test_title_and_time_in_one_block_are_told_apart() -> None:
    line = '<div class="from_info"><a class="linkRed02">http://www.sina.com.cn</a> 2007年06月05日 17:58 <a>某证券报</a></div>'
    html = f'<div id="artibodyTitle"><h1>某市</h1>{line}</div><div class="artibody" id="artibody"><p>一</p></div>'
    article = read(html, OLD_URL.replace("20120607", "20070605"))
    assert (article.title, article.published_at.isoformat(), article.media) == (
        "某市",
        "2007-06-05T17:58:00+08:00",
        "某证券报",
    )


def test_tables_of_2004_within_the_text_are_part_of_it() -> None:
    box = "<table align=right><tr><td class=l17>评论</td></tr></table>"
    head = "<table><tr><th class=f24>某市</th></tr><tr><td>2004年12月01日 09:20 某时报 </td></tr></table>"
    article = read(
        f"{head}<table><tr><td class=l17><p>一一一一</p>{box}<p>二</p></td></tr></table>",
        OLD_URL.replace("20120607", "20041201"),
    )
    assert ("一" in article.body, "二" in article.body, article.media) == (True, True, "某时报")


LINE = '<div class="date-source"><span class="date">2026年01月02日 08:09</span>{}</div><div id="artibody"><p>文。</p></div>'
METAS = '<meta name="mediaid" content="某甲聊纸"><meta property="article:author" content="某甲聊纸">'


def read_line(line: str, metas: str = "") -> Article:
    return read(f'{metas}<h1 class="main-title">某</h1>{LINE.format(line)}')


@pytest.mark.parametrize(("line", "media", "author"), [
    ('<a class="source">某报</a><span class="date" data-sudaclick="content_author_p">作者：某甲</span>', "某报", "某甲"),
    ('<span class="date">作者：某甲</span><span class="source">某报</span>', "某报", "某甲"),
    ('<span class="source" data-sudaclick="content_author_p">某甲</span><span class="source">某报</span>', "某报", "某甲"),
    ('<span class="source">作者：某甲</span><span class="source">某报</span>', "某报", "某甲"),
    ('<span class="date">来源：某报</span><span class="author"> </span>', "某报", ""),
    ('<span class="date">更新：2026年01月03日 09:09</span><span class="source">某报</span>', "某报", ""),
    ('<span class="author">作者 <a class="source" href="http://x.cn/1">某网</a> 某网官方账号</span>', "某网", "某网"),
    ('<a class="source">新浪看点</a><a class="source">某报</a>', "某报", ""),
    ('<span class="author">作者：某网官方微博</span><span class="source">某报</span>', "某报", "某网"),
])  # fmt: skip
def test_siblings_of_one_class_are_told_apart(line: str, media: str, author: str) -> None:
    article = read_line(line)
    assert article.published_at.isoformat() == "2026-01-02T08:09:00+08:00"
    assert (article.media, article.author) == (media, author)


@pytest.mark.parametrize("platform", ["新浪看点", "财经头条", "新浪财经头条", "新浪号"])
def test_platform_of_self_media_is_not_the_medium(platform: str) -> None:
    line = f'<a href="http://k.sina.com.cn" class="source ent-source">{platform}</a><span class="author"> </span>'
    assert (read_line(line, METAS).media, read_line(line, METAS).author) == ("某甲聊纸", "某甲聊纸")
    assert (read_line(line).media, read_line(line, METAS).media_url) == (platform, "")


def test_author_behind_an_umbrella_stands_in_the_metas() -> None:
    article = read_line('<span class="source">市场资讯</span>', METAS)
    assert (article.media, article.author) == ("市场资讯", "某甲聊纸")
    assert read_line('<span class="source">某报</span>', METAS).author == ""


def test_original_that_an_official_account_links_is_told() -> None:
    line = '<a href="//x.cn/home">某</a><span class="author">作者 <a class="source" href="http://x.cn/1.htm">某网</a> 某网官方账号</span>'
    assert read_line(line).media_url == "http://x.cn/1.htm"


def test_video_page_of_no_layout_is_a_video() -> None:
    with pytest.raises(NotAnArticle) as caught:
        read("<h1>某</h1><script>$SCOPE['video'] = {video_id: 264000001}</script>")
    assert caught.value.reason == "video-only"


@pytest.mark.parametrize("player", [
    '<div class="Video_Cont" id="Video_Cont"></div><script>$SCOPE[\'video\']={video_id:264000001}; playVideo(x);</script>',
    '<div id="Video_Cont"><img src="//n.sinaimg.cn/cover.jpg"></div><p>视频加载中，请稍候...</p>',
    '<div class="art_video" data-infos="{}"></div><div class="img_wrapper"><img src="//n.sinaimg.cn/cover.jpg"></div>',
    "<p> </p>",
])  # fmt: skip
def test_player_without_a_text_is_a_video(player: str) -> None:
    notice = '<p class="article-notice">特别声明：以上文章内容仅代表作者本人观点。</p>'
    html = f"{HEADED}<div id=\"artibody\">{player}{notice}</div><script>$SCOPE['video']={{pid:'1'}}</script>"
    with pytest.raises(NotAnArticle) as caught:
        read(html)
    assert caught.value.reason == "video-only"


@pytest.mark.parametrize(
    "text", ["<p>某市的纸船</p>", '<div><img src="/1.jpg"><span class="img_descr">图</span></div>']
)
def test_text_beside_a_player_is_an_article(text: str) -> None:
    assert text in read(f'{HEADED}<div id="artibody"><div id="Video_Cont"></div>{text}</div>').body


def test_mobile_page_of_2026_names_its_source_in_a_meta() -> None:
    html = (
        '<meta name="author" content="某网"><meta property="article:published_time" content="2026-09-24T07:42:00+08:00">'
        '<h1 class="art_tit_h1">某</h1><article class="art_box"><section class="art_content"><p>文</p></section></article>'
    )
    article = read(html, "https://news.sina.cn/znl/2026-09-24/detail-inisabcd5304571.d.html")
    assert (article.media, article.published_at.isoformat()) == ("某网", "2026-09-24T07:42:00+08:00")


def test_finance_page_of_2016_is_read() -> None:
    html = (
        '<div class="page-header"><h1 id="artibodyTitle" cid="56673" docid="fxqxcnz9093681">某市</h1></div>'
        '<div class="page-info"><span class="time-source">2016年04月04日11:20 <span data-sudaclick="media_name">某报</span></span></div>'
        '<div class="article article_16" id="artibody"><!-- 原始正文start --><p>文</p><!-- 原始正文end -->'
        '<div data-sudaclick="suda_1028_guba"><p>进入【某吧】</p></div></div>'
    )
    article = read(html, "https://finance.sina.com.cn/roll/2016-04-04/doc-ifxqxcnz9093681.shtml")
    assert (article.title, article.media, article.published_at.isoformat()) == (
        "某市",
        "某报",
        "2016-04-04T11:20:00+08:00",
    )
    assert "某吧" not in article.body
