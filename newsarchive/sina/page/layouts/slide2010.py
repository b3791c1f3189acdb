"""Slide shows: an article of its pictures and their captions, from the data of the page's player."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from html import escape
from typing import Any

from newsarchive.pages.layout import Page, Source
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts.common import SinaPage

_DATA = "slide_data"
_DATA_RE = re.compile(rf"\b{_DATA}\s*=\s*(\{{.*)", re.S)
_PICTURE_KEYS = ("download_img", "image_url", "img_url", "src")


def slide_title(text: str) -> str:
    """The show's ``title`` in ``slide_data``, on one line; empty where it has none."""
    return one_line(_words(_part(text, "slide").get("title")))


def slide_time(text: str) -> datetime | None:
    """The show's ``createtime``, None where it has none and the metas tell it."""
    given = _words(_part(text, "slide").get("createtime"))
    return china_time(given) if given.strip() else None


def slide_body(text: str) -> str:
    """The pictures, each with its caption, in the markup of an article; raises ``ValueError`` without any."""
    pictures = "".join(_picture(image) for image in _part(text, "images"))
    intro = _words(_part(text, "slide").get("long_intro"))
    if not pictures:
        msg = "a slide show without pictures"
        raise ValueError(msg)
    return (f"<p>{intro}</p>" if intro else "") + pictures


def _part(text: str, name: str) -> Any:
    """The object or the list ``name`` of the data at the start of ``text``; raises ``ValueError``."""
    try:
        data, _ = json.JSONDecoder().raw_decode(text)
    except RecursionError:
        msg = f"{_DATA} is nested too deeply"
        raise ValueError(msg) from None
    part = data.get(name)
    if name == "images":
        return [image for image in part if isinstance(image, dict)] if isinstance(part, list) else []
    return part if isinstance(part, dict) else {}


def _words(value: object) -> str:
    """A value of the data as text; empty for what is none."""
    return str(value) if isinstance(value, str | int) and value else ""


def _picture(image: dict[str, Any]) -> str:
    address = next((words for key in _PICTURE_KEYS if (words := _words(image.get(key)))), "")
    caption = _words(image.get("intro")) or _words(image.get("title"))
    shown = f'<img src="{escape(address)}">' if address else ""
    return f'<div class="img_wrapper">{shown}<span class="img_descr">{caption}</span></div>'


class SinaSlide2010Page(SinaPage):
    """slide.*.sina.com.cn/…/slide_1_2841_156226.html: title, time and pictures stand in ``var slide_data = {…}``.

    No real page is at hand: that ``images`` holds ``download_img`` and ``intro`` is read off RSSHub's parser of 2020 to
    2026; ``slide.title`` and ``slide.createtime`` are the names that other players' data uses.
    """

    since = date(2010, 1, 1)
    marker = ("script",)
    example = "https://slide.news.sina.com.cn/c/slide_1_2841_156226.html"

    title = Source(_DATA_RE, to=slide_title)
    published_at = Source(_DATA_RE, to=slide_time)
    body = Source(_DATA_RE, to=slide_body)

    @classmethod
    def fits(cls, page: Page) -> bool:
        """Told by ``slide_data`` in a page that has no text of its own."""
        return not (page.first("#artibody") or page.first("#article")) and _DATA_RE.search(page.html) is not None
