"""archive: the files of a document whose states change their numbers, because one came in between them.

All new contents are written beside the old ones (``.part``) and noted, then the journal line is written, then each takes
its name.  So whatever is killed in between, the next start ends with the files that the journal tells: with the line,
the rest of the names are given; without it, what was written beside goes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.states import histories, is_docid
from newsarchive.archive.record import files
from newsarchive.errors import ArchiveNotWritable

NOTES_NAME = "arranging.jsonl"


@dataclass(frozen=True, slots=True)
class Move:
    """New content for one file."""

    file: str
    """Below the archive, with ``/``."""
    sha256: str
    data: bytes
    replaces: str | None = None
    """Digest of the state of ours that lies there, if one does; no other content is replaced."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The files of one document that get new contents with its next lines."""

    day: date
    docid: str
    moves: Sequence[Move]

    def part(self, move: Move) -> PurePosixPath:
        """Where the new content waits."""
        path = PurePosixPath(move.file)
        return path.with_name(f".{self.docid}-{path.stem[:8] if path.stem.isdecimal() else 0}.part")


def prepare(root: Path, state: Path, arrangements: Sequence[Arrangement]) -> None:
    """Before the lines: note what is begun, then write it beside what is there.

    Raises ``ArchiveNotWritable``, also where somebody has changed a file since the job looked at it: then nothing is done.
    """
    if not arrangements:
        return
    for arrangement in arrangements:
        for move in arrangement.moves:
            _check_unchanged(root / move.file, move)
    lines = [json.dumps(_note(arrangement), ensure_ascii=False).encode() + b"\n" for arrangement in arrangements]
    files.append_synced(state / NOTES_NAME, b"".join(lines))
    files.sync_folder(state)
    folders = set()
    for arrangement in arrangements:
        for move in arrangement.moves:
            part = root / arrangement.part(move)
            files.make_folder(part.parent, root)
            files.write_part(part, move.data)
            folders.add(part.parent)
    for folder in folders:
        files.sync_folder(folder)


def _check_unchanged(path: Path, move: Move) -> None:
    expected = (move.sha256, move.replaces)
    if os.path.lexists(path) and not any(sha256 and files.is_file_of(path, sha256) for sha256 in expected):
        raise ArchiveNotWritable(f"{path} was changed by another program just now; it stays as it is: run again")


def finish(root: Path, state: Path, arrangements: Iterable[Arrangement]) -> None:
    """After the lines: each content takes its name.  Raises ``ArchiveNotWritable``."""
    folders = set()
    for arrangement in arrangements:
        for move in arrangement.moves:
            path = root / move.file
            files.rename(root / arrangement.part(move), path)
            folders.add(path.parent)
    for folder in folders:
        files.sync_folder(folder)
    if folders:
        files.discard(state / NOTES_NAME)


def settle(root: Path, state: Path) -> None:
    """At a start: end what a killed run had begun, as the journals tell.  Raises ``ArchiveNotWritable``, ``ArchiveDamaged``.

    A file that holds anything but a state of its document is somebody's own, and stays.
    """
    path = state / NOTES_NAME
    if not path.is_file():
        return
    for day, docid, moves in _notes(path):
        lines = journal.read_about(paths.journal_path(root, day), json.dumps(docid))
        history = histories(lines, day).get(docid)
        owed = {found.file: found.sha256 for found in history.states} if history else {}
        arrangement = Arrangement(day, docid, moves)
        for move in moves:
            _settle_one(root, root / arrangement.part(move), move, owed)
    files.discard(path)


def _settle_one(root: Path, part: Path, move: Move, owed: dict[str, str]) -> None:
    target = root / move.file
    waits, lies = files.digest_of(part), files.digest_of(target)  # what cannot be read may be the only copy of a state
    is_owed = owed.get(move.file) == move.sha256 == waits
    is_ours = not os.path.lexists(target) or lies in owed.values()
    if is_owed and is_ours:
        files.rename(part, target)
        files.sync_folder(target.parent)
    else:
        files.discard(part)


def _note(arrangement: Arrangement) -> dict[str, Any]:
    moves = [[move.file, move.sha256] for move in arrangement.moves]
    return {"day": arrangement.day.isoformat(), "docid": arrangement.docid, "moves": moves}


def _notes(path: Path) -> Iterable[tuple[date, str, list[Move]]]:
    """What the notes say; a torn last line, and what is no note of ours, is passed over."""
    *lines, _ = files.read(path).split(b"\n")
    for line in lines:
        try:
            told = json.loads(line)
            day, docid = date.fromisoformat(told["day"]), str(told["docid"])
            moves = [Move(str(file), str(sha256), b"") for file, sha256 in told["moves"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if is_docid(docid) and all(_is_below(move.file) for move in moves):
            yield day, docid, moves


def _is_below(file: str) -> bool:
    path = PurePosixPath(file)
    return path.suffix == ".md" and not path.is_absolute() and ".." not in path.parts and "\0" not in file
