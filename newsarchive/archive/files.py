"""archive: whole files or none, on disk before we say so.

Every failure becomes ``ArchiveNotWritable`` (exit 7) that names path, cause in plain words and next step.  A new name
is safe only after its folder is synced too; writing one does not do that, so that the caller can sync once for many.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from newsarchive.errors import ArchiveNotWritable

PROBE_BYTES = 4096
"""One block: an empty file can still be made on a full disk."""
REPLACE_PATIENCE_SECONDS = 5.0
"""How long a reader (editor, virus scanner, indexer) may hold a file on Windows before its replacement fails."""
REPLACE_PAUSE_SECONDS = 0.05

_START_AGAIN = "then start again: nothing half-written remains"
_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", f"free some space, {_START_AGAIN}"),
    errno.EFBIG: (
        "the file would be larger than allowed",
        f"raise the limit (ulimit -f) or change the disk, {_START_AGAIN}",
    ),
    errno.EACCES: ("no permission", f"give this user the right to write there, {_START_AGAIN}"),
    errno.EPERM: ("the system does not permit it", f"give this user the right to write there, {_START_AGAIN}"),
    errno.EROFS: ("the disk is mounted read-only", f"mount it for writing, {_START_AGAIN}"),
    errno.EIO: ("the disk has an I/O error", "look at the disk's health before anything else; copy the archive away"),
    errno.ENOTDIR: (
        "a file stands where a folder is needed",
        f"move that file away or choose another ARCHIVE_DIR, {_START_AGAIN}",
    ),
    errno.EEXIST: (
        "a file stands where a folder is needed",
        f"move that file away or choose another ARCHIVE_DIR, {_START_AGAIN}",
    ),
    errno.EISDIR: ("a folder stands where a file is needed", f"move that folder away, {_START_AGAIN}"),
    errno.ENOENT: ("its folder does not exist (any more)", f"see whether the disk is mounted, {_START_AGAIN}"),
    errno.ENAMETOOLONG: ("the path is too long", "choose an ARCHIVE_DIR with a shorter path"),
    errno.ELOOP: ("its symbolic links form a circle", "choose an ARCHIVE_DIR without them"),
    errno.EMFILE: ("too many files are open", f"raise the limit (ulimit -n), {_START_AGAIN}"),
}
if hasattr(errno, "EDQUOT"):  # not on Windows
    _CAUSES[errno.EDQUOT] = ("the disk quota is used up", f"free some space or raise the quota, {_START_AGAIN}")
_FOLDERS_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
"""What network and FUSE file systems answer that have no fsync of folders; they order names themselves."""


def part_path(folder: Path, docid: str) -> Path:
    """Return where an article is written before it has its name; hidden and not ``.md``: no site generator takes it."""
    return folder / f".{docid}.part"


def write_whole(path: Path, data: bytes, part: Path) -> None:
    """Put ``data`` into ``path`` at once, by way of ``part`` in the same folder; what stood there is replaced or stays.

    Raises ``ArchiveNotWritable``; the caller syncs the folder.
    """
    with _told(path), contextlib.ExitStack() as undo:
        undo.callback(discard, part)
        with part.open("wb", buffering=0) as file:
            _write(file.fileno(), data)
            _sync(file.fileno())
        _replace(part, path)
        undo.pop_all()


def append_synced(path: Path, data: bytes) -> int:
    """Append ``data``, on disk when it returns; return the new size in bytes.

    Where writing fails midway, the file is cut back to its old size.  Raises ``ArchiveNotWritable``.
    """
    with _told(path), path.open("ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            _write(file.fileno(), data)
            _sync(file.fileno())
        except OSError:
            _cut_back(path, before)
            raise
    return before + len(data)


def cut(path: Path, size: int) -> None:
    """Shorten a file to its first ``size`` bytes, on disk when it returns.  Raises ``ArchiveNotWritable``."""
    with _told(path), path.open("r+b", buffering=0) as file:
        file.truncate(size)
        _sync(file.fileno())


def discard(path: Path) -> None:
    """Take a file away if it is there; where the disk does not let us, it stays for the next start to try again."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


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


def cause_of(error: OSError) -> tuple[str, str]:
    """Return an error of the operating system as two plain phrases: the cause, and what to do about it."""
    unknown = (error.strerror or str(error), f"see to that, {_START_AGAIN}")
    return _CAUSES.get(error.errno or 0, unknown)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the operating system says into ``ArchiveNotWritable``."""
    try:
        yield
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(f"{path} cannot be written: {cause} ({error}); {step}") from error


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
