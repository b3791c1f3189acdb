"""Each archive says itself how it is read without software: ``README.md`` in its root."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from newsarchive.archive.record import files

NAME = "README.md"


def text() -> bytes:
    """The file, as it also stands in ``archive/`` of the project."""
    return resources.files("newsarchive.archive.record").joinpath("folder_readme.md").read_bytes()


def lay(root: Path) -> None:
    """Put it there, unless something of that name is there already.  Raises ``ArchiveNotWritable``."""
    path, part = root / NAME, files.free_part_path(root, NAME)
    if not os.path.lexists(path):
        files.write_whole(path, text(), part)
        files.sync_folder(root)
