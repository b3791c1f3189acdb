"""The XHTML pages of 2008 to 2015, and their successors on sports, ent and tech until 2017."""

from __future__ import annotations

from datetime import date

from newsarchive.pages.layout import Css, href
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts import fields
from newsarchive.sina.page.layouts.bounds import original_text, whole_text
from newsarchive.sina.page.layouts.common import SinaPage

TIME_LINE = ("#pub_date", ".titer", "#navtimeSource", ".time-source", ".artInfo", ".date-source .date")
_SOURCE = (
    "#media_name",
    '.time-source [data-sudaclick="media_name"]',
    '.time-source [data-sudaclick="content_media_p"]',
    ".time-source .source, .page-info .source, .artInfo .source, .date-source .source",
    '[data-sudaclick="media_name"]',
    ".source",
)


class SinaArtibody2008Page(SinaPage):
    """``#artibodyTitle`` above ``#artibody.blkContainerSblkCon``; ``#pub_date`` and ``#media_name`` between them.

    From 2009 on the comments ``publish_helper`` hold the text, pictures stand before them, share blocks behind. Read off
    two whole pages of 2008 and 2009 and ten bodies of finance of 2012; that 2016 and 2017 kept it on sports and tech is
    told by crawlers' notes.
    """

    since, until = date(2006, 1, 1), date(2017, 12, 31)
    marker = ("#artibodyTitle", "#artibody.blkContainerSblkCon")
    example = "https://ent.sina.com.cn/y/2009-11-09/13482762951.shtml"

    title = Css("#artibodyTitle", to=one_line)
    published_at = Css(*TIME_LINE, to=china_time, first=True)
    sources = Css(*_SOURCE, to=fields.media_name, many=True)
    source_line = Css(".time-source", to=fields.media_after_time, many=True)
    source_links = Css(*(f"{one} a[href], a{one}[href]" for one in ("#media_name", '[data-sudaclick="media_name"]')),
                       take=href, many=True)  # fmt: skip
    authors = Css("span", within=".artInfo", take=fields.author_shown, many=True)
    keywords = Css(".art_keywords a", ".article-keywords a", ".keywords a", to=one_line, many=True)
    body = Css("#artibody", take=whole_text, to=original_text)


class SinaFromInfo2006Page(SinaArtibody2008Page):
    """A block ``#artibodyTitle`` that holds the ``h1`` and, in ``.from_info``, time and source.

    No page is at hand: the names are those of a crawler of pages of 2002 to 2016, which calls it the look of the oldest.
    """

    since, until = date(2002, 1, 1), date(2016, 12, 31)
    marker = ("#artibodyTitle h1", ".from_info")
    example = "https://finance.sina.com.cn/stock/20070605/17583661234.shtml"

    title = Css("#artibodyTitle h1", to=one_line)
    published_at = Css(".from_info", to=china_time)
    source_line = Css(".from_info", to=fields.media_after_time, many=True)
