"""archive: one file on disk beside what a line says of it.  Looks, never writes; a pipe or a device is not waited for."""

from __future__ import annotations

import hashlib
import os
import stat
from array import array
from dataclasses import dataclass
from pathlib import Path

from newsarchive.archive.format.chain import Owed
from newsarchive.archive.format.paths import JOURNAL_NAME
from newsarchive.archive.format.states import REVISIONS_NAME
from newsarchive.errors import cause_of

BLOCK_BYTES = 1 << 20
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a pipe must not wait for its writer; Windows must not translate line ends."""


@dataclass(frozen=True, slots=True)
class Lies:
    """What lies under a name."""

    size: int = 0
    sha256: str = ""
    """Empty where nothing can be read."""
    is_there: bool = True
    is_file: bool = True
    trouble: str = ""
    """Why it cannot be read."""
    is_article: bool = False
    """It begins as each article of ours does."""


HEAD = b"\n---\ntitle: "
"""How each article begins (``docs/format.md``)."""


def has_size(path: str, size: int | None) -> bool:
    """Whether a plain file of this size lies there; any size will do where none is told."""
    try:
        seen = os.stat(path)  # noqa: PTH116 - a Path would cost more than the question
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(seen.st_mode) and size in (None, seen.st_size)


def content(path: str, owed: Owed) -> bytes | None:
    """The bytes of the file, if they have the digest that is told; None otherwise, whatever the reason."""
    try:
        handle = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        data = os.read(handle, min(owed.size + 1, BLOCK_BYTES) if owed.size is not None else BLOCK_BYTES)
    except OSError:
        return None
    finally:
        os.close(handle)
    return data if hashlib.sha256(data).hexdigest() == owed.sha256 else None


def look(path: Path) -> Lies:
    """Read what lies there, whatever it is."""
    try:
        seen = path.stat()
        if not stat.S_ISREG(seen.st_mode):
            return Lies(is_file=False)
        return _read(path, seen.st_size)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return Lies(is_there=False)
    except OSError as error:
        return Lies(trouble=f"{cause_of(error)[0]} ({error})")


def _read(path: Path, size: int) -> Lies:
    digest, head = hashlib.sha256(), b""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            head = head or block[: len(HEAD)]
            digest.update(block)
    return Lies(size, digest.hexdigest(), is_article=head == HEAD)


def names_in(folder: Path) -> set[str]:
    """All names in a folder; none where there is no such folder.  Raises ``OSError`` where it cannot be read."""
    try:
        return set(os.listdir(folder))  # noqa: PTH208 - only the names are wanted
    except (FileNotFoundError, NotADirectoryError):
        return set()


def appearance(folder: Path) -> str:
    """A digest of all names in a folder of a day, their sizes, and the time of its journal; empty where it cannot be read.

    The same digest proves the same names and sizes, not the same bytes.  A digest that differs without need costs one
    closer look.
    """
    digest = hashlib.sha256()
    try:
        digest.update(str((folder / JOURNAL_NAME).stat().st_mtime_ns).encode())
        for below in (folder, *sorted((folder / REVISIONS_NAME).glob("*/"))):
            names = os.listdir(os.fsencode(below))  # noqa: PTH208 - in no order, but in the same while nothing changes
            digest.update(b"/".join([os.fsencode(below.name), *names, array("q", _sizes(below, names)).tobytes()]))
    except OSError:
        return ""
    return digest.hexdigest()


def _sizes(folder: Path, names: list[bytes]) -> list[int]:
    """In the order of the names; asked relative to the folder where that can be, which spares the way to it."""
    if os.stat not in os.supports_dir_fd:
        return [(folder / os.fsdecode(name)).stat().st_size for name in names]
    handle = os.open(folder, os.O_RDONLY)
    try:
        return [os.stat(name, dir_fd=handle).st_size for name in names]
    finally:
        os.close(handle)


def may_be_article(name: str) -> bool:
    """Whether a name is one of an article or of a half one; what else people keep in a folder is their own."""
    return name.endswith(".part") if name.startswith(".") else name.endswith(".md") and not name.startswith("_")
