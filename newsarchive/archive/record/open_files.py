"""Which files a run is about to write, on disk before the first of them is: ``.newsarchive/open-days``.

Nothing else proves that a file without a line is the unfinished work of a run that was killed, and not somebody's own
(design §3, "What a start may remove").  The file lives from the first article of a run to its clean end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from newsarchive.archive.format.media import is_media
from newsarchive.archive.record import files

OPEN_FILES_NAME = "open-days"
MAX_BYTES = 256 * 1024
"""About 700 articles; what is longer is begun anew, since the files of earlier commits have their lines."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is about to be written."""

    file: str
    """Below the archive, with ``/``."""
    sha256: str
    docid: str
    part: str
    """Name of the temporary file beside it."""
    former: str = ""
    """Of a further state: where the state before it is put, below the archive; empty for a first one."""
    former_sha256: str = ""

    def is_sound(self) -> bool:
        """Whether a run may have written this note: it names an article, or a picture, at a place inside the archive."""
        if not all(isinstance(value, str) and _is_utf8(value) for value in asdict(self).values()):
            return False
        is_below = _is_below(self.file) and (not self.former or _is_below(self.former))
        is_ours = self.part.startswith(f".{self.docid}") and self.part.endswith(".part")
        is_part = is_ours and not {"/", "\\", "\0"} & set(self.part)
        return is_below and is_part and (not self.former or PurePosixPath(self.former).stem.isdecimal())


def _is_below(file: str) -> bool:
    path = PurePosixPath(file)
    return (
        not path.is_absolute()
        and ".." not in path.parts
        and "\0" not in file
        and (path.suffix == ".md" or is_media(file))
    )


_KEYS = tuple(OpenFile.__dataclass_fields__)


class OpenFiles:
    """The notes of this run, and those that a killed run left.  A line is a JSON object with the keys of ``OpenFile``."""

    def __init__(self, state: Path) -> None:
        self._path = state / OPEN_FILES_NAME
        self._size = 0

    def left(self) -> list[OpenFile]:
        """What a killed run had begun, in its order; a torn last line, and what is no note, is passed over."""
        if not self._path.is_file():
            return []
        *lines, _ = files.read(self._path).split(b"\n")
        return list(_notes(lines))

    def note(self, begun: Iterable[OpenFile]) -> None:
        """Remember files before they are written, with one sync for all.  Raises ``ArchiveNotWritable``."""
        data = b"".join(json.dumps(_told(file), ensure_ascii=False).encode() + b"\n" for file in begun)
        if not data:
            return
        if self._size > MAX_BYTES:
            files.cut(self._path, 0)
        is_new = not self._size
        self._size = files.append_synced(self._path, data)
        if is_new:
            files.sync_folder(self._path.parent)

    def clear(self) -> None:
        """The run has come to its clean end, or the traces of the one before are put right."""
        self._size = 0
        files.discard(self._path)


def _told(note: OpenFile) -> dict[str, str]:
    return {key: value for key in _KEYS if (value := getattr(note, key))}


def _is_utf8(text: str) -> bool:
    """JSON may name half characters, of which no path is made."""
    return text.encode("utf-8", "replace").decode() == text


def _notes(lines: Iterable[bytes]) -> Iterator[OpenFile]:
    for line in lines:
        try:
            note = OpenFile(**json.loads(line))
        except (ValueError, TypeError, RecursionError):
            continue
        if note.is_sound():
            yield note
