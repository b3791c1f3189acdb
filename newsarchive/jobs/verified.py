"""What ``verify`` remembers: how far each day's journal was verified, ``.newsarchive/verified.json``.

Losing it costs a longer verify, and the knowledge that a journal had more lines; nothing else writes or needs it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import astuple
from datetime import date
from pathlib import Path

from newsarchive.archive.format import paths
from newsarchive.archive.record import files
from newsarchive.archive.record.day_journal import VerifiedDay
from newsarchive.errors import ArchiveNotWritable

NAME = "verified.json"
_TYPES = (int, str, int, int, int, str)
"""Of the fields of ``VerifiedDay``."""


def load(root: Path) -> dict[date, VerifiedDay]:
    """What was verified; nothing where there is no such file, or none of ours."""
    try:
        told = json.loads((root / paths.STATE_NAME / NAME).read_bytes())
        return {date.fromisoformat(day): _known(fields) for day, fields in told.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def save(root: Path, known: dict[date, VerifiedDay]) -> None:
    """Remember it; where nothing can be written, or the archive has no state folder, nothing is."""
    path = root / paths.STATE_NAME / NAME
    if not path.parent.is_dir():
        return
    data = json.dumps({day.isoformat(): astuple(known[day]) for day in sorted(known)}, separators=(",", ":"))
    with suppress(ArchiveNotWritable):
        files.write_whole(path, data.encode() + b"\n", files.part_path(path.parent, NAME))


def _known(fields: object) -> VerifiedDay:
    """Raises ``TypeError`` for what is none."""
    if not isinstance(fields, list) or tuple(map(type, fields)) != _TYPES:
        raise TypeError(fields)
    return VerifiedDay(*fields)
