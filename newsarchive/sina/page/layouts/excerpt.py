"""The part of a page of 2017 and later that its layouts look at (extract): a fifth of it, and so of the parser's time.

Before the headline stand menus, advertisements and scripts, behind the text comments and other stories; of the head
only the title (by which self-media and flashes are known), metas, links and the list of quotes count.  A page of another
build is left whole.
"""

from __future__ import annotations

import re

_HEADLINE = '<h1 class="main-title"'
_END_OF_HEAD = "</head>"
_ENDS_OF_TEXT = ("<!-- 原始正文end -->", "<!-- 正文 end -->")
"""Of finance and the others, of news."""
_BEHIND_TEXT = 4_000
"""Characters kept behind the text, where keywords and pagers stand: within the first 1,000 on the pages at hand."""
_OF_HEAD_RE = re.compile(
    r"""<title\b[^<>]*+>[^<]*+</title>|<(?:meta|link)\b(?>(?:[^>"']++|"[^"]*+"|'[^']*+')*)>?""", re.I
)
_QUOTES_ID = "hq_data_id"
_QUOTES_RE = re.compile(r"""<script\b[^<>]*?\bid=["']?hq_data_id\b[^<>]*+>?""", re.I)


def _quotes(html: str, begin: int) -> re.Match[str] | None:
    """The start tag of the list of quotes behind ``begin``; its id is looked for first, in half the time of the pattern."""
    while (place := html.find(_QUOTES_ID, begin)) >= 0:
        tag = html.rfind("<", begin, place)
        if tag >= 0 and (found := _QUOTES_RE.match(html, tag)):
            return found
        begin = place + 1
    return None


def excerpt(html: str) -> str:
    """What the layouts of 2017 need of ``html``; all of it for a page that is not built like theirs."""
    headline = html.find(_HEADLINE)
    end_of_head = html.find(_END_OF_HEAD, 0, max(headline, 0))
    if end_of_head < 0:
        return html
    kept = [tag for tag in _OF_HEAD_RE.findall(html, 0, end_of_head) if tag.endswith(">")]
    end = max(html.find(_ENDS_OF_TEXT[0], headline), 0) or html.find(_ENDS_OF_TEXT[1], headline)
    text = html[headline : end + _BEHIND_TEXT] if end > 0 else html[headline:]
    quotes = _quotes(html, headline + len(text)) if end > 0 else None
    return f"<html><head>{''.join(kept)}</head><body>{text}{quotes[0] + '</script>' if quotes else ''}"
