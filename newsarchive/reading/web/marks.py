"""What the reader marked, read or starred: lines in ``marks/2026-11.txt`` of the archive, which outlive any catalogue.

A line is ``2026-11-27T13:00:00+08:00 starred nitmeav9622448``.  Lines are only ever added, so that git merges two copies by
keeping both sides; whichever line of a document is the latest holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from newsarchive.archive.format.journal import moment, stamp
from newsarchive.archive.format.states import is_docid
from newsarchive.archive.record.files import append_synced, make_folder, sync_folder
from newsarchive.errors import ArchiveDamaged, cause_of
from newsarchive.items import BEIJING

FOLDER = "marks"
READ, UNREAD, STARRED, UNSTARRED = "read", "unread", "starred", "unstarred"
VERBS = (READ, UNREAD, STARRED, UNSTARRED)
_MONTH_RE = re.compile(r"[0-9]{4}-[0-9]{2}\.txt")


@dataclass(frozen=True, slots=True)
class Marked:
    """One line."""

    at: datetime
    verb: str
    docid: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds now."""

    read: frozenset[str] = frozenset()
    starred: tuple[str, ...] = ()
    """Newest first."""
    number: int = 0
    """Another one for each that was read anew: what a held page rests on, instead of all marks."""


NOTHING = Standing()
_Stamp = tuple[int, int]


class Marks:
    """The marks of one archive; for several threads, and beside another reader that marks."""

    def __init__(self, root: Path) -> None:
        self._root, self._folder = root, root / FOLDER
        self._lock = Lock()
        self._known: Mapping[str, _Stamp] = {}
        self._standing = NOTHING

    def standing(self) -> Standing:
        """What holds now; read anew where a file was written.  Raises ``ArchiveDamaged``."""
        with self._lock:
            try:
                found = {path.name: _stamp_of(path) for path in self._files()}
                if found != self._known:
                    marked = (line for path in self._files() for line in _lines(path))
                    self._standing = replace(_standing(marked), number=self._standing.number + 1)
                    self._known = found
            except OSError as error:
                raise ArchiveDamaged(f"{self._folder} cannot be read: {cause_of(error)[0]}; see to that") from error
            return self._standing

    def add(self, at: datetime, verb: str, docid: str) -> None:
        """Write one line, on disk when it returns.  Raises ``ArchiveNotWritable``; ``ValueError`` for what is no mark."""
        if verb not in VERBS or not is_docid(docid):
            raise ValueError(f"{verb} {docid}")
        path = self._folder / f"{at.astimezone(BEIJING):%Y-%m}.txt"
        line = f"{stamp(at)} {verb} {docid}\n".encode()
        with self._lock:
            make_folder(self._folder, self._root)
            is_new = not path.exists()
            append_synced(path, b"\n" + line if _is_torn(path) else line)
            if is_new:
                sync_folder(self._folder)

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if _MONTH_RE.fullmatch(path.name) and path.is_file())


def _stamp_of(path: Path) -> _Stamp:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _lines(path: Path) -> Iterator[Marked]:
    """Those that can be read: a torn one, and what a merge left between, is passed over."""
    for line in path.read_text("utf-8", "replace").splitlines():
        words = line.split(" ")
        at = moment(words[0])
        if at and len(words) == 3 and words[1] in VERBS and is_docid(words[2]):
            yield Marked(at, words[1], words[2])


def _standing(lines: Iterator[Marked]) -> Standing:
    read: dict[str, bool] = {}
    starred: dict[str, bool] = {}
    for line in sorted(lines, key=lambda one: one.at):
        about = read if line.verb in (READ, UNREAD) else starred
        about.pop(line.docid, None)  # the newest stands last
        about[line.docid] = line.verb in (READ, STARRED)
    newest_first = reversed([docid for docid, holds in starred.items() if holds])
    return Standing(frozenset(docid for docid, holds in read.items() if holds), tuple(newest_first))


def _is_torn(path: Path) -> bool:
    """Whether its last line was not written to its end: the power failed."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) != b"\n"
