"""archive: the raw records of one document, found and emptied in place (design §9).

An emptied record is a gzip member of the very length that it had: the records around it stay where lines name them.  What it
says follows from its place and the decision alone, so that it may be written twice.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from newsarchive.archive.format import content_coding, raw_place
from newsarchive.archive.format.content_coding import CodingError
from newsarchive.archive.format.gzip_members import members
from newsarchive.archive.format.raw_answer import (
    MAX_BODY_BYTES,
    MAX_RECORD_BYTES,
    WarcRecord,
    answer_in,
    read_record,
    record_in,
)
from newsarchive.archive.format.raw_place import RAW_NAME, SUFFIX, RawPlace
from newsarchive.archive.format.raw_record import DOCUMENT
from newsarchive.archive.format.redacting import HiddenWords, plain_of
from newsarchive.archive.record import files
from newsarchive.errors import ArchiveDamaged, cause_of

EMPTIED = "metadata"
"""Type of an emptied record."""

MOST_OF_IT = 0.5
"""Of the words of a text: what has so many holds it; quotations have less."""
_SAMPLES = 32
"""Runs of a state's words of which at least one has to stand in an answer before all of them are counted."""
_CHARSETS = ("utf-8", "gb18030")
"""Of Sina's pages, those of all years."""
_COMMENTED_HEAD = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
"""Of a gzip member that has a comment (RFC 1952 §2.3); it fills the member up to its length."""
_PLAIN_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


class StoredOfDocument(NamedTuple):
    """What the raw store holds of a document."""

    places: list[str]
    left: dict[str, str]
    """Path → why somebody has to look at the file."""
    elsewhere: list[str]
    """The places of answers for other documents that hold most of its text: reposts, or its page under another address."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """By what its records are known."""

    docid: str
    named: list[bytes]
    """What a listing calls it."""
    texts: Sequence[HiddenWords]
    samples: list[bytes]
    pictures: frozenset[str]
    """Digests, as records tell them, of pictures that are its alone: their answers name no document."""


def find(
    root: Path, docid: str, urls: Sequence[str], texts: Sequence[HiddenWords] = (), pictures: Iterable[str] = ()
) -> StoredOfDocument:
    """Each record that was asked for the document's sake, each listing that shows it, and where else its texts stand.

    ``pictures``: SHA-256 of those that are its alone.

    Reads the whole raw store: a record may stand in any file, and no list of them could be trusted more.
    """
    named = [docid.encode(), *(url.partition("://")[2].encode() for url in urls)]
    samples = [sample for words in texts for sample in _samples(words)]
    wanted = _Wanted(docid, named, texts, samples, frozenset(f"sha256:{sha256}" for sha256 in pictures))
    found = StoredOfDocument([], {}, [])
    for path in sorted((root / RAW_NAME).rglob(f"*{SUFFIX}")):
        file = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file() or raw_place.parse(f"{file}:0:1") is None:
            found.left[file] = "it is no plain file of raw records"
            continue
        try:
            for place, is_own in _places(path, file, wanted):
                (found.places if is_own else found.elsewhere).append(place)
        except (ArchiveDamaged, zlib.error) as error:
            found.left[file] = f"it cannot be looked through to its end ({error})"
        except OSError as error:
            found.left[file] = f"it cannot be read: {cause_of(error)[0]}"
    return found


def own(root: Path, docid: str, places: Iterable[str]) -> list[str]:
    """Those of these places at which a whole record of the document lies: ``find`` does not come behind a damage."""
    found = []
    for place in sorted(places):
        with suppress(ArchiveDamaged):
            record = read_record(root, place)
            is_linked = (root / place.partition(":")[0]).is_symlink()  # ``empty`` passes over it, ``find`` names it
            if not is_linked and record.kind != EMPTIED and record.fields.get(DOCUMENT.lower()) == docid:
                found.append(place)
    return found


def of_documents(opened: BinaryIO, file: str, docids: Collection[str]) -> Iterator[tuple[RawPlace, str]]:
    """Each record of a file of records that is of one of these documents, or a listing that shows it, and of which.

    ``file`` is the path below the archive that the places tell.  Raises ``zlib.error`` at what is no whole record, and
    ``ArchiveDamaged``.
    """
    named = {docid: [docid.encode()] for docid in docids}
    opened.seek(0)
    for offset, length, data in members(opened, MAX_RECORD_BYTES):
        record = record_in(data)
        asked = record.fields.get(DOCUMENT.lower())
        is_listing = asked is None and record.kind == "response"
        shown = next((docid for docid in named if is_listing and _shows(record, named[docid])), asked)
        if record.kind != EMPTIED and shown in named:
            yield RawPlace(file, offset, length), str(shown)


def empty(root: Path, places: Iterable[str], docid: str, at: str) -> None:
    """Put records that say nothing in their place, on disk when it returns; ``at`` is the moment, as WARC-Date.

    A file that is not there, or shorter, is passed over.  Raises ``ArchiveNotWritable``.
    """
    by_file: dict[str, list[RawPlace]] = {}
    for where in filter(None, map(raw_place.parse, places)):
        by_file.setdefault(where.file, []).append(where)
    for file, ours in by_file.items():
        path = root / file
        size = path.stat().st_size if path.is_file() and not path.is_symlink() else 0
        there = [where for where in ours if where.offset + where.length <= size]
        files.overwrite(path, ((where.offset, emptied(where, docid, at)) for where in there))


def emptied(where: RawPlace, docid: str, at: str) -> bytes:
    """The gzip member that stands for the record, as long as that.  Raises ``ValueError`` for a place too short for one."""
    told = (f"{DOCUMENT}: {docid}\r\n", "")
    for further in told:
        block = b"redacted: yes\r\n"
        head = (
            f"WARC/1.1\r\nWARC-Type: {EMPTIED}\r\nWARC-Record-ID: <urn:uuid:{uuid5(NAMESPACE_URL, str(where))}>\r\n"
            f"WARC-Date: {at}\r\n{further}Content-Type: application/warc-fields\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        if member := _filled(head.encode("ascii") + block + b"\r\n\r\n", where.length):
            return member
    raise ValueError(f"{where} is too short for a record")


def _filled(data: bytes, length: int) -> bytes | None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = packer.compress(data) + packer.flush()
    end = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    missing = length - len(_PLAIN_HEAD) - len(stream) - len(end)
    if missing < 0:
        return None
    head = _COMMENTED_HEAD + b" " * (missing - 1) + b"\0" if missing else _PLAIN_HEAD
    return head + stream + end


# --- looking through a file ------------------------------------------------------------------------------------------


def _places(path: Path, file: str, wanted: _Wanted) -> Iterator[tuple[str, bool]]:
    """Each place with something of it, and whether the record is its own."""
    shown = set[str]()  # answers that are its pictures: the request behind one names the picture, and no document
    with path.open("rb") as records:
        for offset, length, data in members(records, MAX_RECORD_BYTES):
            record = record_in(data)
            is_asked = record.fields.get("warc-concurrent-to") in shown
            is_own = record.kind != EMPTIED and (is_asked or _is_of(record, wanted))
            if is_own and record.fields.get("warc-payload-digest") in wanted.pictures:
                shown.add(record.fields.get("warc-record-id", ""))
            if is_own or _holds(record, wanted):
                yield str(RawPlace(file, offset, length)), is_own


def _is_of(record: WarcRecord, wanted: _Wanted) -> bool:
    asked = record.fields.get(DOCUMENT.lower())
    if asked is not None:
        return asked == wanted.docid
    if record.fields.get("warc-payload-digest") in wanted.pictures:
        return True
    return record.kind == "response" and _shows(record, wanted.named)


def _holds(record: WarcRecord, wanted: _Wanted) -> bool:
    """Whether an answer has most of a state's text in it."""
    if record.kind != "response" or not wanted.samples:
        return False
    body = _unpacked(record)
    if not any(sample in body for sample in wanted.samples):
        return False
    texts = [plain_of(body.decode(charset, "ignore")) for charset in _CHARSETS]
    return any(words.share_in(text) > MOST_OF_IT for words in wanted.texts for text in texts)


def _samples(words: HiddenWords) -> Iterator[bytes]:
    runs = sorted(words.runs)
    for run in runs[:: len(runs) // _SAMPLES + 1]:
        yield from {run.encode(charset, "ignore") for charset in _CHARSETS}


def _shows(record: WarcRecord, named: list[bytes]) -> bool:
    """Whether an answer to no document's request, a listing, names it."""
    text = _unpacked(record).replace(b"\\/", b"/")
    return any(name in text for name in named)


def _unpacked(record: WarcRecord) -> bytes:
    """The body; one that cannot be unpacked is searched as it is."""
    headers, body = answer_in(record)
    codings = [value for name, value in headers if name.lower() == "content-encoding"]
    try:
        return content_coding.decoded(body, codings, MAX_BODY_BYTES)
    except CodingError:
        return body
