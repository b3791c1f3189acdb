"""A day of another archive, as its journal and its files tell it; what no digest proves is left."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

from newsarchive.archive.format import journal
from newsarchive.archive.format.events import is_sound
from newsarchive.archive.format.journal import GENESIS_LINK
from newsarchive.archive.format.paths import JOURNAL_NAME
from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.format.raw_place import of_here
from newsarchive.archive.format.rsshub import FOLDER
from newsarchive.archive.format.states import STATE_EVENTS, History, Line, State, histories, is_docid
from newsarchive.archive.record.taking import NamedFile
from newsarchive.jobs.importing.source import MAX_JOURNAL_BYTES, ImportSource, Left, NotTaken

OF_ITSELF = ("damaged", "repaired")
"""What a journal says of its own archive."""


@dataclass(slots=True)
class TheirDay:
    """What was read."""

    day: date
    data: bytes = b""
    """The whole lines of the journal."""
    link: str = GENESIS_LINK
    """SHA-256 of the last one."""
    here: Sequence[Line] = field(default_factory=list)
    """The lines that name raw records which lie there."""
    is_sound: bool = True
    """All lines can be read, and each is linked to the one before."""
    lines: dict[str, list[Line]] = field(default_factory=dict)
    """By docid, in the order of their first lines."""
    of_the_day: list[Line] = field(default_factory=list)
    histories: dict[str, History] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the journal, below the folder."""
        return f"{folder_of(self.day)}/{JOURNAL_NAME}"


def folder_of(day: date) -> str:
    """``2026/11/23``."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def read_day(source: ImportSource, day: date, profile: Profile, left: list[Left]) -> TheirDay:
    """Read a journal; lines that are none of ours, or of another profile, are told in ``left``.  Raises ``NotTaken``."""
    found = TheirDay(day)
    data = source.read(found.name, MAX_JOURNAL_BYTES)
    found.data = data[: data.rfind(b"\n") + 1]
    parsed = list(journal.parse(found.data))
    found.here = of_here(line.data for line in parsed)
    for number, (line, told) in enumerate(zip(parsed, found.here, strict=True), 1):
        found.link = line.link
        if not line.linked or not line.data:
            if found.is_sound:
                left.append(Left(found.name, _damage(number)))
            found.is_sound = False
        _sort_in(found, told, number, profile, left)
    everything = (line for lines in found.lines.values() for line in lines)
    found.histories = histories(everything, day)
    return found


def _damage(number: int) -> str:
    return (
        f"damaged at line {number}: it cannot be read, or is not linked to the line before; of this day only articles "
        "come in whose digest proves them (newsarchive verify there says more)"
    )


def _sort_in(found: TheirDay, line: Line, number: int, profile: Profile, left: list[Left]) -> None:
    event, docid = line.get("event"), line.get("docid")
    if not is_sound(line):
        if event in STATE_EVENTS and not line.get("redacted"):
            left.append(Left(found.name, f"line {number} does not say what a line of {event} says"))
            return
    elif event in STATE_EVENTS and line["profile"] != profile.name:
        left.append(
            Left(found.name, f"line {number} is of profile {line['profile']}, this archive is of {profile.name}")
        )
        return
    if isinstance(docid, str) and (is_sound(line) or (event == "redacted" and is_docid(docid))):
        found.lines.setdefault(docid, []).append(line)
    elif event not in OF_ITSELF and is_sound(line):
        found.of_the_day.append(line)


def owed(found: TheirDay) -> list[NamedFile]:
    """The files that the journal tells of."""
    states = ((history.docid, state) for history in found.histories.values() for state in history.states)
    return [NamedFile(state.file, state.sha256, docid) for docid, state in states]


def proven(source: ImportSource, day: date, history: History, left: list[Left]) -> list[tuple[Line, bytes]]:
    """The states whose files are what their lines tell, oldest first, with their bytes."""
    found = []
    for state in history.states:
        try:
            found.append((state.line, read_state(source, day, state)))
        except NotTaken as error:
            left.append(Left(state.file, str(error)))
    return found


def read_state(source: ImportSource, day: date, state: State | NamedFile) -> bytes:
    """The bytes of a state.  Raises ``NotTaken`` where they are not those that the line tells, or lie where none may."""
    if not may_lie_at(day, state.file):
        raise NotTaken(f"a line of {folder_of(day)} names it, where no article of that day can lie")
    data = source.read(state.file)
    if hashlib.sha256(data).hexdigest() != state.sha256:
        raise NotTaken("it is not what its line tells: no digest proves it")
    return data


def may_lie_at(day: date, file: str) -> bool:
    """Whether an article of this day, or a former state of one, can lie there."""
    path = PurePosixPath(file)
    folder = path.parent.as_posix()
    places: Sequence[str] = (folder_of(day), FOLDER)
    is_place = folder in places or path.parent.parent.as_posix() == f"{folder_of(day)}/_revisions"
    return is_place and path.suffix == ".md" and path.as_posix() == file and "\\" not in file and "\0" not in file
