"""The folder of a rehearsal: emptied before the next one, of what a rehearsal is known to have written, and of nothing else."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from newsarchive.archive.format import journal, paths, raw_place
from newsarchive.archive.record import folder_readme, raw_records
from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.settings import values

MARKER = ".rehearsal"
"""The hidden file that says: a rehearsal made this folder, a rehearsal may empty it."""
LOG = ".rehearsal.log"
"""What the crawls of a played week said."""


def emptied(folder: Path) -> Path:
    """The folder, absolute, with nothing in it but the marker.

    Raises ``UsageError``, with all left as it is, where something in it was not made by a rehearsal.
    """
    folder = _absolute(folder)
    marker = folder / MARKER
    try:
        if folder.exists() and not marker.is_file() and (not folder.is_dir() or any(folder.iterdir())):
            raise _not_made(folder, folder)
        folder.mkdir(parents=True, exist_ok=True)
        made = list(_made(folder))
        for path in made:
            path.unlink()
        _remove_empty(folder)
        marker.write_text("made by: newsarchive rehearse; emptied by the next one\n", "utf-8")
    except OSError as error:
        message = f"{folder} cannot be used ({error.strerror or error}); give another folder with --archive"
        raise UsageError(message) from error
    return folder


def _not_made(folder: Path, found: Path) -> UsageError:
    held = "something" if found == folder else str(found.relative_to(folder))
    message = f"{folder} holds {held} that no rehearsal made, and is left alone; give another folder with --archive"
    return UsageError(message)


def _made(folder: Path) -> Iterator[Path]:
    """All files of the folder but the marker; raises ``UsageError`` for one that nothing proves to be a rehearsal's.

    An article's digest stands in a journal of this folder.
    """
    written = _digests(folder)
    for path, folders, files in os.walk(folder, onerror=_raise):
        here = Path(path)
        for entry in (*map(here.joinpath, files), *filter(Path.is_symlink, map(here.joinpath, folders))):
            if not _is_of_rehearsal(folder, entry, written):
                raise _not_made(folder, entry)
            if entry != folder / MARKER:
                yield entry


def _raise(error: OSError) -> None:
    raise error


def _is_of_rehearsal(folder: Path, file: Path, written: set[str]) -> bool:
    if not stat.S_ISREG(file.lstat().st_mode):
        return False
    place = file.relative_to(folder)
    if place.parts[0] in (MARKER, LOG, paths.STATE_NAME):
        return True
    if (day := paths.day_named(place.as_posix())) and file == paths.journal_path(folder, day):
        return True
    if raw_place.day_of(place.as_posix()):
        return raw_records.begins_as_ours(file)
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() in written


def _digests(folder: Path) -> set[str]:
    """What the journals say was written, and the folder's own README; raises ``UsageError`` where one cannot be read."""
    journals = (paths.journal_path(folder, day) for day in paths.days(folder))
    try:
        told = {str(line.get("sha256")) for path in journals for line in journal.read_about(path, '"sha256"')}
        return {hashlib.sha256(folder_readme.text()).hexdigest(), *told}
    except ArchiveDamaged as error:
        raise UsageError(f"{folder} is left alone: {error}") from error


def _absolute(folder: Path) -> Path:
    try:
        return Path(values.folder(folder)).absolute()
    except ValueError as expected:
        raise UsageError(f"--archive {folder}: expected {expected}") from None


def _remove_empty(folder: Path) -> None:
    """The folders below; one that something was put into meanwhile stays."""
    for path, folders, _ in os.walk(folder, topdown=False):
        for name in folders:
            with suppress(OSError):
                Path(path, name).rmdir()
