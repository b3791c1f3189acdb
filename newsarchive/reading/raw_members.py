"""The raw records of documents, cut out of their files byte by byte: a gzip member of a WARC file is a WARC file itself.

By place, never by looking through a file.  Nothing is given that is not whole: check sums, lengths and digests are held
against the bytes first.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from newsarchive.archive.format import journal, paths, raw_place
from newsarchive.archive.format.gzip_members import WINDOW_BITS, last_end
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.format.raw_answer import MAX_HEAD_BYTES, RawAnswer, WarcRecord, read_raw, read_record
from newsarchive.archive.format.raw_place import UNSTORED_MARK, RawPlace, of_here, places_in
from newsarchive.errors import ArchiveDamaged, cause_of

Line = Mapping[str, Any]

_GZIP_FLAGS_AND_TIME = bytes(5)
"""Bytes 3 to 7 of our members: no flags, no time; no check sum covers them."""
_START = b"WARC/1."


class RawMember(NamedTuple):
    """One record as it lies there."""

    place: RawPlace
    data: bytes
    """The gzip member."""
    record: WarcRecord


class StoredExchange(NamedTuple):
    """An answer and what was asked for it."""

    answer: RawAnswer
    members: tuple[RawMember, ...]
    """The answer's, its request's where one stands behind it; in front those of the answer that has its body, if another."""


def places_of(lines: Iterable[Line]) -> list[str]:
    """All of these lines, each once, in the order of the lines."""
    return list(dict.fromkeys(place for line in lines for place in places_in(line)))


def with_answers(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Those lines of a day's journal, in their order, that name an answer which is stored here; by docid.

    ``lines`` as ``of_here`` gives them: a day that came whole from another archive names places as they are there.
    """
    found: dict[str, list[Line]] = {}
    for line in lines:
        docid = line.get("docid")
        if isinstance(docid, str) and places_in(line):
            found.setdefault(docid, []).append(line)
    return found


def lines_with_answers(root: Path, day: date) -> dict[str, list[Line]]:
    """The same of a journal on disk, of which hardly another line is parsed.  Raises ``ArchiveDamaged``."""
    about = journal.read_about(paths.journal_path(root, day), '"warc":"', UNSTORED_MARK)
    return with_answers(of_here(about))


def exchange_at(root: Path, place: str, docid: str) -> StoredExchange:
    """The answer that lies there, with what belongs to it.

    Raises ``ArchiveDamaged`` where anything of it is not there or not whole, or where it is of another document.
    """
    answer = read_raw(root, place)
    if answer.docid not in (None, docid):
        raise ArchiveDamaged(f"{root / place}: a line of {docid} names it, and it is an answer for {answer.docid}")
    originals = _members(root, answer.original) if answer.original else ()
    return StoredExchange(answer, (*originals, *_members(root, place)))


def members_of(exchanges: Iterable[StoredExchange]) -> list[RawMember]:
    """The records of all of them, each once, in their order."""
    return list({member.place: member for exchange in exchanges for member in exchange.members}.values())


def whole_until(path: Path, start: int) -> int:
    """Where the last whole record of a file ends, from the end of one on: a run may be writing behind it.

    Raises ``OSError``.
    """
    with open_plain(path) as file:
        return last_end(file, start)


def _members(root: Path, place: str) -> Iterator[RawMember]:
    where = raw_place.parse(place)
    if where is None:
        raise ArchiveDamaged(f"{root}: {place[:200]!r} is no place of a raw record; run newsarchive verify --full")
    answer = _member(root, where)
    yield answer
    if request := _request_behind(root, answer):
        yield request


def _member(root: Path, where: RawPlace) -> RawMember:
    data = _bytes(root, where)
    if data[3:8] != _GZIP_FLAGS_AND_TIME:
        raise ArchiveDamaged(f"{root / where.file}: the record at {where.offset} is not as it was written")
    return RawMember(where, data, read_record(root, str(where)))


def _request_behind(root: Path, answer: RawMember) -> RawMember | None:
    """The record behind an answer, if it is its request; the size of a request is told nowhere but in its own end."""
    file, offset, length = answer.place
    data = _bytes(root, RawPlace(file, offset + length, MAX_HEAD_BYTES))
    if not data:
        return None
    stream, head = zlib.decompressobj(WINDOW_BITS), b""
    with suppress(zlib.error):
        head = stream.decompress(data, MAX_HEAD_BYTES)
    end = head.find(b"\r\n\r\n")
    is_request = b"\r\nWARC-Type: request\r\n" in head[: end + 2]
    if not head.startswith(_START) or end < 0 or (is_request and not stream.eof):
        raise ArchiveDamaged(
            f"{root / file}: the record at {offset + length} is not whole; put the file back from a copy"
        )
    if not is_request:
        return None
    request = _member(root, RawPlace(file, offset + length, len(data) - len(stream.unused_data)))
    is_of_answer = request.record.fields.get("warc-concurrent-to") == answer.record.fields.get("warc-record-id")
    return request if is_of_answer else None


def _bytes(root: Path, where: RawPlace) -> bytes:
    try:
        with open_plain(root / where.file) as file:
            file.seek(where.offset)
            return file.read(where.length)
    except OSError as error:
        raise ArchiveDamaged(f"{root / where.file} cannot be read: {cause_of(error)[0]} ({error})") from error
