"""One day of the archive as it is mirrored: its whole lines, and the files that they name."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsarchive.archive.format import media, paths, raw_place
from newsarchive.archive.format.chain import Chain, Owed, is_explained
from newsarchive.archive.format.gzip_members import WINDOW_BITS
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.format.raw_place import RAW_NAME, SUFFIX
from newsarchive.archive.format.states import REVISIONS_NAME
from newsarchive.archive.record import day_journal, files, picture_lines
from newsarchive.archive.record.finding import TORN

_NAMES_RAW = b'"warc":"'
_REDACTED = b'"event":"redacted"'
_HEAD_BYTES = 64 << 10
"""Of a file of raw records, packed and unpacked: its first record has some hundred."""
_DIGEST_RE = re.compile(rb'"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class JournalCopy:
    """The journal as it was at one moment."""

    day: date
    lines: list[bytes]
    links: list[str]
    texts: list[Owed]
    """Articles, earlier states too."""
    pictures: list[Owed]
    fault: str
    """What is wrong with the journal; empty for one that is well."""

    @property
    def journal(self) -> str:
        return f"{day_journal.day_name(self.day)}/{paths.JOURNAL_NAME}"

    @property
    def data(self) -> bytes:
        """The whole lines; one that is being written is left for the next mirror."""
        return b"".join(line + b"\n" for line in self.lines)

    @property
    def owed(self) -> list[Owed]:
        """In the order in which they are put: pictures, earlier states, the newest ones."""
        return [*self.pictures, *sorted(self.texts, key=lambda owed: f"/{REVISIONS_NAME}/" not in owed.file)]

    @property
    def named(self) -> dict[str, str]:
        """File → SHA-256."""
        return {owed.file: owed.sha256 for owed in (*self.texts, *self.pictures)}

    def is_redacted_since(self, theirs: Chain) -> bool:
        """Whether a redaction came that the copy's journal does not tell."""
        return sum(_REDACTED in line for line in self.lines) > sum(_REDACTED in line for line in theirs.lines)

    @property
    def went(self) -> set[str]:
        """SHA-256 of each file that a redaction took out."""
        redactions = (line for line in self.lines if _REDACTED in line)
        objects = (_object(line) for line in redactions)
        told = (line.get("sha256s") for line in objects if line.get("event") == "redacted")
        found = {str(sha256) for digests in told if isinstance(digests, list) for sha256 in digests}
        return found - {owed.sha256 for owed in (*self.texts, *self.pictures)}

    def digests(self) -> set[str]:
        """Every SHA-256 that a line tells, former states' too: what has one of these was the archive's."""
        return {found.decode() for line in self.lines for found in _DIGEST_RE.findall(line)}

    def raw_ends(self) -> dict[str, int]:
        """The files of raw records that lines name, and up to which byte they do."""
        objects = (_object(line) for line in self.lines if _NAMES_RAW in line)
        places = (raw_place.parse(place) for line in objects for place in raw_place.places_in(line))
        ends: dict[str, int] = {}
        for place in filter(None, places):
            ends[place.file] = max(ends.get(place.file, 0), place.offset + place.length)
        return ends

    def goes_on_from(self, theirs: Chain) -> bool:
        """Whether the copy's journal is an earlier one of this: shorter, or from before a redaction."""
        links = theirs.links()
        if theirs.torn:
            return False
        return links == self.links[: len(links)] or is_explained(self.lines, links[-1])


def day_of(root: Path, day: date) -> JournalCopy:
    """Read it.  Raises no error of the disk: a journal that cannot be read has a fault."""
    journal = day_journal.read(root, day)
    faults = [text for kind, text in journal.faults if kind != TORN]
    lines = journal.chain.lines
    pictures = {owed.file: owed for owed in picture_lines.owed_of(lines)}
    return JournalCopy(day, lines, journal.links, journal.owed, [*pictures.values()], "; ".join(faults))


def digests_of(theirs: Chain, day: date) -> dict[str, str]:
    """File → SHA-256, as a copy's lines tell."""
    owed = [*day_journal.owed_by(theirs, day), *picture_lines.owed_of(theirs.lines)]
    return {one.file: one.sha256 for one in owed}


def raw_sizes(root: Path) -> dict[str, int]:
    """Bytes of each file of raw records that lies here."""
    found = {}
    for path in sorted((root / RAW_NAME).rglob(f"*{SUFFIX}")):
        file = path.relative_to(root).as_posix()
        if raw_place.parse(f"{file}:0:1") and path.is_file() and not path.is_symlink():
            found[file] = path.stat().st_size
    return found


def head_of_raw(path: Path) -> bytes:
    """The first record of a file of raw records, which names run and moment and is never emptied; empty where none is whole.

    Raises ``ArchiveNotWritable`` where it cannot be read.
    """
    with files.reading(path), open_plain(path) as file:
        data = file.read(_HEAD_BYTES)
    member = zlib.decompressobj(WINDOW_BITS)
    with suppress(zlib.error):
        member.decompress(data, _HEAD_BYTES)
    return data[: len(data) - len(member.unused_data)] if member.eof else b""


def may_lie_there(file: str) -> bool:
    """Whether a path of a copy is one that an archive has: what else lies there is passed over."""
    if media.is_media(file) or raw_place.parse(f"{file}:0:1") or day_journal.is_article(file):
        return True
    return file.endswith(f"/{paths.JOURNAL_NAME}") and file.count("/") == 3 and paths.day_named(file) is not None


def pictures_named(sha256: str) -> Iterator[str]:
    """Where a picture with this digest may lie."""
    return (media.file_of(sha256, ending) for ending in media.TYPES)


def _object(line: bytes) -> dict[str, object]:
    with suppress(ValueError, RecursionError):
        data = json.loads(line)
        if isinstance(data, dict):
            return data
    return {}
