"""Pages that are no article by their kind: a player, a live page, a topic; the archive leaves them out, with that reason.

No real page is at hand: the addresses are those seen in lists (sina-surface §3), the pages hold what such pages hold.
"""

from __future__ import annotations

from html import escape

from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.truth import Story


def video_page(document: Story, _part: int = 1) -> str:
    """video.sina.com.cn: a player and a list of others."""
    script = "<script>var $SCOPE = { video: { video_id:'310000001', vid:'310000001', ipad_vid:'310000002' } };</script>"
    return _page(document, f'<div id="myflashBox" class="player"></div>\n{script}\n<h2>{escape(document.title)}</h2>')


def live_page(document: Story, _part: int = 1) -> str:
    """live.video.sina.com.cn: a stage that scripts fill."""
    script = "<script>var LIVE_CONF = { live_id: 17, status: 'end' };</script>"
    return _page(document, f'<div class="live-stage" id="live_stage">直播已结束</div>\n{script}')


def topic_page(document: Story, _part: int = 1) -> str:
    """zt_d: lists of articles on one subject."""
    day = document.published_at.date()
    rows = (ProseWriter(f"topic/{document.docid}/{number}", day).title() for number in range(60))
    items = "\n".join(
        f'<li><a href="https://finance.sina.com.cn/roll/2018-01-01/doc-iaaaaaa{number:07d}.shtml">{row}</a></li>'
        for number, row in enumerate(rows)
    )
    return _page(
        document,
        f'<div class="zt-banner"><h1>{escape(document.title)}</h1></div>\n<ul class="zt-list">\n{items}\n</ul>',
    )


def _page(document: Story, content: str) -> str:
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="{document.charset.meta}">
<title>{escape(document.title)}_新浪网</title>
<meta name="keywords" content="{",".join(document.keywords)}">
</head>
<body>
<div class="top-nav"><a href="https://www.sina.com.cn/">新浪首页</a></div>
{content}
<div class="footer"><p>Copyright &copy; 1996-{document.published_at.year} SINA Corporation</p></div>
</body>
</html>
"""
