"""What is needed of a copy in a store, as a folder for a while: ``repair --from`` and ``import`` read folders."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from newsarchive.archive.format import paths
from newsarchive.archive.format.media import MEDIA_NAME
from newsarchive.archive.format.raw_place import RAW_NAME
from newsarchive.archive.format.rsshub import FOLDER
from newsarchive.archive.record.day_journal import day_name
from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable, UsageError, cause_of
from newsarchive.jobs.mirroring import ours
from newsarchive.jobs.mirroring.store import Store, days_in

SPARE_BYTES = 64 << 20
"""Left free on the disk that it comes to."""
_IS_NO_PATH = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EINVAL, errno.EILSEQ}
"""What systems answer to a name that is too long or has a sign that they do not know, or where a file stands for a folder."""


@contextmanager
def whole(store: Store) -> Iterator[Path]:
    """All of the copy.  Raises ``UsageError`` where there is none, ``ArchiveNotWritable`` where the disk is too small."""
    days = days_in(store)
    if not days:
        raise UsageError(f"{store.name} holds no copy of an archive")
    folders = [*map(day_name, days), RAW_NAME, MEDIA_NAME, FOLDER]
    with _fetched(store, {file: size for folder in folders for file, size in store.sizes(folder).items()}) as folder:
        yield folder


@contextmanager
def what_was(store: Store, lost: Collection[str]) -> Iterator[Path]:
    """The days to which these files belong, and the files themselves; ``lost`` are paths below the archive."""
    days = {day for file in lost if (day := paths.day_named(file))}
    found = {file: size for day in sorted(days) for file, size in store.sizes(day_name(day)).items()}
    for shared in {file.rpartition("/")[0] for file in lost if paths.day_named(file) is None}:
        found |= {file: size for file, size in store.sizes(shared).items() if file in lost}
    with _fetched(store, found) as folder:
        yield folder


@contextmanager
def _fetched(store: Store, sizes: dict[str, int]) -> Iterator[Path]:
    """Paths that no archive has are passed over: keys of a store are text from outside."""
    wanted = {file: size for file, size in sizes.items() if ours.may_lie_there(file)}
    with _told(Path(os.environ.get("TMPDIR", "TMPDIR"))):
        temporary = tempfile.TemporaryDirectory(prefix="newsarchive-", ignore_cleanup_errors=True)
    with temporary as name:
        folder, needed = Path(name), sum(wanted.values()) + SPARE_BYTES
        if (free := shutil.disk_usage(folder).free) < needed:
            raise ArchiveNotWritable(
                f"{folder.parent} has {free >> 20} MiB free, and {needed >> 20} are needed for what {store.name} holds: set TMPDIR "
                "to a folder on a larger disk"
            )
        with ThreadPoolExecutor(store.at_once, thread_name_prefix="fetch") as pool:
            for _ in pool.map(partial(_fetch, store, folder), wanted, wanted.values()):
                pass
        yield folder


def _fetch(store: Store, folder: Path, file: str, size: int) -> None:
    out = _opened(folder / file)
    if out is None:
        return
    with _told(folder), out:
        for block in store.chunks(file) or ():
            size -= len(block)
            if size < 0:
                raise ArchiveDamaged(f"{store.name} sends more bytes of {file} than it told: try again")
            out.write(block)


def _opened(path: Path) -> BinaryIO | None:
    """None for a key that can be no path here: whoever needs that file misses it."""
    with _told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open("wb")
        except OSError as error:
            if error.errno in _IS_NO_PATH:
                return None
            raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveNotWritable(
            f"{path} cannot be written: {cause_of(error)[0]}; set TMPDIR to a folder with room for a copy"
        ) from error
