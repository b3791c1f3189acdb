"""The catalogue for whoever only looks: beside a running crawl, without the lock, and without a trace on the disk.

SQLite itself is not so discreet: a reader of a WAL file makes files beside it, with the reader's owner, that the crawl
might then not be allowed to write.  So the file is opened in one of two ways that write nothing: where a writer is, or
was killed, through the files that he made; where none is, as if nobody could write it, and what was read counts only if
nobody did.

A look never rebuilds for itself what a run or ``newsarchive rebuild`` will rebuild for all: a catalogue that is missing,
damaged or behind is put right in a private copy only where that is a matter of a second.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import date
from pathlib import Path
from typing import TypeVar

from newsarchive.archive.format import paths
from newsarchive.archive.format.profiles import CLEAN, PROFILES
from newsarchive.archive.index import schema
from newsarchive.archive.index.catalogue import BUSY_TIMEOUT_S, Catalogue
from newsarchive.archive.index.catch_up import catch_up
from newsarchive.archive.index.look_of import is_as_left
from newsarchive.errors import ArchiveDamaged, CatalogueUnusable, cause_of

T = TypeVar("T")

TRIES = 4
GLANCES = 2
"""Fewer than ``TRIES``: who glances reads a journal or two where the catalogue does not answer, and wants no more of it."""
PAUSE_S = 0.05
"""Between a line in a journal and the commit of the catalogue lie a few syncs; so long, a reader waits for a writer."""
QUICK_BYTES = 8_000_000
"""Of journals that a look reads for itself: about 5,000 documents, a second.  A health check may take no longer."""
COPY_BYTES = 64_000_000
"""Of a catalogue that a look copies to bring it level: about 50,000 documents, a quarter of a second."""

UNREADABLE = (sqlite3.Error, ValueError, TypeError)
"""What reading a damaged file raises: SQLite detects most damage; else a day, time or number cannot be parsed."""


class _NotSo(Exception):
    """The catalogue does not say what the journals say, or did not stay the same while it was read."""


def look(root: Path, read: Callable[[Catalogue], T], unusable: Callable[[str], None] = lambda _: None) -> T:
    """What ``read`` makes of the catalogue of the archive in ``root``, equal to the journals; one moment of it.

    ``read`` may be called more than once, and gives back nothing that reads on.  ``unusable`` hears why the journals were
    read in place of the catalogue.  Raises ``CatalogueUnusable`` where that is not a matter of a second;
    ``ArchiveDamaged`` where the disk does not give the archive back.
    """
    path = root / paths.STATE_NAME / paths.CATALOGUE_NAME
    why = "there is none"
    try:
        for _ in range(TRIES if path.is_file() else 0):
            sizes = dict(paths.sizes(root))
            try:
                return _as_it_is(path, lambda catalogue: read(_level(root, catalogue, sizes)))  # noqa: B023
            except (*UNREADABLE, _NotSo) as error:
                why = str(error)
            time.sleep(PAUSE_S)
        with closing(_put_right(root, path, why, unusable)) as catalogue:
            return read(catalogue)
    except OSError as error:
        raise ArchiveDamaged(
            f"{root} cannot be read: {cause_of(error)[0]} ({error}); see to that, then ask again"
        ) from error


def glance(root: Path, read: Callable[[Catalogue], T]) -> T:
    """What ``read`` makes of the catalogue as it stands: it may be behind the journals, and looks at none of them.

    For what never changes (the day of a document), and for who compares ``tails`` with the journals that matter.  Raises
    ``CatalogueUnusable`` where there is none, or none that can be read.
    """
    path = root / paths.STATE_NAME / paths.CATALOGUE_NAME
    why: object = "there is none"
    for _ in range(GLANCES if path.is_file() else 0):
        try:
            return _as_it_is(path, read)
        except (_NotSo, sqlite3.OperationalError) as error:  # a writer came in between
            why = error
        except (*UNREADABLE, OSError) as error:
            raise CatalogueUnusable(path, str(error)) from error
        time.sleep(PAUSE_S)
    raise CatalogueUnusable(path, str(why))


def _as_it_is(path: Path, read: Callable[[Catalogue], T]) -> T:
    """What ``read`` makes of the file; raises ``UNREADABLE`` and ``_NotSo``."""
    before, has_writer = _stamp(path), _has_writer(path)
    if not is_as_left(path):
        raise _NotSo("it was changed by something else")
    with closing(_opened(path, has_writer=has_writer)) as catalogue, catalogue.snapshot():
        result = read(catalogue)
    if not has_writer and _stamp(path) != before:
        raise _NotSo("it was written meanwhile")
    return result


def _level(root: Path, catalogue: Catalogue, before: dict[date, int]) -> Catalogue:
    """The catalogue, if it has read each journal to where it ended at some moment since ``before``; else ``_NotSo``."""
    read_to = {day: tail.size for day, tail in catalogue.tails.all().items()}
    for day in before.keys() | read_to.keys():
        size, was = read_to.get(day, 0), before.get(day, 0)
        if size != was and not was <= size <= _size(root, day):
            raise _NotSo(f"it does not say what the journal of {day} says")
    return catalogue


def _size(root: Path, day: date) -> int:
    with suppress(FileNotFoundError):
        return paths.journal_path(root, day).stat().st_size
    return 0


def _opened(path: Path, *, has_writer: bool) -> Catalogue:
    """Raises ``sqlite3.DatabaseError`` where there is no catalogue of our version to be read."""
    access = "readonly_shm=1" if has_writer else "immutable=1"
    address = f"{path.absolute().as_uri()}?mode=ro&{access}"
    with ExitStack() as undo:
        db = sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        undo.callback(db.close)
        said = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        number, _, name = str(said[0] if said else "").partition(" ")
        if number != str(schema.VERSION) or name not in PROFILES:
            raise sqlite3.DatabaseError("it is of another version, or unfinished")
        catalogue = Catalogue(path, PROFILES[name], db=db)
        undo.pop_all()
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


# --- put right in private --------------------------------------------------------------------------------------------


def _put_right(root: Path, path: Path, why: str, unusable: Callable[[str], None]) -> Catalogue:
    """A private catalogue that says what the journals say: a copy that has caught up, else made anew."""
    if path.is_file() and path.stat().st_size <= COPY_BYTES:
        with suppress(*UNREADABLE, _NotSo):
            return _caught_up(root, _as_it_is(path, _sound_copy))
    journals, error = sum(size for _, size in paths.sizes(root)), CatalogueUnusable(path, why)
    if journals > QUICK_BYTES:
        raise error
    if journals:
        unusable(str(error))
    return _caught_up(root, Catalogue.private(CLEAN))


def _sound_copy(catalogue: Catalogue) -> Catalogue:
    """Raises ``sqlite3.DatabaseError`` for one that is damaged anywhere."""
    copy = catalogue.copy()
    with ExitStack() as undo:
        undo.callback(copy.close)
        copy.check_whole()
        undo.pop_all()
    return copy


def _caught_up(root: Path, catalogue: Catalogue) -> Catalogue:
    with ExitStack() as undo:
        undo.callback(catalogue.close)
        if _behind(root, catalogue) > QUICK_BYTES:
            raise _NotSo
        with catalogue.transaction():
            catch_up(root, catalogue, mend=None)
        undo.pop_all()
    return catalogue


def _behind(root: Path, catalogue: Catalogue) -> int:
    """Bytes of journals to be read."""
    tails = catalogue.tails.all()
    sizes = ((size, tails[day].size if day in tails else 0) for day, size in paths.sizes(root))
    return sum(size - read_to if size >= read_to else size for size, read_to in sizes)
