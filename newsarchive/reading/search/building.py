"""The index made anew on all processors, beside the old one, which is searched until the new one is whole.

Worker processes read days and fold their texts; this one writes, day by day in the order of time, a batch a commit.  Killed
before its end, it leaves the old index as it was.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from newsarchive.archive.format import journal, paths
from newsarchive.archive.index.worker import HERE, TellDays, Workers, in_order
from newsarchive.errors import SearchUnusable
from newsarchive.reading.day_cache import stamp_of
from newsarchive.reading.following import mark_of
from newsarchive.reading.search.gathering import rows_of_day
from newsarchive.reading.search.index import discard, folder_of, writing
from newsarchive.reading.search.level import NAME, Level, ReadJournal
from newsarchive.reading.search.row import SearchRow
from newsarchive.reading.search.shard import Shard
from newsarchive.reading.search.shards import Shards, path_of, put_in_place, take_away, years_in

logger = logging.getLogger(__name__)

BESIDE_NAME = "rebuilding"
"""Folder within that of the index; what lies there is of a rebuild that was killed, and worth nothing."""
BATCH_CHARACTERS = 8_000_000
"""Of tokens between two commits: some 4,000 articles, 30 MB of memory; many small segments would have to be merged."""
PARALLEL_BYTES = 4_000_000
"""Of journals from which on workers pay: some 3,000 articles, one and a half seconds; to start them takes half of one."""
MAX_WORKERS = 8
"""One process writes what they read; it keeps up with some five."""
PATIENCE_S = 60.0
"""That a redaction gives to whoever writes the index: a run that brings it level takes a second."""
DAYS_AHEAD = 2
"""Of each worker that may wait for the writer: 10 MB each for 3,000 articles."""


class IndexedDay(NamedTuple):
    """What a worker makes of a day."""

    day: date
    read: ReadJournal
    rows: list[SearchRow]


Years = Collection[int] | None
"""Of publication; None for all."""


def rebuild(root: Path, tell: TellDays = lambda *_: None, workers: Workers = HERE) -> int:
    """Make the whole index anew; how many states are in it.

    Raises ``ArchiveLocked`` where another process writes it, ``ArchiveNotWritable``, and ``ArchiveDamaged`` where the disk
    does not give the archive back, and what ``in_order`` raises; then the old index stays.
    """
    with writing(root):
        return _Build(root, sorted(mark_of(root).stamps), None, tell, workers).run()


def purge(root: Path, tell: TellDays = lambda *_: None) -> None:
    """Make the files of those years anew in which words of a redacted document are left.

    Raises as ``rebuild``, and ``SearchUnusable`` for a file that is damaged.
    """
    if _to_be_purged(folder_of(root)):
        with writing(root):
            _purge(root, tell)


def forget(root: Path, docid: str, tell: TellDays = lambda *_: None) -> None:
    """Take each word of a document out of the index, for good.  Raises as ``rebuild``; an index that is damaged is discarded."""
    folder = folder_of(root)
    if not folder.is_dir():
        return
    with writing(root, PATIENCE_S):
        discard(folder / BESIDE_NAME)  # a rebuild that was killed may have left words there
        if not (folder / NAME).is_file():
            # or was killed while it put its files in place: without notes it is no index, but has words
            discard(folder)
            return
        try:
            with closing(Level.write(folder)) as level, closing(Shards(folder, level)) as shards:
                shards.apply((), (), [(held, True) for held in shards.held(docid)])
            _purge(root, tell)
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, SearchUnusable) as error:
            logger.warning("The search index is taken away, and made anew by the next search: %s", error)
            discard(folder)


def _purge(root: Path, tell: TellDays) -> None:
    if found := _to_be_purged(folder_of(root)):
        days = sorted({day for days in found.values() for day in days})
        _Build(root, days, found.keys(), tell).run()


def _to_be_purged(folder: Path) -> dict[int, set[date]]:
    """Year → the days that its file has documents of.  Raises ``SearchUnusable``."""
    found = {}
    for year in years_in(folder):
        try:
            with closing(Shard.read(path_of(folder, year))) as shard:
                if shard.wants_purge:
                    found[year] = shard.days()
        except sqlite3.Error as error:
            raise SearchUnusable(path_of(folder, year), str(error)) from error
    return found


class _Build:
    """Files under way; ``years``: only those are made, of what these days have."""

    def __init__(self, root: Path, days: Sequence[date], years: Years, tell: TellDays, workers: Workers = HERE) -> None:
        self._root, self._days, self._years, self._tell, self._workers = root, days, years, tell, workers
        self._folder = folder_of(root)
        self._beside = self._folder / BESIDE_NAME

    def run(self) -> int:
        self._beside.mkdir(exist_ok=True)
        discard(self._beside)
        with ExitStack() as undo:
            undo.callback(self._clear)
            with closing(Level.write(self._beside)) as level, closing(Shards(self._beside, level)) as shards:
                count = self._fill(level, shards)
                for year in self._years or ():
                    shards.begin(year)  # one of which nothing is left
                shards.finish()
            self._put_in_place()
        return count

    def _clear(self) -> None:
        """Leave nothing beside the index, whether or not this came to its end."""
        discard(self._beside)
        with suppress(OSError):  # something else lies there
            self._beside.rmdir()

    def _fill(self, level: Level, shards: Shards) -> int:
        rows: list[SearchRow] = []
        count = characters = 0
        with closing(_read(self._root, self._days, self._years, self._workers)) as made:
            for number, day in enumerate(made, 1):
                rows += day.rows
                count += len(day.rows)
                characters += sum(row.size for row in day.rows)
                if characters >= BATCH_CHARACTERS or number == len(self._days):
                    shards.apply(rows, (), ())
                    rows, characters = [], 0
                level.note(day.day, day.read)
                self._tell(number, len(self._days), count)
        return count

    def _put_in_place(self) -> None:
        """File by file; of the whole index the notes last, and until they are there it counts as none."""
        if self._years is None:
            take_away(self._folder / NAME)
        made = years_in(self._beside)
        for year in made:
            put_in_place(path_of(self._beside, year), path_of(self._folder, year))
        for year in years_in(self._folder):
            if self._years is None and year not in made:
                take_away(path_of(self._folder, year))
        if self._years is None:
            (self._beside / NAME).replace(self._folder / NAME)


# --- reading ---------------------------------------------------------------------------------------------------------


def read_day(root: Path, day: date, years: Years) -> IndexedDay:
    """The rows of a day, and how its journal looked before they were read."""
    read = ReadJournal(stamp_of(root, day), journal.tail(paths.journal_path(root, day)))
    return IndexedDay(day, read, rows_of_day(root, day, years))


def _read(root: Path, days: Sequence[date], years: Years, workers: Workers) -> Generator[IndexedDay]:
    """The days in their order, by workers where that pays."""
    pays = sum(stamp_of(root, day).size for day in days) >= PARALLEL_BYTES
    workers = workers.of(pays=pays, most=MAX_WORKERS)
    return in_order(partial(read_day, root, years=years), days, workers, ahead=DAYS_AHEAD, what="search index")
