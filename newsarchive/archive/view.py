"""The catalogue for whoever only looks: beside a running crawl, without the lock, and without a trace on the disk.

SQLite itself is not so discreet: a reader of a WAL file makes files beside it, with the reader's owner, that the crawl
might then not be allowed to write.  So the file is opened in one of two ways that write nothing:  where a writer is, or
was killed, through the files that he made; where none is, as if nobody could write it, and what was read counts only if
nobody did.  A catalogue that is missing, damaged, or does not say what the journals say is put right in a private copy.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import date
from pathlib import Path
from typing import TypeVar

from newsarchive.archive import journal
from newsarchive.archive.catalogue import BUSY_TIMEOUT_S, SCHEMA_VERSION, Catalogue
from newsarchive.archive.files import cause_of
from newsarchive.archive.recovery import CATALOGUE_NAME, catch_up
from newsarchive.archive.store import STATE_NAME
from newsarchive.errors import ArchiveDamaged

T = TypeVar("T")

TRIES = 4
PAUSE_S = 0.05
"""Between a line in a journal and the commit of the catalogue lie a few syncs; so long, a reader waits for a writer."""


class _NotSo(Exception):
    """The catalogue does not say what the journals say, or did not stay the same while it was read."""


def look(root: Path, read: Callable[[Catalogue], T]) -> T:
    """What ``read`` makes of the catalogue of the archive in ``root``, equal to the journals; one moment of it.

    ``read`` may be called more than once, and gives back nothing that reads on.  Raises ``ArchiveDamaged`` where the disk
    does not give the archive back.
    """
    path = root / STATE_NAME / CATALOGUE_NAME
    try:
        for _ in range(TRIES if path.is_file() else 0):
            sizes = dict(journal.sizes(root))
            with suppress(sqlite3.DatabaseError, _NotSo):
                return _as_it_is(path, lambda catalogue: read(_level(root, catalogue, sizes)))  # noqa: B023
            time.sleep(PAUSE_S)
        with closing(_put_right(root, path)) as catalogue:
            return read(catalogue)
    except OSError as error:
        raise ArchiveDamaged(
            f"{root} cannot be read: {cause_of(error)[0]} ({error}); see to that, then ask again"
        ) from error


def _as_it_is(path: Path, read: Callable[[Catalogue], T]) -> T:
    """What ``read`` makes of the file; raises ``sqlite3.DatabaseError`` and ``_NotSo``."""
    before, has_writer = _stamp(path), _has_writer(path)
    with closing(_opened(path, has_writer=has_writer)) as catalogue, catalogue.snapshot():
        result = read(catalogue)
    if not has_writer and _stamp(path) != before:
        raise _NotSo
    return result


def _level(root: Path, catalogue: Catalogue, before: dict[date, int]) -> Catalogue:
    """The catalogue, if it has read each journal to where it ended at some moment since ``before``; else ``_NotSo``."""
    read_to = {day: tail.size for day, tail in catalogue.tails().items()}
    for day in before.keys() | read_to.keys():
        size, was = read_to.get(day, 0), before.get(day, 0)
        if size != was and not was <= size <= _size(root, day):
            raise _NotSo
    return catalogue


def _size(root: Path, day: date) -> int:
    with suppress(FileNotFoundError):
        return journal.journal_path(root, day).stat().st_size
    return 0


def _opened(path: Path, *, has_writer: bool) -> Catalogue:
    """Raises ``sqlite3.DatabaseError`` where there is no catalogue of our version to be read."""
    access = "readonly_shm=1" if has_writer else "immutable=1"
    address = f"{path.absolute().as_uri()}?mode=ro&{access}"
    catalogue = Catalogue(path, db=sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None))
    if (catalogue.meta("schema") or "").partition(" ")[0] != SCHEMA_VERSION:
        catalogue.close()
        raise sqlite3.DatabaseError("it is of another version, or unfinished")
    return catalogue


def _has_writer(path: Path) -> bool:
    """Whether commits lie beside the file: of a writer that runs, or that was killed."""
    log = path.with_name(f"{path.name}-wal")
    return log.is_file() and log.stat().st_size > 0


def _stamp(path: Path) -> tuple[int, int] | None:
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return None


def _put_right(root: Path, path: Path) -> Catalogue:
    """A private catalogue that says what the journals say: a copy that has caught up, else made anew."""
    with suppress(sqlite3.DatabaseError, _NotSo):
        return _caught_up(root, _as_it_is(path, Catalogue.private))
    return _caught_up(root, Catalogue.private())


def _caught_up(root: Path, catalogue: Catalogue) -> Catalogue:
    with ExitStack() as undo:
        undo.callback(catalogue.close)
        with catalogue.transaction():
            catch_up(root, catalogue, mend=False)
        undo.pop_all()
    return catalogue
