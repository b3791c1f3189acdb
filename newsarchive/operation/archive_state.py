"""The state of the archive at the end of a run: read once, for metrics and for alerts."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from newsarchive.archive.format import paths
from newsarchive.archive.index.days import LastPoll
from newsarchive.archive.record import brake
from newsarchive.archive.record.brake import Brake
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING

RECENT_DAYS = 7
"""The time that the alert of coverage looks at: one lost night is a visible share of it, and not all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveState:
    """As read at one moment; nothing of it is stored."""

    now: datetime
    disk_free: int | None = None
    """Bytes that this user may still write; None where the system does not tell."""
    brake: Brake | None = None
    """A ban that is remembered, whether or not its time is over."""
    documents: Mapping[str, int] = field(default_factory=dict)
    """State → all documents."""
    recent: Mapping[str, int] = field(default_factory=dict)
    """State → documents of the last ``RECENT_DAYS`` days."""
    polls: Sequence[LastPoll] = ()
    """The last ended poll of each channel."""


def read(archive: Archive) -> ArchiveState:
    """The state of a closed archive; what cannot be read is left out: a run does not fail for its own report."""
    now = archive.clock()
    known = ArchiveState(now=now, disk_free=disk_free(archive.root), brake=brake.read(archive.state, now))
    if not (archive.state / paths.CATALOGUE_NAME).is_file():  # asked for, it would be made
        return known
    since = now.astimezone(BEIJING).date() - timedelta(days=RECENT_DAYS)
    try:
        with closing(archive.reader()) as catalogue:
            return ArchiveState(
                now=now,
                disk_free=known.disk_free,
                brake=known.brake,
                documents=catalogue.coverage.states(),
                recent=catalogue.coverage.states(since),
                polls=catalogue.days.polls(),
            )
    except sqlite3.DatabaseError:
        return known


def disk_free(folder: Path) -> int | None:
    """Bytes that this user may still write to the disk of ``folder``; None where the system does not tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
