"""An archive with raw records, a picture-free pair of days and a revision, and its mirror."""

import shutil

from newsarchive.jobs.mirroring.folder_store import FolderStore
from newsarchive.jobs.mirroring.mirror import mirror
from tests.archive.making import tree
from tests.jobs import verifying

RAW = "_raw/2026/11/23-1.warc.gz"


def make(root):
    verifying.make(root)
    raw = root / RAW
    raw.parent.mkdir(parents=True)
    raw.write_bytes(b"records " * 1000)


def mirrored(root, store, **more):
    return mirror(root, store, lambda _done, _days: None, **more)


def to_folder(root, target, **more):
    return mirrored(root, FolderStore(target), **more)


def articles(root):
    """The tree without what is a mirror's own."""
    return {path: data for path, data in tree(root).items() if not path.startswith("_mirror/")}


def as_archive(copy, folder):
    """What a person would have who took the copy as it is now."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(copy, folder)
    return folder
