"""The pictures of kept articles, fetched after the texts by Scrapy's ``FilesPipeline``, into a store that writes whole files.

Scrapy has nothing of its own on the disk here: the store hands the bytes to the archive's writer, which puts the file and its
lines on the disk in one commit.  ``ImagesPipeline`` would make them anew as JPEG.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any, NoReturn

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.pipelines.files import FilesPipeline, FilesStoreProtocol
from scrapy.pipelines.media import FileInfo, FileInfoOrError, MediaPipeline, _MediaRequestFiltered
from twisted.python.failure import Failure

from newsarchive.archive.format import media
from newsarchive.archive.index.damage import readable
from newsarchive.archive.index.pictures import DuePicture, UnreadState
from newsarchive.archive.record import pictures
from newsarchive.archive.record.pictures import NamedPictures
from newsarchive.crawl import failures
from newsarchive.crawl.picture_requests import PICTURE
from newsarchive.crawl.run import Run
from newsarchive.errors import ArchiveDamaged
from newsarchive.operation import report
from newsarchive.reading.pictures import addresses_of
from newsarchive.reading.stored_file import StoredFile, read_file
from newsarchive.settings import values
from newsarchive.sina.page.picture_hosts import reason_against

logger = logging.getLogger(__name__)

MOST_A_POLL = 1_000
"""Pictures of one poll: eight minutes at the stated rate of one host; the next poll goes on, and texts do not wait for pictures."""
UNDER_WAY = 6
"""Pictures that may be on their way at once: they are held in memory whole."""
A_BATCH = 100
"""Pictures between two looks into the catalogue."""
READ_AT_ONCE = 50
"""Articles that are looked into for one commit."""
MEGABYTE = 1_000_000
TYPES_OF_NO_TYPE = ("", "application/octet-stream", "binary/octet-stream")
"""What servers say that do not know what a file is: then its bytes tell alone."""
ACCEPT = "image/jpeg,image/png,image/gif,image/webp;q=0.9,image/*;q=0.8"


class PictureLost(_MediaRequestFiltered):
    """This attempt gave no picture; raised by ``PicturesPipeline``, and journalled by ``PictureRun``.

    Of a type that Scrapy's pipeline takes for no error of a program: it logs the others with their traceback.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class ArchiveStore(FilesStoreProtocol):
    """Puts a picture into the archive: on the disk with its lines when the future is done."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def persist_file(
        self,
        path: str,  # noqa: ARG002
        buf: BytesIO,
        info: MediaPipeline.SpiderInfo,  # noqa: ARG002 - Scrapy's signature
        meta: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,  # noqa: ARG002
    ) -> Any:
        """``meta`` names the ``url``; where it lies, its bytes tell."""
        url = (meta or {})["url"]
        return self._run.done(partial(pictures.keep, url=url, data=buf.getvalue()))

    def stat_file(self, path: str, info: MediaPipeline.SpiderInfo) -> Any:  # noqa: ARG002
        """Nothing: what is there already is not asked for, and the catalogue knows it."""
        return {}


def _is_sendable(url: str) -> bool:
    """Whether a header can carry it: another archive or a post may have told anything for an address."""
    return url.startswith(("https://", "http://")) and url.isascii() and url.isprintable()


class PicturesPipeline(FilesPipeline):
    """Takes ``DuePicture`` for items; ``process_item`` returns None, or the ``Failure`` of the download."""

    MEDIA_NAME = "picture"
    LOG_FAILED_RESULTS = False

    def __init__(self, run: Run, crawler: Crawler) -> None:
        self._archive = ArchiveStore(run)
        self._most_bytes = int(values.value(crawler.settings, "IMAGE_MAX_MB") * MEGABYTE)
        super().__init__("archive:", crawler=crawler)
        self.allow_redirects = True
        self._handle_statuses(allow_redirects=True)

    def _get_store(self, uri: str) -> FilesStoreProtocol:  # noqa: ARG002 - Scrapy's signature
        return self._archive

    def get_media_requests(self, item: DuePicture, info: MediaPipeline.SpiderInfo) -> list[Request]:  # noqa: ARG002
        """One, with the article as its referrer."""
        meta = {PICTURE: True, "download_maxsize": self._most_bytes, "download_warnsize": 0}
        headers = {"Accept": ACCEPT} | ({"Referer": item.referrer} if _is_sendable(item.referrer) else {})
        return [Request(item.url, meta=meta, headers=headers, dont_filter=True)]

    def file_path(
        self,
        request: Request,  # noqa: ARG002
        response: Response | None = None,
        info: MediaPipeline.SpiderInfo | None = None,  # noqa: ARG002
        *,
        item: Any = None,  # noqa: ARG002
    ) -> str:
        """By the bytes alone, its ending too; empty before there are any."""
        if response is None:
            return ""
        return media.file_of(media.sha256_of(response.body), media.ending_of(response.body))

    async def media_downloaded(
        self, response: Response, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None
    ) -> FileInfo:
        """Raises ``PictureLost`` for an answer that is no picture, whatever it says that it is."""
        if response.status != 200:
            raise PictureLost(f"http-{response.status}", f"HTTP status {response.status}")
        told = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        if not told.startswith("image/") and told not in TYPES_OF_NO_TYPE:
            raise PictureLost("no-picture", f"it is served as {told[:80]}")
        if len(response.body) > self._most_bytes:  # unpacked
            raise PictureLost("too-large", f"it has {len(response.body)} bytes")
        if not media.ending_of(response.body):
            raise PictureLost("no-picture", f"its {len(response.body)} bytes are those of no picture")
        return await super().media_downloaded(response, request, info, item=item)

    def file_downloaded(
        self, response: Response, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None
    ) -> Any:
        """Its digest, once it is on the disk."""
        return self._stored(response, self.file_path(request, response, info, item=item), info, item)

    async def _stored(self, response: Response, path: str, info: MediaPipeline.SpiderInfo, item: DuePicture) -> str:
        await self._archive.persist_file(path, BytesIO(response.body), info, meta={"url": item.url})
        return media.digest_of(path)

    def media_failed(self, failure: Failure, request: Request, info: MediaPipeline.SpiderInfo) -> NoReturn:  # noqa: ARG002
        """What the download raised, as a loss of the picture; a defect of ours as it is."""
        error = failure.value
        if isinstance(error, failures.DOWNLOAD_ERRORS):
            raise PictureLost(failures.reason_of(error), failures.plain(error)) from error
        raise error or RuntimeError("no cause given")

    def item_completed(self, results: list[FileInfoOrError], item: Any, info: MediaPipeline.SpiderInfo) -> Any:  # noqa: ARG002
        """What became of the one request."""
        return next((value for ok, value in results if not ok), None)


class PictureRun:
    """One run's work on pictures: look into texts that nobody has looked into, then fetch what is due."""

    def __init__(self, run: Run, crawler: Crawler, *, most: int | None, any_time: bool) -> None:
        """``most``: so many are asked for; ``any_time``: also those that are not due, or were given up."""
        self._run, self._most, self._any_time = run, most, any_time
        self._pipeline = PicturesPipeline(run, crawler)
        self._asked = 0
        self._all_named = False
        run.before_close.append(self._tell)

    async def fetch(self) -> None:
        """Returns when nothing is left to ask for now, or the run is stopped."""
        await self._name_all()
        if self._any_time:
            await self._run.done(pictures.forget_gone_files)
        last: DuePicture | None = None
        while wanted := self._next(last):
            self._pipeline.open_spider()  # it remembers each address of its life otherwise
            await self._fetch_all(wanted)
            last = wanted[-1]

    # --- texts -----------------------------------------------------------------------------------------------------

    async def _name_all(self) -> None:
        """Say which pictures the kept texts show, day by day, newest first."""
        with readable(self._run.catalogue.path):
            days = self._run.catalogue.pictures.days_to_read()
        for day in days:
            last = 0
            while self._run.gate.error is None:
                with readable(self._run.catalogue.path):
                    unread = self._run.catalogue.pictures.unread(day, READ_AT_ONCE, last)
                is_last = len(unread) < READ_AT_ONCE
                named = list(self._named(unread))
                await self._run.done(partial(pictures.name_all, day=day, found=named, is_last=is_last))
                if is_last:
                    break
                last = unread[-1].seq
        self._all_named = self._run.gate.error is None

    def _named(self, unread: list[UnreadState]) -> Iterator[NamedPictures]:
        """Of a file that is lost or altered nothing is said: ``newsarchive gaps`` tells of it."""
        for state in unread:
            try:
                stored = StoredFile(read_file(self._run.archive.root, state.file), state.sha256)
            except ArchiveDamaged:
                continue
            if stored.is_whole:
                urls = addresses_of(stored)
                against = {url: reason for url in urls if (reason := reason_against(url))}
                yield NamedPictures(state.docid, state.sha256, urls, against)

    # --- pictures --------------------------------------------------------------------------------------------------

    def _next(self, last: DuePicture | None) -> list[DuePicture]:
        left = A_BATCH if self._most is None else min(A_BATCH, self._most - self._asked)
        if left <= 0 or self._run.gate.error is not None:
            return []
        with readable(self._run.catalogue.path):
            now = self._run.archive.clock()
            return self._run.catalogue.pictures.wanted(now, left, last, any_time=self._any_time)

    async def _fetch_all(self, wanted: list[DuePicture]) -> None:
        waiting = iter(wanted)
        self._asked += len(wanted)
        await asyncio.gather(*(self._fetch_each(waiting) for _ in range(UNDER_WAY)))

    async def _fetch_each(self, waiting: Iterator[DuePicture]) -> None:
        for wanted in waiting:
            if self._run.gate.error is not None:
                return
            failure = await self._pipeline.process_item(wanted)
            if failure is None:
                self._run.wishes.heard_page()
            elif self._run.gate.error is None:
                await self._lost(wanted, failure.value)

    async def _lost(self, wanted: DuePicture, error: BaseException) -> None:
        """What the run is stopped for meanwhile leaves the picture as it was."""
        if isinstance(error, PictureLost):
            logger.debug("%s is not kept, %s: %s", wanted.url, error.reason, error.detail)
            await self._run.done(partial(pictures.lose, url=wanted.url, reason=error.reason, detail=error.detail))
            self._run.wishes.heard_nothing(error.reason)
        else:  # Scrapy's pipeline has logged its traceback
            self._run.met_defect(None, error)
            await self._run.done(partial(pictures.lose, url=wanted.url, reason="defect", detail=type(error).__name__))

    def _tell(self) -> None:
        """How much is missing yet, for the exit code; what the bound of a poll leaves is the next one's."""
        counts = self._run.archive.counts
        if counts["pictures"] or counts["pictures_lost"]:
            logger.info("%d pictures kept, %d not to be had", counts["pictures"], counts["pictures_lost"])
        missing = 0
        with suppress(sqlite3.Error):  # a catalogue that cannot be read is told elsewhere
            missing = sum(self._run.catalogue.pictures.waiting())
        later = "later runs ask for them again (newsarchive coverage --images)"
        if missing:
            self._run.outcome.note(report.MISSING, f"{missing} pictures are pending or await a retry; {later}")
        elif not self._all_named:
            self._run.outcome.note(report.MISSING, f"not all texts were looked through for pictures; {later}")
