"""archive: the journal of a day, ``_day.jsonl``, from which all else can be rebuilt.

One JSON object a line, appended and synced, never rewritten.  UTF-8, no blanks between keys, a newline (LF) behind each
line; a lone surrogate is written as its escape.  The last key ``link`` of a line is the SHA-256 of the line before it,
so that no line can be altered, moved or taken out unnoticed while a later one stands.  Only whole lines count: what
follows the last newline was torn by a power cut.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from newsarchive.archive.format.plain_file import open_plain
from newsarchive.errors import ArchiveDamaged, cause_of
from newsarchive.items import BEIJING

GENESIS_LINK = "0" * 64
"""Link of a first line: there is none before it."""
HEAD_BYTES = 120
"""``at``, ``run`` and ``event`` come first in our lines; what is quoted in a title stands behind them."""
_DOCID_RE = re.compile(rb'"docid":"([A-Za-z0-9-]{1,64})"')
_BLOCK_BYTES = 16_384
"""Read from the end at first: a dozen lines and more; doubled until the last line is in it."""


class Tail(NamedTuple):
    """Where the next line goes: behind the last whole one."""

    size: int
    """Bytes up to and with the newline of the last whole line."""
    link: str
    """SHA-256 of that line, which the next one carries."""


EMPTY = Tail(0, GENESIS_LINK)


@dataclass(frozen=True, slots=True)
class Event:
    """One line as it was read."""

    data: dict[str, Any]
    """The object with all its keys; empty for a line that is none."""
    start: int
    """Offset of its first byte."""
    end: int
    """Offset behind its newline."""
    link: str
    """SHA-256 of this line."""
    linked: bool
    """Whether it carries the SHA-256 of the line before it."""


def stamp(moment: datetime) -> str:
    """Return an aware moment as it is written everywhere: ``2026-11-23T09:30:00+08:00``, milliseconds if any.

    Raises ``ValueError`` for a naive one, whose zone nobody knows.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(BEIJING).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def moment(text: object) -> datetime | None:
    """Read what ``stamp`` wrote, in ``BEIJING``; None for anything that is no aware moment."""
    if not isinstance(text, str):
        return None
    try:
        read_at = datetime.fromisoformat(text)
        return read_at.astimezone(BEIJING) if read_at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def encode(event: Mapping[str, object], link: str) -> bytes:
    """Return one line with its newline, ``link`` as its last key."""
    keys = {key: value for key, value in event.items() if key != "link"} | {"link": link}
    text = json.dumps(keys, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"  # a lone surrogate: \udc80, which is its escape in JSON too


def link_of(line: bytes) -> str:
    """Return the SHA-256 (hex) of a line without its newline."""
    return hashlib.sha256(line.removesuffix(b"\n")).hexdigest()


def tail(path: Path) -> Tail:
    """Return where the next line goes, read from the end; a missing file is empty.  Raises ``ArchiveDamaged``."""
    try:
        with open_plain(path) as file:
            return _tail(file, file.seek(0, os.SEEK_END))
    except (FileNotFoundError, NotADirectoryError):
        return Tail(0, GENESIS_LINK)
    except OSError as error:
        raise _unreadable(path, error) from error


def read(path: Path, start: int = 0, link: str = GENESIS_LINK) -> Iterator[Event]:
    """Yield the whole lines from the offset ``start`` on, ``link`` being that of the line before.

    Raises ``ArchiveDamaged`` where the disk gives nothing back.
    """
    try:
        with open_plain(path) as file:
            file.seek(start)
            yield from _events(file, start, link)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _unreadable(path, error) from error


def parse(data: bytes) -> Iterator[Event]:
    """Yield the whole lines of a journal that was read already; pure."""
    return _events(io.BytesIO(data), 0, GENESIS_LINK)


def breaks(path: Path) -> set[int]:
    """Return the numbers (from 1) of the lines that are not linked to the line before; 5 ms for 1,000 lines.

    No line is parsed for it: one that nobody can read, but whose link is right, shows by the line after it.
    Raises ``ArchiveDamaged`` where the disk gives nothing back.
    """
    found, before = set(), GENESIS_LINK
    try:
        with open_plain(path) as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                if not line.endswith(f'"link":"{before}"}}\n'.encode()) and _object(line).get("link") != before:
                    found.add(number)
                before = link_of(line)
    except (FileNotFoundError, NotADirectoryError):
        return set()
    except OSError as error:
        raise _unreadable(path, error) from error
    return found


def line_number(path: Path, start: int) -> int:
    """Return the number (from 1) of the line that begins at this offset.  Raises ``ArchiveDamaged``."""
    number, left = 1, start
    try:
        with open_plain(path) as file:
            while left and (block := file.read(min(left, _BLOCK_BYTES))):
                number += block.count(b"\n")
                left -= len(block)
    except OSError as error:
        raise _unreadable(path, error) from error
    return number


def read_objects(path: Path, passed_over: Sequence[bytes] = ()) -> Iterator[dict[str, Any]]:
    """Yield what the whole lines say, for who need not prove them: no line is hashed.

    Lines with one of ``passed_over`` at their head are not parsed either.  Raises ``ArchiveDamaged``.
    """
    for line in _whole_lines(path):
        if not any(mark in line[:HEAD_BYTES] for mark in passed_over):
            yield _object(line)


def read_about(path: Path, *words: str) -> Iterator[dict[str, Any]]:
    """Yield the lines in which one of these JSON texts stands (``"docid":"nitmeav9622448"``), in their order.

    No other line is parsed and none is hashed: some 2 ms for a day.  Raises ``ArchiveDamaged``.
    """
    data = _bytes(path)
    found = {lines for word in words for lines in _lines_with(data, _as_written(word))}
    yield from filter(None, (_object(data[start:end]) for start, end in sorted(found)))


def docids(path: Path) -> list[str]:
    """The documents that its whole lines are about, in the order of their first lines; hardly a line is parsed.

    Raises ``ArchiveDamaged``.
    """
    return list(dict.fromkeys(filter(None, map(_docid, _whole_lines(path)))))


def read_of(path: Path, docids: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the lines about these documents, in their order; hardly another one is parsed.  Raises ``ArchiveDamaged``."""
    return (_object(line) for line in _whole_lines(path) if _docid(line) in docids)


def _docid(line: bytes) -> str | None:
    """Of our lines it stands near their begin; those of another hand are parsed for it."""
    if named := _DOCID_RE.search(line, 0, HEAD_BYTES):
        return named[1].decode()
    docid = _object(line).get("docid")
    return docid if isinstance(docid, str) else None


def mentions(path: Path, *words: str) -> bool:
    """Whether each of these JSON texts stands in the journal; some 2 ms for a day.  Raises ``ArchiveDamaged``."""
    data = _bytes(path)
    return all(_as_written(word) in data for word in words)


def _as_written(word: str) -> bytes:
    return word.encode("utf-8", "backslashreplace")


def _lines_with(data: bytes, word: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end, with its newline, of each whole line that has the word."""
    at = data.find(word)
    while at >= 0 and (end := data.find(b"\n", at) + 1):
        yield data.rfind(b"\n", 0, at) + 1, end
        at = data.find(word, end)


def _bytes(path: Path) -> bytes:
    try:
        with open_plain(path) as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise _unreadable(path, error) from error


def read_since(path: Path, size: int, until: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield what the lines say that became whole while the journal grew from ``size`` bytes to ``until``, else to now.

    So who asks from each ``until`` on again gets each line once.  No line is hashed.  Raises ``ArchiveDamaged``.
    """
    try:
        with open_plain(path) as file:
            end = file.seek(_line_start(file, size))
            for line in file:
                end += len(line)
                if not line.endswith(b"\n") or (until is not None and end > until):
                    return
                if data := _object(line):
                    yield data
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _unreadable(path, error) from error


def _line_start(file: BinaryIO, offset: int) -> int:
    """Where the line begins that this offset is in: behind the newline before it."""
    while offset > 0:
        begin = max(0, offset - _BLOCK_BYTES)
        file.seek(begin)
        if newline := file.read(offset - begin).rfind(b"\n") + 1:
            return begin + newline
        offset = begin
    return 0


def _whole_lines(path: Path) -> Iterator[bytes]:
    try:
        with open_plain(path) as file:
            yield from (line for line in file if line.endswith(b"\n"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _unreadable(path, error) from error


def _events(lines: Iterable[bytes], start: int, before: str) -> Iterator[Event]:
    for line in lines:
        if not line.endswith(b"\n"):
            return
        data, link = _object(line), link_of(line)
        yield Event(data, start, start + len(line), link, data.get("link") == before)
        start, before = start + len(line), link


def _object(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _tail(file: BinaryIO, size: int) -> Tail:
    """Look for the last whole line in ever larger pieces from the end."""
    block = _BLOCK_BYTES
    while True:
        start = file.seek(max(0, size - block))
        piece = file.read(size - start)
        end = piece.rfind(b"\n")
        begin = piece.rfind(b"\n", 0, max(end, 0)) + 1
        if begin or start == 0:
            return Tail(start + end + 1, link_of(piece[begin:end])) if end >= 0 else Tail(0, GENESIS_LINK)
        block *= 2


def _unreadable(path: Path, error: OSError) -> ArchiveDamaged:
    return ArchiveDamaged(f"{path} cannot be read: {cause_of(error)[0]} ({error}); see to that, then run again")
