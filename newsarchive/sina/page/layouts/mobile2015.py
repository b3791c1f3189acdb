"""The mobile versions, on sina.cn."""

from __future__ import annotations

from datetime import date, datetime

from newsarchive.pages.layout import Css, Meta
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts import fields
from newsarchive.sina.page.layouts.bounds import original_text, whole_text
from newsarchive.sina.page.layouts.common import SinaPage


def time_or_none(text: str) -> datetime | None:
    """The moment in ``text``; None for ``3小时前`` and times without a year, where the metas tell it."""
    try:
        return china_time(text)
    except ValueError:
        return None


class SinaMobile2015Page(SinaPage):
    """finance.sina.cn/…/detail-i….d.html: ``h1.art_tit_h1``, ``time.art_time``, ``section.art_content``; pictures are lazy.

    Around 2018 nothing stands around the paragraphs but ``article.art_box``, which holds title and time, too.
    Self-media on it has ``h2.weibo_user`` and ``time.weibo_time`` instead.  No real page is at hand: the names are those
    of ten public crawlers of 2018 to 2026, which agree.
    """

    since = date(2015, 1, 1)
    marker = (".art_tit_h1", ".art_content, article.art_box")
    example = "https://finance.sina.cn/usstock/mggd/2026-09-28/detail-initmeau2811260.d.html"

    title = Css("h1.art_tit_h1", ".art_tit_h1", to=one_line)
    published_at = Css("time.art_time", ".art_time", ".weibo_time", to=time_or_none, first=True, optional=True)
    name_author = Meta("author", to=one_line)
    sources = Css(".art_cite", ".weibo_user", to=fields.media_name, many=True)
    body = Css("section.art_content", ".art_content", "article.art_box", take=whole_text, to=original_text)
