"""What a start puts right, and nothing more: the traces of a run that did not come to its clean end (design §3, §6).

Journals and catalogue are compared by size and last link; only what a killed run had open is looked at closer:
temporary files, a file without its line, a line without its file.  No article is read, no edited file is touched.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path

from newsarchive.archive import files, journal
from newsarchive.archive.catalogue import KEPT_EVENTS, SCHEMA_VERSION, Catalogue
from newsarchive.archive.journal import GENESIS_LINK, Tail
from newsarchive.archive.profiles import Profile
from newsarchive.errors import ArchiveNotWritable, UsageError

logger = logging.getLogger(__name__)

CATALOGUE_NAME = "catalogue.sqlite"
OPEN_DAYS_NAME = "open-days"
AS_LEFT_NAME = "catalogue.as-left"
"""Size and time of the catalogue at the last clean end: what looks otherwise was changed by somebody else."""

EMPTY = Tail(0, GENESIS_LINK)


class OpenDays:
    """The days whose folders this run writes into, on disk before the first file is: the scope of a repair.

    The file lives from the first article of a run to its clean end; found at a start, it tells of a run that was killed.
    A line is a day and the size of its journal before the run kept anything in it: ``2026-11-23 4711``.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / OPEN_DAYS_NAME
        self._noted: set[date] = set()

    def left(self) -> dict[date, int]:
        """The days that a killed run had open, each with the offset of what it said; a torn last line is none."""
        if not self._path.is_file():
            return {}
        lines = self._path.read_text("ascii", "replace").split("\n")[:-1]
        left: dict[date, int] = {}
        for line in lines:
            day, _, size = line.partition(" ")
            with suppress(ValueError):
                left.setdefault(date.fromisoformat(day), int(size))
        return left

    def note(self, day: date, tail: Tail) -> None:
        """Remember that files come into this day's folder, its journal ending at ``tail``.  ``ArchiveNotWritable``."""
        if day in self._noted:
            return
        files.append_synced(self._path, f"{day.isoformat()} {tail.size}\n".encode("ascii"))
        if not self._noted:
            files.sync_folder(self._path.parent)
        self._noted.add(day)

    def clear(self) -> None:
        """The run has come to its clean end, or the traces of the one before are put right."""
        self._noted.clear()
        files.discard(self._path)


def open_catalogue(root: Path, state: Path, open_days: OpenDays, profile: Profile) -> Catalogue:
    """The catalogue, equal to the journals: as it is, caught up, or rebuilt where it is missing, old or damaged.

    Raises ``UsageError`` for another profile than it was begun with, ``ArchiveNotWritable``, and ``ArchiveDamaged`` for
    a journal that the disk does not give back.
    """
    path = state / CATALOGUE_NAME
    try:
        killed = open_days.left()
        try:
            catalogue = _caught_up(root, path, killed, profile)
        except sqlite3.DatabaseError as error:
            if path.exists():
                logger.warning("The catalogue is rebuilt from the journals: %s", error)
            catalogue = _rebuilt(root, path, killed, profile)
    except (OSError, sqlite3.DatabaseError) as error:
        raise ArchiveNotWritable(
            f"{path} cannot be written, or a folder of the archive not be read ({error}); "
            "see that the disk is well and has space and that this user may read and write there, then start again"
        ) from error
    open_days.clear()
    return catalogue


def close_catalogue(catalogue: Catalogue, failure: BaseException | None) -> None:
    """Close it; after a clean end remember how it looks, after a failure of its own do not believe it again."""
    is_whole = failure is None and catalogue.settle()
    catalogue.close()
    if is_whole:
        mark = _mark(catalogue.path)
        with suppress(ArchiveNotWritable):  # without it the next start reads the catalogue through, no more
            files.write_whole(mark, _look(catalogue.path).encode("ascii"), files.part_path(mark.parent, mark.name))
    if failure is not None and isinstance(failure.__cause__, sqlite3.DatabaseError):
        _discard(catalogue.path)


def _caught_up(root: Path, path: Path, killed: dict[date, int], profile: Profile) -> Catalogue:
    """As the last run left it, or sound after a run that was killed; else ``sqlite3.DatabaseError``."""
    if not path.is_file():
        raise sqlite3.DatabaseError("there is none yet")
    mark = _mark(path)
    as_left = mark.read_text("ascii", "replace") if mark.is_file() else None
    files.discard(mark)
    if as_left is not None and as_left != _look(path):
        raise sqlite3.DatabaseError("it was changed since the last run")
    with _closed_on_failure(Catalogue(path, profile)) as catalogue:
        _check_profile(catalogue, profile)
        if catalogue.meta("schema") != f"{SCHEMA_VERSION} {profile.name}":
            raise sqlite3.DatabaseError("it is of another version, or unfinished")
        if as_left is None:
            catalogue.check()
        with catalogue.transaction():
            catch_up(root, catalogue, mend=True)
            _mend(root, catalogue, list(killed), killed, profile)
    return catalogue


def _rebuilt(root: Path, path: Path, killed: dict[date, int], profile: Profile) -> Catalogue:
    """All journals, read from their first line; leftovers are looked for in every day, since nothing tells which."""
    _discard(path)
    days = list(journal.days(root))
    with _closed_on_failure(Catalogue(path, profile, create=True)) as catalogue, catalogue.transaction():
        for day in days:
            _read_on(root, catalogue, day, EMPTY, mend=True)
        _check_profile(catalogue, profile)
        _mend(root, catalogue, days, killed, profile)
        catalogue.set_meta(
            "schema", f"{SCHEMA_VERSION} {profile.name}"
        )  # last: a rebuild that is killed has none, and begins again
    return catalogue


def _check_profile(catalogue: Catalogue, profile: Profile) -> None:
    begun_with = catalogue.meta("profile")
    if begun_with not in (None, profile.name):
        raise UsageError(
            f"ARCHIVE_PROFILE={profile.name}: this archive was begun with profile {begun_with}; "
            "an archive has one profile - take that one, or another ARCHIVE_DIR"
        )


@contextmanager
def _closed_on_failure(catalogue: Catalogue) -> Iterator[Catalogue]:
    with ExitStack() as undo:
        undo.callback(catalogue.close)
        yield catalogue
        undo.pop_all()


def catch_up(root: Path, catalogue: Catalogue, *, mend: bool) -> None:
    """Read what the journals have that the catalogue has not; a journal that lost bytes is read anew.

    ``mend`` cuts off torn last lines, which a reader, who may not write, passes over.
    """
    tails = catalogue.tails()
    for day, size in journal.sizes(root):
        tail = tails.pop(day, EMPTY)
        if size < tail.size or (size > tail.size and not _read_on(root, catalogue, day, tail, mend=mend)):
            logger.warning("%s is not as we left it; it is read anew", journal.journal_path(root, day))
            catalogue.forget_day(day)
            _read_on(root, catalogue, day, EMPTY, mend=mend)
    for day in tails:
        logger.warning("%s is missing; its documents are forgotten", journal.journal_path(root, day))
        catalogue.forget_day(day)


def _read_on(root: Path, catalogue: Catalogue, day: date, tail: Tail, *, mend: bool) -> bool:
    """Take in the lines after ``tail``; False if they do not continue it."""
    path = journal.journal_path(root, day)
    if mend and journal.mend(path):
        logger.warning("%s: a torn last line was cut off; its event is asked for again", path)
    read_to = tail
    for event in journal.read(path, tail.size, tail.link):
        if not event.linked:
            if event.start == tail.size and tail.size > 0:
                return False
            logger.error("%s: the line at byte %d is not linked to the one before it", path, event.start)
        catalogue.apply(day, event.data)
        read_to = Tail(event.end, event.link)
    catalogue.set_tail(day, read_to)
    return True


def _mend(root: Path, catalogue: Catalogue, swept: list[date], killed: dict[date, int], profile: Profile) -> None:
    """Take the leftovers out of these days' folders, then ask again for the lost files of a killed run.

    A line without its file is looked for in what the killed run said alone: elsewhere a missing file is somebody's
    doing, and for ``verify`` to name.
    """
    for day in {*swept, *killed}:
        folder = profile.folder_of(root, day)
        if folder.is_dir():
            for path in list(_leftovers(folder, catalogue, day)):
                files.discard(path)
    for day, start in killed.items():
        for event in journal.read(journal.journal_path(root, day), start):
            if event.data.get("event") in KEPT_EVENTS:
                _ask_again_if_lost(root, catalogue, str(event.data.get("docid")))


def _leftovers(folder: Path, catalogue: Catalogue, day: date) -> Iterator[Path]:
    """Where temporary files lie, and files of documents that no line calls kept; some are not there.

    Of an address given by hand the name is not known yet, but for the docid at its end.
    """
    yield from folder.glob(".*.part")
    waiting = catalogue.documents_of(day, ("pending", "failed"))
    yield from (folder / f"{document.stem}.md" for document in waiting if document.stem)
    untitled = tuple(f"-{document.docid}" for document in waiting if not document.stem)
    for path in folder.glob("*.md") if untitled else ():
        if f"-{path.stem}".endswith(untitled) and not catalogue.has_name(day, path.stem):
            yield path


def _ask_again_if_lost(root: Path, catalogue: Catalogue, docid: str) -> None:
    document = catalogue.document(docid)
    if document and document.state == "kept" and document.file and not (root / document.file).is_file():
        catalogue.mark_pending(docid)


def _mark(path: Path) -> Path:
    return path.with_name(AS_LEFT_NAME)


def _look(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns}\n"


def _discard(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        files.discard(path.with_name(path.name + suffix))
