"""The folder that is imported: read with bounds, never written, and never left through a symbolic link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from newsarchive.errors import cause_of

MAX_POST_BYTES = 64 * 1024 * 1024
"""Three times the largest page that a crawl takes (20 MiB)."""
MAX_JOURNAL_BYTES = 512 * 1024 * 1024
"""Of one day: 200 times what the busiest days of Sina have."""
MAX_DEPTH = 40
"""Folders in each other; sites of Hexo and Hugo have half a dozen."""
POST_ENDINGS = (".md", ".markdown")
_NO_POSTS = ("node_modules", "_revisions", "themes")
"""Folders beside the posts of a site, and earlier states of an archive."""
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NotTaken(Exception):
    """A thing in the folder that is not taken in; the message is the reason, for the report."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is not taken in."""

    path: str
    """Below the folder, with ``/``."""
    reason: str


class ImportSource:
    """A folder, by paths below it with ``/``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real = root.resolve()
        self._checked: set[PurePosixPath] = set()
        """Folders that lie below the root, by no link."""
        self.name = self._real.name
        """Of the folder: what journal lines tell of where they come from."""

    def read(self, file: str, limit: int = MAX_POST_BYTES) -> bytes:
        """The bytes of a file at one moment.  Raises ``NotTaken`` for a link, a pipe, or one that is too large or changes."""
        self._check_place(file)
        try:
            handle = os.open(self.root / file, _OPEN_FLAGS)
            with open(handle, "rb", buffering=0) as opened:  # noqa: PTH123 - of a handle
                return _whole(opened.fileno(), limit)
        except OSError as error:
            raise NotTaken(f"it cannot be read: {_cause(error)}") from None

    def open(self, file: str) -> BinaryIO:
        """A file that is too large to be held.  Raises ``NotTaken`` for a link, a pipe, or what cannot be opened."""
        self._check_place(file)
        try:
            opened = open(os.open(self.root / file, _OPEN_FLAGS), "rb")  # noqa: PTH123, SIM115 - of a handle; the caller's
        except OSError as error:
            raise NotTaken(f"it cannot be read: {_cause(error)}") from None
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            opened.close()
            raise NotTaken("no ordinary file")
        return opened

    def has(self, file: str) -> bool:
        """Whether an ordinary file lies there."""
        try:
            self._check_place(file)
            return stat.S_ISREG(os.lstat(self.root / file).st_mode)
        except (OSError, NotTaken):
            return False

    def changed_at(self, file: str) -> float:
        """The file's own time, in seconds since 1970.  Raises ``NotTaken``."""
        try:
            return os.lstat(self.root / file).st_mtime
        except OSError as error:
            raise NotTaken(f"it cannot be read: {_cause(error)}") from None

    def posts(self, left: list[Left]) -> Iterator[str]:
        """The files that may be posts, in the order of their paths; what is passed over goes into ``left``."""
        yield from self._posts(PurePosixPath(), left)

    def _posts(self, folder: PurePosixPath, left: list[Left]) -> Iterator[str]:
        if len(folder.parts) > MAX_DEPTH:
            left.append(Left(folder.as_posix(), f"it lies deeper than {MAX_DEPTH} folders"))
            return
        try:
            with os.scandir(self.root / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            left.append(Left(folder.as_posix(), f"it cannot be read: {_cause(error)}"))
            return
        for entry in entries:
            yield from self._of_entry(folder / entry.name, entry, left)

    def _of_entry(self, path: PurePosixPath, entry: os.DirEntry[str], left: list[Left]) -> Iterator[str]:
        is_post = path.suffix.lower() in POST_ENDINGS
        if entry.name.startswith("."):
            return
        if entry.is_symlink():
            if is_post or entry.is_dir():
                left.append(Left(path.as_posix(), "a symbolic link: it is not followed"))
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in _NO_POSTS:
                yield from self._posts(path, left)
        elif is_post:
            yield path.as_posix()

    def _check_place(self, file: str) -> None:
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts or "\0" in file or "\\" in file:
            raise NotTaken("its path leads out of the folder")
        if path.parent in self._checked:
            return
        try:
            parent = (self.root / path.parent).resolve()
        except (OSError, RuntimeError):  # links in a circle
            raise NotTaken("its folder cannot be reached") from None
        if not parent.is_relative_to(self._real):
            raise NotTaken("a symbolic link leads out of the folder")
        self._checked.add(path.parent)


def _whole(handle: int, limit: int) -> bytes:
    before = os.fstat(handle)
    if not stat.S_ISREG(before.st_mode):
        raise NotTaken("no ordinary file")
    if before.st_size > limit:
        raise NotTaken(f"it is larger than {limit // 1024 // 1024} MiB")
    data = bytearray()
    while len(data) <= limit and (piece := os.read(handle, max(before.st_size + 1 - len(data), 4096))):
        data += piece
    after = os.fstat(handle)
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or len(data) != after.st_size:
        raise NotTaken("it is being written; import again when that has ended")
    return bytes(data)


def _cause(error: OSError) -> str:
    return cause_of(error)[0] if not isinstance(error, FileNotFoundError) else "there is none"
