"""Which files of raw records a run writes to, and how far they were whole: ``.newsarchive/open-raw``.

Written down before the first byte, it proves after a kill that a torn tail is a run's own unfinished work: that tail is
cut off, and nothing else ever is.  After a clean end it names the file that the next run may go on with, and its size.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from newsarchive.archive.format import gzip_members, raw_place
from newsarchive.archive.record import files

NAME = "open-raw"
NOTED_EVERY_BYTES = 16 << 20
"""So much at most is looked through after a kill: a tenth of a second."""
MAX_BYTES = 1 << 20
"""Of the notes that are read; a run that fills a hundred files of the largest size writes half of it."""


@dataclass(frozen=True, slots=True)
class RawNote:
    """How large a file of records was at a moment when all of it was on disk."""

    file: str
    """Below the archive, with ``/``."""
    size: int
    """Bytes; all records up to there are whole."""
    clean: bool = False
    """Whether the run that wrote it came to its end, so that the next may go on with the file."""

    def is_sound(self) -> bool:
        """Whether a run may have written this note: it names a file of raw records."""
        is_file = isinstance(self.file, str) and raw_place.parse(f"{self.file}:0:1") is not None
        return is_file and type(self.size) is int and self.size >= 0 and isinstance(self.clean, bool)


class RawNotes:
    """The notes of this run."""

    def __init__(self, state: Path) -> None:
        self._path = state / NAME
        self._noted: dict[str, int] = {}

    def begin(self, file: str, size: int) -> None:
        """Before anything is appended to a file; on disk when it returns.  Raises ``ArchiveNotWritable``."""
        line = _line(RawNote(file, size))
        if self._noted:
            files.append_synced(self._path, line)
        else:  # what the run before noted proves nothing about this one
            files.write_whole(self._path, line, files.part_path(self._path.parent, NAME))
            files.sync_folder(self._path.parent)
        self._noted[file] = size

    def grown(self, file: str, size: int) -> None:
        """All of it is on disk up to ``size``; noted now and then, without a sync: a note that is lost costs a longer look."""
        if size - self._noted[file] >= NOTED_EVERY_BYTES:
            self._noted[file] = size
            with suppress(OSError), self._path.open("ab") as notes:
                notes.write(_line(RawNote(file, size)))

    def leave(self, file: str, size: int) -> None:
        """Somebody else wrote to the file, which has ``size`` bytes now: no start may cut any of them."""
        files.append_synced(self._path, _line(RawNote(file, size)))

    def end(self, file: str, size: int) -> None:
        """The run has come to its end: ``file`` is the one to go on with.  Raises ``ArchiveNotWritable``."""
        data = _line(RawNote(file, size, clean=True))
        files.write_whole(self._path, data, files.part_path(self._path.parent, NAME))


def settle(root: Path, state: Path) -> RawNote | None:
    """Put right what a killed run left; the file to go on with, None where there is none.  Raises ``ArchiveNotWritable``."""
    notes = list(_left(state / NAME))
    if not notes:
        return None
    if notes[-1].clean:
        return notes[-1] if _size(root / notes[-1].file) == notes[-1].size else None
    whole: dict[str, int] = {}
    for note in notes:
        whole[note.file] = max(note.size, whole.get(note.file, 0))
    for file, size in whole.items():
        _cut_torn(root / file, size)
    files.remove(state / NAME)
    return None


def _left(path: Path) -> Iterator[RawNote]:
    """What the last run noted; a torn last line, and what is no note, is passed over."""
    if not path.is_file():
        return
    with files.reading(path), path.open("rb") as file:
        *lines, _ = file.read(MAX_BYTES).split(b"\n")
    for line in lines:
        with suppress(ValueError, TypeError, RecursionError):
            note = RawNote(**json.loads(line))
            if note.is_sound():
                yield note


def _line(note: RawNote) -> bytes:
    told = {"file": note.file, "size": note.size} | ({"clean": True} if note.clean else {})
    return json.dumps(told).encode() + b"\n"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() and not path.is_symlink() else None
    except OSError:
        return None


def _cut_torn(path: Path, whole: int) -> None:
    """Cut the file behind its last whole member; the first ``whole`` bytes are not looked at, and stay."""
    size = _size(path)
    if size is None or size <= whole:
        return
    with files.reading(path), path.open("rb") as file:
        whole = gzip_members.last_end(file, whole)
    if whole < size:
        files.cut(path, whole)
