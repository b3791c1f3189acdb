"""What a ZIP says of each of its files: the same on any system and at any time, so that the same files make the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

MOMENT_ZERO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can tell."""
UNIX = 3
"""Of ``ZipInfo.create_system``."""


def entry_named(name: str, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    told = zipfile.ZipInfo(name, MOMENT_ZERO)
    told.compress_type, told.create_system = compression, UNIX
    return told


def is_zip_of_ours(path: Path, first: Sequence[str], last: Sequence[str]) -> bool:
    """Whether it is a ZIP that begins and ends with files of these names, each with the moment that ours have."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    names = [entry.filename for entry in entries]
    is_named_so = names[: len(first)] == list(first) and names[len(names) - len(last) :] == list(last)
    return is_named_so and all(entry.date_time == MOMENT_ZERO for entry in entries)
