"""How the catalogue's file looked at the last clean end: what looks otherwise was changed by somebody else.

The note is there between two runs alone: a run takes it away before it writes.
"""

from __future__ import annotations

from pathlib import Path

NAME = "catalogue.as-left"


def note_path(catalogue: Path) -> Path:
    return catalogue.with_name(NAME)


def look_of(catalogue: Path) -> str:
    """Size and time."""
    found = catalogue.stat()
    return f"{found.st_size} {found.st_mtime_ns}\n"


def is_as_left(catalogue: Path) -> bool:
    """Whether the file has the size and time that were noted; True where nothing was noted."""
    note = note_path(catalogue)
    try:
        return note.read_text("ascii", "replace") == look_of(catalogue)
    except FileNotFoundError:
        return True
