"""Which archive a verb is about: ``--archive``, else ``NEWSARCHIVE_DIR``, else ``ARCHIVE_DIR`` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newsarchive import settings
from newsarchive.archive.format.folder import check_archive
from newsarchive.archive.index.begun_with import profile_of
from newsarchive.errors import UsageError
from newsarchive.settings import values
from newsarchive.settings.values import DIR_VARIABLE

ArchiveOption = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="The archive; else NEWSARCHIVE_DIR, else ./archive.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]

OF_THE_ARCHIVE = f"give the archive with --archive, or set {DIR_VARIABLE}"
"""What to do where the folder of the archive is none; for another folder a verb says which option names it."""


def archive_folder(given: Path | None) -> Path:
    """The folder, which must be an archive, or empty: one that will be.  Raises ``UsageError``.

    A relative setting is relative to the folder of scrapy.cfg.
    """
    folder = archive_path(given)
    if not folder.exists():
        raise UsageError(f"{folder} is not there: newsarchive crawl makes it; else {OF_THE_ARCHIVE}")
    check_archive(folder, OF_THE_ARCHIVE)
    return folder


def archive_path(given: Path | None) -> Path:
    """Where the archive is or will be; raises ``UsageError``."""
    here = Path.cwd()
    return _checked(given) if given else Path(project_of(here) or here, _checked(settings.ARCHIVE_DIR))


def _checked(given: str | Path) -> Path:
    try:
        return values.folder(given)
    except ValueError as expected:
        raise UsageError(f"archive {given}: expected {expected}") from None


def project_of(folder: Path) -> Path | None:
    """The folder of scrapy.cfg: this one or the next above it that has one."""
    return next((parent for parent in (folder, *folder.parents) if (parent / "scrapy.cfg").is_file()), None)


def profile_name(root: Path) -> str:
    """The profile that the archive was begun with, else the one of the settings.  Raises ``UsageError``."""
    try:
        return profile_of(root) or str(values.value(vars(settings), "ARCHIVE_PROFILE"))
    except ValueError as expected:
        raise UsageError(f"setting ARCHIVE_PROFILE: expected {expected}") from None
