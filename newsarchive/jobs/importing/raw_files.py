"""The raw records of another archive: its files come in whole, under names that are free here, before any line that names one.

A file whose very bytes lie here already is not taken twice, so that an import that was killed goes on where it was.  What a
person took out here does not come back in a file: its records are emptied on the way.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from newsarchive.archive.format import gzip_members, paths, raw_place
from newsarchive.archive.format.raw_answer import MAX_RECORD_BYTES, original_place
from newsarchive.archive.format.raw_place import RawPlace
from newsarchive.archive.format.raw_record import date_of
from newsarchive.archive.record import files, raw_takedown
from newsarchive.archive.record.raw_records import is_whole
from newsarchive.errors import ArchiveDamaged
from newsarchive.jobs.importing.source import ImportSource, Left, NotTaken

PIECE_BYTES = 1 << 20
"""Copied at a time."""
PART_NAME = "raw-copy"
"""Where a copy is written before it has its name: in our own folder of state, so that what a kill leaves there is ours."""
NOT_WHOLE = "a record that a line names is not whole"


class RawFiles:
    """What comes along in one import; ``bring`` is for the one thread that imports."""

    def __init__(
        self,
        root: Path,
        source: ImportSource,
        left: list[Left],
        redacted: Callable[[], Collection[str]],
        clock: Callable[[], datetime],
    ) -> None:
        self._root, self._source, self._left, self._clock = root, source, left, clock
        self._ask_redacted = redacted
        self._brought: dict[str, str | None] = {}
        """Their file → ours; None for one that stays there, which was told."""
        self._ends: dict[str, int] = {}
        """Up to where a file that came along is here; the other archive may have gone on meanwhile."""

    def bring(self, lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Bring what these lines name, places as they are there; the result is their file → ours, on disk.

        A file with a record that is missing or not whole stays there, and is told.  Raises ``ArchiveNotWritable``.
        """
        found: dict[str, str] = {}
        for file, places in _by_file(lines).items():
            if ours := self._ours(file, places):
                found[file] = ours
        return found

    def _ours(self, file: str, places: list[RawPlace]) -> str | None:
        if self._brought.get(file, "") is None:
            return None
        try:
            originals = self._bring_up_to(file, places)
            for other, of_other in _sorted(originals).items():
                if self._brought.get(other, "") is None or self._bring_up_to(other, of_other):
                    raise NotTaken(f"records in it are completed by {other}, which stays there")
        except (NotTaken, OSError, zlib.error, ArchiveDamaged) as error:
            self._left.append(Left(file, f"its raw records stay there: {error}"))
            self._brought[file] = None
        return self._brought[file]

    def _bring_up_to(self, file: str, places: list[RawPlace]) -> list[RawPlace]:
        """Bring a file with these records; the result is where the bodies lie of those that are completed by others."""
        with self._source.open(file) as opened:
            for place in places:
                _check(opened, place)
            end = max(place.offset + place.length for place in places)
            if end > self._ends.get(file, 0):
                self._brought[file] = self._bring(opened, file, end)
        found = (raw_place.parse(original_place(self._source.root, str(place))) for place in places)
        return [place for place in found if place]

    def _bring(self, opened: BinaryIO, file: str, end: int) -> str:
        """Copy it up to its last whole record, or find it here; its name here."""
        day = raw_place.day_of(file)
        if day is None:
            raise NotTaken("it is not named as a file of raw records is")
        size = self._ends[file] = gzip_members.last_end(opened, end)
        folder = (self._root / file).parent
        numbers = _numbers(folder, day)
        if same := _same(folder, numbers, opened, size):
            return f"{file.rpartition('/')[0]}/{same}"
        ours = file if not os.path.lexists(self._root / file) else raw_place.file_of(day, _free(numbers))
        part = files.part_path(self._root / paths.STATE_NAME, PART_NAME)
        files.make_folder(folder, self._root)
        files.write_pieces(part, _pieces(opened, size))
        self._empty_redacted(part, ours)
        files.rename(part, self._root / ours)
        files.sync_folder(folder)
        return ours

    @cached_property
    def _redacted(self) -> Collection[str]:
        return self._ask_redacted()

    def _empty_redacted(self, part: Path, ours: str) -> None:
        if not self._redacted:
            return
        at = date_of(self._clock())
        with part.open("rb") as copied:
            found = list(raw_takedown.of_documents(copied, ours, self._redacted))
        files.overwrite(part, ((where.offset, raw_takedown.emptied(where, docid, at)) for where, docid in found))


def _by_file(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[RawPlace]]:
    named = (raw_place.parse(place) for line in lines for place in raw_place.places_in(line))
    return _sorted(place for place in named if place)


def _sorted(places: Iterable[RawPlace]) -> dict[str, list[RawPlace]]:
    found: dict[str, list[RawPlace]] = {}
    for place in places:
        found.setdefault(place.file, []).append(place)
    return found


def _check(opened: BinaryIO, place: RawPlace) -> None:
    opened.seek(place.offset)
    if not is_whole(opened.read(min(place.length, MAX_RECORD_BYTES))):
        raise NotTaken(f"{NOT_WHOLE}, at {place.offset}")


def _numbers(folder: Path, day: date) -> dict[int, str]:
    """Of the files of the day that lie here → their names."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return {number: name for name in names if (number := raw_place.number_of(name, day)) is not None}


def _free(numbers: Collection[int]) -> int:
    """The next one; behind the largest number, the first that is free."""
    number = max(numbers, default=0) + 1
    return number if number <= raw_place.MAX_NUMBER else next(n for n in range(1, number) if n not in numbers)


def _same(folder: Path, numbers: Mapping[int, str], opened: BinaryIO, size: int) -> str | None:
    """The name of the file here that has these very bytes."""
    alike = [name for name in numbers.values() if _size(folder / name) == size]
    if not alike:
        return None
    digest = hashlib.sha256()
    for piece in _pieces(opened, size):
        digest.update(piece)
    return next((name for name in alike if files.is_file_of(folder / name, digest.hexdigest())), None)


def _size(path: Path) -> int | None:
    return path.lstat().st_size if path.is_file() else None


def _pieces(opened: BinaryIO, size: int) -> Iterator[bytes]:
    """The first ``size`` bytes.  Raises ``NotTaken`` where there are fewer now."""
    opened.seek(0)
    while size > 0:
        if not (piece := opened.read(min(size, PIECE_BYTES))):
            raise NotTaken("it was shortened a moment ago")
        size -= len(piece)
        yield piece
