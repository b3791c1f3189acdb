"""The HTML5 pages of 2014 to 2016, the first in UTF-8 (sina-surface §4).

No whole page is at hand: the line with time and source is quoted from one of 2017, the other names are those of crawlers of
2015 to 2018 (``web2014``: ``#artibodyTitle`` and ``#navtimeSource``; ``tech2014``: ``#main_title``, ``.titer`` and ``.source``).
"""

from __future__ import annotations

from html import escape

from newsarchive.rehearsal.page2008 import page_ids
from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.truth import Story


def page2014(document: Story, _part: int = 1) -> str:
    """The whole page, about 25 kB."""
    title = escape(document.title, quote=False)
    return f"""<!DOCTYPE html>
<!-- [ published at {document.modified_at:%Y-%m-%d %H:%M:%S} ] -->
<html>
<head>
<meta charset="{document.charset.meta}"/>
<title>{title}|{document.keywords[0]}_新浪财经_新浪网</title>
<meta name="keywords" content="{",".join(document.keywords)}" />
<meta name="description" content="{escape(document.title)}" />
<!--news_web_article_v2014_meta -->
<meta name="stencil" content="PGLS000022" />
<meta name="publishid" content="{_publish_id(document)}" />
<meta property="article:author" content="{document.media}" />
<meta name="weibo: article:create_at" content="{document.published_at:%Y-%m-%d %H:%M:%S}" />
</head>
<body>
<div id="wrapOuter" class="wrap-outer clearfix">
<div class="wrap-inner">
<div class="page-header">
{_head(document, title)}
</div>
<div class="content_wrappr_left"><div class="left">
<div class="article article_16" id="artibody">
{_text(document)}
</div>
<div class="article-keywords">文章关键词：\
{"".join(f'<a href="http://tags.news.sina.com.cn/{word}" target="_blank">{word}</a>' for word in document.keywords)}</div>
</div></div>
{_right_column(document)}
</div>
</div>
</body>
</html>
"""


def _head(document: Story, title: str) -> str:
    link = f'<a href="http://www.partner-media.example/" target="_blank" rel="nofollow">{document.media}</a>'
    moment = f"{document.published_at:%Y年%m月%d日%H:%M}"
    if document.layout == "tech2014":
        return f"""<h1 id="main_title">{title}</h1>
<div class="page-info" id="page-tools"><span><span class="titer">{moment}</span> <span class="source">{link}</span></span></div>"""
    return f"""<h1 id="artibodyTitle" cid="31" docid="{document.docid}">{title}</h1>
<div class="page-info" id="page-tools">
<span class="time-source" id="navtimeSource">{moment}\t\t<span>
<span data-sudaclick="media_name">{link}</span></span>
</span></div>"""


def _text(document: Story) -> str:
    lines = ["<!-- 视频播放器start -->", "<!-- 视频播放器end -->", *(block.html for block in document.blocks)]
    lines += ["<!-- news_keyword_pub,stock, -->", f'<p class="article-editor">责任编辑：{document.editor} SF107</p>']
    return "\n".join(lines)


def _publish_id(document: Story) -> str:
    return ",".join(page_ids(document)) if "-" in document.docid else document.docid


def _right_column(document: Story) -> str:
    day = document.published_at.date()
    rows = (ProseWriter(f"right/{document.docid}/{number}", day) for number in range(40))
    items = "\n".join(
        f'<li><a href="http://finance.sina.com.cn/">{row.title()}</a><p>{row.paragraph()}</p></li>' for row in rows
    )
    return f'<div class="right"><div class="blk04"><h2>热点推荐</h2><ul>\n{items}\n</ul></div></div>'
