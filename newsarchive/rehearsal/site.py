"""The hosts of the pretended Sina: a host, a path and a query in, a response out.

Knows nothing of faults (``faults``) and nothing of sockets (``proxy``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.feed import Feed
from newsarchive.rehearsal.notices import LOGIN, NOT_FOUND, ROBOTS
from newsarchive.rehearsal.page import END_OF_TEXT, page_of, shell_of
from newsarchive.rehearsal.truth import Document, Fate

FEED_HOST = "feed.mix.sina.com.cn"
ARTICLE_HOSTS = ("finance.sina.com.cn", "news.sina.com.cn")
HOSTS = frozenset((FEED_HOST, *ARTICLE_HOSTS, "finance.sina.cn"))
"""The hosts that exist; the proxy refuses any other."""
FEED_PATH = "/api/roll/get"
CACHED_PAGES = 256
"""Rendered pages kept: about 20 kB each, compressed."""


class Site:
    """All hosts over one set of documents; ``clock`` gives the moment that decides which rows the listing shows."""

    def __init__(self, documents: Sequence[Document], lids: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._by_place = {urlsplit(document.url)[1:3]: document for document in documents}
        self._documents = documents
        self._clock = clock
        self.feed = Feed(documents, lids)
        self._rendered = lru_cache(maxsize=CACHED_PAGES)(self._render)

    def answer(self, host: str, target: str) -> Answer:
        """``target`` is path and query. 404 with Sina's page for whatever is not there."""
        place = urlsplit(target)
        if place.path == "/robots.txt":
            return answer_of(200, "text/plain", ROBOTS)
        if (host, place.path) == (FEED_HOST, FEED_PATH):
            query = dict(parse_qsl(place.query, keep_blank_values=True))
            return answer_of(200, "application/json; charset=utf-8", self.feed.answer(query, self._clock()))
        if document := self.document_at(host, place.path):
            return self._rendered(document)
        return answer_of(404, "text/html", NOT_FOUND)

    def document_at(self, host: str, path: str) -> Document | None:
        return self._by_place.get((host, path))

    def _render(self, document: Document) -> Answer:
        kind = "text/html; charset=utf-8" if document.layout == "news" else "text/html"
        if document.fate is Fate.CUT_SHORT:
            page = page_of(document)
            return Answer(200, kind, page[: page.index(END_OF_TEXT.encode())], announced=False)
        status = 404 if document.fate is Fate.GONE else 200
        return answer_of(status, kind, self._body(document))

    def _body(self, document: Document) -> bytes:
        match document.fate:
            case Fate.GONE | Fate.NOT_FOUND_200:
                return NOT_FOUND
            case Fate.LOGIN:
                return LOGIN
            case Fate.EMPTY_SHELL:
                return shell_of(document)
            case Fate.OTHER_DOCUMENT:
                return page_of(next(other for other in self._documents if other.fate is Fate.ARTICLE))
            case _:
                return page_of(document)
