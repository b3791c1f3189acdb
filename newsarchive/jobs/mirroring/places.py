"""Which place a target names: a folder, or an S3 store."""

from __future__ import annotations

from pathlib import Path

from newsarchive.errors import UsageError
from newsarchive.jobs.mirroring.folder_store import FolderStore
from newsarchive.jobs.mirroring.store import STORE_SCHEME, Store


def is_store(target: object) -> bool:
    """Whether it is an address of an object store."""
    return str(target).startswith(STORE_SCHEME)


def store_of(target: str, root: Path) -> Store:
    """The place.  Raises ``UsageError``, also where it lies in the archive ``root`` or around it."""
    if is_store(target):
        from newsarchive.jobs.mirroring.s3_store import S3Store  # noqa: PLC0415 - an extra

        return S3Store(target)
    folder = Path(target)
    ours, theirs = root.resolve(), folder.resolve()
    if theirs.is_relative_to(ours) or ours.is_relative_to(theirs):
        raise UsageError(
            f"{folder} and the archive {root} lie in one another: give a folder beside it, on another disk"
        )
    return FolderStore(folder)
