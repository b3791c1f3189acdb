"""What is true of the archive when a run has ended: read once, for metrics and alerts alike."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from newsarchive.archive import brake, recovery
from newsarchive.archive.brake import Brake
from newsarchive.archive.days import Poll
from newsarchive.archive.store import Archive
from newsarchive.items import BEIJING

RECENT_DAYS = 7
"""Long enough for a lost night to count as a part, short enough for it to count at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Nothing in it is worth keeping."""

    now: datetime
    disk_free: int | None = None
    """Bytes that this user may still write; None where the system does not tell."""
    brake: Brake | None = None
    """A ban that is remembered, whether or not its time is over."""
    documents: Mapping[str, int] = field(default_factory=dict)
    """State → all documents."""
    recent: Mapping[str, int] = field(default_factory=dict)
    """State → documents of the last ``RECENT_DAYS`` days."""
    polls: Sequence[Poll] = ()
    """The last ended poll of each channel."""


def read(archive: Archive) -> Vitals:
    """The state of a closed archive; what cannot be read is left out: a run does not fail for its own report."""
    now = archive.clock()
    known = Vitals(now=now, disk_free=disk_free(archive.root), brake=brake.read(archive.state))
    if not (archive.state / recovery.CATALOGUE_NAME).is_file():  # asked for, it would be made
        return known
    since = now.astimezone(BEIJING).date() - timedelta(days=RECENT_DAYS)
    try:
        with closing(archive.reader()) as catalogue:
            return Vitals(
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
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
