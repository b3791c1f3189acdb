"""What a start puts right, and nothing more: the traces of a run that did not come to its clean end (design §3, §6).

Journals and catalogue are compared by size and last link; only the files that a killed run had begun are looked at
closer: temporary ones, a file without its line, a line without its file.  A file is removed only where ``open_files``
names it with its digest and no line calls it kept; whatever else lies there, also before a rebuild, stays.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path

from newsarchive.archive.format import media, paths
from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.format.states import REVISIONS_NAME
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.catch_up import catch_up, look_closer
from newsarchive.archive.index.check import check_since_clean_end
from newsarchive.archive.index.database import discard
from newsarchive.archive.index.look_of import look_of, note_path
from newsarchive.archive.record import appending, files, formers, mending_pictures, takedown
from newsarchive.archive.record.open_files import OpenFile, OpenFiles
from newsarchive.errors import ArchiveNotWritable

logger = logging.getLogger(__name__)


def open_catalogue(root: Path, state: Path, open_files: OpenFiles, profile: Profile) -> Catalogue:
    """The catalogue, equal to the journals: as it is, caught up, or rebuilt where it is missing, old or damaged.

    A redaction that was killed comes to its end first.

    Raises ``UsageError`` for another profile than it was begun with, ``ArchiveNotWritable``, and ``ArchiveDamaged`` for
    a journal that the disk does not give back.
    """
    path = state / paths.CATALOGUE_NAME
    try:
        if decision := takedown.begin(root):
            takedown.take_out(root, decision)
        begun = open_files.left()
        try:
            catalogue = _caught_up(root, path, profile)
        except sqlite3.DatabaseError as error:
            if path.exists():
                logger.warning("The catalogue is rebuilt from the journals: %s", error)
            catalogue = _rebuilt(root, path, profile)
        with _closed_on_failure(catalogue), catalogue.transaction():
            _mend(root, catalogue, begun)
        if decision:
            with _closed_on_failure(catalogue):
                takedown.forget(root, catalogue, decision)
                open_files.clear()
                takedown.end(root)
    except (OSError, sqlite3.DatabaseError) as error:
        raise ArchiveNotWritable(
            f"{path} cannot be written, or a folder of the archive not be read ({error}); "
            "see that the disk is well and has space and that this user may read and write there, then start again"
        ) from error
    open_files.clear()
    return catalogue


def close_catalogue(catalogue: Catalogue, failure: BaseException | None) -> None:
    """Close it; after a clean end remember how it looks, after a failure of its own do not believe it again."""
    if failure is None:
        with suppress(sqlite3.OperationalError):  # on a full disk the days of this run stay in doubt
            catalogue.tails.end_cleanly()
    is_whole = failure is None and catalogue.settle()
    catalogue.close()
    if is_whole:
        mark = note_path(catalogue.path)
        with suppress(ArchiveNotWritable):  # without it the next start reads the catalogue through, no more
            files.write_whole(mark, look_of(catalogue.path).encode("ascii"), files.part_path(mark.parent, mark.name))
    if failure is not None and isinstance(failure.__cause__, sqlite3.DatabaseError):
        discard(catalogue.path)


def _caught_up(root: Path, path: Path, profile: Profile) -> Catalogue:
    """As the last run left it, or sound after a run that was killed; else ``sqlite3.DatabaseError``."""
    if not path.is_file():
        raise sqlite3.DatabaseError("there is none yet")
    mark = note_path(path)
    as_left = mark.read_text("ascii", "replace") if mark.is_file() else None
    files.discard(mark)
    if as_left is not None and as_left != look_of(path):
        raise sqlite3.DatabaseError("it was changed since the last run")
    with _closed_on_failure(Catalogue(path, profile)) as catalogue:
        catalogue.check_profile()
        if not catalogue.is_current() and not catalogue.grow():
            raise sqlite3.DatabaseError("it is of another version, or unfinished")
        if as_left is None:
            check_since_clean_end(root, catalogue, profile)
        with catalogue.transaction():
            catch_up(root, catalogue, mend=appending.mend)
            look_closer(root, catalogue)
    return catalogue


def _rebuilt(root: Path, path: Path, profile: Profile) -> Catalogue:
    """All journals, read from their first line."""
    from newsarchive.archive.index import rebuild  # noqa: PLC0415 - 0.02 s, and most starts need none

    rebuild.rebuild(root, path, profile, mend=appending.mend)
    with _closed_on_failure(Catalogue(path, profile)) as catalogue:
        catalogue.check_profile()
    return catalogue


@contextmanager
def _closed_on_failure(catalogue: Catalogue) -> Iterator[Catalogue]:
    with ExitStack() as undo:
        undo.callback(catalogue.close)
        yield catalogue
        undo.pop_all()


def _mend(root: Path, catalogue: Catalogue, begun: list[OpenFile]) -> None:
    """Remove what a killed run began and no line calls kept; ask again for what a line calls kept and is not there.

    Elsewhere a missing file is somebody's doing, for ``inspection`` to find and not for a start to put right.  While a
    journal is damaged, a line may be there that nobody can read: then only temporary files go.
    """
    is_damaged = bool(catalogue.damage.open())
    for note in begun:
        if media.is_media(note.file):
            mending_pictures.mend(root, catalogue, note, is_damaged=is_damaged)
            continue
        path, day = root / note.file, _day_of(catalogue, note)
        if day is None or path.parent not in _folders_of(root, catalogue, day, note.docid):
            continue  # not what a run of ours noted: it writes articles, where those of their day belong
        files.discard(path.with_name(note.part))
        if note.former:
            if not is_damaged and not _has_become(catalogue, note):
                formers.put_back(root, note)
        elif catalogue.holdings.is_kept(note.docid, note.file):
            if not path.is_file():
                _ask_again(catalogue, note)
        elif not is_damaged and not catalogue.holdings.has_line(catalogue.profile.scope_of(day), note.file):
            _discard_begun(path, note.sha256)


def _day_of(catalogue: Catalogue, note: OpenFile) -> date | None:
    """The day of the noted document; of one that no line tells of (its whole day was being imported), by the file's place."""
    if document := catalogue.document(note.docid):
        return document.day
    folder = note.file.rpartition("/")[0].partition(f"/{REVISIONS_NAME}/")[0]
    with suppress(ValueError):
        return date(*map(int, folder.split("/")[:3]))
    return date.min if catalogue.profile.folder_of(Path(), date.min).as_posix() == folder else None


def _folders_of(root: Path, catalogue: Catalogue, day: date, docid: str) -> tuple[Path, Path]:
    """Where a run writes the newest state of a document, and its earlier ones."""
    return catalogue.profile.folder_of(root, day), paths.day_folder(root, day) / REVISIONS_NAME / docid


def _discard_begun(path: Path, sha256: str) -> None:
    if files.is_file_of(path, sha256):
        files.discard(path)


def _has_become(catalogue: Catalogue, note: OpenFile) -> bool:
    """Whether the further state has its line: the one before it is then one of several."""
    visit = catalogue.visits.of(note.docid)
    return visit is not None and visit.states > int(Path(note.former).stem)


def _ask_again(catalogue: Catalogue, note: OpenFile) -> None:
    document = catalogue.document(note.docid)
    if document and document.state == "kept" and document.file == note.file:
        catalogue.mark_pending(note.docid)
