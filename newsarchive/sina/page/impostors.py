"""What Sina answers instead of an article (fetch): bans, notices under status 200, other documents, torn pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsarchive.errors import EmptyBody, NotAnArticle, TruncatedBody

BAN_STATUS = 456
MAX_BAN_BYTES = 16_384  # the notice has some 2 kB, an article page 60 kB and more
_BAN_TITLE, _BAN_WORDS = "拒绝访问", ("异常访问", "封禁")
_ENCODED_BANS = tuple(
    (_BAN_TITLE.encode(charset), tuple(word.encode(charset) for word in _BAN_WORDS)) for charset in ("utf-8", "gb18030")
)
_TITLE_BYTES_RE = re.compile(rb"<title[^<>]*+>([^<]*+)</title", re.I)
_ARTICLE_MARK = "main-title"
_TEXT_MARKS = ("artibody", "art_content", "] published at ")
"""Names of the text in other layouts, and the comment of the old publishing system: such a page may have any title."""

_TITLE_RE = re.compile(r"<title[^<>]*+>([^<]*+)</title", re.I)
_HEAD_CHARS = 40_000  # titles and metas of a page stand in its first 10,000 characters
_TAIL_CHARS = 4_096  # scripts and comments may follow the closing tag
_BODY_BEGIN, _BODY_END = "原始正文begin", "原始正文end"
_MARKUP_RE = re.compile(r"<(?:!doctype|html|head|body|meta|title)\b", re.I)
_DATA_RE = re.compile(r"\s*+(?:[\[{]|(?:<\?xml[^>]*+>\s*+)?<(?:rss|feed|urlset|sitemapindex|svg)\b)", re.I)
"""JSON and XML, which may hold pages or titles of pages."""
_MAX_NOTICE_CHARS = 16_384
_NOT_FOUND = "页面没有找到"  # … 5秒钟之后将会带您进入新浪首页!
_NOTICES = {
    "not-found": re.compile(r"页面没有找到|页面不存在|404 Not Found|找不到页面", re.I),
    "ban": re.compile(f"^{_BAN_TITLE}"),
    "captcha": re.compile(r"验证码|安全验证|访问验证|人机验证|访问异常|请求过于频繁"),
    "login": re.compile(r"^(?:新浪)?(?:通行证|登录|用户登录|会员登录)"),
}
_EMPTY_RE = re.compile(r"<body[^<>]*+>\s*+(?:</body>|</html>|\Z)", re.I)

_NEW_DOCID_RE = re.compile(r"[a-z]{7}\d{7}")
_OLD_DOCID_RE = re.compile(r"-(\d{8})-(\d{4})?(\d{5,8})$")  # <host>-<yyyymmdd>-<HHMM><d_id>
PUBLISHED_RE = re.compile(r"<!--\s*+\[(\d+,\d+,\d+)\]\s*published at ")
"""The comment of the old publishing system, with p_id, t_id and d_id."""
_META_RE = re.compile(r"<meta\b[^>]*+>?", re.I)
_ATTRIBUTE_RE = re.compile(r"""\b(name|property|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_IN_CONTENT_RE = {
    "publishid": re.compile(r"^i?([a-z]{7}\d{7}|\d+,\d+,\d+)$"),
    "sudameta": re.compile(r"dataid:comos:([a-z]{7}\d{7})"),
    "og:url": re.compile(r"-i([a-z]{7}\d{7})\.|/\d{8}/(\d{11,12})\.s?html"),
    "comment": re.compile(r"comos-([a-z]{7}\d{7})"),
}


def is_ban(status: int, body: bytes) -> bool:
    """Whether this is the answer to a banned address: HTTP 456, or the 拒绝访问 page under any status."""
    if status == BAN_STATUS:
        return True
    if len(body) > MAX_BAN_BYTES or _ARTICLE_MARK.encode() in body:
        return False
    found = _TITLE_BYTES_RE.search(body)
    title = found[1].strip() if found else b""
    return any(title.startswith(said) or all(word in body for word in words) for said, words in _ENCODED_BANS)


def check_page(status: int, html: str, docid: str) -> None:
    """Let pass what may be the article ``docid``.

    Raises ``NotAnArticle`` (``http-<n>``, ``not-html``, ``not-found``, ``ban``, ``captcha``, ``login``,
    ``other-document``), ``TruncatedBody`` where the closing markup is missing, ``EmptyBody`` where nothing came.
    """
    if not html or html.isspace():
        raise EmptyBody("the response is empty")
    _check_kind(status, html)
    if "</html" not in html[-_TAIL_CHARS:].lower():
        raise TruncatedBody(f"the page of {docid} ends without </html>, after {len(html)} characters")
    if _BODY_BEGIN in html and _BODY_END not in html:
        raise TruncatedBody(f"the page of {docid} has the comment that begins the text, not the one that ends it")
    if _EMPTY_RE.search(html[-_TAIL_CHARS:]):
        raise EmptyBody(f"the page of {docid} has an empty body")
    _check_identity(html[:_HEAD_CHARS].partition("</head>")[0], docid)


def _check_kind(status: int, html: str) -> None:
    head = html[:_HEAD_CHARS]
    if _DATA_RE.match(head) or not _MARKUP_RE.search(head):
        raise NotAnArticle(f"no HTML: {head[:60]!r}", reason="not-html")
    if not any(mark in html for mark in (_ARTICLE_MARK, *_TEXT_MARKS)):
        _check_notice(head, len(html) <= _MAX_NOTICE_CHARS)
    if status != 200:
        raise NotAnArticle(f"status {status}", reason=f"http-{status}")


def _check_notice(head: str, is_short: bool) -> None:
    found = _TITLE_RE.search(head)
    title = found[1].strip() if found else ""
    for reason, pattern in _NOTICES.items():
        if pattern.search(title):
            raise NotAnArticle(f"a notice instead of the page: {title[:60]!r}", reason=reason)
    if is_short and all(word in head for word in _BAN_WORDS):
        raise NotAnArticle(f"a page that says {', '.join(_BAN_WORDS)}", reason="ban")
    if is_short and _NOT_FOUND in head:
        raise NotAnArticle(f"a page that says {_NOT_FOUND}", reason="not-found")


def _check_identity(head: str, docid: str) -> None:
    """Compare ``docid`` with what the page says it is, where the two are of one kind.

    The comment id counts only where nothing else does: stories of one subject may share their comments.
    """
    found = dict(_identities(head))
    comment = found.pop("comment", None)
    for said in found.values() or filter(None, [comment]):
        if not _same(said, docid):
            raise NotAnArticle(f"asked for {docid}, the page says it is {said}", reason="other-document")


def _identities(head: str) -> Iterator[tuple[str, str]]:
    if published := PUBLISHED_RE.search(head):
        yield "published", published[1]
    for meta in _META_RE.findall(head):
        if not any(name in meta for name in _IN_CONTENT_RE):
            continue
        given = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE_RE.findall(meta)}
        pattern = _IN_CONTENT_RE.get(given.get("name") or given.get("property") or "")
        found = pattern.search(given.get("content", "")) if pattern else None
        if found:
            yield given.get("name") or given["property"], found[found.lastindex or 0]


def _same(said: str, docid: str) -> bool:
    """Whether two identities agree, or cannot be compared."""
    if _NEW_DOCID_RE.fullmatch(said):
        return said == docid or not _NEW_DOCID_RE.fullmatch(docid)
    old = _OLD_DOCID_RE.search(docid)
    return not old or said.rpartition(",")[2].endswith(old[3])
