"""archive: whether the raw records that lines name are whole: each a gzip member of a WARC file, with a check sum of its own."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from newsarchive.archive.format import raw_place
from newsarchive.archive.format.gzip_members import WINDOW_BITS
from newsarchive.archive.format.journal import HEAD_BYTES
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.format.raw_answer import MAX_RECORD_BYTES
from newsarchive.archive.format.raw_place import RawPlace
from newsarchive.archive.record.finding import ALTERED, MISSING, Finding
from newsarchive.errors import cause_of

_MARK = b'"warc":"'
_UNSTORED = raw_place.UNSTORED_MARK.encode()
_START = b"WARC/1."
_SOFTWARE = b"software: newsarchive/"
"""In the ``warcinfo`` that each file of ours begins with."""
_INFO_BYTES = 16 << 10
"""Of that record, unpacked; it has one."""


def findings(root: Path, lines: Iterable[bytes]) -> list[Finding]:
    """One for each file of records that is missing or damaged, the first damage told."""
    found: dict[str, Finding] = {}
    for place in _named(lines):
        where = raw_place.parse(place)
        if where is None or where.file in found:
            continue
        if finding := _fault(root, where):
            found[where.file] = finding
    return list(found.values())


def _named(lines: Iterable[bytes]) -> list[str]:
    """What the lines name as it lies here; of a day of another archive only what came along."""
    told: list[dict[str, Any]] = []
    for line in lines:
        if _MARK not in line and _UNSTORED not in line[:HEAD_BYTES]:  # most lines name none
            continue
        with suppress(ValueError, RecursionError):  # not as we write it: it names no record
            if isinstance(read := json.loads(line), dict):
                told.append(read)
    return [place for line in raw_place.of_here(told) for place in raw_place.places_in(line)]


def _fault(root: Path, where: RawPlace) -> Finding | None:
    file = where.file
    try:
        with open_plain(root / file) as records:
            records.seek(where.offset)
            packed = records.read(min(where.length, MAX_RECORD_BYTES))
    except FileNotFoundError:
        return Finding(MISSING, file, None, "lines name raw records in it; put it back from a copy")
    except OSError as error:
        return Finding(ALTERED, file, None, f"it cannot be read: {cause_of(error)[0]} ({error})")
    if is_whole(packed):
        return None
    return Finding(ALTERED, file, None, f"its record at {where.offset} is not whole; put the file back from a copy")


def is_whole(packed: bytes) -> bool:
    """Whether these bytes are one gzip member, its check sum right, that holds a WARC record."""
    member = zlib.decompressobj(WINDOW_BITS)
    try:
        data = member.decompress(packed, MAX_RECORD_BYTES)
    except zlib.error:
        return False
    return member.eof and not member.unused_data and data.startswith(_START)


def begins_as_ours(file: Path) -> bool:
    """Whether the ``warcinfo`` at the start of a file says that this program wrote it.  Raises ``OSError``."""
    with open_plain(file) as opened, suppress(zlib.error):
        head = zlib.decompressobj(WINDOW_BITS).decompress(opened.read(_INFO_BYTES), _INFO_BYTES)
        return head.startswith(_START) and _SOFTWARE in head
    return False
