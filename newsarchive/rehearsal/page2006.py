"""The pages whose title, time and source stand in one block, told by a crawler of 2002 to 2016; no real one is at hand."""

from __future__ import annotations

from html import escape

from newsarchive.rehearsal.page2008 import page_ids
from newsarchive.rehearsal.truth import Story


def page2006(document: Story, _part: int = 1) -> str:
    """The article's page, a few kB."""
    title, ids = escape(document.title, quote=False), ",".join(page_ids(document))
    text = "\n".join(block.html for block in document.blocks)
    return f"""<!--[{ids}] published at {document.modified_at:%Y-%m-%d %H:%M:%S} from #013 by 435-->
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset={document.charset.meta}">
<title>{title}_新浪财经_新浪网</title>
<meta name="Keywords" content="{",".join(document.keywords)}">
<meta name="publishid" content="{ids}">
</head>
<body>
<div id="top"><a href="http://www.sina.com.cn/">新浪首页</a> &gt; <a href="http://finance.sina.com.cn/">财经</a> &gt; 正文</div>
<div class="artibodyBox">
<div id="artibodyTitle">
<h1>{title}</h1>
<div class="from_info"><span class="linkRed02"><a href="http://www.sina.com.cn">http://www.sina.com.cn</a></span> \
{document.published_at:%Y年%m月%d日 %H:%M} <span class="linkRed02">{document.media}</span></div>
</div>
<!-- 正文内容 begin -->
<div class="artibody" id="artibody">
{text}
<p>　　(责任编辑：{document.editor})</p>
</div>
<!-- 正文内容 end -->
<div class="tools">【<a href="#">发表评论</a>】【<a href="#">打印</a>】【<a href="#">关闭</a>】</div>
</div>
</body>
</html>
"""
