"""The tables of 2004 and 2005, before Sina's articles had names for their parts."""

from __future__ import annotations

import re
from datetime import date

from selectolax.lexbor import LexborNode

from newsarchive.pages.layout import Css, Source, href, inner_html
from newsarchive.pages.text import one_line
from newsarchive.pages.times import after_time, china_time
from newsarchive.sina.page.impostors import PUBLISHED_RE
from newsarchive.sina.page.layouts import fields
from newsarchive.sina.page.layouts.bounds import original_text
from newsarchive.sina.page.layouts.common import SinaPage

_TITLE = ":is(th, td).f24"
_HEAD = f"table:has(> tbody > tr > {_TITLE})"  # the time stands nowhere else than in the table of the title
_SOURCE = 'font[color="#A20010" i]'
_AUTHOR_RE = re.compile(
    r"<p>\s*+来源\s*+[:：]\s*+([^<]{2,20}?)\s*</p>(?>(?:\s++|<!--(?>(?:[^<-]|<(?!p)|-(?!-))*)-->)*)(?:</td>|</font>|</div>|\Z)"
)
_LONGEST_SOURCE = 20  # characters; names of media are shorter


def text_cell(node: LexborNode) -> str:
    """The inner HTML of the cell of the text; of the cell within it where that holds most of it: one frames the other."""
    inner = max((cell for cell in node.css("td.l17") if cell.mem_id != node.mem_id), key=_length, default=None)
    return inner_html(inner if inner and 2 * _length(inner) > _length(node) else node)


def _length(node: LexborNode) -> int:
    return len(node.text())


def source_behind_time(text: str) -> str:
    """The first word behind the time, where the source stands without a mark of its own."""
    return fields.media_name(next(iter(after_time(text).split()), "")[:_LONGEST_SOURCE])


def without_author(body: str) -> str:
    """``body`` without the line at its end that names who handed the text in."""
    return _AUTHOR_RE.sub("", original_text(body))


class SinaTables2004Page(SinaPage):
    """A title in ``th.f24``, a centred line with time and source under it, the text in nested cells ``td.l17``.

    Read off one page of March 2005 (sina-surface.md §4). That its text stood in ``#zoom`` or ``#artibody`` on others
    is told by crawlers of 2004 to 2007; no such page is at hand.
    """

    since, until = date(1999, 1, 1), date(2008, 12, 31)
    marker = (_TITLE,)
    example = "https://chanye.finance.sina.com.cn/sm/2005-03-21/244339.shtml"

    title = Css(_TITLE, to=one_line)
    published_at = Css(_HEAD, to=china_time)
    sources = Css(f"{_HEAD} {_SOURCE}", to=fields.media_name, many=True)
    source_line = Css(_HEAD, to=source_behind_time, many=True)
    source_links = Css(f"{_HEAD} {_SOURCE} a[href]", take=href, many=True)
    authors = Source(_AUTHOR_RE, to=lambda name: (name.strip(),), optional=True)
    page_id = Source(PUBLISHED_RE, to=fields.page_id, optional=True)
    body = Css("#artibody", "td.l17", "#zoom", take=text_cell, to=without_author, longest=True)
