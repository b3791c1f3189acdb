"""A copy in a folder: another disk, a network file system."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

from newsarchive.archive.record import files
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.jobs.mirroring.store import BLOCK_BYTES, MARK, MARKER, Payload

PARTS = MARKER.partition("/")[0]
"""Folder of the marker; what is on its way lies there, so that it is known as ours after a kill."""
_PART_RE = re.compile(r"\.[0-9a-f]{64}(?:-[0-9]{1,9}){0,2}\.part")
_OF_A_NEW_DISK = "lost+found"

Result = TypeVar("Result")


class FolderStore:
    """Written as the archive itself is: temporary name, fsync, its name, fsync of the folder."""

    at_once = files.WRITERS
    keeps_former = False

    def __init__(self, root: Path) -> None:
        self.root, self.name = root, str(root)
        self._numbers = count(1)
        """Of what is on its way: threads put files of the same bytes at the same time."""

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Hold the folder; leftovers of a killed mirror go.  Raises ``UsageError`` and ``ArchiveLocked``."""
        with files.reading(self.root):
            self._check()
        files.check_writable(self.root)
        parts = self.root / PARTS
        files.make_folder(parts, self.root)
        with ArchiveLock(parts):
            for path in parts.iterdir():
                if _PART_RE.fullmatch(path.name):
                    files.discard(path)
            self._mark()
            yield

    def _check(self) -> None:
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(f"{self.root} is no folder: give one for the copy")
        if (self.root / MARKER).is_file() or not self.root.exists():
            return
        lying = [path for path in self.root.iterdir() if path.name not in (PARTS, _OF_A_NEW_DISK)]
        begun = self.root / PARTS
        if begun.is_dir():  # killed before its marker was there: nothing but the lock
            lying += [path for path in begun.iterdir() if not path.name.startswith((".", "lock"))]
        if lying:
            raise UsageError(
                f"{self.root} holds files that no mirror put there ({lying[0].name}): give an empty folder for the copy"
            )

    def _mark(self) -> None:
        path = self.root / MARKER
        if not path.is_file():
            files.write_whole(path, MARK, files.part_path(path.parent, hashlib.sha256(MARK).hexdigest()))
            files.sync_folder(path.parent)

    def sizes(self, below: str) -> dict[str, int]:
        """Of plain files alone: links lead elsewhere."""
        top = self.root / below
        with files.reading(top):
            return dict(self._plain(top)) if top.exists() else {}

    def _plain(self, top: Path) -> Iterator[tuple[str, int]]:
        """A folder that cannot be read is no empty one: raises ``OSError``."""
        for folder, _, names in os.walk(top, onerror=_raise):
            below = Path(folder).relative_to(self.root).as_posix()
            for name in names:
                with suppress(FileNotFoundError):
                    seen = os.lstat(
                        f"{folder}{os.sep}{name}"
                    )  # a Path would take twice the time, of each file each time
                    if stat.S_ISREG(seen.st_mode):
                        yield f"{below}/{name}", seen.st_size

    def folders(self, below: str) -> list[str]:
        folder = self.root / below
        with files.reading(folder):
            return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def chunks(self, file: str) -> Iterator[bytes] | None:
        path = self.root / file
        with files.reading(path):
            if path.is_symlink() or not path.is_file():
                return None
            return self._blocks(path)

    @staticmethod
    def _blocks(path: Path) -> Iterator[bytes]:
        with files.reading(path), path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block

    def told_sha256(self, file: str) -> str | None:  # noqa: ARG002 - of the protocol
        """A file system tells none."""
        return None

    def put(self, file: str, source: Payload) -> None:
        self._arrive(file, source, files.rename)

    def add(self, file: str, source: Payload) -> bool:
        return not os.path.lexists(self.root / file) and self._arrive(file, source, files.name_new)

    def _arrive(self, file: str, source: Payload, name: Callable[[Path, Path], Result]) -> Result:
        path = self.root / file
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
            raise UsageError(f"{path} is no plain file: no mirror put it there; see what it is, and move it away")
        files.make_folder(path.parent, self.root)
        part = files.free_part_path(self.root / PARTS, f"{source.sha256}-{next(self._numbers)}")
        try:
            self._write(part, file, source)
            named = name(part, path)
        finally:
            files.discard(part)
        files.sync_folder(path.parent)
        return named

    @staticmethod
    def _write(part: Path, file: str, source: Payload) -> None:
        """A block at a time, each synced: what is large is not held in memory."""
        digest = hashlib.sha256()
        for block in source.chunks():
            digest.update(block)
            files.append_synced(part, block)
        if digest.hexdigest() != source.sha256:
            raise ArchiveDamaged(f"{file} changed while it was copied: mirror again")

    def remove(self, file: str) -> None:
        files.remove(self.root / file)
        files.sync_folder((self.root / file).parent)


def _raise(error: OSError) -> None:
    raise error
