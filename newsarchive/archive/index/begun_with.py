"""Which profile an archive was begun with, as its journals say: verbs that write must not ask the settings."""

from __future__ import annotations

from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.events import is_sound
from newsarchive.archive.format.profiles import PROFILES
from newsarchive.archive.index.document import KEPT_EVENTS


def profile_of(root: Path) -> str | None:
    """The profile of the first article, or None where none was kept yet.  Raises ``ArchiveDamaged``."""
    for day in paths.days(root):
        for line in journal.read(paths.journal_path(root, day)):
            said = line.data
            is_whole = is_sound(said) or bool(said.get("redacted"))
            if said.get("event") in KEPT_EVENTS and is_whole and said.get("profile") in PROFILES:
                return str(said["profile"])
    return None
