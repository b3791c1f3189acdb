"""What the jobs of one commit write: files, then journal lines, then the catalogue, in the order of design §6.

Nothing of it is on the disk before the commit, so a job that raises is taken back alone.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from newsarchive.archive.format import paths
from newsarchive.archive.format.events import Event
from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.catch_up import bring_level
from newsarchive.archive.record import appending, arranging, files, formers
from newsarchive.archive.record.arranging import Arrangement
from newsarchive.archive.record.files import WholeFile
from newsarchive.archive.record.open_files import OpenFile, OpenFiles
from newsarchive.archive.record.raw_store import RawStore
from newsarchive.errors import ArchiveNotWritable


class Placed(NamedTuple):
    """Where an article lies."""

    file: str
    """Below the archive, with ``/``."""
    adopted: bool
    """It was there already."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file to be written at the commit."""

    path: Path
    data: bytes
    note: OpenFile

    def whole(self) -> WholeFile:
        """As it is to be written."""
        return WholeFile(self.path, self.path.with_name(self.note.part), lambda: self.data)


class BatchMark(NamedTuple):
    """How far a batch was when a job began."""

    staged: int
    arranged: int
    revised: dict[date, int]
    written: dict[date, int]
    folders: dict[date | str, Path]
    events: dict[date, int]
    level: frozenset[date]
    counts: Counter[str]


class Batch:
    """What the jobs of one commit write.  Lives in the writer's thread, inside one transaction of the catalogue."""

    def __init__(
        self,
        root: Path,
        catalogue: Catalogue,
        open_files: OpenFiles,
        profile: Profile,
        level: set[date],
        *,
        raw: RawStore | None = None,
    ) -> None:
        """``level`` are the days whose journals this run has looked at; ``raw`` keeps what the servers sent."""
        self.catalogue = catalogue
        self._level = level
        self.root = root
        self._state = catalogue.path.parent
        self.profile = profile
        self.counts: Counter[str] = Counter()
        """What the jobs did, by the name of the event; it counts once the commit has succeeded."""
        self._open_files, self._raw = open_files, raw
        self._staged: dict[Path, _Staged] = {}
        self._written: dict[date, list[Path]] = {}
        """Files of ours whose lines are not on disk yet."""
        self._revised: dict[date, list[OpenFile]] = {}
        """The same for further states, which take the place of the ones before them."""
        self._folders: dict[date | str, Path] = {}
        """Where files are new, or adopted, by the day of their lines; of a picture by its path."""
        self._events: dict[date, list[Event]] = {}
        self._arranged: list[Arrangement] = []
        self._named: set[Path] = set()
        """Files of ours that have a line; a picture may have several, in several journals."""
        self._is_begun = False
        """Whether a file of ours may be on the disk."""

    def say(self, day: date, event: Event) -> None:
        """Append ``event`` to the day's journal at the commit; the jobs after this one see it in the catalogue now."""
        if day not in self._level:
            bring_level(self.root, self.catalogue, day, mend=appending.mend)
            self._level.add(day)
        self.catalogue.apply(day, event)
        self._events.setdefault(day, []).append(event)

    def put(self, day: date, stems: Iterator[str], data: bytes, docid: str) -> Placed:
        """Give ``data`` the first of these names under which nothing else lies: what lies there is never overwritten.

        A file with these very bytes is taken as it is, else one is written at the commit.
        """
        folder, digest = self.folder(day), hashlib.sha256(data).hexdigest()
        self._folders[day] = folder
        for stem in stems:
            path = folder / f"{stem}.md"
            if path not in self._staged and not os.path.lexists(path):
                self._stage(day, path, data, digest, docid)
                return Placed(path.relative_to(self.root).as_posix(), adopted=False)
            if path not in self._staged and files.is_file_of(path, digest):
                files.sync_file(path)
                return Placed(path.relative_to(self.root).as_posix(), adopted=True)
        raise LookupError(f"no name is left for {docid}")

    def arrange(self, arrangement: Arrangement) -> None:
        """Let the states of a document change their files with the lines of this commit."""
        self._arranged.append(arrangement)

    def replace(self, day: date, note: OpenFile, data: bytes) -> None:
        """Make ``data`` the file of a further state at the commit, after the state before it was put safe."""
        path = self.root / note.file
        self._folders[day] = self.folder(day)
        self._staged[path] = _Staged(path, data, note)
        self._revised.setdefault(day, []).append(note)

    def has(self, file: str, sha256: str) -> bool:
        """Whether this file, below the archive, has this digest, on the disk or at the commit."""
        path = self.root / file
        if staged := self._staged.get(path):
            return staged.note.sha256 == sha256
        return files.is_file_of(path, sha256)

    def folder(self, day: date) -> Path:
        """Where the files of the day's documents lie."""
        return self.profile.folder_of(self.root, day)

    def is_free(self, file: str) -> bool:
        """Whether nothing lies there, below the archive, and nothing will at the commit."""
        return self.root / file not in self._staged and not os.path.lexists(self.root / file)

    def put_whole(self, days: Sequence[date], file: str, data: bytes) -> None:
        """Make ``data`` this file, which is free or has these bytes; the lines of each of ``days`` will name it."""
        path, digest = self.root / file, hashlib.sha256(data).hexdigest()
        self._folders[file] = path.parent
        if self.is_free(file):
            self._stage(days[0], path, data, digest, digest)  # a document may have several in one folder
        if path not in self._staged:
            files.sync_file(path)
            return
        for day in days:  # also of a file that an earlier job of this commit put: whichever line comes first names it
            self._written.setdefault(day, []).append(path)

    def _stage(self, day: date, path: Path, data: bytes, digest: str, docid: str) -> None:
        file = path.relative_to(self.root).as_posix()
        note = OpenFile(file, digest, docid, files.free_part_path(path.parent, docid).name)
        self._staged[path] = _Staged(path, data, note)
        self._written.setdefault(day, []).append(path)

    def mark(self) -> BatchMark:
        """Where the next job begins; for ``go_back``."""
        return BatchMark(
            staged=len(self._staged),
            arranged=len(self._arranged),
            revised=_lengths(self._revised),
            written=_lengths(self._written),
            folders=self._folders.copy(),
            events=_lengths(self._events),
            level=frozenset(self._level),
            counts=self.counts.copy(),
        )

    def go_back(self, mark: BatchMark) -> None:
        """Take back what a job did since ``mark``; what it changed in the catalogue, the savepoint takes back.

        None of its files is on the disk before the commit.
        """
        for path in list(self._staged)[mark.staged :]:
            del self._staged[path]
        del self._arranged[mark.arranged :]
        for day, written in self._written.items():
            del written[mark.written.get(day, 0) :]
        for day, notes in self._revised.items():
            del notes[mark.revised.get(day, 0) :]
        for day, events in self._events.items():
            del events[mark.events.get(day, 0) :]
        self._folders, self.counts = mark.folders, mark.counts
        self._level &= mark.level

    def commit(self) -> None:
        """Raw records, notes, files, names, then lines: whatever is killed in between, the next start knows what was begun."""
        if self._raw:
            self._raw.flush()
        for folder in self._folders.values():
            files.make_folder(folder, self.root)
        for paths_of_day in self._written.values():
            for path in paths_of_day:
                _check_free(path)
        self._is_begun = True
        self._open_files.note(staged.note for staged in self._staged.values())
        for staged in self._staged.values():
            if staged.note.former:
                formers.put_safe(self.root, staged.note)
        files.write_all([staged.whole() for staged in self._staged.values()])
        for folder in set(self._folders.values()):
            files.sync_folder(folder)
        arranging.prepare(self.root, self._state, self._arranged)
        for day, events in self._events.items():
            self._append(day, events)
            self._named.update(self._written.pop(day, ()))
            self._revised.pop(day, None)
        arranging.finish(self.root, self._state, self._arranged)

    def _append(self, day: date, events: list[Event]) -> None:
        path = paths.journal_path(self.root, day)
        files.make_folder(path.parent, self.root)
        tail = appending.append(path, events, self.catalogue.tails.of(day))
        self.catalogue.tails.set(day, tail)

    def withdraw(self) -> None:
        """After a failed commit: take away the files of ours that have no line, as far as the disk allows."""
        if not self._is_begun:
            return
        for notes in self._revised.values():
            for note in notes:
                formers.put_back(self.root, note)
        for paths_of_day in self._written.values():
            for path in set(paths_of_day) - self._named:
                if files.is_file_of(path, self._staged[path].note.sha256):
                    files.discard(path)


def _check_free(path: Path) -> None:
    """Between a job and its commit, a sync program or a person may have put something of that name there."""
    if os.path.lexists(path):
        raise ArchiveNotWritable(
            f"{path} was put there by another program just now; it stays as it is: run again, and the article lies beside it"
        )


def _lengths(lists: dict[date, Any]) -> dict[date, int]:
    return {day: len(entries) for day, entries in lists.items()}
