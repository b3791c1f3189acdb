"""archive: a day that only another archive has, taken whole: its files first, its journal last, its chain untouched.

The files are noted before they are written.  So whatever is killed in between, the next start knows which files without a
journal are the unfinished work of an import, and takes them away; the next import begins the day anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath

from newsarchive.archive.format import paths
from newsarchive.archive.format.rsshub import FOLDER
from newsarchive.archive.format.states import REVISIONS_NAME, is_docid
from newsarchive.archive.record import files
from newsarchive.archive.record.files import WholeFile

NOTES_NAME = "taking.jsonl"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the journal of the day tells of."""

    file: str
    """Below either archive, with ``/``."""
    sha256: str
    docid: str

    @property
    def part(self) -> PurePosixPath:
        path = PurePosixPath(self.file)
        number = f"-{path.stem}" if path.parent.parent.name == REVISIONS_NAME else ""
        return path.with_name(f".{self.docid}{number}.part")


def is_free(root: Path, day: date, owed: Iterable[NamedFile]) -> bool:
    """Whether each file can lie where it belongs: nothing is there, or the very same bytes."""
    if os.path.lexists(paths.journal_path(root, day)):
        return False
    return all(
        not os.path.lexists(root / file.file) or files.is_file_of(root / file.file, file.sha256) for file in owed
    )


def take_day(
    root: Path, day: date, journal: bytes, owed: Sequence[NamedFile], read: Callable[[NamedFile], bytes]
) -> None:
    """Write the files that ``read`` gives, then the journal.  Raises ``ArchiveNotWritable``, and what ``read`` raises.

    ``is_free`` must hold.  Where it fails midway, what was written is taken away again.
    """
    state = root / paths.STATE_NAME
    new = [file for file in owed if not os.path.lexists(root / file.file)]
    _write_note(state, day, new)
    done = False
    try:
        for folder in {(root / file.file).parent for file in owed} | {paths.day_folder(root, day)}:
            files.make_folder(folder, root)
        files.write_all([WholeFile(root / file.file, root / file.part, partial(read, file)) for file in new])
        for file in owed:
            if file not in new:
                files.sync_file(root / file.file)
        for folder in {(root / file.file).parent for file in owed}:
            files.sync_folder(folder)
        path = paths.journal_path(root, day)
        files.write_whole(path, journal, files.part_path(path.parent, path.name))
        files.sync_folder(path.parent)
        done = True
    finally:
        if not done:
            _withdraw(root, day, new)
    files.discard(state / NOTES_NAME)


def settle(root: Path, state: Path) -> None:
    """At a start: take away what a killed import wrote of a day whose journal did not come.  Raises ``ArchiveNotWritable``."""
    path = state / NOTES_NAME
    if not path.is_file():
        return
    for day, owed in _notes(path):
        _withdraw(root, day, owed)
    files.discard(path)


def _withdraw(root: Path, day: date, new: Iterable[NamedFile]) -> None:
    journal = paths.journal_path(root, day)
    files.discard(files.part_path(journal.parent, journal.name))
    has_journal = os.path.lexists(journal)
    for file in new:
        files.discard(root / file.part)
        if not has_journal and files.is_file_of(root / file.file, file.sha256):
            files.discard(root / file.file)


def _write_note(state: Path, day: date, new: Sequence[NamedFile]) -> None:
    told = {"day": day.isoformat(), "files": [[file.file, file.sha256, file.docid] for file in new]}
    files.append_synced(state / NOTES_NAME, json.dumps(told, ensure_ascii=False).encode() + b"\n")
    files.sync_folder(state)


def _notes(path: Path) -> Iterator[tuple[date, list[NamedFile]]]:
    """What the notes say; a torn last line, and what is no note of ours, is passed over."""
    *lines, _ = files.read(path).split(b"\n")
    for line in lines:
        try:
            told = json.loads(line)
            day = date.fromisoformat(told["day"])
            owed = [NamedFile(str(file), str(sha256), str(docid)) for file, sha256, docid in told["files"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if all(_is_of(day, file) for file in owed):
            yield day, owed


def _is_of(day: date, owed: NamedFile) -> bool:
    """Whether an article of that day, or a former state of one, can lie there."""
    path = PurePosixPath(owed.file)
    is_plain = path.as_posix() == owed.file and not {"..", "."} & set(path.parts) and "\0" not in owed.file
    is_there = paths.day_named(owed.file) == day or path.parent.as_posix() == FOLDER
    return is_plain and is_there and path.suffix == ".md" and is_docid(owed.docid)
