"""Which archive a verb is about: ``--archive``, else ``NEWSARCHIVE_DIR``, else ``ARCHIVE_DIR`` of the settings."""

from __future__ import annotations

from pathlib import Path

from newsarchive import settings
from newsarchive.configuration import DIR_VARIABLE
from newsarchive.errors import UsageError


def archive_folder(given: Path | None) -> Path:
    """The folder, which must exist; raises ``UsageError``.  A relative setting is relative to the folder of scrapy.cfg."""
    folder = given or _of_settings()
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: give the archive with --archive, or set {DIR_VARIABLE}")
    return folder


def _of_settings() -> Path:
    folder = Path(settings.ARCHIVE_DIR).expanduser()
    here = Path.cwd()
    project = next((parent for parent in (here, *here.parents) if (parent / "scrapy.cfg").is_file()), here)
    return project / folder
