"""The pages of single flashes of the 7x24 feed (sina-surface §4): known by the suffix of their title.

No real page is at hand: words and order of the page are those of a text that a crawler's test holds, the names of its
parts those of the feed's own page. The time shown has no year; the metas tell it.
"""

from __future__ import annotations

from html import escape

from newsarchive.rehearsal.truth import Story


def page_flash(document: Story, _part: int = 1) -> str:
    """The whole page, a few kB."""
    title = escape(document.title, quote=False)
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="{document.charset.meta}">
<title>{title}_7x24小时财经新闻_新浪网</title>
<meta name="keywords" content="{",".join(document.keywords)}">
<meta name="weibo: article:create_at" content="{document.published_at:%Y-%m-%d %H:%M:%S}" />
<meta property="article:published_time" content="{document.published_at:%Y-%m-%dT%H:%M:%S+08:00}" />
<meta name="publishid" content="{document.docid}" />
<meta name="mediaid" content="{document.media}">
<meta property="article:author" content="{document.media}" />
</head>
<body>
<div class="hd"><h1>7x24 小时全球实时财经新闻直播</h1><p>坚持做最好的财经直播报道，给百姓最真的财经动态。</p></div>
<div class="bd_i bd_i_og clearfix">
<div class="bd_i_time"><p class="bd_i_time_c">{document.published_at:%m月%d日 %H:%M}</p></div>
<div class="bd_i_txt">
{document.blocks[0].html}
</div>
<div class="bd_i_share">分享到: <a href="#">微博</a> <a href="#">微信</a> <a href="#">QQ空间</a></div>
</div>
<div class="app"><p>下一条快讯将在 ?? 秒后 到达新浪财经APP</p><p>最先掌握财经7x24快讯 就在新浪财经APP</p>
<a href="https://finance.sina.cn/app/">立即前往</a></div>
</body>
</html>
"""
