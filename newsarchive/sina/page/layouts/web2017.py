"""The article pages of 2017 to today: one template, two names for the body.

Sources: sina-surface.md §4 and the pages it names; the comment ``news_web_article_v2017_meta`` in their heads.
"""

from __future__ import annotations

from datetime import date

from newsarchive.pages.layout import Css, href
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts import fields
from newsarchive.sina.page.layouts.artibody2008 import TIME_LINE
from newsarchive.sina.page.layouts.bounds import original_text, whole_text
from newsarchive.sina.page.layouts.common import SinaPage

_LINE = ".date-source"
_SOURCE = '.source:not([data-sudaclick*="author"])'


class SinaFinance2017Page(SinaPage):
    """finance (with its columns ``zl-i``, ``wm`` and ``7x24``), tech, ent, sports: ``h1.main-title`` above ``#artibody``."""

    since = date(2017, 1, 1)
    marker = ("h1.main-title", "#artibody")
    example = "https://finance.sina.com.cn/stock/usstock/c/2026-09-28/doc-initmeau2811260.shtml"

    title = Css("h1.main-title", to=one_line)
    published_at = Css(f"{_LINE} .date", f"{_LINE} .titer", *TIME_LINE, to=china_time, first=True)
    sources = Css(_SOURCE, ".source-nolink", within=_LINE, to=fields.media_name, many=True)  # a link where it has one
    source_line = Css(".date", within=_LINE, to=fields.media_labelled, many=True)
    source_links = Css("a.source[href], .source a[href]", "a[href]", within=_LINE, take=href, many=True)
    authors = Css("span, a", within=_LINE, take=fields.author_shown, many=True)
    keywords = Css("a", within=".keywords", to=one_line, many=True)
    body = Css("#artibody", take=whole_text, to=original_text)


class SinaNews2017Page(SinaFinance2017Page):
    """news.sina.com.cn: the same page, the body is ``#article``."""

    marker = ("h1.main-title", "#article")
    example = "https://news.sina.com.cn/c/2019-11-25/doc-iihnzahi3275702.shtml"

    body = Css("#article", take=whole_text, to=original_text)
