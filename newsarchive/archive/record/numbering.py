"""archive: which file gets which content where states come in between those that a document has.

What lies here is never overwritten: a file changes its number among the states only where its digest proves that it is the
state that its line tells.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from newsarchive.archive.format.states import History, Line, revision_file
from newsarchive.archive.record import files
from newsarchive.archive.record.arranging import Move


class Refused(Exception):
    """What lies here stands in the way; the message says what.  Nothing was changed."""


def moves(root: Path, held: History, timeline: Sequence[Line], data: Mapping[int, bytes]) -> list[Move]:
    """What gets new content, now that the states are those of ``timeline``, oldest first.

    ``data``: the bytes of each state that comes in, by the ``id`` of its line.  Raises ``Refused`` where a state of ours
    is not what its line tells, or something else lies where one has to go.
    """
    now = {id_of(state.line): state.file for state in held.states}
    ours = {state.file: state.sha256 for state in held.states}
    found = []
    for number, line in enumerate(timeline, 1):
        if number < len(timeline):
            target = revision_file(held.day, held.docid, number)
        elif held.states:
            target = held.states[-1].file
        else:
            continue  # the newest of a document that is new here: it gets a name of its own
        lies = now.get(id_of(line))
        if lies != target:
            sha256 = str(line["sha256"])
            content = data[id(line)] if lies is None else read_own(root, lies, sha256)
            _check_free(root, target, sha256, ours)
            found.append(Move(target, sha256, content, replaces=ours.get(target)))
    return found


def id_of(line: Line) -> tuple[object, ...]:
    """What tells one state line of a document from another."""
    return (line.get("link"), line.get("at"), line.get("event"), line.get("sha256"), line.get("fetched_at"))


def read_own(root: Path, file: str, sha256: str) -> bytes:
    """The bytes of a state of ours.  Raises ``Refused`` where they are not those that its line tells."""
    path = root / file
    if path.is_symlink() or not files.is_file_of(path, sha256):
        raise Refused(f"{file} is not what its line tells: see newsarchive verify")
    return files.read(path)


def _check_free(root: Path, target: str, sha256: str, ours: Mapping[str, str]) -> None:
    """Raises ``Refused`` where what lies there is neither a state of the document nor what is to lie there."""
    if target in ours:
        if os.path.lexists(root / target) and not files.is_file_of(root / target, ours[target]):
            raise Refused(f"{target} is not what its line tells: see newsarchive verify")
    elif os.path.lexists(root / target) and not files.is_file_of(root / target, sha256):
        raise Refused(f"something else lies at {target}: move it away")
