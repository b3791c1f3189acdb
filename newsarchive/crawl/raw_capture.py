"""fetch → raw store: hands each answer on as it came over the wire, and tells the document where it will lie."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from scrapy import Request
from scrapy.http import Response

from newsarchive.archive.format import content_coding
from newsarchive.archive.format.content_coding import CodingError
from newsarchive.archive.format.raw_record import Exchange
from newsarchive.archive.index.damage import readable
from newsarchive.archive.record import brake
from newsarchive.crawl.run import Run
from newsarchive.errors import ArchiveDamaged, ArchiveError
from newsarchive.sina.page import impostors

DOCID = "newsarchive_docid"
"""Key in the meta of a request: the document for which is asked."""
PLACE = "newsarchive_warc"
"""Key in the meta of a request: where its answer is stored."""
BAN_PAGES_EVERY = timedelta(hours=1)
"""More than one in an hour would tell nothing new."""


class Heads(NamedTuple):
    """Request and answer of one exchange before their bodies, as they went over the wire."""

    request: bytes
    response: bytes


def place_of(asked: Request | Response) -> str | None:
    """Where the answer is stored, or that to this request; None where none was had, or none is kept."""
    request = asked.request if isinstance(asked, Response) else asked
    return request.meta.get(PLACE) if request else None


class RawCapture:
    """Of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        heard = brake.read(run.archive.state, run.archive.clock()) if run.archive.raw else None
        self._banned_at: datetime | None = heard.heard_at if heard else None

    async def keep(self, request: Request, response: Response, heads: Heads) -> None:
        """Take the answer in; returns when there is room for the next.  Where it cannot be written, the run ends."""
        archive = self._run.archive
        if archive.raw is None:
            return
        exchange = self._exchange(request, response, heads)
        if self._is_another_ban(response, exchange.fetched_at):
            return
        try:
            place, written = archive.keep_answer(exchange, self._former(exchange.docid))
        except ArchiveError as error:
            self._run.end_with(error)
            return
        if place:
            request.meta[PLACE] = place
        if written:
            (done, _) = await asyncio.wait((asyncio.wrap_future(written),))
            done.pop().exception()  # whoever waits for a line of this run hears of it

    def _exchange(self, request: Request, response: Response, heads: Heads) -> Exchange:
        is_direct = "proxy" not in request.meta and response.ip_address is not None
        return Exchange(
            url=response.url,
            request_head=heads.request,
            response_head=heads.response,
            body=response.body,
            fetched_at=self._run.archive.clock(),
            address=str(response.ip_address) if is_direct else "",
            docid=request.meta.get(DOCID, ""),
        )

    def _former(self, docid: str) -> str | None:
        """The place of an earlier answer of the document; a damaged catalogue is found by whoever reads it next."""
        if not docid:
            return None
        with suppress(ArchiveDamaged), readable(self._run.catalogue.path):
            document = self._run.catalogue.document(docid)
            return document.warc if document else None
        return None

    def _is_another_ban(self, response: Response, now: datetime) -> bool:
        """Whether it is a ban page, and one was kept within ``BAN_PAGES_EVERY``."""
        if not _is_ban(response):
            return False
        if self._banned_at and now - self._banned_at < BAN_PAGES_EVERY:
            return True
        self._banned_at = now
        return False


def _is_ban(response: Response) -> bool:
    if len(response.body) > impostors.MAX_BAN_BYTES:
        return response.status == impostors.BAN_STATUS
    codings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
    try:
        body = content_coding.decoded(response.body, codings, impostors.MAX_BAN_BYTES)
    except CodingError:  # or it is larger than any ban page
        body = b""
    return impostors.is_ban(response.status, body)
