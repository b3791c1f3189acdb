"""The self-media pages of 财经头条 (cj.sina.com.cn, t.cj.sina.com.cn); those of k.sina.com.cn are the template of 2017."""

from __future__ import annotations

from newsarchive.pages.layout import Css, Page, href
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts import fields
from newsarchive.sina.page.layouts.web2017 import SinaFinance2017Page

_SUFFIX = "_财经头条"


class SinaSelfMedia2017Page(SinaFinance2017Page):
    """cj.sina.com.cn/articles/view/<uid>/<id>: the template of 2017 with the time line of 2014.

    No real page is at hand: the suffix of the ``title`` (``__财经头条__新浪财经``) is seen in citations of 2018 to 2026, the
    selectors are those of crawlers (``.time-source a``, ``.article-content-left #artibody``).
    """

    example = "https://cj.sina.com.cn/articles/view/1650111241/625ab30902001gw3w"

    title = Css("h1.main-title", "#artibodyTitle", "#main_title", "h1", to=one_line)
    published_at = Css(".date-source .date", ".time-source", "#pub_date", to=china_time, first=True)
    sources = Css(".date-source .source", ".time-source a", ".source", to=fields.media_name, many=True)
    source_line = Css(".date-source", ".time-source", to=fields.media_after_time, many=True)
    source_links = Css(".date-source a[href]", ".time-source a[href]", take=href, many=True)

    @classmethod
    def fits(cls, page: Page) -> bool:
        """Told by the suffix of the title, where the page has a text."""
        title = page.first("title")
        return title is not None and _SUFFIX in title.text() and page.first("#artibody") is not None
