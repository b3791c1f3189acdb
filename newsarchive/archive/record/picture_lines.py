"""The pictures that the journal of a day calls kept, held against ``_media/``.  Looks, never writes.

Days share files: one that is wrong is found by each of its days, and told once.
"""

from __future__ import annotations

import json
import random
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from newsarchive.archive.format import journal, media, paths
from newsarchive.archive.format.chain import Owed
from newsarchive.archive.format.picture_events import KEPT
from newsarchive.archive.record import presence
from newsarchive.archive.record.finding import ALTERED, MISSING, MOVE_AWAY, STRAY, TAKE_BACK, Finding

MARK = f'"event":"{KEPT}"'
_MARK = MARK.encode()
ASIDE = ".replaced-"
"""In the name of what ``repair`` has set aside."""
_DIGITS_OF_KEY = 16


def owed_of(lines: Iterable[bytes]) -> Iterator[Owed]:
    """The picture of each ``image`` line; none of one that was redacted, or that names another place."""
    for number, line in enumerate(lines, 1):
        if _MARK in line[: journal.HEAD_BYTES]:
            with suppress(ValueError, RecursionError):
                yield from _owed(json.loads(line), number)


def owed_on(root: Path, day: date) -> list[Owed]:
    """The same of a journal on the disk; their lines have no numbers.  Raises ``ArchiveDamaged``."""
    about = journal.read_about(paths.journal_path(root, day), MARK)
    return [owed for line in about if line.get("event") == KEPT for owed in _owed(line, 0)]


def _owed(line: Mapping[str, Any], number: int) -> Iterator[Owed]:
    file, sha256, size = line.get("file"), line.get("sha256"), line.get("bytes")
    if media.is_media(file) and sha256 == media.digest_of(str(file)):
        yield Owed(str(file), str(line.get("docid")), str(sha256), size if isinstance(size, int) else None, number)


def key_of(file: str) -> int:
    """A number for a picture's file: the first bytes of its digest."""
    return int(media.digest_of(file)[:_DIGITS_OF_KEY], 16)


def keys_of(owed: Iterable[Owed]) -> array[int]:
    return array("Q", {key_of(one.file) for one in owed})


def findings(root: Path, owed: Iterable[Owed], share: float, *, reads_since: int | None) -> Iterator[Finding]:
    """Those that are missing or altered; read through are a ``share`` and all of lines behind ``reads_since``, if that is told."""
    for file in {one.file: one for one in owed}.values():
        is_new = reads_since is not None and file.line > reads_since
        if not is_new and random.random() >= share and presence.has_size(f"{root}/{file.file}", file.size):  # noqa: S311 - a sample
            continue
        if finding := _judged(root, file):
            yield finding


def _judged(root: Path, file: Owed) -> Finding | None:
    lies = presence.look(root / file.file)
    if lies.sha256 == file.sha256:
        return None
    if not lies.is_there or not lies.is_file:
        return Finding(MISSING, file.file, file.docid, f"there is no such picture; {TAKE_BACK}", file.sha256)
    why = f"it cannot be read: {lies.trouble}" if lies.trouble else "its bytes are not those that its name tells"
    return Finding(ALTERED, file.file, file.docid, f"{why}; {TAKE_BACK}", file.sha256)


def strays(root: Path, keys: Iterable[array[int]], days: Iterable[date]) -> list[Finding]:
    """What lies among the pictures and no line names; ``keys`` are those of the lines, ``days`` all that have a journal.

    A folder is read before the journals are looked at once more, lest a run be ahead of them.
    """
    lying = set(_lying(root))
    if not lying:
        return []
    known = {key for of_day in keys for key in of_day}
    unnamed = {file for file in lying if not media.is_media(file) or key_of(file) not in known}
    if unnamed:
        unnamed -= {owed.file for day in days for owed in owed_on(root, day)}
    detail = f"no line of a journal names it; {MOVE_AWAY}"
    looks = {file: presence.look(root / file) for file in sorted(unnamed)}
    return [Finding(STRAY, file, None, detail, lies.sha256) for file, lies in looks.items() if lies.is_there]


def _lying(root: Path) -> Iterator[str]:
    folder = root / media.MEDIA_NAME
    for below in sorted(presence.names_in(folder)):
        if (folder / below).is_dir():
            names = presence.names_in(folder / below)
            yield from (f"{media.MEDIA_NAME}/{below}/{name}" for name in names if ASIDE not in name)


def alone(root: Path, docid: str, lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """File → digest, of the pictures that ``lines`` of this document call kept and no other document's lines do."""
    found = {owed.file: owed.sha256 for line in lines if line.get("event") == KEPT for owed in _owed(line, 0)}
    found = {file: sha256 for file, sha256 in found.items() if presence.look(root / file).sha256 == sha256}
    for day in paths.days(root) if found else ():
        for line in list(journal.read_about(paths.journal_path(root, day), *found)):
            if line.get("docid") != docid and line.get("event") == KEPT:
                found.pop(str(line.get("file")), None)
        if not found:
            break
    return found
