"""A document to the bytes that Sina would send for it: the template of its layout, in the charset of its day."""

from __future__ import annotations

from collections.abc import Callable

from newsarchive.rehearsal.no_article import live_page, topic_page, video_page
from newsarchive.rehearsal.page2004 import page2004
from newsarchive.rehearsal.page2006 import page2006
from newsarchive.rehearsal.page2008 import page2008
from newsarchive.rehearsal.page2014 import page2014
from newsarchive.rehearsal.page2017 import END_OF_TEXT, LOOKS, page2017, with_text
from newsarchive.rehearsal.page_flash import page_flash
from newsarchive.rehearsal.page_mobile import page_mobile
from newsarchive.rehearsal.page_slide import page_slide
from newsarchive.rehearsal.truth import Story

__all__ = ["END_OF_TEXT", "TEMPLATES", "page_of", "shell_of"]

TEMPLATES: dict[str, Callable[[Story, int], str]] = {
    "tables2004": page2004,
    "frominfo2006": page2006,
    "artibody2008": page2008,
    "artibody2011": page2008,
    "web2014": page2014,
    "tech2014": page2014,
    **dict.fromkeys(LOOKS, page2017),
    "mobile2015": page_mobile,
    "selfmobile2017": page_mobile,
    "slide2010": page_slide,
    "flash2020": page_flash,
    "video": video_page,
    "live": live_page,
    "topic": topic_page,
}
"""layout → (document, which of its pages) → HTML."""


def page_of(document: Story, part: int = 1) -> bytes:
    """The whole page; ``part`` counts from 1 (``Story.parts``)."""
    return _encoded(TEMPLATES[document.layout](document, part), document)


def shell_of(document: Story) -> bytes:
    """The page without its text, as self-media pages sometimes are: header and 特别声明 alone."""
    text = "<p>　　特别声明：以上内容仅代表作者本人的观点，不代表平台立场。</p>"
    return _encoded(with_text(document, text), document)


def _encoded(html: str, document: Story) -> bytes:
    """Characters that the charset lacks become character references, as in Sina's pages."""
    return html.encode(document.charset.codec, "xmlcharrefreplace")
