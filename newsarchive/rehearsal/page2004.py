"""The tables of 2004 and 2005, after one real page of 2005 (sina-surface §4): no part of the article has a name.

The title is a ``th.f24``, time and source stand in the cell under it, the text in cells ``td.l17`` within each other.
"""

from __future__ import annotations

import re
from html import escape

from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.truth import Story

_NUMBER_RE = re.compile(r"/(?:\d{4})?(\d{6})\.s?html$")
_COLUMNS = ("商业服务", "产业资讯", "短信", "黄页", "邮箱", "搜索排名")


def page2004(document: Story, _part: int = 1) -> str:
    """The whole page, about 20 kB; without a doctype, so that a table may stand in a paragraph."""
    return f"""{_head(document)}
<body bgcolor=#ffffff topmargin=5 marginheight=5 leftmargin=0 marginwidth=0>
<center>
{_page_header(document)}
<table width=750 border=0 cellspacing=0 cellpadding=0>
<tr>
<td width=569 align=center rowspan=2 valign=top bgcolor=#EDF0F5> <br>
{_article(document)}
</td>
<td width=1 bgcolor=#747474 rowspan=2><br></td>
<!--- 右边 --->
<td width=181 valign=top align=right><br>{_right_column(document)}</td>
</tr>
</table>
<center><font class=f12>Copyright &copy; 1996-{document.published_at.year} SINA Inc. All Rights Reserved</font></center>
</center>
</body>
</html>
"""


def did_of(document: Story) -> str:
    """The number that the document's address and its page share; ``0`` where the address has none."""
    found = _NUMBER_RE.search(document.url)
    return found[1] if found else "0"


def _head(document: Story) -> str:
    return f"""<!--[31,1,{did_of(document)}] published at {document.published_at:%Y-%m-%d %H:%M}:58 from #013 by 435-->
<html>
<head>
<meta http-equiv="content-type" content="text/html; charset={document.charset.meta}">
<title>{_title(document)}_财经纵横_新浪网</title>
<style type="text/css">
td,li,select,input {{font-size:12px}}
.f24 {{font-size:24px;}}
.f14,p {{font-size:14.9px;}}
.l17 {{line-height:170%;}}
</style>
</head>"""


def _title(document: Story) -> str:
    return escape(document.title, quote=False)


def _page_header(document: Story) -> str:
    host = document.url.split("/")[2]
    return f"""<!--- 正文页头部:begin --->
<table width=750 border=0 cellspacing=0 cellpadding=0>
<tr><td height=1 colspan=2 bgcolor=#000000></td></tr>
<tr><td width=151 height=22 bgcolor=#ffc800 align=center><a href=http://www.sina.com.cn/><font class=title0>新浪首页</font></a></td>
<td width=605 align=right><table border=0 cellspacing=0 cellpadding=0><tr align=center>{_columns()}</tr></table></td></tr>
</table>
<!--- 正文页头部:end --->
<table width=750 border=0 cellspacing=0 cellpadding=0>
<tr><td height=34 width=154><img src="http://image2.sina.com.cn/IT/chj/LOGO.gif" width="154" height="33"></td>
<td width=440 valign=bottom><font color=#0000ff><a href=http://{host}/ class=a02>财经纵横</a> &gt; 正文</font></td></tr>
</table>
<table width=750 border=0 cellspacing=0 cellpadding=0>
<tr><td height=1 bgcolor=#747474><img src=http://image2.sina.com.cn/c.gif width=1 height=1></td></tr>
</table>"""


def _article(document: Story) -> str:
    """The table of the left column: title, time and source, text, tools and related links, a row each."""
    return f"""<table width=569 border=0 cellspacing=0 cellpadding=0>
<tr><th class=f24 width="567"><font color=#05006C>{_title(document)}</font></th></tr>
<tr><td height= width="567"><hr size=1 bgcolor=#d9d9d9></td></tr>
<tr>
<td height=20 align=center width="567">http://www.sina.com.cn {document.published_at:%Y年%m月%d日 %H:%M} \
<font color=#A20010> {document.media}</font></td>
</tr>
<tr><td height=15 width="567"></td></tr>
<tr>
<td class=l17 width="567">
<center>

<table width=545 border=0 cellspacing=0 cellpadding=0>
<tr><td width=8><br></td><td class=l17>
{_text(document)}

</td><td width=8><br></td></tr>
</table>
</center>

<br clear=all>
{_tools(document)}
</td></tr>
<tr height=10><td width="567"></td></tr>
<tr>
<td width=567>
<table width=565 border=0 cellspacing=0 cellpadding=1>
<tr><td>
<!--- 相关链接:开始 --->
{_related(document)}
<!--- 相关链接:结束 --->
</td></tr></table></td>
<td width=2></td>
</tr>
</table>"""


def _tools(document: Story) -> str:
    return f"""<table width=565 border=0 cellspacing=0 cellpadding=0>
<tr><td align=right>
【<a href=http://comment.news.sina.com.cn/cgi-bin/comment/comment.cgi?channel=cj&newsid=31-1-{did_of(document)}>发表评论</a>】\
【<a href="javascript:window.close()">关闭窗口</a>】<br>
</td></tr>
</table>"""


def _text(document: Story) -> str:
    hidden = "<!--\n\n<OBJECT id=HtmlIp1View classid=CLSID:0>\n<PARAM NAME=meta_data1 VALUE=>\n</OBJECT>\n-->"
    return "\n\n".join((*(block.html for block in document.blocks), hidden))


def _columns() -> str:
    return "<td width=10>|</td>".join(
        f"<td width=60><a href=http://www.sina.net target=_blank class=a01>{name}</a></td>" for name in _COLUMNS
    )


def _related(document: Story) -> str:
    day = document.published_at.date()
    lines = (ProseWriter(f"related/{document.docid}/{number}", day).title() for number in range(4))
    return "\n".join(
        f"<li><a href=http://finance.sina.com.cn/g/20040101/0000{number:06d}.shtml target=_blank class=a02>{line}</a></li>"
        for number, line in enumerate(lines)
    )


def _right_column(document: Story) -> str:
    day = document.published_at.date()
    rows = (ProseWriter(f"right/{document.docid}/{number}", day) for number in range(30))
    cells = "\n".join(
        f'<tr><td class=f14 height=20><a href="/focus/{row.theme}/">{row.title()}</a></td></tr>' for row in rows
    )
    return f'<table width=170 border=0 cellspacing=0 cellpadding=0 align="center">\n{cells}\n</table>'
