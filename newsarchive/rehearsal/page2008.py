"""The XHTML pages of 2008 to 2015, after real ones of 2008 and 2009 and bodies of 2012 (sina-surface §4).

``artibody2008`` has no share block yet, ``artibody2011`` has it inside ``#artibody``. The comments ``publish_helper`` hold
the text, the pictures stand before them. The pager of an article on several pages is the one of Sina's own lists: that
such articles exist is seen in lists of addresses, but no such page.
"""

from __future__ import annotations

from html import escape
from itertools import takewhile

from newsarchive.rehearsal.blocks import ProseBlock
from newsarchive.rehearsal.old_blocks import is_picture
from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.truth import Story

CLEARED = '<div style="clear:both;height:0;visibility:hiddden;overflow:hidden;"></div>'

SHARE_BLOCK = """<div class="blkComment otherContent_01" id="sinashareto" style="margin-right:0px;margin-left:0;padding-right:0px;">
<div style="font-size: 14px;line-height: 23px;margin: 15px 0;"><span style="font-size:12px;">分享到:</span> <script type="text/javascript">
//<![CDATA[
 var sendT = { getHeader : function(){ var g_title=document.getElementById("artibodyTitle").innerHTML;
  return g_title.replace(/<[^<>]*?font[^<>]*?>/gi, ""); } }
//]]>
</script><span id="cmnt_count"><a href="http://comment5.news.sina.com.cn/comment/comment5.html?channel=cj">欢迎发表评论</a>&nbsp;&nbsp;</span>\
<a href="http://comment5.news.sina.com.cn/comment/comment5.html?channel=cj" style="font-size:12px">我要评论</a></div>
</div>
<div class="otherContent_01" style="overflow:hidden;zoom:1;">
<style type="text/css">
.corrTxt_01{border-top:1px dashed #C8D8F2;margin-top:-1px;}
</style>
<div id="script_lodaer">&nbsp;</div>
<div class="corrTxt_01" id="interrelatedBlog"><h3>相关博文</h3><ul><li><a href="http://blog.sina.com.cn/s/blog_4.html">某人博客</a></li></ul></div>
</div>"""

MOBILE_PROMOTION = """<p>　　<a target="_blank" href="http://ent.sina.com.cn/f/v/waptuiguang.html">\
<img width="18" height="36" src="http://i0.sinaimg.cn/ent/deco/2009/0507/entphone.gif"/></a>
<a style="font-size: 13px;" target="_blank" href="http://ent.sina.com.cn/f/v/waptuiguang.html">\
<font color="red">看明星八卦、查影讯电视节目，上手机新浪网娱乐频道 ent.sina.cn</font></a></p>"""


def page2008(document: Story, part: int = 1) -> str:
    """Page ``part`` (from 1) of the article, about 30 kB."""
    return f"""{_head(document)}
<body id="conBody"><!-- SUDA_CODE_START -->
<noScript>
<div style='position:absolute;top:0;left:0;width:0;height:0;visibility:hidden'>\
<img width=0 height=0 src='http://beacon.sina.com.cn/a.gif?noScript' border='0' alt='' /></div>
</noScript>
<!-- SUDA_CODE_END -->
<div id="page">{_navigation(document)}
<!-- 主容器 begin -->
<a name="Main"></a>
<div class="Main">
	<div class="blkContainer">
		<div class="blkContainerPblk">
			<div class="blkContainerSblk">
{_article(document, part)}
{_tools(document)}
			</div>
{_below(document)}
		</div>
	</div>
</div>
</div>
</body>
</html>
"""


def page_ids(document: Story) -> tuple[str, str, str]:
    """p_id, t_id, d_id: the last is the end of the address, behind hour and minute."""
    number = document.docid.rpartition("-")[2]
    return ("28" if ".ent." in f".{document.url.split('/')[2]}" else "31", "1", number[4:])


def text_of_part(document: Story, part: int) -> tuple[ProseBlock, ...]:
    """The blocks of one of the article's pages; each has as many, but the last."""
    blocks, parts = document.blocks, document.parts
    size = -(-len(blocks) // parts)
    return blocks[(part - 1) * size : part * size]


def _head(document: Story) -> str:
    title, ids = escape(document.title, quote=False), ",".join(page_ids(document))
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<!--[{ids}] published at {document.modified_at:%Y-%m-%d %H:%M:%S} from #236 by 3996-->
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset={document.charset.meta}" />
<title>{title}_新浪财经_新浪网</title>
<meta name="Keywords" content="{",".join(document.keywords)}">
<meta name="Description" content="{escape(document.title)}">
<meta name="stencil" content="PGLS000119">
<meta name="publishid" content="{ids}">
<meta http-equiv= "X-UA-Compatible"content="IE=EmulateIE7" />
<link rel="alternate" type="application/rss+xml" title="新浪_财经新闻" href="http://rss.sina.com.cn/finance/focus12.xml" />
<link href="http://news.sina.com.cn/iframe/87/new20080718/master.css" rel="stylesheet" type="text/css" />
</head>"""


def _article(document: Story, part: int) -> str:
    """Title, time, source, and the text of this page."""
    pid, tid, did = page_ids(document)
    return f"""				<h1 id="artibodyTitle" pid="{pid}" tid="{tid}" did="{did}" fid="1307">{escape(document.title, quote=False)}</h1>
				<div class="artInfo"><span id="art_source"><a href="http://www.sina.com.cn">http://www.sina.com.cn</a></span>&nbsp;&nbsp;\
<span id="pub_date">{document.published_at:%Y年%m月%d日%H:%M}</span>&nbsp;&nbsp;\
<span id="media_name">{_source(document)}</span></div>

				<!-- 正文内容 begin -->
				<!-- google_ad_section_start -->
				<div class="blkContainerSblkCon" id="artibody">
{_body(document, part)}
				</div>
				<!-- google_ad_section_end -->
				<!-- 正文内容 end -->"""


def _tools(document: Story) -> str:
    """Below the text: the counter of moods, the number of comments, and the link to them."""
    ids = page_ids(document)
    dash = "-".join(ids)
    return f"""<span name='moodcounter' pid='20' key='{dash}' url='{document.url}' expara='' style='display:none'></span>
				<!--关于内容的操作开始-->
<div style="margin:0 auto;text-align:right;padding:10px 25px;">
<a href=http://finance.sina.com.cn/hotnews/ target=_blank>新闻排行</a>
<span id="cmnt_count_{ids[2]}" style="display:none">已有<font class="f_c00">_COUNT_</font>位网友发表评论&nbsp;&nbsp;</span>
<a href=http://comment4.news.sina.com.cn/comment/comment4.html?channel=cj&newsid={dash} class="blkCommentLinkPost">我要评论</a></div>"""


def _body(document: Story, part: int) -> str:
    blocks = text_of_part(document, part)
    pictures = tuple(takewhile(is_picture, blocks))
    pid, tid, did = page_ids(document)
    begin = f"<!-- publish_helper name='原始正文' p_id='{pid}' t_id='{tid}' d_id='{did}' f_id='45' -->"
    text = [*(block.html for block in blocks[len(pictures) :]), _ending(document, part), _pager(document, part)]
    lines = [*(block.html for block in pictures), begin, *filter(None, text), _symbols(blocks)]
    lines += ["<!-- publish_helper_end -->", CLEARED]
    return "\n".join((*lines, MOBILE_PROMOTION if document.layout == "artibody2008" else SHARE_BLOCK))


def _ending(document: Story, part: int) -> str:
    return f"<p>　　(责任编辑：{document.editor})</p>" if part == document.parts else ""


def _symbols(blocks: tuple[ProseBlock, ...]) -> str:
    symbols = dict.fromkeys(block.symbol for block in blocks if block.symbol)
    return f"<!-- news_keyword_pub,stock,{'&'.join(symbols)} -->"


def _pager(document: Story, part: int) -> str:
    if document.parts == 1:
        return ""
    stem = document.url.removesuffix(".shtml").replace("https://", "http://")
    addresses = [f"{stem}.shtml", *(f"{stem}_{number}.shtml" for number in range(2, document.parts + 1))]
    numbers = "".join(
        f'<span class="pagebox_num_nonce">{number}</span>'
        if number == part
        else f'<span class="pagebox_num"><a href="{address}">{number}</a></span>'
        for number, address in enumerate(addresses, 1)
    )
    before = _step("pre", "上一页", addresses[part - 2] if part > 1 else "")
    after = _step("next", "下一页", addresses[part] if part < document.parts else "")
    return f'<div class="pagebox">{before}{numbers}{after}</div>'


def _step(name: str, word: str, address: str) -> str:
    if not address:
        return f'<span class="pagebox_{name}_nolink">{word}</span>'
    return f'<span class="pagebox_{name}"><a href="{address}">{word}</a></span>'


def _source(document: Story) -> str:
    return f"<a href=http://www.partner-media.example/ target=_blank class=ent1>{document.media}</a>"


def _navigation(document: Story) -> str:
    rows = "".join(
        f"<li><a href=http://{name}.sina.com.cn/>{name}</a></li>" for name in ("news", "sports", "ent", "tech")
    )
    return f"""<div class="topNav"><div id="content_mainNav" class="hd_nav"><ul>{rows}</ul></div></div>
<a class="linkQuickJump" href="#Main"><img src="http://i2.sinaimg.cn/c.gif" width="1" height="1" alt="跳转到正文内容" /></a>
<div class="blkBreadcrumb"><div class="blkBreadcrumbNav"><p id="lo_links">
<a href="{document.url.rpartition("/")[0]}">财经</a> &gt;&nbsp;正文</p>
</div></div>"""


def _below(document: Story) -> str:
    """Search form and other stories, which belong to no article."""
    day = document.published_at.date()
    rows = (ProseWriter(f"below/{document.docid}/{number}", day) for number in range(25))
    items = "\n".join(
        f'<li><a href="http://finance.sina.com.cn/g/">{row.title()}</a> {row.paragraph()}</li>' for row in rows
    )
    return f"""<div class="blkContentBtmSearch"><form method="get" action="http://www.google.cn/search"><table cellspacing="0" width="589">
<tr><td><input type="text" name="q" value="" /></td><td><input type="submit" value="搜索" /></td></tr></table></form></div>
<div class="blkRelated"><h3>相关新闻</h3><ul>
{items}
</ul></div>"""
