"""How the words of a field become its value (extract): named pure functions that the layouts share."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from newsarchive.pages.text import one_line
from newsarchive.pages.times import after_time

_EDITOR_LABEL_RE = re.compile(r"^[（(【\[\s]*+(?:责任编辑|本文编辑|编辑|责编)\s*+[：:/]\s*+")
_EDITOR_CODE_RE = re.compile(r" ?(?:SF\d+|S[A-Z]\d{2,}|UF\d+|NF\d+)$")
_AUTHOR_LABEL_RE = re.compile(r"(?:文章|本文)?(?:作者|撰文)\s?[:：/|]?\s?")
_ACCOUNT_RE = re.compile(r"(?:官方|认证)(?:账号|帐号|微博|号|用户)$|(?:创作者|签约作者|官微)$|^[+＋]?关注$")
"""What kind of account an author has, behind the name on pages of 2026."""
_PLATFORM_RE = re.compile(r"(?:新浪)?(?:财经)?(?:看点|头条|自媒体|专栏|微博)|新浪(?:号|客户端|众测)")
_UMBRELLA = "市场资讯"
"""What finance shows as the source of many self-media; the author stands in the metas."""
_KEYWORD_BREAK_RE = re.compile(r"[,，;；、|]")
_WEIBO_RE = re.compile(r" ?[（(\[]? ?(?:官方)?微博 ?[）)\]]?$")
_CHANNELS_RE = re.compile(r"\ballCIDs:([\d,\s]+)")
_SITE_RE = re.compile(r"^(?:https?://)?(?:www\.)?sina\.com\.cn\s*")


def editor_name(text: str) -> str:
    """The name in an editor line, without the label and the code behind it.

    >>> editor_name("责任编辑：某某 SF123 ")
    '某某'
    """
    return _EDITOR_CODE_RE.sub("", _EDITOR_LABEL_RE.sub("", one_line(text)).rstrip(" ）)】]"))


def author_shown(node: LexborNode) -> str:
    """The author that an element of the line under the title names, by its class, its ``data-sudaclick`` or its label."""
    given = node.attributes
    is_marked = "author" in f"{given.get('class') or ''} {given.get('data-sudaclick') or ''}"
    text = one_line(node.text())
    return author_name(text) if is_marked or _AUTHOR_LABEL_RE.match(text) else ""


def author_name(text: str) -> str:
    """The name in an author line, without the label and what kind of account it is.

    >>> author_name("作者 某网 某网官方账号"), author_name("作者：某甲"), author_name("某报官方微博")
    ('某网', '某甲', '某报')
    """
    words = _AUTHOR_LABEL_RE.sub("", one_line(text)).split()
    names = [word for word in words if not _ACCOUNT_RE.search(word)]
    return " ".join(names) if names else _ACCOUNT_RE.sub("", "".join(words[:1]))


def page_id(text: str) -> str:
    """A publishid; the ``p,t,d`` of older documents as ``p-t-d``."""
    return text.strip().replace(",", "-")


def keyword_list(text: str) -> tuple[str, ...]:
    """The keywords of a meta, each once."""
    return tuple(dict.fromkeys(word for part in _KEYWORD_BREAK_RE.split(text) if (word := one_line(part))))


def media_name(text: str) -> str:
    """The name of a source, without label, Sina's own address and the link to its weibo behind it.

    >>> media_name("来源：某财经 微博")
    '某财经'
    """
    line = one_line(text)
    if _AUTHOR_LABEL_RE.match(line):
        return ""
    name = _SITE_RE.sub("", line).removeprefix("来源").lstrip(":： ")
    return _WEIBO_RE.sub("", name) or name


def hides_author(name: str) -> bool:
    """Whether a source stands for many authors, so that the metas alone name the one."""
    return name == _UMBRELLA or is_platform(name)


def media_labelled(text: str) -> str:
    """The source in an element that says so; empty for another."""
    return media_name(text) if one_line(text).startswith("来源") else ""


def is_platform(name: str) -> bool:
    """Whether a source is Sina's own shelf for self-media, which names no medium.

    >>> is_platform("新浪看点"), is_platform("新浪财经")
    (True, False)
    """
    return _PLATFORM_RE.fullmatch(name) is not None


def media_after_time(text: str) -> str:
    """The source in a line that begins with the time."""
    return media_name(after_time(text))


def channel_ids(text: str) -> tuple[str, ...]:
    """The column ids in one ``sudameta``; raises ``ValueError`` if it names none.

    >>> channel_ids("urlpath:stock/usstock/; allCIDs:57045,257")
    ('57045', '257')
    """
    found = _CHANNELS_RE.search(text)
    if not found:
        msg = f"no allCIDs in {text[:80]!r}"
        raise ValueError(msg)
    return tuple(found[1].replace(",", " ").split())
