"""What a start puts right, and nothing more: the traces of a run that did not come to its clean end (design §3, §6).

Journals and catalogue are compared by size and last link; only what a killed run had open is looked at closer:
temporary files, a file without its line, a line without its file.  No article is read, no edited file is touched.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from newsarchive.archive import files, journal
from newsarchive.archive.catalogue import KEPT_EVENTS, SCHEMA_VERSION, Catalogue
from newsarchive.archive.journal import Tail
from newsarchive.archive.names import with_docid

logger = logging.getLogger(__name__)

CATALOGUE_NAME = "catalogue.sqlite"
OPEN_DAYS_NAME = "open-days"


class OpenDays:
    """The days whose folders the running run writes into, on disk before the first file is: the scope of a repair.

    The file lives from the first article of a run to its clean end; found at a start, it tells of a run that was killed.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / OPEN_DAYS_NAME
        self._noted: set[date] = set()

    def left(self) -> list[date]:
        """The days that a killed run had open; a torn last line is none."""
        if not self._path.is_file():
            return []
        lines = self._path.read_text("ascii", "replace").split("\n")[:-1]
        return [date.fromisoformat(line) for line in lines if _is_day(line)]

    def note(self, day: date) -> None:
        if day not in self._noted:
            files.append_synced(self._path, f"{day.isoformat()}\n".encode("ascii"))
            self._noted.add(day)

    def clear(self) -> None:
        """The run has come to its clean end, or its traces are put right."""
        self._noted.clear()
        files.discard(self._path)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def open_catalogue(root: Path, state: Path, open_days: OpenDays) -> Catalogue:
    """The catalogue, equal to the journals: as it is, caught up, or rebuilt where it is missing, old or damaged."""
    path = state / CATALOGUE_NAME
    killed = open_days.left()
    try:
        catalogue = _usable(path, check=bool(killed))
        try:
            with catalogue.transaction():
                _catch_up(root, catalogue)
                mend(root, catalogue, killed, last_run_only=True)
        except sqlite3.DatabaseError:
            catalogue.close()
            raise
    except sqlite3.DatabaseError as error:
        if path.exists():
            logger.warning("The catalogue is rebuilt from the journals: %s", error)
        catalogue = _rebuild(root, path)
    open_days.clear()
    return catalogue


def _usable(path: Path, *, check: bool) -> Catalogue:
    if not path.is_file():
        raise sqlite3.DatabaseError("there is none yet")
    catalogue = Catalogue(path)
    try:
        if catalogue.meta("schema") != SCHEMA_VERSION:
            raise sqlite3.DatabaseError("it is of another version")
        if check:
            catalogue.check()
    except sqlite3.DatabaseError:
        catalogue.close()
        raise
    return catalogue


def _rebuild(root: Path, path: Path) -> Catalogue:
    """All journals, read from their first line; leftovers are looked for in every day, since nothing tells which."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        files.discard(path.with_name(path.name + suffix))
    catalogue = Catalogue(path, create=True)
    days = list(journal.days(root))
    with catalogue.transaction():
        for day in days:
            _read_on(root, catalogue, day, Tail(0, journal.GENESIS_LINK))
        mend(root, catalogue, days, last_run_only=False)
    return catalogue


def _catch_up(root: Path, catalogue: Catalogue) -> None:
    """Read what the journals have that the catalogue has not; a journal that lost bytes is read anew."""
    tails = catalogue.tails()
    for day in journal.days(root):
        tail = tails.pop(day, Tail(0, journal.GENESIS_LINK))
        size = journal.journal_path(root, day).stat().st_size
        if size < tail.size or (size > tail.size and not _read_on(root, catalogue, day, tail)):
            catalogue.forget_day(day)
            _read_on(root, catalogue, day, Tail(0, journal.GENESIS_LINK))
    for day in tails:
        catalogue.forget_day(day)


def _read_on(root: Path, catalogue: Catalogue, day: date, tail: Tail) -> bool:
    """Take in the lines after ``tail``; False if they do not continue it.  Cuts off a torn last line."""
    path = journal.journal_path(root, day)
    if journal.mend(path):
        logger.warning("%s: a torn last line was cut off; its event is asked for again", path)
    for event in journal.read(path, tail.size, tail.link):
        if not event.linked:
            if event.start == tail.size and tail.size > 0:
                return False
            logger.error("%s: the line at byte %d is not linked to the one before it", path, event.start)
        catalogue.apply(day, event.data)
    catalogue.set_tail(day, journal.tail(path))
    return True


def mend(root: Path, catalogue: Catalogue, days: Iterable[date], *, last_run_only: bool) -> None:
    """Put right what a killed run left in these days' folders.

    A line without its file is asked for again only in days that the killed run had open (``last_run_only``): elsewhere
    a missing file is somebody's doing, and for ``verify`` to name.
    """
    for day in set(days):
        folder = journal.day_folder(root, day)
        if folder.is_dir():
            _drop_leftovers(folder, catalogue, day)
        if last_run_only:
            _ask_again(root, catalogue, day)


def _drop_leftovers(folder: Path, catalogue: Catalogue, day: date) -> None:
    for part in folder.glob(".*.part"):
        files.discard(part)
    for document in catalogue.documents_of(day, ("pending", "failed")):
        stem = document.stem
        found = [folder / f"{stem}.md"] if stem else _named_by_docid(folder, document.docid)
        for path in found:
            if path.is_file():
                files.discard(path)


def _named_by_docid(folder: Path, docid: str) -> list[Path]:
    """Files that an address given by hand may have got: its title is not known, its docid stands in the name."""
    suffix = f"-{docid}.md"
    return [
        path for path in folder.iterdir() if path.name.endswith(suffix) or path.name == with_docid("", docid) + ".md"
    ]


def _ask_again(root: Path, catalogue: Catalogue, day: date) -> None:
    path = journal.journal_path(root, day)
    runs = [event.data.get("run") for event in journal.read(path)]
    for event in journal.read(path):
        said = event.data
        if said.get("event") in KEPT_EVENTS and said.get("run") == runs[-1] and not (root / said["file"]).is_file():
            catalogue.mark_pending(said["docid"])
