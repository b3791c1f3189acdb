"""What is written of pictures: which ones a text shows, each file that was kept, each attempt that gave none.

Jobs of the writer's thread (``Archive.merge``).  The file is on disk before its lines, as that of an article is; one note of
``open_files`` proves it to be ours until then.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from newsarchive.archive.format import media, picture_events
from newsarchive.archive.format.events import Event, Said
from newsarchive.archive.index.pictures import Picture
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.losses import GONE_REASONS, GONE_WAIT, RETRY_AFTER

NOT_WANTED = frozenset(("robots", "off-site", "private-address", "no-content"))
"""Reasons for which a picture is ``filtered``: asking again would not change them."""


class NamedPictures(NamedTuple):
    """The pictures that one state of a document shows."""

    docid: str
    sha256: str
    """Of the state's file."""
    urls: Sequence[str]
    not_wanted: Mapping[str, str]
    """Of these addresses, those that are not fetched, each with the reason."""


class _Stored(NamedTuple):
    """Where a picture lies."""

    file: str
    sha256: str
    size: int


def name_all(batch: Batch, said: Said, day: date, found: Sequence[NamedPictures], *, is_last: bool) -> None:
    """Say what the documents of a day show; a picture that is kept for another document already is kept for these, too.

    ``is_last``: with these, all of the day is named.
    """
    for named in found:
        document = batch.catalogue.document(named.docid)
        if document is None or document.sha256 != named.sha256 or document.is_redacted:
            continue  # revised, or taken out, since it was read
        batch.say(document.day, picture_events.named(said, named.docid, named.sha256, named.urls))
        _settle(batch, said, named)
    if is_last and not batch.catalogue.pictures.unread(day, 1):  # else a file is lost or altered: it may come back
        batch.catalogue.pictures.end_reading(day)


def _settle(batch: Batch, said: Said, named: NamedPictures) -> None:
    for picture in batch.catalogue.pictures.of(named.docid):
        if picture.state != "pending":
            continue
        if reason := named.not_wanted.get(picture.url):
            event = picture_events.lost(said, picture.docid, picture.url, state="filtered", reason=reason)
            batch.say(picture.day, event)
        elif other := _kept(batch, picture.url):
            _say_kept(batch, said, picture, _Stored(str(other.file), str(other.sha256), other.size or 0))


def _kept(batch: Batch, url: str) -> Picture | None:
    """The picture of this address, as some document has it, if its file is still there."""
    kept = (one for one in batch.catalogue.pictures.at(url) if one.state == "kept")
    return next((one for one in kept if batch.has(str(one.file), str(one.sha256))), None)


def keep(batch: Batch, said: Said, url: str, data: bytes) -> str:
    """Make ``data`` the picture of this address for all documents that show it; the file's path, empty where none does now."""
    shown = [one for one in batch.catalogue.pictures.at(url) if one.state != "kept" or not _lies(batch, one)]
    if not shown:
        return ""
    file = place(batch, [picture.day for picture in shown], data)
    for picture in shown:
        _say_kept(batch, said, picture, _Stored(file, media.digest_of(file), len(data)))
    batch.counts["pictures"] += 1
    return file


def place(batch: Batch, days: Sequence[date], data: bytes) -> str:
    """Make ``data`` a file, or find it; where it lies, below the archive.  The lines of ``days`` will name it."""
    file = _free(batch, media.sha256_of(data), media.ending_of(data))
    batch.put_whole(days, file, data)
    return file


def _lies(batch: Batch, picture: Picture) -> bool:
    return batch.has(str(picture.file), str(picture.sha256))


def _free(batch: Batch, sha256: str, ending: str) -> str:
    """Where these bytes lie, or may be put: what lies under their name with other bytes stays there."""
    names = (media.file_of(sha256, ending, number) for number in count(1))
    return next(file for file in names if batch.has(file, sha256) or batch.is_free(file))


def _say_kept(batch: Batch, said: Said, picture: Picture, stored: _Stored) -> None:
    file, sha256, size = stored
    batch.say(picture.day, picture_events.kept(said, picture.docid, picture.url, file=file, sha256=sha256, size=size))


def lose(batch: Batch, said: Said, url: str, reason: str, detail: str) -> None:
    """This attempt gave no picture: tried again by the table of documents, given up after that, ``gone`` or ``filtered``."""
    for picture in batch.catalogue.pictures.at(url):
        if picture.state in ("pending", "failed"):
            batch.say(picture.day, _loss(said, picture, reason, detail))
            batch.counts["pictures_lost"] += 1


def _loss(said: Said, picture: Picture, reason: str, detail: str) -> Event:
    attempts, wait = picture.attempts + 1, _wait(picture, reason)
    state = "failed"
    if reason in NOT_WANTED:
        state, wait = "filtered", None
    elif reason in GONE_REASONS and picture.reason in GONE_REASONS and picture.is_due(said.at):
        state, wait = "gone", None
    due = None if wait is None else (said.at + wait).replace(microsecond=0)
    return picture_events.lost(
        said, picture.docid, picture.url, state=state, reason=reason, attempts=attempts, next_try_at=due, detail=detail
    )


def _wait(picture: Picture, reason: str) -> timedelta | None:
    if reason in GONE_REASONS:
        return GONE_WAIT
    return RETRY_AFTER[picture.attempts] if picture.attempts < len(RETRY_AFTER) else None


def forget_gone_files(batch: Batch, _said: Said) -> None:
    """Let the kept pictures whose files are not there any more be asked for again; their lines stand."""
    for picture in list(batch.catalogue.pictures.kept()):
        if not os.path.lexists(batch.root / str(picture.file)):
            batch.catalogue.pictures.mark_pending(str(picture.file))
