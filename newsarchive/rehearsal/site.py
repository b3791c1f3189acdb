"""The hosts of the pretended Sina: a host, a path and a query in, a response out.

Knows nothing of faults (``faults``) and nothing of sockets (``proxy``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.feed import Feed
from newsarchive.rehearsal.notices import LOGIN, NOT_FOUND, ROBOTS
from newsarchive.rehearsal.page import END_OF_TEXT, page_of, shell_of
from newsarchive.rehearsal.pictures import PICTURE_HOSTS, PictureServer
from newsarchive.rehearsal.truth import Fate, Story

FEED_HOST = "feed.mix.sina.com.cn"
ARTICLE_HOSTS = (
    *("finance.sina.com.cn", "news.sina.com.cn", "tech.sina.com.cn", "ent.sina.com.cn", "sports.sina.com.cn"),
    *("chanye.finance.sina.com.cn", "slide.finance.sina.com.cn", "video.sina.com.cn", "live.video.sina.com.cn"),
    *("cj.sina.com.cn", "k.sina.com.cn", "finance.sina.cn"),
)
HOSTS = frozenset((FEED_HOST, *ARTICLE_HOSTS, *PICTURE_HOSTS))
"""The hosts that exist; the proxy refuses any other."""
FEED_PATH = "/api/roll/get"
Place = tuple[str, str]
"""(host, path)"""
CACHED_PAGES = 256
"""Rendered pages kept: about 20 kB each, compressed."""


class SinaSite:
    """All hosts over one set of documents; ``clock`` gives the moment that decides which rows the listing shows."""

    def __init__(
        self,
        documents: Sequence[Story],
        lids: Sequence[str],
        clock: Callable[[], datetime],
        pictures: PictureServer | None = None,
    ) -> None:
        self._by_place = {place: (document, part) for document in documents for place, part in _places(document)}
        self._documents = documents
        self._clock = clock
        self.pictures = pictures or PictureServer()
        self.feed = Feed(documents, lids)
        self._rendered = lru_cache(maxsize=CACHED_PAGES)(self._render)

    def answer(self, host: str, target: str) -> Answer:
        """The answer to path and query ``target``; unknown addresses get status 404 with Sina's page."""
        place = urlsplit(target)
        if place.path == "/robots.txt":
            return answer_of(200, "text/plain", ROBOTS)
        if host in PICTURE_HOSTS:
            return self.pictures.answer(place.path)
        if (host, place.path) == (FEED_HOST, FEED_PATH):
            query = dict(parse_qsl(place.query, keep_blank_values=True))
            return answer_of(200, "application/json; charset=utf-8", self.feed.answer(query, self._clock()))
        if found := self._by_place.get((host, place.path)):
            return self._rendered(*found)
        return answer_of(404, "text/html", NOT_FOUND)

    def document_at(self, host: str, path: str) -> Story | None:
        """The document whose page this is, any of its parts; None where there is none."""
        found = self._by_place.get((host, path))
        return found[0] if found else None

    def _render(self, document: Story, part: int) -> Answer:
        kind = f"text/html; charset={document.charset.header}" if document.charset.header else "text/html"
        if document.fate is Fate.CUT_SHORT:
            page = page_of(document)
            return Answer(200, kind, page[: page.index(END_OF_TEXT.encode())], announced=False)
        status = 404 if document.fate is Fate.GONE else 200
        return answer_of(status, kind, self._body(document, part))

    def _body(self, document: Story, part: int) -> bytes:
        match document.fate:
            case Fate.GONE | Fate.NOT_FOUND_200:
                return NOT_FOUND
            case Fate.LOGIN:
                return LOGIN
            case Fate.EMPTY_SHELL:
                return shell_of(document)
            case Fate.OTHER_DOCUMENT:
                return page_of(next(o for o in self._documents if o.fate is Fate.ARTICLE and not o.is_past))
            case _:
                return page_of(document, part)


def _places(document: Story) -> Iterator[tuple[Place, int]]:
    """Each address of the article: the first page, then ``…_2.shtml`` and on."""
    place = urlsplit(document.url)
    stem, dot, ending = place.path.rpartition(".")
    for part in range(1, document.parts + 1):
        path = place.path if part == 1 else f"{stem}_{part}{dot}{ending}"
        yield (place.netloc, path), part
