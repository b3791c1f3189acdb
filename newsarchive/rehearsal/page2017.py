"""The article pages of 2017 to today, in real structure and size (sina-surface §4): one template, many hosts.

All carry the text in ``#artibody``, ``news`` in ``#article``. ``cj2018`` has the time line of 2014 and ``player2018`` a
player instead of a text: no real page of these two is at hand, they are told by crawlers.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from html import escape
from typing import NamedTuple

from newsarchive.rehearsal import chrome
from newsarchive.rehearsal.noise import BEFORE_THE_TEXT, QR_CODE, VIDEO_SLOT, Noise
from newsarchive.rehearsal.truth import Metas, Story


class _Look(NamedTuple):
    """What differs from channel to channel: the end of the ``title``, and the channel of the comments."""

    suffix: str
    comments: str


LOOKS = {
    "finance2026": _Look("_新浪财经_新浪网", "cj"),
    "finance2018": _Look("_新浪财经_新浪网", "cj"),
    "player2018": _Look("_新浪财经_新浪网", "cj"),
    "news": _Look("_新浪新闻", "gn"),
    "tech2018": _Look("_新浪科技_新浪网", "kj"),
    "ent2018": _Look("_新浪娱乐_新浪网", "yl"),
    "sports2018": _Look("_新浪体育_新浪网", "ty"),
    "k2018": _Look("_新浪网", "mp"),
    "cj2018": _Look("__财经头条__新浪财经", "mp"),
}

END_OF_TEXT = "<!-- 正文下iframe -->"
"""Where the text ends and the closing markup begins."""


def page2017(document: Story, _part: int = 1) -> str:
    """The whole page, about 95 kB."""
    text = VIDEO_SLOT if document.layout == "player2018" else _text(document)
    return with_text(document, text)


def with_text(document: Story, text: str) -> str:
    """The page of ``document`` around another text."""
    title = escape(document.title, quote=False)
    body = _article_node(document, text)
    return f"""<!DOCTYPE html>
<!-- [ published at {document.modified_at:%Y-%m-%d %H:%M:%S} ] -->

<html>
<head>
{_head(document)}
{chrome.head_assets()}
<meta name="sudameta" content="dataid:comos:{document.docid}" /></head>
<body><!-- body code begin -->
{chrome.top_navigation()}
<div class="main-content w1240">
{_path(document)}
    <h1 class="main-title">{title}</h1>
    <!-- page-tools start -->
    <div class="top-bar-wrap" id="top_bar_wrap">
        <div class="top-bar ani" id="top_bar">
            <div class="top-bar-inner clearfix">

<div class="second-title">{title}</div>
{_time_line(document)}
{chrome.share_tools()}
            </div>
        </div>
    </div>
    <!-- page-tools end -->
    <div class="article-content clearfix" id='article_content'>
        <div class="article-content-left">
            <!-- 引文 start -->
            {_quotation(document)}
            <!-- 引文 end -->
            <!-- 正文 start -->
{body}
				<!-- 正文下部begin -->
{_keywords(document)}
        </div>
{chrome.right_column()}
    </div>
    <!-- 正文 end -->
</div>
{chrome.below_the_article()}
</body>
</html>
"""


def _text(document: Story) -> str:
    noise = Noise(document)
    lines = ["<!-- 相关专题top start-->", noise.topic_line(), "<!-- 相关专题top end-->"]
    for block in document.blocks:
        lines += [block.html, noise.between()]
    lines += [noise.related_line(), _symbols_comment(document), END_OF_TEXT, END_OF_TEXT]
    lines += ["<!-- 总声明-->", noise.disclaimer(), "<!-- 总声明-->"]
    return "\n".join(lines)


def _article_node(document: Story, text: str) -> str:
    if document.layout == "news":
        author = f'<p class="show_author">责任编辑：{document.editor} </p>'
        return f'\t\t\t<div class="article" id="article">\n{VIDEO_SLOT}\n{text}\n{author}\n\t\t\t</div>'
    author = f'<p class="article-editor">责任编辑：{document.editor} </p>'
    code = QR_CODE if document.layout == "finance2026" else ""
    return (
        f'\t\t\t\t<!-- 原始正文begin -->\n\t\t\t\t<div class="article" id="artibody">\n{BEFORE_THE_TEXT}\n{text}\n{code}\n'
        f"\t\t\t<!-- 编辑姓名及工作代码 -->\n{author}\n\t\t\t<!-- 编辑姓名及工作代码-->\n"
        "\t\t\t\t</div>\n\t\t\t\t<!-- 原始正文end -->"
    )


def _head(document: Story) -> str:
    title, docid, channel = escape(document.title), document.docid, LOOKS[document.layout].comments
    mobile = f"https://finance.sina.cn/{document.published_at:%Y-%m-%d}/detail-i{docid}.d.html"
    lines = [
        f'<meta charset="{document.charset.meta}"/>',
        '<meta content="always" name="referrer">',
        '<meta name="sudameta" content="urlpath:roll/; allCIDs:57045,257,51894,56416,57043">',
        f"<title>{_head_title(document)}</title>",
        f'<meta name="keywords" content="{",".join(document.keywords)}" />',
        f'<meta name="description" content="{escape(document.blocks[0].pieces[0].text[:90])}(AI生成)" />',
        '<meta property="og:type" content="news" />',
        f'<meta property="og:title" content="{title}" />',
        f'<meta property="og:url" content="{document.url}" />',
        f'<meta property="og:image" content="{document.image.removeprefix("https:")}" />',
        *_time_metas(document),
        "<!--news_web_article_v2017_meta -->",
        '<meta name="stencil" content="PGLS000526" />',
        f'<meta name="publishid" content="{docid}" />',
        f'<meta name="comment" content="{channel}:comos-{docid}" />',
        f'<meta name="sudameta" content="comment_channel:{channel};comment_id:comos-{docid}" />',
        f'<meta name="mediaid" content="{document.media}">',
        f'<meta name="mobile-agent" content="format=html5; url={mobile}">',
        f'<meta property="article:author" content="{document.media}" />',
    ]
    if document.layout == "finance2026":
        lines.append(
            f'<link rel="alternate" type="text/markdown" href="{document.url}.md" title="AI-readable content">'
        )
    return "\n".join(lines)


def _head_title(document: Story) -> str:
    words = "" if document.layout == "finance2026" else f"|{document.keywords[0]}"
    return escape(document.title, quote=False) + words + LOOKS[document.layout].suffix


def _time_metas(document: Story) -> list[str]:
    created, published = _meta_moments(document)
    lines = [f'<meta name="weibo: article:create_at" content="{created:%Y-%m-%d %H:%M:%S}" />']
    if document.modified_at > document.published_at:
        lines.append(f'<meta name="weibo: article:update_at" content="{document.modified_at:%Y-%m-%d %H:%M:%S}" />')
    if document.layout == "finance2026":
        lines.append(f'<meta property="bytedance:published_time" content="{created:%Y-%m-%dT%H:%M:%S+08:00}" />')
    return [*lines, f'<meta property="article:published_time" content="{published:%Y-%m-%dT%H:%M:%S+08:00}" />']


def _meta_moments(document: Story) -> tuple[datetime, datetime]:
    """(create_at, published_time), as far from the shown minute as the document's ``metas`` says."""
    later = document.published_at + timedelta(minutes=random.Random(document.docid).randint(1, 160))
    if document.metas is Metas.AGREE:
        return document.published_at, document.published_at
    return (document.published_at if document.metas is Metas.MOVED else later), later


def _time_line(document: Story) -> str:
    if document.layout == "cj2018":
        link = f'<a href="https://cj.sina.com.cn/profile/view/{document.keywords[0]}">{document.media}</a>'
        return f'<span class="time-source">{document.published_at:%Y年%m月%d日 %H:%M} {link}</span>'
    return f"""<div class="date-source" data-sudaclick="content_media_p">
    <span class="date">{document.published_at:%Y年%m月%d日 %H:%M}</span>
    {_source(document)}</div>"""


def _source(document: Story) -> str:
    if document.layout == "finance2026":
        return f'<span class="source ent-source">{document.media}</span>'
    kind = "source" if document.layout == "news" else "source ent-source"
    link = 'href="https://www.partner-media.example/" target="_blank" data-sudaclick="content_media_p" rel="nofollow"'
    return f'<a {link} class="{kind}">{document.media}</a>'


def _path(document: Story) -> str:
    logo = '<a class="channel-logo" href="http://finance.sina.com.cn/" data-sudaclick="cnav_logo_finance_p"></a>'
    if document.layout == "news":
        logo = '<h1 class="channel-logo"><a href="https://news.sina.com.cn/"><span>新闻中心</span></a></h1>'
    return f"""	<div class="path-search">
        <div class="path">
            {logo}
            <div class="channel-path" data-sudaclick="cnav_breadcrumbs_p">
				<a href='https://finance.sina.com.cn/'>财经</a>				<span class="spliter">></span>
				<span>正文</span>            </div>
        </div>
    </div>"""


def _quotation(document: Story) -> str:
    if document.layout != "finance2018":
        return ""
    return '<div class="new_style_article"><p>安装客户端第一时间接收市场资讯→【<a href="#">下载地址</a>】</p></div>'


def _keywords(document: Story) -> str:
    links = " ".join(
        f'<a href="https://tags.finance.sina.com.cn/{word}" target="_blank">{word}</a>' for word in document.keywords
    )
    shown = (
        "" if document.layout == "finance2026" else f'<div class="keywords"><label>文章关键词：</label>{links}</div>'
    )
    return f"""		<div class="article-bottom clearfix" id='article-bottom'>
			<!-- 关键词begin -->
			{shown}
			<!-- 关键词end -->
			<div class="btns"><a href="https://news.sina.com.cn/feedback/post.html" target="_blank">我要反馈</a></div>
		</div>"""


def _symbols_comment(document: Story) -> str:
    symbols = dict.fromkeys(block.symbol for block in document.blocks if block.symbol)
    return f"<!-- news_keyword_pub,stock,{'&'.join(symbols)} -->"
