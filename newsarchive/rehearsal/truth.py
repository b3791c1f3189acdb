"""The truth of the stand-in: every document with the facts that the archive must have of it.

Made by ``invention`` before anything is served; read by ``feed`` and ``page`` to answer, by ``judge`` to compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import NamedTuple

from newsarchive.rehearsal.blocks import ProseBlock, TextPiece, blocks_of
from newsarchive.rehearsal.old_blocks import OLD, old_blocks_of

BEIJING = timezone(timedelta(hours=8))

POSTER = "http://n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png"
"""What the listing shows where a document has no picture."""


class Fate(StrEnum):
    """What a crawl must make of a document; all but the first two are no article and never become one."""

    ARTICLE = "article"
    SAME_TEXT = "same-text"
    OFF_SITE = "off-site"
    VIDEO_ONLY = "video-only"
    LIVE = "live"
    TOPIC = "topic"
    GONE = "gone"
    NOT_FOUND_200 = "not-found page under 200"
    EMPTY_SHELL = "empty shell"
    OTHER_DOCUMENT = "another document's page"
    LOGIN = "login page"
    CUT_SHORT = "page cut before its closing markup"


FILTERED = frozenset((Fate.OFF_SITE, Fate.VIDEO_ONLY, Fate.LIVE, Fate.TOPIC))
"""Fates for which the journal must say ``filtered``, with the fate as reason."""
IMPOSTORS = (Fate.GONE, Fate.NOT_FOUND_200, Fate.EMPTY_SHELL, Fate.OTHER_DOCUMENT, Fate.LOGIN, Fate.CUT_SHORT)


class Metas(StrEnum):
    """Whether the times in a page's metas equal the minute that it shows."""

    AGREE = "agree"
    MOVED = "article:published_time is later, weibo: article:create_at agrees"
    NONE = "none agrees"


class Charset(NamedTuple):
    """The codec of a page's bytes, and the charset that header and meta name (empty: none)."""

    codec: str
    header: str
    meta: str


UTF8 = Charset("utf-8", header="", meta="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One row of the listing and the page behind it; moments are aware, of whole seconds, in ``BEIJING``."""

    docid: str
    url: str
    listed_title: str
    title: str
    """As the page shows it: white space squashed."""
    lids: tuple[str, ...]
    published_at: datetime
    modified_at: datetime
    listed_at: datetime
    """``intime``: from here on the listing shows the row."""
    media: str
    editor: str
    keywords: tuple[str, ...]
    picture: str
    """The listing's picture, ``POSTER`` among them."""
    layout: str
    """The template of its page: a key of ``page.TEMPLATES``."""
    metas: Metas
    text_seed: str
    fate: Fate = Fate.ARTICLE
    repeat_of: str = ""
    """The docid whose title and text this one repeats."""
    charset: Charset = UTF8
    parts: int = 1
    """How many pages the article is spread over."""
    listed_url: str = ""
    """The address in the row where it is an alias of ``url``; else empty."""
    is_past: bool = False
    """Whether only the day query still shows it: too old for the running listing."""

    @property
    def blocks(self) -> tuple[ProseBlock, ...]:
        """The blocks of all of the article's pages, made anew from ``text_seed`` at each call."""
        if self.layout in OLD:
            return old_blocks_of(self.text_seed, self.published_at.date(), self.layout)
        return blocks_of(self.text_seed, self.published_at.date())

    @property
    def pieces(self) -> tuple[TextPiece, ...]:
        """What a clean archive must hold of the text, in document order."""
        return tuple(piece for block in self.blocks for piece in block.pieces)

    @property
    def dated_at(self) -> datetime:
        """The time that the archive must have: the shown minute, with seconds where a meta agrees with it."""
        return self.published_at.replace(second=0) if self.metas is Metas.NONE else self.published_at

    @property
    def image(self) -> str:
        """The first picture of the content, else the listing's, else empty; https."""
        own = [piece.text for piece in self.pieces if piece.kind == "figure"]
        listed = "" if self.picture == POSTER else self.picture.replace("http://", "https://")
        return own[0] if own else listed
