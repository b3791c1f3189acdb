"""Bringing the index level with the journals: after a run, before a search, and from nothing.

The journals say what was written since; each document that they tell of is compared with what the index holds of it, so
that doing a day twice changes nothing.  Whoever is killed leaves the index behind, never wrong: how far a journal was read
is noted after the commits.  One process writes at a time; the lock is the index's own, no run waits for it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from newsarchive.archive.format import paths
from newsarchive.archive.index.worker import TellDays
from newsarchive.errors import ArchiveDamaged, ArchiveLocked, ArchiveNotWritable, cause_of
from newsarchive.reading.day_cache import NONE, stamp_of
from newsarchive.reading.entries import Entry
from newsarchive.reading.following import mark_of
from newsarchive.reading.search import gathering, level
from newsarchive.reading.search.level import NOTHING, Level, ReadJournal, news_of
from newsarchive.reading.search.row import Key, SearchRow, keys_of
from newsarchive.reading.search.shard import Held
from newsarchive.reading.search.shards import Shards, path_of, take_away, years_in

logger = logging.getLogger(__name__)

NAME = "search"
LOCK_NAME = "lock"
BATCH_CHARACTERS = 500_000
"""Of tokens between two commits: some 250 articles, 3 MB of memory, which a run that has ended has free."""


def folder_of(root: Path) -> Path:
    """Where the index of an archive lies."""
    return root / paths.STATE_NAME / NAME


@dataclass(frozen=True, slots=True)
class IndexStanding:
    """How the index stands to the journals."""

    behind: tuple[date, ...]
    """Days whose journals say something that is not in it, newest first."""
    why: str = ""
    """Why it was not brought level; empty where it was, or where nobody tried."""


def standing(root: Path) -> IndexStanding:
    """Looks at the journals from outside: 6 ms for three years; writes nothing.  Raises ``ArchiveDamaged``."""
    folder = folder_of(root)
    try:
        with closing(Level.read(folder)) as notes:
            return IndexStanding(_behind(root, notes, folder))
    except sqlite3.Error:
        return IndexStanding(_days(root))


Stop = Callable[[], bool]


def bring_level(root: Path, stop: Stop = lambda: False, tell: TellDays = lambda *_: None) -> IndexStanding:
    """Read what the journals say since, newest day first, until ``stop``; what cannot be read or written stays behind.

    Raises ``ArchiveDamaged`` where the disk does not even give back which journals there are.
    """
    folder, now = folder_of(root), standing(root)
    if not now.behind and (folder / level.NAME).is_file():
        return now
    try:
        with writing(root):
            try:
                _bring_level(root, folder, stop, tell)
            except sqlite3.OperationalError:  # the disk is full, or a reader holds it: nothing is wrong with the file
                raise
            except sqlite3.DatabaseError as error:
                logger.warning("The search index is made anew: %s", error)
                discard(folder)
                _bring_level(root, folder, stop, tell)
    except (ArchiveLocked, ArchiveNotWritable) as error:
        return IndexStanding(now.behind, str(error))
    return standing(root)


@contextmanager
def writing(root: Path, patience_s: float = 0) -> Iterator[None]:
    """Hold the lock of the index.  Raises ``ArchiveLocked`` where another process does so long, ``ArchiveNotWritable``."""
    folder = folder_of(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK_NAME, patience_s, fallback_to_soft=False):
            yield
    except Timeout as error:
        raise ArchiveLocked(
            f"{folder} is just being written by another process; ask again when it has ended"
        ) from error
    except OSError as error:
        raise ArchiveNotWritable(f"{folder} cannot be written: {cause_of(error)[0]}") from error
    except sqlite3.OperationalError as error:
        raise ArchiveNotWritable(f"{folder} cannot be written: {error}") from error


def discard(folder: Path) -> None:
    """Take the index away, the notes first: without them it is none."""
    take_away(folder / level.NAME)
    for year in years_in(folder):
        take_away(path_of(folder, year))


# --- day by day ------------------------------------------------------------------------------------------------------


def _days(root: Path) -> tuple[date, ...]:
    return tuple(sorted(mark_of(root).stamps, reverse=True))


def _behind(root: Path, notes: Level, folder: Path) -> tuple[date, ...]:
    """Days whose journals look otherwise than when they were read; all of them where a file of the index is gone."""
    if not notes.years() <= set(years_in(folder)):
        return _days(root)
    reads, stamps = notes.days(), mark_of(root).stamps
    found = (day for day in reads.keys() | stamps.keys() if reads.get(day, NOTHING).stamp != stamps.get(day, NONE))
    return tuple(sorted(found, reverse=True))


def _bring_level(root: Path, folder: Path, stop: Stop, tell: TellDays) -> None:
    with closing(Level.write(folder)) as notes:
        if not notes.years() <= set(years_in(folder)):
            raise sqlite3.DatabaseError("one of its files is gone")
        for year in set(years_in(folder)) - notes.years():
            take_away(path_of(folder, year))  # of a process that was killed before it noted it
        with closing(Shards(folder, notes)) as shards:
            days = _behind(root, notes, folder)
            for number, day in enumerate(days, 1):
                if stop():
                    return
                try:
                    _take_day(root, day, notes, shards)
                except ArchiveDamaged as error:
                    logger.warning("The search index leaves out what is new of %s: %s", day, error)
                tell(number, len(days))


def _take_day(root: Path, day: date, notes: Level, shards: Shards) -> None:
    stamp = stamp_of(root, day)
    news = news_of(root, day, notes.read_of(day).tail)
    batch = _Batch(root, shards)
    left = shards.docids_of(day) if news.docids is None else set()
    for docid, entries in gathering.each_of_day(root, day, news.docids):
        batch.take(docid, entries)
        left.discard(docid)
    for docid in left:  # the journal tells of it no more
        batch.take(docid, [])
    batch.commit()
    notes.note(day, ReadJournal(stamp, news.tail))


class _Batch:
    """What is to be changed for some documents, up to the next commit."""

    def __init__(self, root: Path, shards: Shards) -> None:
        self._root, self._shards = root, shards
        self._begin()

    def _begin(self) -> None:
        self._rows: list[SearchRow] = []
        self._out: list[tuple[Held, bool]] = []
        self._changed: list[tuple[Held, Key]] = []
        self._characters = 0

    def take(self, docid: str, entries: list[Entry]) -> None:
        """Bring the states of a document level; ``entries`` are what ought to be there, oldest first."""
        held, missing = self._shards.held(docid), []
        for key in keys_of(entries):
            same = next((one for one in held if (one.key.digest, one.key.second) == (key.digest, key.second)), None)
            if same is None:
                missing.append(key)
            else:
                held.remove(same)
                if same.key != key:
                    self._changed.append((same, key))
        self._out += [(one, not entries) for one in held]
        for row in gathering.rows_for(self._root, entries, missing):
            self._rows.append(row)
            self._characters += row.size
        if self._characters >= BATCH_CHARACTERS:
            self.commit()

    def commit(self) -> None:
        self._shards.apply(self._rows, self._changed, self._out)
        self._begin()
