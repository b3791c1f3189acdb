"""Pages that must never become an article, each with the outcome that it must have; invented, in the real structure."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from newsarchive.errors import EmptyBody, LayoutMismatch, NotAnArticle, PageError, PageTooComplex, TruncatedBody

DOCID, OTHER = "nabcdef1234567", "nzzzzzz7654321"
HOST = "https://finance.sina.com.cn"
URL = f"{HOST}/roll/2026-11-23/doc-i{DOCID}.shtml"
OLD_URL = f"{HOST}/roll/20120607/140812253310.shtml"

TEXT = "".join(
    f"<p>　　第{number}段：某市的纸船出口在这个月里有了新的增长，公司和他们的客户都说这是一个好的开始。</p>\n"
    for number in range(1, 40)
)
ARTICLE = f"""<!DOCTYPE html>
<!-- [ published at 2026-11-23 09:31:00 ] -->
<html><head><meta charset="utf-8"/>
<meta name="sudameta" content="urlpath:roll/; allCIDs:57045,257">
<title>某市的纸船出口_新浪财经_新浪网</title>
<meta name="keywords" content="纸船,出口" />
<meta property="og:url" content="{URL}" />
<meta name="weibo: article:create_at" content="2026-11-23 09:30:12" />
<meta property="article:published_time" content="2026-11-23T09:30:12+08:00" />
<!--news_web_article_v2017_meta -->
<meta name="publishid" content="{DOCID}" />
<meta name="comment" content="cj:comos-{DOCID}" />
<meta name="mediaid" content="某日报"></head>
<body><!-- body code begin -->
<div class="main-content w1240">
<h1 class="main-title">某市的纸船出口</h1>
<div class="top-bar-wrap"><div class="second-title">某市的纸船出口</div>
<div class="date-source"><span class="date">2026年11月23日 09:30</span><span class="source ent-source">某日报</span></div></div>
<div class="article-content"><!-- 原始正文begin -->
<div class="article" id="artibody">
{TEXT}<!-- 编辑姓名及工作代码 --><p class="article-editor">责任编辑：某乙 </p></div>
<!-- 原始正文end --></div></div>
<div class="footer">新浪简介 广告服务</div></body>
</html>
"""
BANNED = "<h1>拒绝访问</h1><p>你的 IP 存在异常访问，已被新浪安全部门封禁，5~60分钟会自动解封。</p>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@dataclass(frozen=True, slots=True)
class Impostor:
    """An answer, and the error with its reason that it must end as; a ban is told before, by ``notices.is_ban``."""

    name: str
    body: bytes
    error: type[PageError]
    reason: str
    status: int = 200
    content_type: bytes | None = b"text/html"
    url: str = URL
    is_ban: bool = False


def page(title: str, body: str, charset: str = "utf-8") -> bytes:
    head = f'<meta charset="{charset}"><title>{title}</title>'
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>{body}</body></html>\n".encode(charset)


def changed(old: str, new: str) -> bytes:
    assert old in ARTICLE
    return ARTICLE.replace(old, new).encode()


def cut(share: float) -> bytes:
    return ARTICLE.encode()[: int(len(ARTICLE.encode()) * share)]


def cut_before(mark: str) -> bytes:
    return ARTICLE.partition(mark)[0].encode()


def without_text(text: str) -> bytes:
    return changed(TEXT, text)


def _html(reason: str, pages: dict[str, bytes]) -> list[Impostor]:
    return [Impostor(name, body, NotAnArticle, reason) for name, body in pages.items()]


def _bans() -> list[Impostor]:
    notice = page("拒绝访问", BANNED)
    by_status = [
        Impostor(f"ban under {status}", notice, NotAnArticle, f"http-{status}", status, is_ban=True)
        for status in (403, 456, 503)
    ]
    return [
        *by_status,
        Impostor("456 without a word", b"", NotAnArticle, "http-456", 456, is_ban=True),
        Impostor("ban under 200", notice, NotAnArticle, "ban", is_ban=True),
        Impostor("ban in gb2312", page("拒绝访问", BANNED, "gb2312"), NotAnArticle, "ban", is_ban=True),
        Impostor("ban under another title", page("新浪网", BANNED), NotAnArticle, "ban", is_ban=True),
    ]


def _statuses() -> list[Impostor]:
    gone = page("页面没有找到", "页面没有找到 5秒钟之后将会带您进入新浪首页!")
    return [
        *(
            Impostor(f"the article under {n}", ARTICLE.encode(), NotAnArticle, f"http-{n}", n)
            for n in (203, 206, 404, 410, 500)
        ),
        *(Impostor(f"not found under {n}", gone, NotAnArticle, f"http-{n}", n) for n in (404, 410)),
        Impostor("no content", b"", NotAnArticle, "http-204", 204),
        Impostor("gateway", page("502 Bad Gateway", "<center>nginx</center>"), NotAnArticle, "http-502", 502),
    ]


def _notices() -> list[Impostor]:
    return [
        *_html("not-found", {
            "not found under 200": page("页面没有找到", "<script>location.href='https://www.sina.com.cn/'</script>"),
            "not found in gb2312": page("页面没有找到", "页面没有找到", "gb2312"),
            "not found under another title": page("新浪网", "页面没有找到 5秒钟之后将会带您进入新浪首页!"),
            "404 of nginx under 200": page("404 Not Found", "<center><h1>404 Not Found</h1></center>"),
            "page that does not exist": page("页面不存在_新浪网", "<p>抱歉</p>"),
        }),
        *_html("login", {
            "login": page("登录 - 新浪通行证", '<form><input type="password"></form>'),
            "passport": page("新浪通行证", "<form></form>"),
            "login of members": page("用户登录", "<form></form>"),
        }),
        *_html("captcha", {
            "captcha": page("请输入验证码", "<img src=/captcha.png>"),
            "check of safety": page("安全验证", "<div id=slider></div>"),
            "odd visits": page("访问异常", "<p>请稍后再试</p>"),
            "too many requests": page("请求过于频繁", "<p>请稍后再试</p>"),
        }),
    ]  # fmt: skip


def _shells() -> list[Impostor]:
    disclaimer = "<p>　　特别声明：以上内容仅代表作者本人的观点，不代表平台立场。</p>"
    return [
        Impostor("nothing", b"", EmptyBody, "empty-body"),
        Impostor("blanks", b" \r\n\t" * 40, EmptyBody, "empty-body"),
        Impostor("empty body", page("新浪网", ""), EmptyBody, "empty-body"),
        Impostor("article without its text", without_text(""), EmptyBody, "empty-body"),
        Impostor("article of blanks", without_text("<p>　　&nbsp;</p>" * 9), EmptyBody, "empty-body"),
        Impostor("self-media shell", without_text(disclaimer), EmptyBody, "empty-body"),
        Impostor("article of scripts", without_text("<script>load()</script><noscript>请打开脚本</noscript>"), EmptyBody, "empty-body"),
        Impostor("article of a tracking pixel", without_text('<img src="//beacon.sina.com.cn/a.gif" width=1>'), EmptyBody, "empty-body"),
        *_html("no-layout", {
            "script shell": page("新浪财经", '<div id="app"></div><script src="/static/app.js"></script>'),
            "script challenge": page("", "<script>document.cookie='x=1';location.reload()</script>"),
            "forward by meta": page("新浪网", '<meta http-equiv="refresh" content="0;url=https://www.sina.com.cn/"><p>.</p>'),
            "frame set": page("新浪财经", '<iframe src="https://finance.sina.com.cn/"></iframe>'),
        }),
    ]  # fmt: skip


def _cuts() -> list[Impostor]:
    shares = (0.001, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.99)
    torn = [Impostor(f"cut at {share:.1%}", cut(share), TruncatedBody, "truncated") for share in shares]
    return [
        # of the first bytes alone nobody can say that they are HTML
        Impostor("cut within the doctype", ARTICLE.encode()[:6], NotAnArticle, "not-html"),
        *torn[1:],
        Impostor(
            "cut within a character",
            ARTICLE.encode()[: ARTICLE.encode().index("纸".encode()) + 1],
            TruncatedBody,
            "truncated",
        ),
        Impostor("cut before its last tag", cut_before("</html>"), TruncatedBody, "truncated"),
        Impostor(
            "cut and closed by a proxy", cut_before("第20段") + b"</div></body></html>", TruncatedBody, "truncated"
        ),
        Impostor("closed before the text ends", changed("<!-- 原始正文end -->", ""), TruncatedBody, "truncated"),
    ]


def _other_documents() -> list[Impostor]:
    old = ARTICLE.replace(f'publishid" content="{DOCID}', 'publishid" content="31,1,12253311').encode()
    return [
        *_html("other-document", {
            "another article": ARTICLE.replace(DOCID, OTHER).encode(),
            "another publishid": changed(f'publishid" content="{DOCID}', f'publishid" content="{OTHER}'),
            "another address": changed(f"/doc-i{DOCID}", f"/doc-i{OTHER}"),
        }),
        Impostor("another number", old, NotAnArticle, "other-document", url=OLD_URL),
    ]  # fmt: skip


def _other_pages() -> list[Impostor]:
    rows = "".join(
        f'<li><a href="{HOST}/x/doc-i{n}.shtml">某市纸船{n}</a><span>(11月23日 09:30)</span></li>' for n in range(200)
    )
    column = page("上市公司_证券_新浪财经", f'<div class="listBlk"><ul class="list_009">{rows}</ul></div>')
    topic = page("纸船出口专题_新浪财经", f'<div class="wrap"><h2>纸船</h2><ul>{rows}</ul></div>')
    table = page(
        "某行(600000)财务摘要_新浪财经", "<table id=FundHoldSharesTable><tr><td>每股</td><td>1.0</td></tr></table>"
    )
    return [
        *_html("no-layout", {
            "home page": page("新浪首页", f'<div class="top-nav">新闻 财经 体育</div><ul>{rows}</ul>'),
            "home page of finance": page("新浪财经_财经门户", f'<div id="blk_hdline_01"><h3>头条</h3><ul>{rows}</ul></div>'),
            "list in place of an article": column,
            "search results": page("纸船_新浪搜索", f'<div class="result"><h2>找到相关新闻</h2><ul>{rows}</ul></div>'),
            "page of prices": table,
            "topic page in place of an article": topic,
            "comments": page("评论_新浪网", f'<div id="comment_wrap"><ul>{rows}</ul></div>'),
            "advertisement": page("广告", '<a href="//sax.sina.com.cn/"><img src="//d1.sina.com.cn/a.jpg"></a>'),
        }),
        Impostor("topic page", topic, NotAnArticle, "topic", url=f"{HOST}/zt_d/subject-1600000000"),
        Impostor("live page", page("直播", "<div id=live></div>"), NotAnArticle, "live", url="https://live.sina.com.cn/zt/f/v/finance/x"),
        Impostor(
            "video page", page("视频", "<div id=player></div>"), NotAnArticle, "video-only",
            url="https://video.sina.com.cn/p/finance/2026-11-23/detail-inabcdef1234567.d.html",
        ),
    ]  # fmt: skip


def _mismatches() -> list[Impostor]:
    title, time = '<h1 class="main-title">', '<span class="date">2026年11月23日 09:30</span>'
    untimed = re.sub(r"<meta[^>]*(?:create_at|published_time)[^>]*>", "", ARTICLE).replace(time, "").encode()
    return [
        Impostor("no time anywhere", untimed, LayoutMismatch, "layout-mismatch"),
        Impostor(
            "time that is none", changed(time, '<span class="date">刚刚</span>'), LayoutMismatch, "layout-mismatch"
        ),
        Impostor(
            "two other titles", changed(title, f"{title}另一个标题</h1>{title}"), LayoutMismatch, "layout-mismatch"
        ),
        Impostor("nested without end", without_text("<div>" * 30_000), PageTooComplex, "too-complex"),
    ]


def _other_data() -> list[Impostor]:
    json_answer = b'{"result":{"status":{"code":11},"data":[]}}'
    rss = '<?xml version="1.0"?><rss><channel><title>新浪财经</title><item><title>纸船</title></item></channel></rss>'
    packed = gzip.compress(ARTICLE.encode())
    mojibake = ARTICLE.replace("2026年11月23日", "2026-11-23").encode().decode("gb18030", "ignore").encode()
    return [
        *_html("not-html", {
            "JSON": json_answer,
            "JSONP": b"try{callback(" + json_answer + b");}catch(e){};",
            "script": b"var page = {title: 'x'};" * 90,
            "style sheet": b".main-title { color: #333; }" * 90,
            "plain text": TEXT.replace("<p>", "").replace("</p>", "").encode(),
            "Markdown twin": f"---\ntitle: 某市的纸船出口\ncanonical_url: {URL}\n---\n\n{TEXT}".encode(),
            "feed": rss.encode(),
            "page within JSON": b'{"html": "' + page("x", "y").replace(b'"', b"'") + b'"}',
        }),
        *_html("charset", {
            "picture": PNG,
            "photo": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(255, 0, -1)) * 9,
            "gzip rubbish": packed,
            "gzip cut": packed[:400],
            "deflate": zlib.compress(ARTICLE.encode()),
            "PDF": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + bytes(range(128, 256)) * 9,
            "Big5 that calls itself gb2312": "<html><head><meta charset=gb2312></head><body>某市的紙船出口，這個月裡有了新的增長"
            "，公司與他們的客戶都說這是好的開始</body></html>".encode("big5"),
            "UTF-16": ARTICLE.encode("utf-16"),
            "mojibake": mojibake,
            "lost characters": ARTICLE.encode().replace("的".encode(), b"\xff"),
        }),
    ]  # fmt: skip


_KINDS: tuple[Callable[[], list[Impostor]], ...] = (
    _bans, _statuses, _notices, _shells, _cuts, _other_documents, _other_pages, _mismatches, _other_data,
)  # fmt: skip
IMPOSTORS = [impostor for kind in _KINDS for impostor in kind()]
