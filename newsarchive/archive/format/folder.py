"""archive: whether a folder is an archive at all, before anything is read from it or written into it."""

from __future__ import annotations

from pathlib import Path

from newsarchive.archive.format import paths
from newsarchive.errors import UsageError

BESIDE_AN_ARCHIVE = ("README.md", paths.WATCHES_NAME, "lost+found")
"""What may lie in an archive that no run has written into yet: its own README, watches, and what a new disk brings."""


def check_archive(folder: Path, what_to_do: str, *, begun: bool = False) -> None:
    """Raises ``UsageError``, with ``what_to_do``, for what is no archive; ``begun``: for one without a day or state too."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: {what_to_do}")
    if not (_is_begun(folder) if begun else _is_archive(folder)):
        raise UsageError(
            f"{folder} is no archive: it has neither {paths.STATE_NAME} nor journals (<year>/<month>/<day>/"
            f"{paths.JOURNAL_NAME}); {what_to_do}"
        )


def _is_begun(folder: Path) -> bool:
    return (folder / paths.STATE_NAME).is_dir() or next(paths.day_folders(folder), None) is not None


def _is_archive(folder: Path) -> bool:
    try:
        if (folder / paths.STATE_NAME).is_dir() or any(paths.days(folder)):
            return True
        return not any(path.name not in BESIDE_AN_ARCHIVE and path.name[0] != "." for path in folder.iterdir())
    except OSError:  # what cannot be looked into is for the verb to say
        return True
