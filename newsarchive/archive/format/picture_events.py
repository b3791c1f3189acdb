"""The journal's events about pictures (design §3), key by key; pure.  ``events`` has those about documents.

Each carries the document that names the picture, and stands in that document's journal.  ``image`` is the contract's.  The two
others are ours: without them, a rebuild from the journals could not tell which pictures are missing, nor when to ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from newsarchive.archive.format.events import MAX_DETAIL, Event, Said
from newsarchive.archive.format.journal import stamp

NAMED, KEPT, LOST = "images", "image", "image_lost"
PICTURE_EVENTS = (NAMED, KEPT, LOST)
STATES = ("failed", "gone", "filtered")
"""What an ``image_lost`` line says that a picture is: to be tried again, or given up; not there any more; not wanted."""


def named(said: Said, docid: str, sha256: str, urls: Sequence[str]) -> Event:
    """The state of the document whose file has this digest shows these pictures, and no others."""
    return said.event(NAMED, docid, sha256=sha256, urls=list(urls))


def kept(said: Said, docid: str, url: str, *, file: str, sha256: str, size: int) -> Event:
    """A picture of the document was kept as ``file``, below the archive, of ``size`` bytes."""
    return said.event(KEPT, docid, url=url, file=file, sha256=sha256, bytes=size)


def lost(
    said: Said,
    docid: str,
    url: str,
    *,
    state: str,
    reason: str,
    attempts: int = 0,
    next_try_at: datetime | None = None,
    detail: str = "",
) -> Event:
    """This attempt gave no picture; ``state`` is one of ``STATES``, and a failed one with ``next_try_at`` null is given up."""
    when = None if next_try_at is None else stamp(next_try_at)
    told: dict[str, Any] = {"state": state, "reason": reason, "attempts": attempts, "next_try_at": when}
    return said.event(LOST, docid, url=url, **told, detail=detail[:MAX_DETAIL])
