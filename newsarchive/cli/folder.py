"""Which archive a verb is about: ``--archive``, else ``NEWSARCHIVE_DIR``, else ``ARCHIVE_DIR`` of the settings."""

from __future__ import annotations

from pathlib import Path

from newsarchive import settings
from newsarchive.configuration import DIR_VARIABLE
from newsarchive.errors import UsageError


def archive_folder(given: Path | None) -> Path:
    """The folder, which must exist; raises ``UsageError``.  A relative setting is relative to the folder of scrapy.cfg."""
    folder = archive_path(given)
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: give the archive with --archive, or set {DIR_VARIABLE}")
    return folder


def archive_path(given: Path | None) -> Path:
    """Where the archive is or will be."""
    here = Path.cwd()
    return given or (project_of(here) or here) / Path(settings.ARCHIVE_DIR).expanduser()


def project_of(folder: Path) -> Path | None:
    """The folder of scrapy.cfg: this one or the next above it that has one."""
    return next((parent for parent in (folder, *folder.parents) if (parent / "scrapy.cfg").is_file()), None)
