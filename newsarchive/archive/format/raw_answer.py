"""A stored answer, read back: by its place, never by looking through a file; bounded, and whole or not at all."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newsarchive.archive.format import content_coding, raw_place
from newsarchive.archive.format.gzip_members import WINDOW_BITS
from newsarchive.archive.format.journal import moment
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.format.raw_place import RawPlace
from newsarchive.archive.format.raw_record import DOCUMENT, ORIGINAL, Original
from newsarchive.errors import ArchiveDamaged, UsageError, cause_of

MAX_RECORD_BYTES = 64 << 20
"""Of one record, packed or not: pages are refused above 20 MiB."""
MAX_BODY_BYTES = 64 << 20
"""Of a body without its content coding, where the reader says nothing else."""
MAX_HEAD_BYTES = 256 << 10
"""Of the head of a record, and of the member that holds a request: heads of answers are refused above 64 KiB."""

_BLANK_RE = re.compile(rb"\n\r?\n")
_STATUS_RE = re.compile(r"HTTP/\d[\d.]{0,8} +(\d{3})\b")
_TEXT = "latin-1"
"""What heads are written in: each byte is a character, none is lost."""


@dataclass(frozen=True, slots=True)
class _At:
    """Where is being read."""

    root: Path
    place: str

    def damaged(self, fault: str) -> ArchiveDamaged:
        where = raw_place.parse(self.place)
        file, what = (where.file, f"the record at {where.offset}") if where else (self.place[:200], "it")
        return ArchiveDamaged(f"{self.root / file}: {what} {fault}; put the file back from a copy")


Fields = Mapping[str, str]
"""The fields of a record's head, by their names in small letters."""


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record of a WARC file."""

    fields: Fields
    block: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        """``response``, ``revisit``, ``request``, ``warcinfo`` or ``metadata``."""
        return self.fields.get("warc-type", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What a server sent."""

    url: str
    fetched_at: datetime
    status: int
    head: bytes = field(repr=False)
    """Status line and headers as received, with the blank line; chunks are joined, so that header has another name."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """Name and value of each header, in their order; a byte is a character (latin-1)."""
    body: bytes = field(repr=False)
    """As received, with its content coding."""
    docid: str | None = None
    """The document for which it was asked."""
    place: str = ""
    original: str | None = None
    """The place of the record that has the body, where this one only says that it was the same again."""

    @property
    def content_type(self) -> bytes | None:
        """Its Content-Type header; the last where there are several, as Scrapy takes it."""
        told = self.values("content-type")
        return told[-1].encode(_TEXT) if told else None

    def values(self, name: str) -> list[str]:
        """The values of all headers of this name, in their order."""
        return [value for other, value in self.headers if other.lower() == name]

    def decoded(self, max_bytes: int = MAX_BODY_BYTES) -> bytes:
        """The body without its content coding.  Raises ``CodingError`` (a ``ValueError``)."""
        return content_coding.decoded(self.body, self.values("content-encoding"), max_bytes)


def read_raw(root: Path, place: str) -> RawAnswer:
    """The answer that lies there; a ``revisit`` is completed by the record that it refers to.

    Raises ``ArchiveDamaged`` where it is not there, not whole, or no answer, and ``UsageError`` where it was redacted.
    """
    at = _At(root, place)
    record = read_record(root, place)
    head, body = _parted(record.block)
    original = None
    if record.fields.get("content-type") == "application/warc-fields" and b"redacted:" in record.block:
        raise UsageError(f"{place} was taken out of the archive on purpose (newsarchive redact)")
    if record.kind == "revisit":
        original, body = _payload_of(at, record.fields)
    elif record.kind != "response":
        raise at.damaged(f"is a {record.kind or 'nameless'} record, no answer")
    _check_digest(at, record.fields.get("warc-payload-digest"), body)
    return _answer(at, record.fields, head, body, original)


def read_request(root: Path, place: str) -> bytes:
    """The request line and headers that the answer at ``place`` was sent for: the record behind it.

    Empty where none stands there.  Raises ``ArchiveDamaged``.
    """
    at = _At(root, place)
    where = _parsed(at)
    data = _bytes(at, RawPlace(where.file, where.offset + where.length, MAX_HEAD_BYTES))
    answer, record = _record(at, _member(at, where)), None
    with suppress(zlib.error, ArchiveDamaged):  # nothing, or something else, stands behind the last record of a file
        record = _record(at, zlib.decompressobj(WINDOW_BITS).decompress(data, MAX_HEAD_BYTES))
    if record is None or record.fields.get("warc-concurrent-to") != answer.fields.get("warc-record-id"):
        return b""
    return record.block


def read_record(root: Path, place: str) -> WarcRecord:
    """The record that lies there.  Raises ``ArchiveDamaged``."""
    at = _At(root, place)
    record = _record(at, _member(at, _parsed(at)))
    _check_digest(at, record.fields.get("warc-block-digest"), record.block)
    return record


def original_place(root: Path, place: str) -> str | None:
    """Where the body lies of the answer at ``place``; None where it lies there.  Raises ``ArchiveDamaged``."""
    record = read_record(root, place)
    return _payload_of(_At(root, place), record.fields)[0] if record.kind == "revisit" else None


def original_of(root: Path, place: str) -> Original | None:
    """What a later ``revisit`` needs to know of an answer; None where no sound record lies there.

    Reads the head alone.
    """
    at, where = _At(root, place), raw_place.parse(place)
    if where is None:
        return None
    try:
        data = _bytes(at, where._replace(length=min(where.length, MAX_HEAD_BYTES)))
        fields = _record(at, zlib.decompressobj(WINDOW_BITS).decompress(data, MAX_HEAD_BYTES), is_part=True).fields
    except (ArchiveDamaged, zlib.error):
        return None
    named = ("warc-target-uri", "warc-payload-digest", "warc-date", "warc-record-id")
    if fields.get("warc-type") == "revisit":
        named = ("warc-refers-to-target-uri", "warc-payload-digest", "warc-refers-to-date", "warc-refers-to")
        place = fields.get(ORIGINAL.lower(), "")
    told = [fields.get(name, "") for name in named]
    return Original(place, *told) if place and all(told) else None


# --- of a file -------------------------------------------------------------------------------------------------------


def _parsed(at: _At) -> RawPlace:
    where = raw_place.parse(at.place)
    if where is None or where.length > MAX_RECORD_BYTES:
        raise ArchiveDamaged(
            f"{at.root}: {at.place[:200]!r} is no place of a raw record; run newsarchive verify --full"
        )
    return where


def _bytes(at: _At, where: RawPlace) -> bytes:
    try:
        with open_plain(at.root / where.file) as file:
            file.seek(where.offset)
            return file.read(where.length)
    except OSError as error:
        raise at.damaged(f"cannot be read: {cause_of(error)[0]} ({error})") from error


def _member(at: _At, where: RawPlace) -> bytes:
    stream = zlib.decompressobj(WINDOW_BITS)
    try:
        data = stream.decompress(_bytes(at, where), MAX_RECORD_BYTES)
    except zlib.error as error:
        raise at.damaged(f"is not whole ({error})") from error
    if not stream.eof or stream.unused_data:
        raise at.damaged("is not whole")
    return data


def record_in(data: bytes) -> WarcRecord:
    """The record in these bytes, those of one gzip member.  Raises ``ArchiveDamaged``, for whoever knows the file."""
    return _record(_At(Path(), ""), data)


def answer_in(record: WarcRecord) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """The headers and the body as received of a record of an answer."""
    head, body = _parted(record.block)
    return tuple(_headers(head.decode(_TEXT).split("\n")[1:])), body


def _record(at: _At, data: bytes, *, is_part: bool = False) -> WarcRecord:
    end = _BLANK_RE.search(data, 0, MAX_HEAD_BYTES)
    if not data.startswith(b"WARC/1.") or end is None:
        raise at.damaged("is no WARC record")
    lines = data[: end.start()].decode("utf-8", "replace").splitlines()[1:]
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = fields.get("content-length", "")
    if not (length.isascii() and length.isdecimal() and len(length) < len(str(MAX_RECORD_BYTES)) + 1):
        raise at.damaged("does not tell its length")
    block = data[end.end() : end.end() + int(length)]
    if len(block) != int(length) and not is_part:
        raise at.damaged("is shorter than it says")
    return WarcRecord(fields, block)


def _payload_of(at: _At, fields: Fields) -> tuple[str, bytes]:
    """Where the body lies that a ``revisit`` tells of, and the body: of the same document, or it is a lie."""
    for place in _originals(at.root, fields.get(ORIGINAL.lower())):
        with suppress(ArchiveDamaged):
            record = read_record(at.root, place)
            is_meant = record.fields.get("warc-record-id") == fields.get("warc-refers-to")
            if (
                is_meant
                and record.kind == "response"
                and record.fields.get(DOCUMENT.lower()) == fields.get(DOCUMENT.lower())
            ):
                return place, _parted(record.block)[1]
    raise at.damaged("refers to no record with its body")


def _originals(root: Path, told: str | None) -> Iterator[str]:
    """Where a record may lie that another names: there, or as far into another file of that day.

    A file that came from another archive has another number here, and what is in it names files as they were there.
    """
    where = raw_place.parse(told)
    if where is None:
        return
    yield str(where)
    day, folder = raw_place.day_of(where.file), (root / where.file).parent
    if day is None or not folder.is_dir():
        return
    numbers = [number for path in folder.iterdir() if (number := raw_place.number_of(path.name, day)) is not None]
    yield from (str(where._replace(file=raw_place.file_of(day, number))) for number in sorted(numbers))


def _parted(block: bytes) -> tuple[bytes, bytes]:
    end = _BLANK_RE.search(block)
    return (block[: end.end()], block[end.end() :]) if end else (block, b"")


def _answer(at: _At, fields: Fields, head: bytes, body: bytes, original: str | None) -> RawAnswer:
    first, *lines = head.decode(_TEXT).split("\n")
    status, fetched_at = _STATUS_RE.match(first), moment(fields.get("warc-date"))
    if status is None or fetched_at is None:
        raise at.damaged("does not tell its status or its time")
    return RawAnswer(
        url=fields.get("warc-target-uri", ""),
        fetched_at=fetched_at,
        status=int(status[1]),
        head=head,
        headers=tuple(_headers(lines)),
        body=body,
        docid=fields.get(DOCUMENT.lower()),
        place=at.place,
        original=original,
    )


def _headers(lines: list[str]) -> list[tuple[str, str]]:
    """A line that begins with a blank goes on with the one before it; one without a colon is passed over."""
    found: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + line.rstrip("\r"))
        elif colon:
            found.append((name, value.strip()))
    return found


def _check_digest(at: _At, told: str | None, data: bytes) -> None:
    """``sha256:`` and hex, as we write it; another program's digests are for ``warcio check``."""
    if told and told.startswith("sha256:") and told != f"sha256:{hashlib.sha256(data).hexdigest()}":
        raise at.damaged("is not what its digest says")
