"""The nine tenths of a page that do not belong to the article: scripts, navigation, right column, related lists, footer.

Invented, but of the kinds, names and size that Sina's pages have (sina-surface §4, §5); the same for every page of a run,
as there. Read by ``page``.
"""

from __future__ import annotations

import random
from datetime import date
from functools import cache

from newsarchive.rehearsal.prose import ProseWriter

_NAMES = (
    "sinaads",
    "SUDA",
    "SinaPage",
    "feedCard",
    "loginLayer",
    "topBar",
    "audioBox",
    "hotRank",
    "shareMore",
    "cmtCount",
    "hqChart",
    "uatrack",
)
_CHANNELS = (
    "股票",
    "基金",
    "期货",
    "外汇",
    "港股",
    "美股",
    "债券",
    "黄金",
    "银行",
    "保险",
    "信托",
    "理财",
    "科技",
    "汽车",
    "房产",
    "专栏",
)


@cache
def head_assets() -> str:
    """Style sheets and scripts of the head: about 17 kB."""
    sheets = "\n".join(
        f'<link rel="stylesheet" type="text/css" href="//n.sinaimg.cn/finance/page/css/article-{n}.css">'
        for n in range(6)
    )
    return f"{sheets}\n{_style(70)}\n{_script(1, 115)}\n{_script(2, 60, ' charset=gb2312')}"


@cache
def top_navigation() -> str:
    """Login bar, channel menu, search form: about 12 kB."""
    rng = random.Random("nav")
    rows = "\n".join(
        f'<li data-sudaclick="cnav_{n}"><a href="https://finance.sina.com.cn/{rng.randrange(999)}/" target="_blank">'
        f"{rng.choice(_CHANNELS)}</a></li>"
        for n in range(75)
    )
    return (
        '<div class="sina15-top-bar-wrap"><div class="sina15-nav"><ul class="sina15-nav-list">\n'
        f'{rows}\n</ul></div><div class="sina15-login">登录</div></div>\n{_script(3, 18)}'
    )


@cache
def share_tools() -> str:
    """The buttons for font size, sharing and comments above the text."""
    return """<div class="page-tools" data-sudaclick="blk_share">
    <span class="tool-icon tool-des-fs"><a href="javascript:;" title="减小字号">缩小字体</a></span>
    <span class="tool-icon tool-ins-fs"><a href="javascript:;" title="">放大字体</a></span>
    <span class="tool-icon tool-fav"><a href="javascript:;" title="收藏本页">收藏</a></span>
    <span class="tool-icon tool-wb"><a href="https://service.weibo.com/share/" title="分享到微博">微博</a></span>
    <span class="tool-cmt"><a href="javascript:;"><span class="num" node-type="comment-num">106</span></a></span>
    </div>"""


@cache
def right_column() -> str:
    """Advertisements, rankings, related stories, with pictures that belong to no article: about 27 kB."""
    parts = [f'<div class="article-content-right">\n{_advertisement(1)}']
    for block, name in enumerate(("24小时滚动播报", "热门推荐", "7X24小时", "股市直播", "新浪众测", "最新公告")):
        parts.append(
            f'<div class="blk-{block} clearfix" data-sudaclick="blk_right_{block}">'
            f'<h2><a href="javascript:;">{name}</a></h2>\n<ul>'
        )
        parts += [_row(f"right/{block}/{n}") for n in range(22)]
        parts.append(f"</ul></div>\n{_advertisement(block + 2)}")
    return "\n".join([*parts, "</div>"])


@cache
def below_the_article() -> str:
    """Comments, feed cards (the template is not filled in), footer: about 22 kB."""
    cards = "\n".join(
        f'<div class="feed-card-item"><h2>{ProseWriter(f"card/{n}", _DAY).title()}</h2>'
        f'<div class="feed-card-txt"><p>{ProseWriter(f"card/{n}", _DAY).paragraph()}</p></div></div>'
        for n in range(9)
    )
    return f"""<div class="blk-comment" id="bottom_sina_comment">
<span class="count"><em>6</em>条评论|<em>106</em>人参与</span>网友评论</div>
<div class="seo_data_list" style="display:none"><a href="@@url@@">@@title@@</a><p>@@teacher_name@@</p></div>
<div class="feed-card-content">\n{cards}\n</div>
{_script(5, 95)}
<div class="footer"><p><a href="https://corp.sina.com.cn/chn/">新浪简介</a>
┊ <a href="#">广告服务</a> ┊ <a href="#">联系我们</a></p>
<p>Copyright &copy; 1996-2026 SINA Corporation, All Rights Reserved</p><p>意见反馈留言板</p></div>
{_script(6, 70)}"""


_DAY = date(2026, 1, 1)


def _row(seed: str) -> str:
    title = ProseWriter(seed, _DAY).title()
    number = random.Random(seed).randrange(10**7)
    return (
        f'<li><a href="https://finance.sina.com.cn/roll/2026-01-01/doc-inaaaaa{number:07d}.shtml" target="_blank" '
        f'data-sudaclick="r_{number}">{title}</a></li>'
    )


def _advertisement(number: int) -> str:
    return (
        f'<div class="ad" id="ad_{number}"><ins class="sinaads" data-ad-pdps="PDPS0000000{60_000 + number}"></ins>'
        "<script>(sinaads = window.sinaads || []).push({});</script>"
        f'<a href="https://sax.sina.com.cn/click?n={number}"><img data-src="//d1.sinaimg.cn/ad/{number}.jpg" '
        'src="//d1.sinaimg.cn/b.gif"></a></div>'
    )


def _style(rules: int) -> str:
    rng = random.Random("style")
    lines = [
        f".{rng.choice(_NAMES)}-{n}{{float:left;width:{rng.randint(20, 640)}px;color:#{rng.randrange(16**6):06x}}}"
        for n in range(rules)
    ]
    return "<style>\n" + "\n".join(lines) + "\n</style>"


def _script(seed: int, statements: int, attributes: str = "") -> str:
    """Script text with mark-up in strings and with braces, which careless parsers take for mark-up."""
    rng = random.Random(seed)
    lines = [
        f"  {rng.choice(_NAMES)}.on('{rng.choice(_NAMES)}_{rng.randrange(9999)}', function (e) {{ return e && "
        f"'<div class=\"tip\">{rng.choice(_CHANNELS)}<\\/div>'; }}); // {rng.randrange(10**8)}"
        for _ in range(statements)
    ]
    return f'<script type="text/javascript"{attributes}>\n(function () {{\n' + "\n".join(lines) + "\n}());\n</script>"
