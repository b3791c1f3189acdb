"""Where an export lies: written beside under a hidden name, and renamed once it is whole; a failure leaves what was there."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from newsarchive.archive.record.files import sync_file, sync_folder
from newsarchive.errors import ArchiveNotWritable, UsageError, cause_of

MARK = ".newsarchive-export"
"""A file in each folder that was exported whole: the kind, then digest and path of each file.  Only such a folder, with these
files and no others, or an empty one is replaced by the next export."""

DIGEST_END = "  "
"""Between digest and path, as sha256sum writes them."""
LOCK_SUFFIX = ".lock"


def part_of(out: Path) -> Path:
    """The place beside ``out`` where an export grows; left there by a kill, it is taken away by the next."""
    return out.with_name(f".{out.name}.newsarchive-part")


def check_out(out: Path, root: Path) -> Path:
    """``out``, absolute; raises ``UsageError`` for a place within the archive, and for one that no folder can hold."""
    out, root = Path(os.path.abspath(out)), root.resolve()  # noqa: PTH100 - a link at the end is not followed
    if out.parent.resolve().joinpath(out.name).is_relative_to(root) or root.is_relative_to(out.resolve()):
        raise UsageError(f"{out} lies within the archive, or around it: nothing is exported there; give another place")
    if not out.name or not out.parent.is_dir():
        raise UsageError(f"{out} cannot be made: {out.parent} is no folder; make it, or give another place")
    return out


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what the operating system says into ``ArchiveNotWritable``."""
    try:
        yield
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(f"the export {path} cannot be written: {cause}; {step}") from error


IsOurs = Callable[[Path], bool]
"""Whether a plain file is an earlier export of its format.  May raise ``OSError``."""


def none_is(_: Path) -> bool:
    """No file that stands there is replaced."""
    return False


@contextmanager
def whole_file(out: Path, is_ours: IsOurs = none_is) -> Iterator[Path]:
    """Gives the path to write to; it becomes ``out`` at the end of the block, and goes where the block fails.

    Raises ``UsageError`` where anything stands there but an empty file or an earlier export, ``ArchiveNotWritable``.
    """
    check_file(out, is_ours)
    part = part_of(out)
    with told(out), cleared(part):
        yield part
        sync_file(part)
        check_file(out, is_ours)  # once more: an export may take minutes, and people work meanwhile
        part.replace(out)
        sync_folder(out.parent)


def check_file(out: Path, is_ours: IsOurs) -> None:
    """Raises ``UsageError`` where neither nothing, nor an empty file, nor an earlier export of this format stands."""
    with told(out):
        if out.is_symlink():
            raise UsageError(f"{out} is a link, and stays; give the place that it leads to, or another name")
        if not os.path.lexists(out):
            return
        if not out.is_file():
            raise UsageError(f"{out} is no file, and stays; this format is one file: give the name of a file")
        if out.stat().st_size and not is_ours(out):
            raise UsageError(f"{out} is not an earlier export of this format: it stays as it is; give another name")


def begins_with(head: bytes) -> IsOurs:
    """Whether a file has this in front."""

    def is_ours(path: Path) -> bool:
        with path.open("rb") as file:
            return file.read(len(head)) == head

    return is_ours


@contextmanager
def whole_folder(out: Path, kind: str) -> Iterator[Path]:
    """The same for a folder, of which an earlier export of this ``kind`` is replaced and nothing else.

    Raises ``UsageError`` where something else stands there, ``ArchiveNotWritable``.
    """
    check_replaceable(out, kind)
    part, old = part_of(out), out.with_name(f".{out.name}.newsarchive-old")
    with told(out), cleared(part):
        check_replaceable(old, kind)
        part.mkdir()
        yield part
        (part / MARK).write_text("\n".join((kind, *_files_of(part), "")), "utf-8", newline="\n")
        _remove(old)
        check_replaceable(out, kind)  # once more: an export may take minutes, and people work meanwhile
        with ExitStack() as undo:
            if os.path.lexists(out):
                out.rename(old)
                undo.callback(old.rename, out)
            part.rename(out)
            undo.pop_all()
        sync_folder(out.parent)
        _remove(old)


@contextmanager
def room_beside(out: Path) -> Iterator[Path]:
    """A folder for what an export needs meanwhile; nothing of it is left.  Raises ``ArchiveNotWritable``."""
    room = out.with_name(f".{out.name}.newsarchive-room")
    with told(out), cleared(room):
        room.mkdir()
        yield room


def check_replaceable(out: Path, kind: str) -> None:
    """Raises ``UsageError`` where neither nothing, nor an empty folder, nor an earlier export of this kind stands, unaltered."""
    if not os.path.lexists(out):
        return
    is_folder = out.is_dir() and not out.is_symlink()
    if is_folder and not any(out.iterdir()):
        return
    mark = out / MARK
    told_kind, *listed = mark.read_text("utf-8", "replace").split("\n") if is_folder and mark.is_file() else [""]
    if told_kind != kind:
        raise UsageError(f"{out} is not an earlier export of {kind}: it stays as it is; give a new or an empty folder")
    if foreign := set(_files_of(out)) - set(listed):
        file = min(line.partition(DIGEST_END)[2] for line in foreign)
        raise UsageError(
            f"{out} stays as it is: {file} was put there or changed by somebody; move it away, or give another folder"
        )


def _files_of(folder: Path) -> list[str]:
    """Digest and path of each file but the mark, in order; of what is no plain file no digest, which no export lists."""
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(
        f"{digest_of(path) or ''}{DIGEST_END}{path.relative_to(folder).as_posix()}"
        for path in files
        if path != folder / MARK
    )


def digest_of(path: Path) -> str | None:
    """SHA-256 of a plain file; None for anything else, and for nothing."""
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def cleared(part: Path) -> Iterator[None]:
    """Nothing of an earlier one is there before, nothing of this behind.  Raises ``UsageError`` beside another export there."""
    lock = part.with_name(part.name + LOCK_SUFFIX)
    try:
        with FileLock(lock, timeout=0):
            _remove(part)
            try:
                yield
            finally:
                _remove(part)
                with suppress(OSError):  # Windows keeps it until it is let go
                    lock.unlink()
    except Timeout as error:
        raise UsageError(f"another export is being written there: {lock} is held; wait for its end") from error


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
