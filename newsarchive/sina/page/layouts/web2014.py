"""The HTML5 pages of 2014 to 2017, the first that Sina served in UTF-8."""

from __future__ import annotations

from datetime import date

from newsarchive.pages.layout import Css, href
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts.artibody2008 import TIME_LINE, SinaArtibody2008Page


class SinaWeb2014Page(SinaArtibody2008Page):
    """``#artibodyTitle`` or ``#main_title`` above an ``#artibody`` of another class, time and source in one line.

    ``span.time-source#navtimeSource`` holds the time as text and the source in a ``span[data-sudaclick]``; tech has
    ``span.titer`` and ``span.source``. From the head of one page of 2016 (comment ``news_web_article_v2014_meta``), from
    lines that crawlers of 2015 to 2017 quote, and from their selectors; no whole page is at hand.
    """

    since, until = date(2014, 1, 1), date(2017, 12, 31)
    marker = (
        "h1#artibodyTitle:not(.main-title), #main_title:not(.main-title)",
        "#artibody:not(.blkContainerSblkCon)",
    )
    example = "https://news.sina.com.cn/c/nd/2015-12-18/doc-ifxmueaa3618078.shtml"

    title = Css("#artibodyTitle", "#main_title", to=one_line)
    published_at = Css(*TIME_LINE, to=china_time, first=True, optional=True)
    source_links = Css(
        ".time-source a[href], .source a[href], a.source[href]", "#media_name a[href]", take=href, many=True
    )
