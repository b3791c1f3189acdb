"""``_watched.json`` in the archive's root: up to where the journals were looked through for watches, and what is to be told.

It lies there and not under ``.newsarchive/``, since no journal says what was told.  It holds docids and no words of an
article.  Where it is lost, a watch begins anew with what the run that has just ended has archived: nothing older is told.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from newsarchive.archive.format.journal import Tail, moment, stamp
from newsarchive.archive.format.paths import WATCHED_NAME
from newsarchive.archive.record import files
from newsarchive.reading.new_hits import DayNews, LookedThrough

logger = logging.getLogger(__name__)

MOST_BYTES = 256 << 20
"""Of the file that is read: 100 bytes a day of the archive, 40 a hit that waits."""
MOST_WAITING = 10_000
"""Hits of a watch that wait to be told; while nobody takes them, older ones give way to new ones."""

Hit = tuple[date, str]
"""Day and docid."""


@dataclass(slots=True)
class Noted:
    """What is known of one watch."""

    query: str
    """As it was when the journals were looked through for it."""
    waiting: list[Hit] = field(default_factory=list)
    """Found and not told yet, oldest first."""
    since: datetime | None = None
    """When the first of ``waiting`` was found."""
    told_at: datetime | None = None
    is_sending: bool = False
    """Whether a process has begun to send ``waiting``; found so, it was killed, and nobody knows whether it was told."""

    def found(self, hits: Iterable[Hit], now: datetime) -> None:
        """Hits that are to be told."""
        known = set(self.waiting)
        self.waiting += [hit for hit in hits if hit not in known]
        self.since = self.since or (now if self.waiting else None)
        if len(self.waiting) > MOST_WAITING:
            logger.error("More than %d hits wait to be told; the oldest are left out", MOST_WAITING)
            del self.waiting[:-MOST_WAITING]

    def forget(self) -> None:
        """Nothing waits any more."""
        self.waiting, self.since, self.is_sending = [], None, False


@dataclass(slots=True)
class Notes:
    """All that is known."""

    looked: LookedThrough
    watches: dict[str, Noted] = field(default_factory=dict)
    """By the name of the watch."""

    def take(self, news: Iterable[DayNews], now: datetime) -> dict[str, list[Hit]]:
        """Note how far the journals were read; name → hits that are new."""
        tails, hits = dict(self.looked.tails or {}), {name: list[Hit]() for name in self.watches}
        for one in news:
            tails[one.day] = one.tail
            for name, docids in one.docids.items():
                hits[name] += [(one.day, docid) for docid in docids]
        self.looked = LookedThrough(now, tails)
        return hits


def read(root: Path, begun_at: datetime) -> Notes:
    """The notes of an archive; new ones, that take what is written from ``begun_at`` on for new, where there are none."""
    path = root / WATCHED_NAME
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
        return _notes_of(json.loads(data))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        logger.warning("%s cannot be read (%s); watches begin anew", path, error)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        logger.warning("%s is not as we write it; watches begin anew", path)
    return Notes(LookedThrough(begun_at, None))


def write(root: Path, notes: Notes) -> None:
    """On disk when it returns.  Raises ``ArchiveNotWritable``."""
    path = root / WATCHED_NAME
    data = json.dumps(_as_dict(notes), separators=(",", ":")).encode() + b"\n"
    files.write_whole(path, data, files.part_path(root, f"{WATCHED_NAME}-{os.getpid()}"))
    files.sync_folder(root)


def remove(root: Path) -> None:
    """There are no watches any more: who comes back begins anew."""
    files.discard(root / WATCHED_NAME)


def _as_dict(notes: Notes) -> dict[str, Any]:
    return {
        "looked_at": stamp(notes.looked.at),
        "read": {day.isoformat(): list(tail) for day, tail in sorted((notes.looked.tails or {}).items())},
        "watches": {name: _noted_dict(noted) for name, noted in notes.watches.items()},
    }


def _noted_dict(noted: Noted) -> dict[str, Any]:
    return {
        "query": noted.query,
        "waiting": [[day.isoformat(), docid] for day, docid in noted.waiting],
        "since": stamp(noted.since) if noted.since else None,
        "told_at": stamp(noted.told_at) if noted.told_at else None,
        "is_sending": noted.is_sending,
    }


def _notes_of(told: Any) -> Notes:
    """Raises what a file that is not ours raises."""
    looked_at = moment(told["looked_at"])
    if looked_at is None:
        raise ValueError
    tails = {date.fromisoformat(day): Tail(int(size), str(link)) for day, (size, link) in told["read"].items()}
    watches = {str(name): _noted_of(noted) for name, noted in told["watches"].items()}
    return Notes(LookedThrough(looked_at, tails), watches)


def _noted_of(told: Any) -> Noted:
    waiting = [(date.fromisoformat(day), str(docid)) for day, docid in told["waiting"]]
    return Noted(
        str(told["query"]), waiting, moment(told["since"]), moment(told["told_at"]), told["is_sending"] is True
    )
