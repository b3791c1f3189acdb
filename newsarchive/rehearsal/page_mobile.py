"""The mobile pages on sina.cn of 2015 to today (sina-surface §3): ``article.art_box``, pictures that load late.

No whole page is at hand: the parts are what crawlers stored and quoted in 2017, 2018 and 2026. Around 2018 the source
stands in the ``time`` and nothing around the paragraphs; later they have a ``section.art_content`` of their own.
``selfmobile2017`` shows an author with picture and a time without its year; the meta tells that.
"""

from __future__ import annotations

from html import escape

from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.truth import Story

SECTIONS_SINCE = 2020
"""The year from which ``section.art_content`` is written here; seen: not in 2018, but in 2026."""


def page_mobile(document: Story, _part: int = 1) -> str:
    """The whole page, about 20 kB."""
    title = escape(document.title, quote=False)
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="{document.charset.meta}">
<title>{title}_手机新浪网</title>
<meta name="viewport" content="width=device-width,initial-scale=1.0">
<meta name="keywords" content="{",".join(document.keywords)}">
<meta name="author" content="{document.media}">
<meta property="article:published_time" content="{document.published_at:%Y-%m-%dT%H:%M:%S+08:00}">
<script>window.__docConfig = {{ __docId: '{document.docid}', __cmntId: 'cj_comos-{document.docid}_0' }};</script>
</head>
<body>
<header class="h_nav"><a href="https://finance.sina.cn/">新浪财经</a></header>
<main class="page_main"><section class="j_main_art">
<article class="art_box">
<!--标题_s-->
<h1 class="art_tit_h1">{title}</h1>
{_time_line(document)}
<!--标题_e-->
{_text(document)}
</article>
</section>
{_cards(document)}
</main>
</body>
</html>
"""


def _time_line(document: Story) -> str:
    at = document.published_at
    if document.layout == "selfmobile2017":
        return f"""<section><figure class="weibo_info look_info"><em class="weibo_img">\
<img class="img_width" src="//tva2.sinaimg.cn/crop.0.0.100.100.50/{document.docid}.jpg"></em>\
<figcaption class="weibo_detail"><h2 class="weibo_user">{document.media}</h2>\
<time class="weibo_time"><span class="weibo_time_day">{at:%m月%d日}</span>{at:%H:%M}</time></figcaption></figure></section>"""
    return f'<time class="art_time">{at:%Y.%m.%d %H:%M:%S}<cite class="art_cite">{document.media}</cite></time>'


def _text(document: Story) -> str:
    lines = [block.html for block in document.blocks]
    lines += [f'<p class="art_p article-editor">责任编辑：{document.editor}</p>']
    text = "\n".join(lines)
    if document.published_at.year < SECTIONS_SINCE:
        return text
    return f'<section class="art_pic_card art_content">\n{text}\n</section>'


def _cards(document: Story) -> str:
    day = document.published_at.date()
    rows = (ProseWriter(f"card/{document.docid}/{number}", day) for number in range(30))
    items = "\n".join(f'<a class="f_card" href="/"><h2>{row.title()}</h2><p>{row.paragraph()}</p></a>' for row in rows)
    return f'<section class="sinaads_feed"><h3>相关新闻</h3>\n{items}\n</section>'
