"""Slide shows on slide.*.sina.com.cn: the pictures and their captions stand in ``var slide_data`` (sina-surface §4).

No real page is at hand: ``images`` with ``image_url``, ``download_img`` and ``intro`` is what RSSHub's template and the same
program on other sites read, ``slide.title`` and ``slide.createtime`` too.
"""

from __future__ import annotations

import json
from html import escape

from newsarchive.rehearsal.truth import Story


def page_slide(document: Story, _part: int = 1) -> str:
    """The whole page, a few kB."""
    title = escape(document.title, quote=False)
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="{document.charset.meta}">
<title>{title}_高清图集_新浪网</title>
<meta name="keywords" content="{",".join(document.keywords)}">
<meta name="mediaid" content="{document.media}">
</head>
<body>
<div id="wrap"><div class="swp-tit"><h2>{title}</h2></div>
<div class="swpt-full-txt" id="SI_Cont">图片加载中</div></div>
<script type="text/javascript">
var slide_data = {_data(document)}
var ARTICLE_DATA = {{ "channel": "cj" }};
</script>
</body>
</html>
"""


def _data(document: Story) -> str:
    images = [
        {
            "title": document.title,
            "intro": caption.text,
            "thumb_50": f"{picture.text}_50.jpg",
            "image_url": picture.text,
            "download_img": picture.text,
            "id": str(number),
        }
        for number, (picture, caption) in enumerate((block.pieces for block in document.blocks), 1)
    ]
    slide = {
        "title": document.title,
        "createtime": f"{document.published_at:%Y-%m-%d %H:%M:%S}",
        "url": document.url,
        "long_intro": "",
    }
    text = json.dumps({"slide": slide, "images": images, "next_album": {}, "prev_album": {}}, separators=(",", ":"))
    return text.replace("/", "\\/")
