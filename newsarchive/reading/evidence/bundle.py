"""Evidence as a ZIP: the same evidence gives the same bytes, and each bit of them is covered by something.

Entries are stored as they are, in the order of their names, each with the first moment that a ZIP can tell and nothing
else: whoever packs the same files again has the same ZIP, so a bit that is flipped between the files shows, too.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from newsarchive.archive.format import paths, raw_place
from newsarchive.archive.record.day_journal import day_name
from newsarchive.reading.evidence.gathering import Evidence
from newsarchive.reading.evidence.page import (
    ARCHIVE_FOLDER,
    HEADERS_FOLDER,
    HEADS_NAME,
    PAGE_NAME,
    RECORDS_FOLDER,
    RECORDS_NAME,
    SUMS_NAME,
    EvidenceRecord,
    page,
)
from newsarchive.reading.export.place import DIGEST_END, check_out, whole_file
from newsarchive.reading.export.zip_entry import entry_named, is_zip_of_ours
from newsarchive.reading.raw_members import RawMember

_BLANK_RE = re.compile(rb"\n\r?\n")


def write(evidence: Evidence, out: Path, root: Path) -> str:
    """Make the ZIP, whole or not at all; returns its SHA-256.

    Raises ``UsageError`` for a place within the archive, or where something else stands, and ``ArchiveNotWritable``.
    """
    out = check_out(out, root)
    files = _files(evidence)
    with whole_file(out, is_ours) as part:
        with zipfile.ZipFile(part, "w") as packed:
            for name in sorted(files):
                packed.writestr(entry_named(name), files[name])
        with part.open("rb") as written:
            return hashlib.file_digest(written, "sha256").hexdigest()


def is_ours(path: Path) -> bool:
    """Whether it is evidence that was made before."""
    return is_zip_of_ours(path, (PAGE_NAME, SUMS_NAME), ())


def _files(evidence: Evidence) -> dict[str, bytes]:
    """All of the ZIP, by name."""
    files = {f"{ARCHIVE_FOLDER}/{one.state.file}": one.data for one in evidence.states}
    files[f"{ARCHIVE_FOLDER}/{day_name(evidence.day)}/{paths.JOURNAL_NAME}"] = evidence.journal
    files[HEADS_NAME] = f"{evidence.head}\n".encode()
    parts = list(_parts(evidence))
    for part in parts:
        files[part.file] = part.member.data
        files[f"{HEADERS_FOLDER}/{part.name}.txt"] = _head_of(part.member)
    files[RECORDS_NAME] = "".join(map(_record_line, parts)).encode()
    files[PAGE_NAME] = page(evidence, parts).encode()
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}{DIGEST_END}{name}\n" for name in sorted(files))
    return files | {SUMS_NAME: sums.encode()}


def _parts(evidence: Evidence) -> Iterator[EvidenceRecord]:
    """Each record once, in the order of the lines that name them; a request has the number of its answer."""
    number = 0
    for member in evidence.members:
        number += member.record.kind != "request"
        name = f"{number:02}-{member.record.kind}"
        yield EvidenceRecord(name, f"{RECORDS_FOLDER}/{name}{raw_place.SUFFIX}", member)


def _record_line(part: EvidenceRecord) -> str:
    fields = part.member.record.fields
    told = {"file": part.file, "place": str(part.member.place), "kind": part.member.record.kind}
    told |= {"url": fields.get("warc-target-uri", ""), "at": fields.get("warc-date", "")}
    return json.dumps(told, ensure_ascii=False) + "\n"


def _head_of(member: RawMember) -> bytes:
    """Request or status line and headers, as they were sent."""
    block = member.record.block
    end = _BLANK_RE.search(block)
    return block[: end.end()] if end else block
