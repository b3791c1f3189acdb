"""What a start puts right of pictures: the file that a killed run had begun, and that no line calls kept."""

from __future__ import annotations

from pathlib import Path

from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.record import files
from newsarchive.archive.record.open_files import OpenFile


def mend(root: Path, catalogue: Catalogue, note: OpenFile, *, is_damaged: bool) -> None:
    """Remove what a killed run began and no line calls kept; ``note`` is that of a picture."""
    path = root / note.file
    files.discard(path.with_name(note.part))
    if not is_damaged and not catalogue.pictures.has_file(note.file) and files.is_file_of(path, note.sha256):
        files.discard(path)
