"""The pages of single flashes of the 7x24 feed."""

from __future__ import annotations

from datetime import date

from newsarchive.pages.layout import Css, Page, inner_html
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts.web2017 import SinaFinance2017Page

_SUFFIX = "_7x24小时财经新闻"


def flash_title(text: str) -> str:
    """The title before the suffix of the flashes.

    >>> flash_title("某市_7x24小时财经新闻_新浪网")
    '某市'
    """
    return one_line(text).partition(_SUFFIX)[0]


class SinaFlash2020Page(SinaFinance2017Page):
    """finance.sina.com.cn/7x24/…: known by the suffix of its ``title``; the page's own heading may be the feed's.

    No real page is at hand: suffix and tool texts are told by a peer's tests (sina-surface.md §4), the names of the text
    are those of the template of 2017 and of the feed page. The time shown has no year, so that the metas tell it.
    """

    since = date(2020, 1, 1)
    example = "https://finance.sina.com.cn/7x24/2022-07-13/doc-imizirav3228291.shtml"

    title = Css("title", to=flash_title)
    published_at = Css(".date-source .date", to=china_time, first=True, optional=True)
    body = Css("#artibody", "#article", ".bd_i_txt_c", take=inner_html)

    @classmethod
    def fits(cls, page: Page) -> bool:
        """Told by the suffix of the title alone."""
        title = page.first("title")
        return title is not None and _SUFFIX in title.text()
