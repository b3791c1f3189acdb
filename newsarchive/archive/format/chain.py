"""archive: the journal of a day as a chain of lines, and what its lines say of files; pure, bytes in.

It is read a hundred times as often as anything is wrong with it.  So what the lines of a plain journal say is taken
from them by a pattern, 1 µs a line; any other journal is read as the JSON that it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from newsarchive.archive.format.journal import GENESIS_LINK
from newsarchive.archive.format.states import DOCID_PATTERN

Line = dict[str, Any]

NUMBER = "#"
"""Key under which ``statements`` adds the number of a line, from 1; no event has it."""

_OURS_RE = re.compile(
    rb'\{"at":"[^"\\]*","run":"[^"\\]*","event":"(?:'
    rb'(?P<other>offered|failed|filtered|checked|asked|sealed|image|images|image_lost|forgotten|repaired)"'
    rb'|kept","docid":"(?P<docid>' + DOCID_PATTERN.encode() + rb')","file":"(?P<file>[^"\\\0]*)",'
    rb'"sha256":"(?P<sha256>[0-9a-f]{64})","bytes":(?P<bytes>\d{1,9}),)'
)
"""The head of a line as ``events`` writes it: of an event that names no file, or of a first state."""
_LINK_CHARACTERS = len(GENESIS_LINK)
_LINK_HEAD, _LINK_END = ',"link":"', '"}'
_TAIL_BYTES = len(_LINK_HEAD) + _LINK_CHARACTERS + len(_LINK_END)


class Owed(NamedTuple):
    """A file that a line names, and that must be there."""

    file: str
    """Below the archive, with ``/``."""
    docid: str
    sha256: str
    size: int | None
    """Bytes; None where the line does not tell."""
    line: int
    """Its number in the journal."""


class Break(NamedTuple):
    """A line that is not linked to the line before it."""

    line: int
    """From 1."""
    expected: str
    """SHA-256 of the line before, as it stands."""
    found: str | None
    """The link that stands there, if any."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The whole lines of a journal."""

    lines: list[bytes]
    """Without their newlines."""
    torn: bytes
    """What stands behind the last newline: a line that was not written to its end."""

    @classmethod
    def of(cls, data: bytes) -> Chain:
        *lines, torn = data.split(b"\n")
        return cls(lines, torn)

    def links(self) -> list[str]:
        """The SHA-256 of each line, which the line behind it carries."""
        return [hashlib.sha256(line).hexdigest() for line in self.lines]

    def breaks(self, links: list[str]) -> list[Break]:
        """Where the chain is broken; ``links`` is what ``links()`` gave."""
        before = [GENESIS_LINK, *links[:-1]][: len(self.lines)]
        if b"".join([line[-_TAIL_BYTES:] for line in self.lines]) == _tails(before):
            return []
        pairs = enumerate(zip(self.lines, before, strict=True), 1)
        found = ((number, link, _object(line).get("link")) for number, (line, link) in pairs)
        return [Break(number, link, _text(said)) for number, link, said in found if said != link]

    def first_states(self) -> list[Owed] | None:
        """The files of a plain journal: of no event but ``kept``, once a document, and those that name no file; else None."""
        found = []
        for number, line in enumerate(self.lines, 1):
            ours = _OURS_RE.match(line)
            if ours is None:
                return None
            if ours.lastindex != 1:
                _, docid, file, sha256, size = ours.groups()
                found.append(Owed(file.decode("utf-8", "replace"), docid.decode(), sha256.decode(), int(size), number))
        return found if len({owed.docid for owed in found}) == len(found) else None

    def statements(self) -> list[Line]:
        """The lines that may say something of files, as objects with their number; of plain ``kept`` lines the first keys.

        An empty object is a line that is none.  Where states were imported, their times count, and each line has all keys.
        """
        is_plain = not any(b'"event":"imported"' in line for line in self.lines)
        found: list[Line] = []
        for number, line in enumerate(self.lines, 1):
            ours = _OURS_RE.match(line) if is_plain else None
            if ours is None:
                found.append({**_object(line), NUMBER: number})
            elif ours.lastindex != 1:
                found.append(_kept(ours, number))
        return found


def former_links(lines: list[bytes], redaction: Line) -> list[str]:
    """What the links of these lines, which stand before a ``redacted`` line, were before it replaced some of them.

    It names the last link (``former_link``), and of each replaced line the number and former SHA-256 (``replaced``); the
    others differ in their link alone.  Empty where that does not lead to the last link.
    """
    replaced = _replaced(redaction.get("replaced"))
    found: list[str] = []
    before = GENESIS_LINK
    for number, line in enumerate(lines, 1):
        relinked = line[:-_TAIL_BYTES] + _tails([before])
        before = replaced.get(number) or hashlib.sha256(relinked).hexdigest()
        found.append(before)
    return found if before == redaction.get("former_link") else []


def is_explained(lines: list[bytes], link: str) -> bool:
    """Whether a ``redacted`` line among these proves that a line with this SHA-256 stood there before it."""
    redactions = (number for number, line in enumerate(lines) if b'"event":"redacted"' in line)
    return any(link in former_links(lines[:number], _object(lines[number])) for number in redactions)


def _kept(ours: re.Match[bytes], number: int) -> Line:
    _, docid, file, sha256, size = ours.groups()
    told = {"docid": docid.decode(), "file": file.decode("utf-8", "replace"), "sha256": sha256.decode()}
    return {"event": "kept", **told, "bytes": int(size), NUMBER: number}


def _replaced(told: object) -> dict[int, str]:
    pairs = told if isinstance(told, list) else []
    return {
        pair[0]: str(pair[1])
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int)
    }


def _tails(links: list[str]) -> bytes:
    if not links:
        return b""
    return f"{_LINK_HEAD}{f'{_LINK_END}{_LINK_HEAD}'.join(links)}{_LINK_END}".encode()


def _object(line: bytes) -> Line:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
