"""Takes a merged slice away, file by file: what its own journals or our formats prove to be ours, and nothing else.

Killed anywhere, it goes on: a journal goes after the files that it names, and the mark of the slice last of all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from newsarchive.archive.format import media, paths, raw_place
from newsarchive.archive.record import files, folder_readme
from newsarchive.archive.record.raw_records import begins_as_ours
from newsarchive.jobs.mirroring.ours import JournalCopy, day_of

MARK_NAME, LOG_NAME, OUT_NAME = "slice.json", "crawl.log", "crawl.out"
_OF_SQLITE = r"\.sqlite(?:-wal|-shm|-journal)?"
_STATE_RE = re.compile(
    rf"""{re.escape(paths.STATE_NAME)}/(?:
    lock(?:\.json)?|open-(?:raw|days)|(?:brake|verified|alerts)\.json|metrics\.prom|(?:taking|arranging)\.jsonl
    |catalogue(?:\.rebuilding)?{_OF_SQLITE}|catalogue\.as-left
    |runs/\d{{4}}-\d\d\.jsonl|search/(?:rebuilding/)?(?:lock|\w+{_OF_SQLITE})
    |(?:\w+/)*\.[^/]+\.part)""",
    re.ASCII | re.VERBOSE,
)
"""What a crawl has in its folder of state, by name: all of it can be made anew."""


def clear(folder: Path) -> list[str]:
    """Remove the slice; the result is what nothing proves to be ours, below its folder, which then stays with its mark.

    Links are neither followed nor removed.  Raises ``OSError``, and ``ArchiveNotWritable`` for what cannot be read.
    """
    left = set(_files(folder))
    for day in list(paths.days(folder)):
        _clear_day(folder, day_of(folder, day), left)
    for file in sorted(left - {MARK_NAME}):
        if _is_ours(folder, file):
            _remove(folder, file, left)
    _remove_empty(folder)
    if left <= {MARK_NAME}:
        (folder / MARK_NAME).unlink(missing_ok=True)
        folder.rmdir()
    return sorted(left - {MARK_NAME})


def _clear_day(folder: Path, day: JournalCopy, left: set[str]) -> None:
    """The files that its lines name, if they are as the lines say; then the journal, if nothing is wrong with it."""
    for owed in day.owed:
        if owed.file in left and files.is_file_of(folder / owed.file, owed.sha256):
            _remove(folder, owed.file, left)
    if day.journal in left and not day.fault and not (folder / day.journal).is_symlink():
        _remove(folder, day.journal, left)


def _remove(folder: Path, file: str, left: set[str]) -> None:
    (folder / file).unlink()
    left.discard(file)


def _is_ours(folder: Path, file: str) -> bool:
    """Whether its name and its bytes say that a crawl of this program wrote it."""
    path = folder / file
    if path.is_symlink():
        return False
    if raw_place.day_of(file):
        return path.stat().st_size == 0 or begins_as_ours(path)
    if sha256 := media.digest_of(file):
        return files.is_file_of(path, sha256)
    if file == folder_readme.NAME:
        return path.read_bytes() == folder_readme.text()
    return file in (LOG_NAME, OUT_NAME) or bool(_STATE_RE.fullmatch(file))


def _files(folder: Path) -> Iterator[str]:
    """All that is no folder, links too, below the folder, with ``/``."""
    for above, folders, names in os.walk(folder, onerror=_raise):
        links = [name for name in folders if Path(above, name).is_symlink()]
        yield from (Path(above, name).relative_to(folder).as_posix() for name in (*names, *links))


def _remove_empty(folder: Path) -> None:
    """The folders in which nothing is left, the deepest first."""
    for above, _, _ in os.walk(folder, topdown=False, onerror=_raise):
        if Path(above) != folder and not os.listdir(above):  # noqa: PTH208 - names alone
            Path(above).rmdir()


def _raise(error: OSError) -> NoReturn:
    raise error
