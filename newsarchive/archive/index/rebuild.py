"""The catalogue made anew from the journals alone: beside the old one, day by day, then put in its place.

Days are independent: worker processes read them, this one writes their rows.  Each step is a commit, so a rebuild that
is killed goes on where it was; until the last moment the old catalogue stands.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.journal import Tail
from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.catch_up import Mend, mended, note_if_lost, take_day
from newsarchive.archive.index.damage import Damage
from newsarchive.archive.index.database import BESIDE_NAME, discard
from newsarchive.archive.index.day_rows import DayRows, is_shared, read_day
from newsarchive.archive.index.look_of import note_path
from newsarchive.archive.index.worker import HERE, in_order

logger = logging.getLogger(__name__)

GO_ON_WITHIN_S = 24 * 3600
"""An older one is begun anew: the journals may have been mended meanwhile."""
STEP_BYTES = 8_000_000
"""Of journals between two commits: about 5,000 documents, half a second; so much at most is read again after a kill."""
PARALLEL_BYTES = 32_000_000
"""Of journals from which on workers pay: about 20,000 documents, two seconds; starting workers takes half of one."""
MAX_WORKERS = 8
"""One process writes what they read; it keeps up with three or four."""
DAYS_AHEAD = 3
"""A worker's results that may wait for the writer: bounds the memory to a few days."""
BUILDING = "building"
"""Key of ``meta``: what ``schema`` will say when all days are read."""


@dataclass(slots=True)
class Progress:
    """How far a rebuild is."""

    days: int
    bytes: int
    """Of journals, in all."""
    days_done: int = 0
    bytes_done: int = 0
    days_found: int = 0
    """Of those: done by a rebuild before this one, which did not come to its end."""
    damage: list[Damage] = field(default_factory=list)
    """What nobody has accepted yet, when it is done."""


Tell = Callable[[Progress], None]


def rebuild(root: Path, path: Path, profile: Profile, *, mend: Mend, tell: Tell = lambda _: None) -> Progress:
    """Make the catalogue ``path`` of the archive in ``root`` anew; the caller holds the lock.

    Raises ``UsageError`` for another profile than the archive was begun with, ``ArchiveDamaged`` for a journal that the
    disk does not give back, ``OSError`` and ``sqlite3.DatabaseError`` where nothing can be written.
    """
    beside, known = path.with_name(BESIDE_NAME), _known_by(path, profile)
    if not _is_recent(beside):
        discard(beside)
    goes_on = beside.exists()
    try:
        progress = _build(root, beside, profile, known, mend=mend, tell=tell)
    except sqlite3.DatabaseError as error:
        if not goes_on:
            raise
        logger.warning("The unfinished catalogue %s cannot be gone on with (%s); it is begun anew", beside, error)
        discard(beside)
        progress = _build(root, beside, profile, known, mend=mend, tell=tell)
    _put_in_place(beside, path)
    return progress


def _is_recent(beside: Path) -> bool:
    with suppress(OSError):
        return abs(time.time() - beside.stat().st_mtime) < GO_ON_WITHIN_S
    return False


@dataclass(frozen=True, slots=True)
class _Known:
    """What only the old catalogue knows: lines that are lost leave no trace in the journals."""

    losses: Sequence[tuple[Damage, bool]] = ()
    """Each with whether it was accepted."""
    tails: Mapping[date, Tail] = field(default_factory=dict)


def _known_by(path: Path, profile: Profile) -> _Known:
    """Empty without a sound catalogue: what a damaged one says of the journals may be its own damage."""
    if path.is_file():
        with suppress(sqlite3.Error, ValueError, TypeError), closing(Catalogue(path, profile)) as old:
            if old.is_current():
                old.check_whole()
                return _Known(old.damage.losses(), old.tails.all())
    return _Known()


def _build(root: Path, beside: Path, profile: Profile, known: _Known, *, mend: Mend, tell: Tell) -> Progress:
    with closing(_begun(beside, profile)) as catalogue:
        progress = _Rebuild(root, profile, catalogue, tell).run(mend, known)
    if beside.with_name(f"{beside.name}-wal").exists():
        raise sqlite3.OperationalError("its last commits cannot be brought into the file")
    return progress


def _begun(beside: Path, profile: Profile) -> Catalogue:
    """The unfinished catalogue of a rebuild before this one, else an empty one."""
    if beside.is_file():
        with suppress(sqlite3.DatabaseError), ExitStack() as undo:
            catalogue = Catalogue(beside, profile)
            undo.callback(catalogue.close)
            if catalogue.version in (catalogue.meta(BUILDING), catalogue.meta("schema")):
                catalogue.check_whole()
                undo.pop_all()
                return catalogue
    discard(beside)
    catalogue = Catalogue(beside, profile, create=True, indexed=False)
    catalogue.set_meta(BUILDING, catalogue.version)
    return catalogue


class _Rebuild:
    """A rebuild under way; ``catalogue`` is the new one, in a file beside the old one."""

    def __init__(self, root: Path, profile: Profile, catalogue: Catalogue, tell: Tell) -> None:
        self._root, self._profile, self._catalogue, self._tell = root, profile, catalogue, tell
        self._journals = dict(paths.sizes(root))
        self._progress = Progress(len(self._journals), sum(self._journals.values()))

    def run(self, mend: Mend, known: _Known) -> Progress:
        todo = self._left_to_do()
        self._tell(self._progress)
        for day in todo:
            mended(paths.journal_path(self._root, day), mend)
        with closing(self._read(todo)) as days:
            while self._step(days):
                self._catalogue.check_profile()
                self._tell(self._progress)
        self._finish(known)
        self._progress.damage = self._catalogue.damage.open()
        return self._progress

    def _left_to_do(self) -> list[date]:
        """The days that are not read yet; what was read and is otherwise now is read again."""
        done = {day: tail.size for day, tail in self._catalogue.tails.all().items()}
        with self._catalogue.transaction():
            for day, size in done.items():
                if size != self._journals.get(day):
                    self._catalogue.forget_day(day)
        found = [day for day, size in self._journals.items() if done.get(day) == size]
        self._progress.days_done = self._progress.days_found = len(found)
        self._progress.bytes_done = sum(self._journals[day] for day in found)
        return [day for day, size in self._journals.items() if done.get(day) != size]

    def _step(self, days: Iterator[DayRows]) -> bool:
        """One commit; False where no day is left."""
        until = self._progress.bytes_done + STEP_BYTES
        with self._catalogue.transaction():
            for rows in days:
                self._take(rows)
                if self._progress.bytes_done >= until:
                    return True
        return False

    def _take(self, rows: DayRows) -> None:
        take_day(self._root, self._catalogue, rows)
        self._progress.days_done += 1
        self._progress.bytes_done += self._journals[rows.day]

    def _remember(self, known: _Known) -> None:
        for damage, accepted in known.losses:
            lines = journal.read(paths.journal_path(self._root, damage.day))
            if all(line.link != damage.expected for line in lines):
                self._catalogue.damage.note(damage, accepted=accepted)
        for day, tail in known.tails.items():
            if self._journals.get(day, 0) < tail.size:
                note_if_lost(self._root, self._catalogue, day, tail)

    def _finish(self, known: _Known) -> None:
        self._catalogue.make_indexes()
        with self._catalogue.transaction():
            self._remember(known)
            if is_shared(self._profile):
                self._catalogue.name_all()
            self._catalogue.check_profile()
            self._catalogue.tails.end_cleanly()
            self._catalogue.forget_meta(BUILDING)
            self._catalogue.set_meta("schema", self._catalogue.version)  # last: one that is not finished has none
        self._catalogue.settle()

    # --- reading -----------------------------------------------------------------------------------------------------

    def _read(self, todo: Sequence[date]) -> Generator[DayRows]:
        """The days in their order, by workers where that pays."""
        pays = sum(self._journals[day] for day in todo) >= PARALLEL_BYTES
        workers = HERE.of(pays=pays, most=MAX_WORKERS)
        job = partial(read_day, self._root, profile_name=self._profile.name)
        return in_order(job, todo, workers, ahead=DAYS_AHEAD, what="rebuild")


def _put_in_place(beside: Path, path: Path) -> None:
    """The new one is whole and closed, so it is one file; commits beside the old one would be taken for its own."""
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    note_path(path).unlink(missing_ok=True)  # it tells of the old one
    if path.with_name(f"{path.name}-wal").exists():  # without them the old one is worth nothing; a start takes the new
        discard(path)
    beside.replace(path)
