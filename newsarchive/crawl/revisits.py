"""Kept pages that are looked at again: asked for by their validators, compared with what is archived, told by kind.

The comparison is that of ``pages.changes``, between what the page tells now and what the archived states tell.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response

from newsarchive.archive.format.states import State
from newsarchive.archive.index.damage import readable
from newsarchive.archive.index.document import Document
from newsarchive.archive.index.visits import MAX_VALIDATOR
from newsarchive.crawl.run import Run
from newsarchive.errors import ArchiveDamaged, PageError
from newsarchive.items import Article
from newsarchive.pages import changes
from newsarchive.pages.changes import Told

if TYPE_CHECKING:
    from newsarchive.reading.history import StateText

logger = logging.getLogger(__name__)

RESTORED = "restored"
"""Kind of a state that was seen before, and of one that comes back after it was gone."""


def conditions(run: Run, docid: str) -> dict[str, str]:
    """Request headers that ask for a kept page only if it has changed; empty for one that is not kept, or without a validator."""
    visit = None
    if not run.frontier.was_kept(docid):
        return {}
    with suppress(ArchiveDamaged), readable(run.catalogue.path):  # whoever reads it next ends the run
        visit = run.catalogue.visits.of(docid)
    if visit is None or visit.absent is not None:
        return {}
    asked = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
    return {name: value for name, value in asked.items() if value}


def validators(response: Response) -> tuple[str, str]:
    """ETag and Last-Modified of an answer; empty for what it lacks, or what no header of ours could carry."""
    etag, last_modified = (_header(response, name) for name in ("ETag", "Last-Modified"))
    return etag, last_modified


def _header(response: Response, name: str) -> str:
    text = (response.headers.get(name) or b"").decode("latin-1").strip()
    return text if len(text) <= MAX_VALIDATOR and text.isascii() and text.isprintable() else ""


class RevisionPipeline:
    """Tells of a kept document whether it has changed, and why; one that has not is ``checked``, and goes no further."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = Run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RevisionPipeline:
        """Scrapy makes it so; raises ``NotConfigured`` where the crawler has no run."""
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article with ``told_sha256``, and with ``kind`` where it is a further state; raises ``DropItem`` for the same one."""
        now = changes.told(item.title, item.published_at, item.body)
        item = replace(item, told_sha256=now.digest)
        if not self._run.frontier.was_kept(item.offer.docid):
            return item
        with self._run.looking_up() as catalogue:
            document = catalogue.document(item.offer.docid)
            if document is None or document.state != "kept":
                return item
            visit = catalogue.visits.of(item.offer.docid)
        if not (states := self._states(document)):
            return item
        kind = self._kind(states, now, is_back=visit is not None and visit.gone is not None)
        if kind is None:
            await self._run.checked(item.offer.docid, item.etag, item.last_modified, item.warc or None)
            raise DropItem(f"{item.offer.docid} is unchanged since it was archived", log_level="INFO")
        return replace(item, kind=kind)

    def _states(self, document: Document) -> list[StateText]:
        """What is archived, oldest first; nothing where the newest file is gone or altered: then it is kept anew."""
        from newsarchive.reading import history  # noqa: PLC0415 - front matter takes 0.05 s; most polls need none

        root = self._run.archive.root
        told = history.history_of(root, document.day, document.docid)
        try:
            texts = [history.read_state(root, state, document.url) for state in told.states] if told else []
        except ArchiveDamaged as error:
            logger.warning("%s", error)
            return []
        return texts if texts and texts[-1].is_whole else []

    def _kind(self, states: list[StateText], now: Told, *, is_back: bool) -> str | None:
        """Why this is another state; None where it is the one that is archived.  ``is_back``: it was gone until now."""
        if self._is_same(states[-1], now):
            return RESTORED if is_back else None
        if any(self._is_same(state, now) for state in states[:-1]):
            return RESTORED
        return changes.kind_of(self._told(states[-1]), now)

    def _is_same(self, text: StateText, now: Told) -> bool:
        """By what its line says of it, or by its file read with the rules of now: rules that were improved change no text."""
        return _digest(text.state) == now.digest or self._told(text).digest == now.digest

    def _told(self, text: StateText) -> Told:
        """What an archived state tells by the rules of now."""
        from newsarchive.sina.page.page_reader import cleaned_body  # noqa: PLC0415 - 0.1 s; most polls find no page

        try:
            body = cleaned_body(text.body, text.url)
        except PageError:
            body = text.body
        return changes.told(text.told.title, text.told.published_at, body)


def _digest(state: State) -> str:
    return str(state.line.get("told_sha256") or "")
