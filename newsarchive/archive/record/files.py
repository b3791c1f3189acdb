"""archive: whole files or none, on disk before we say so.

Every failure becomes ``ArchiveNotWritable`` (exit 7) that names path, cause in plain words and next step.  A new name
is safe only after its folder is synced too; writing one does not do that, so that the caller can sync once for many.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from newsarchive.errors import ArchiveNotWritable, cause_of

PROBE_BYTES = 4096
"""One block: an empty file can still be made on a full disk."""
FEW_FILES = 8
"""Fewer are written one after the other; most commits of a crawl have fewer."""
SLOW_S = 0.002
"""Of a file on the average, from which on the rest is written by threads; on a quick disk they cost more than they spare."""
WRITERS = 4
"""Threads that write at once: four syncs together take little longer than one, eight no less than four (measured)."""
REPLACE_PATIENCE_SECONDS = 5.0
"""How long a reader (editor, virus scanner, indexer) may hold a file on Windows before its replacement fails."""
REPLACE_PAUSE_SECONDS = 0.05

_MODE = 0o666
"""Of new files, as far as the user's umask lets."""
_FOLDERS_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
"""What network and FUSE file systems answer that have no fsync of folders; they order names themselves."""


def part_path(folder: Path, docid: str) -> Path:
    """Return where an article is written before it has its name; hidden and not ``.md``: no site generator takes it."""
    return folder / f".{docid}.part"


def free_part_path(folder: Path, docid: str) -> Path:
    """Return ``part_path``, or the next such name where something lies under it that may be somebody's own."""
    tails = chain([""], (f"-{n}" for n in count(2)))
    return next(path for tail in tails if not os.path.lexists(path := part_path(folder, f"{docid}{tail}")))


def write_whole(path: Path, data: bytes, part: Path) -> None:
    """Put ``data`` into ``path`` at once, by way of ``part`` in the same folder; what stood there is replaced or stays.

    Raises ``ArchiveNotWritable``; the caller syncs the folder.
    """
    with _told(path), contextlib.ExitStack() as undo:
        undo.callback(discard, part)
        with _opened(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as handle:
            _write(handle, data)
            _sync(handle)
        _replace(part, path)
        undo.pop_all()


class WholeFile(NamedTuple):
    """A file to be put in place as ``write_whole`` does."""

    path: Path
    part: Path
    data: Callable[[], bytes]
    """Called when it is written, in any thread."""


def write_all(wholes: Sequence[WholeFile]) -> None:
    """``write_whole`` for many; where the disk is slow, threads share what it does for each sync.

    Raises as that, once all that were begun have ended.
    """
    begun = time.monotonic()
    for number, whole in enumerate(wholes, 1):
        write_whole(whole.path, whole.data(), whole.part)
        if len(wholes) - number >= FEW_FILES and time.monotonic() - begun > number * SLOW_S:
            _write_at_once(wholes[number:])
            return


def _write_at_once(wholes: Sequence[WholeFile]) -> None:
    with ThreadPoolExecutor(WRITERS, thread_name_prefix="archive-file") as pool:
        written = [pool.submit(lambda one: write_whole(one.path, one.data(), one.part), whole) for whole in wholes]
    for future in written:
        future.result()


def write_part(part: Path, data: bytes) -> None:
    """Put ``data`` into a temporary file, on disk when it returns.  Raises ``ArchiveNotWritable``; the caller syncs the folder."""
    with _told(part), contextlib.ExitStack() as undo:
        undo.callback(discard, part)
        with _opened(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as handle:
            _write(handle, data)
            _sync(handle)
        undo.pop_all()


def write_pieces(part: Path, pieces: Iterable[bytes]) -> None:
    """Write a temporary file that is too large to be held, on disk when it returns.  Raises ``ArchiveNotWritable``."""
    with _told(part), _opened(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as handle:
        for piece in pieces:
            _write(handle, piece)
        _sync(handle)


def rename(part: Path, path: Path) -> None:
    """Give a temporary file its name; what stood there is replaced.  Raises ``ArchiveNotWritable``; the caller syncs the folder."""
    with _told(path):
        _replace(part, path)


def name_new(part: Path, path: Path) -> bool:
    """Give a temporary file a name that nothing has; False, and nothing done, where something has it.

    By a second name for the file, which the system gives to no two; where the file system has none, it is looked at just
    before.  ``part`` may be left; the caller discards it, and syncs the folder.  Raises ``ArchiveNotWritable``.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:
        if os.path.lexists(path):
            return False
        rename(part, path)  # tells what the matter is, if it was not the link
    return True


def append_synced(path: Path, data: bytes) -> int:
    """Append ``data``, on disk when it returns; return the new size in bytes.

    Where writing fails midway, the file is cut back to its old size.  Raises ``ArchiveNotWritable``.
    """
    with _told(path), _opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as handle:
        before = os.lseek(handle, 0, os.SEEK_END)
        try:
            _write(handle, data)
            _sync(handle)
        except OSError:
            _cut_back(path, before)
            raise
    return before + len(data)


def overwrite(path: Path, parts: Iterable[tuple[int, bytes]]) -> None:
    """Put bytes over those at an offset, on disk when it returns; the size stays.  Nothing where there are no parts.

    Not whole or nothing: for what may be written twice.  Raises ``ArchiveNotWritable``.
    """
    todo = list(parts)
    if not todo:
        return
    with _told(path), path.open("r+b", buffering=0) as file:
        for offset, data in todo:
            file.seek(offset)
            _write(file.fileno(), data)
        _sync(file.fileno())


def cut(path: Path, size: int) -> None:
    """Shorten a file to its first ``size`` bytes, on disk when it returns.  Raises ``ArchiveNotWritable``."""
    with _told(path), path.open("r+b", buffering=0) as file:
        file.truncate(size)
        _sync(file.fileno())


def discard(path: Path) -> None:
    """Take a file away if it is there; where the disk does not let us, it stays for the next start to try again."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Take a file away that must not stay; nothing where it is not there.  Raises ``ArchiveNotWritable``."""
    with _told(path):
        path.unlink(missing_ok=True)


def is_file_of(path: Path, sha256: str) -> bool:
    """Whether a plain file (no link, no folder) with this digest lies there."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def digest_of(path: Path) -> str | None:
    """SHA-256 of a plain file; None where none lies.  Raises ``ArchiveNotWritable`` where nobody can tell."""
    with reading(path):
        try:
            is_plain = stat.S_ISREG(path.lstat().st_mode)
        except FileNotFoundError:
            return None
        if not is_plain:
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path) -> bytes:
    """All of a file of ours.  Raises ``ArchiveNotWritable``."""
    with reading(path):
        return path.read_bytes()


def sync_file(path: Path) -> None:
    """Bring a file that another program wrote to the disk.  Raises ``ArchiveNotWritable``."""
    with _told(path), path.open("rb") as file:
        _sync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk (Windows has no such call).  Raises ``ArchiveNotWritable``."""
    if os.name == "nt":
        return
    with _told(folder):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in _FOLDERS_CANNOT_SYNC:
                raise
        finally:
            os.close(handle)


def make_folder(path: Path, below: Path) -> list[Path]:
    """Make ``path`` and its parents down from ``below`` (which exists); return the new ones, outermost first.

    The folder around each new one is synced, so that a power cut cannot take away a folder whose files are on disk.
    Raises ``ArchiveNotWritable``.
    """
    missing = []
    while path != below and not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with _told(folder):
            folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    return missing[::-1]


def check_writable(root: Path) -> None:
    """Make the archive's root if need be and write into it: a file without a name, so that nothing is ever left of it.

    Raises ``ArchiveNotWritable``, also where ``root`` is a file.
    """
    with _told(root):
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root, buffering=0) as file:
            _write(file.fileno(), bytes(PROBE_BYTES))
            _sync(file.fileno())


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the operating system says into ``ArchiveNotWritable``."""
    try:
        yield
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(f"{path} cannot be written: {cause} ({error}); {step}") from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """The same for what has to be read before anything may be written."""
    try:
        yield
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(f"{path} cannot be read: {cause} ({error}); {step}") from error


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """The file's handle, closed in the end: a file object would ask the system four times more of each file."""
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0), _MODE)
    try:
        yield handle
    finally:
        os.close(handle)


def _write(handle: int, data: bytes) -> None:
    """Write all of it, without a buffer that would try once more on closing, after the file was cut back."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync(handle: int) -> None:
    """Bring a file to the disk; on macOS through the drive's cache, where fsync alone stops before it."""
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415  not on Windows

        with contextlib.suppress(OSError):  # network file systems know fsync alone
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def _replace(part: Path, path: Path) -> None:
    if os.name == "nt":
        _patiently(lambda: part.replace(path), REPLACE_PATIENCE_SECONDS)
    else:
        part.replace(path)


def _patiently(action: Callable[[], object], seconds: float) -> None:
    """Try again while permission is refused, so many seconds long."""
    until = time.monotonic() + seconds
    while True:
        try:
            action()
        except PermissionError:
            if time.monotonic() > until:
                raise
            time.sleep(REPLACE_PAUSE_SECONDS)
        else:
            return


def _cut_back(path: Path, size: int) -> None:
    with contextlib.suppress(OSError):  # the first error is the one to tell
        os.truncate(path, size)
