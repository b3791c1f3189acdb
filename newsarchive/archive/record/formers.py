"""The file of a former state: put safe before the next state takes its name, put back where that did not come to its line.

Whatever is killed in between, one whole file lies under the document's name, and the notes of ``open_files`` tell which.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from newsarchive.archive.record import files
from newsarchive.archive.record.open_files import OpenFile
from newsarchive.errors import ArchiveNotWritable


def put_safe(root: Path, note: OpenFile) -> None:
    """Let the state before lie under its own name too, on disk when this returns.

    A second name for the same file where the file system has such, else a copy.  Raises ``ArchiveNotWritable``, also where
    somebody has changed the file since the job looked at it: then nothing is done.
    """
    path, former = root / note.file, root / note.former
    if not files.is_file_of(path, note.former_sha256):
        raise ArchiveNotWritable(f"{path} was changed by another program just now; it stays as it is: run again")
    files.make_folder(former.parent, root)
    if not os.path.lexists(former):
        with suppress(OSError):  # no hard links here; a copy does as well
            os.link(path, former)
        if not os.path.lexists(former):
            files.write_whole(former, path.read_bytes(), files.free_part_path(former.parent, note.docid))
    if not files.is_file_of(former, note.former_sha256):
        raise ArchiveNotWritable(f"{former} was put there by another program just now; it stays as it is: run again")
    files.sync_folder(former.parent)


def put_back(root: Path, note: OpenFile) -> None:
    """Undo a further state that has no line: the state before it lies under the document's name, and nowhere else.

    Nothing is removed but what the note proves to be our own: both files by their digests.
    """
    path, former = root / note.file, root / note.former
    if not files.is_file_of(former, note.former_sha256):
        return
    if files.is_file_of(path, note.sha256) or not os.path.lexists(path):
        with suppress(OSError):  # the next start tries again
            former.replace(path)
            files.sync_folder(path.parent)
    elif files.is_file_of(path, note.former_sha256):
        files.discard(former)
    with suppress(OSError):
        former.parent.rmdir()  # only where it is empty
