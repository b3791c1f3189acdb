"""The article pages of 2017 to today: one template, two names for the body.

Sources: sina-surface.md §4 and the pages it names; the comment ``news_web_article_v2017_meta`` in their heads.
"""

from __future__ import annotations

import re
from datetime import date

from newsarchive.pages.layout import Css, Layout, Meta, inner_html
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time

_EDITOR_LABEL_RE = re.compile(r"^[（(【\s]*责任编辑\s*[：:]\s*|\s*(?:SF\d+|S[A-Z]\d{2,})?[\s）)】]*$")
_KEYWORD_BREAK_RE = re.compile(r"[,，;；、|]")


def editor_name(text: str) -> str:
    """The name in an editor line, without the label and the code behind it.

    >>> editor_name("责任编辑：某某 SF123 ")
    '某某'
    """
    return _EDITOR_LABEL_RE.sub("", one_line(text))


def author_name(text: str) -> str:
    """The name in an author line, without the label."""
    return one_line(text).removeprefix("作者").lstrip(":： ")


def page_id(text: str) -> str:
    """A publishid; the ``p,t,d`` of older documents as ``p-t-d``."""
    return text.strip().replace(",", "-")


def keyword_list(text: str) -> tuple[str, ...]:
    """The keywords of a meta, each once."""
    return tuple(dict.fromkeys(word for part in _KEYWORD_BREAK_RE.split(text) if (word := one_line(part))))


class SinaFinance2017Page(Layout):
    """finance, tech, ent, sports and others: ``h1.main-title`` above ``#artibody``."""

    since = date(2017, 1, 1)
    marker = ("h1.main-title", "#artibody")
    example = "https://finance.sina.com.cn/stock/usstock/c/2026-09-28/doc-initmeau2811260.shtml"

    title = Css("h1.main-title", to=one_line)
    published_at = Css(".date-source .date", to=china_time)
    created_at = Meta("weibo: article:create_at", to=china_time)
    meta_published_at = Meta("article:published_time", to=china_time)
    feed_published_at = Meta("bytedance:published_time", to=china_time)
    updated_at = Meta("bytedance:updated_time", to=china_time)
    weibo_updated_at = Meta("weibo: article:update_at", to=china_time)
    sources = Css(".date-source .source", to=one_line, many=True)  # a link where the original is known
    media = Meta("mediaid", to=one_line)
    meta_author = Meta("article:author", to=one_line)
    authors = Css(".date-source .author", to=author_name, many=True)
    editors = Css(".article-editor, .show_author", to=editor_name, many=True)
    keywords = Css(".keywords a", to=one_line, many=True)
    meta_keywords = Meta("keywords", to=keyword_list)
    page_id = Meta("publishid", to=page_id)
    body = Css("#artibody", take=inner_html)


class SinaNews2017Page(SinaFinance2017Page):
    """news.sina.com.cn: the same page, the body is ``#article``."""

    marker = ("h1.main-title", "#article")
    example = "https://news.sina.com.cn/c/2019-11-25/doc-iihnzahi3275702.shtml"

    body = Css("#article", take=inner_html)
