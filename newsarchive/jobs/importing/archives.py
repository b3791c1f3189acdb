"""Another archive of this program comes in day by day: whole where nothing of the day is here, else line by line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.merging import missing, missing_of_day
from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.format.states import History, Line, State, histories
from newsarchive.archive.record import taking
from newsarchive.archive.record.files import is_file_of
from newsarchive.archive.record.merging import IncomingPart, Origin
from newsarchive.archive.record.numbering import Refused, read_own
from newsarchive.archive.record.taking import NamedFile
from newsarchive.jobs.importing import pictures, theirs
from newsarchive.jobs.importing.outcome import ImportOutcome
from newsarchive.jobs.importing.source import ImportSource, Left, NotTaken
from newsarchive.jobs.importing.theirs import TheirDay
from newsarchive.pages.changes import kind_of
from newsarchive.reading.history import StateText

CHUNK_DOCUMENTS = 128
CHUNK_BYTES = 16 * 1024 * 1024
"""What one commit takes: syncs are shared, and memory stays flat."""


@dataclass(frozen=True, slots=True)
class WholeDay:
    """A day to be taken whole."""

    day: date
    data: bytes = field(repr=False)
    owed: list[NamedFile]
    source: str
    """The name of the folder that it comes from."""
    pictures: dict[str, str] = field(default_factory=dict)
    """File → digest."""


class Known(Protocol):
    """What is asked of our catalogue."""

    def __call__(self, docid: str) -> date | None:
        """The day of a document; None for one that is not known."""


class Planner:
    """Says what comes in; reads both archives and writes neither."""

    def __init__(
        self, root: Path, profile: Profile, known: Known, source: ImportSource, outcome: ImportOutcome
    ) -> None:
        self._root, self._profile, self._known, self._source = root, profile, known, source
        self._outcome = outcome

    def read(self, day: date) -> TheirDay | None:
        """Their day; None, and told, where its journal cannot be read."""
        try:
            return theirs.read_day(self._source, day, self._profile, self._outcome.left)
        except NotTaken as error:
            self._outcome.left.append(Left(f"{theirs.folder_of(day)}/{paths.JOURNAL_NAME}", str(error)))
            return None

    def whole(self, found: TheirDay) -> WholeDay | None:
        """The day as a whole, where that can be."""
        owed = theirs.owed(found)
        if not found.is_sound or not found.data or not taking.is_free(self._root, found.day, owed):
            return None
        if any(self._known(docid) for docid in found.lines) or not self._are_proven(found.day, owed):
            return None
        of_pictures = pictures.files_of(found)
        if not self._has_all(of_pictures):
            return None
        return WholeDay(found.day, found.data, owed, self._source.name, of_pictures)

    def read_owed(self, day: date) -> Callable[[NamedFile], bytes]:
        return partial(theirs.read_state, self._source, day)

    def _are_proven(self, day: date, owed: list[NamedFile]) -> bool:
        try:
            for file in owed:
                theirs.read_state(self._source, day, file)
        except NotTaken:
            return False
        return True

    def _has_all(self, of_pictures: dict[str, str]) -> bool:
        """Whether each picture is there as its line tells, and can lie here where it lies there."""
        try:
            for file, sha256 in of_pictures.items():
                if os.path.lexists(self._root / file) and not is_file_of(self._root / file, sha256):
                    return False
                pictures.read(self._source, file, sha256)
        except NotTaken:
            return False
        return True

    def read_pictures(self, whole: WholeDay) -> Iterator[list[bytes]]:
        """In portions for a commit each.  Raises ``NotTaken``."""
        chunk: list[bytes] = []
        for file, sha256 in whole.pictures.items():
            chunk.append(pictures.read(self._source, file, sha256))
            if sum(map(len, chunk)) >= CHUNK_BYTES:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def parts(self, found: TheirDay) -> Iterator[IncomingPart]:
        """What is missing here, document by document in the order of their journal."""
        if self._is_ours(found):
            self._outcome.counts["unchanged"] += len(found.histories)
            return
        here: dict[str, list[Line]] = {}
        for line in journal.read_objects(paths.journal_path(self._root, found.day)):
            if isinstance(line.get("docid"), str):
                here.setdefault(line["docid"], []).append(line)
        for docid, lines in found.lines.items():
            if (day := self._known(docid) or found.day) != found.day:
                about = journal.read_about(paths.journal_path(self._root, day), f'"{docid}"')
                ours: list[Line] = [line for line in about if line.get("docid") == docid]
            else:
                ours = here.get(docid, [])
            if part := self._part(found, day, docid, ours, lines):
                yield part

    def _is_ours(self, found: TheirDay) -> bool:
        """Whether our journal begins with theirs: nothing is missing."""
        path = paths.journal_path(self._root, found.day)
        if not path.is_file() or path.stat().st_size < len(found.data):
            return False
        with path.open("rb") as file:
            return file.read(len(found.data)) == found.data

    def origin(self, found: TheirDay) -> Origin:
        """What a line says of where it comes from."""
        return Origin(self._source.name, found.link)

    def of_the_day(self, found: TheirDay) -> list[Line]:
        """What is missing of the lines about the day as a whole."""
        if not found.is_sound:
            return []
        return missing_of_day(journal.read_objects(paths.journal_path(self._root, found.day)), found.of_the_day)

    def _part(self, found: TheirDay, day: date, docid: str, ours: list[Line], lines: list[Line]) -> IncomingPart | None:
        history = found.histories.get(docid)
        held = histories(ours, day).get(docid) or History(docid, day)
        if history and history.redacted and held.states:
            reason = f"{docid} was taken out there on purpose, and is kept here: take it out here, too, if it should go"
            self._outcome.left.append(Left(found.name, reason))
        if held.redacted:
            self._outcome.counts["unchanged"] += 1
            return None
        known = {state.sha256: state for state in held.states}
        states = self._proven(found.day, history.states if history else [], known)
        if not found.is_sound:
            lines = [line for line in lines if line.get("event") == "offered"] if states else []
        texts = _Texts(self._root, held.states, states)
        try:
            told = missing(held, ours, lines, [line for line, _ in states], texts.kind_of)
            data = {id(state.line): texts.bytes_of(state.line) for state in told.states}
        except Refused as error:
            self._outcome.left.append(Left(f"{found.name}: {docid}", str(error)))
            return None
        self._outcome.counts["unchanged"] += not told
        return IncomingPart(held, told, data, self.origin(found)) if told else None

    def _proven(self, day: date, states: list[State], known: dict[str, State]) -> list[tuple[Line, bytes | None]]:
        """Their states with their bytes; None instead of those that a state of ours has, too."""
        found: list[tuple[Line, bytes | None]] = []
        for state in states:
            if state.sha256 in known:
                found.append((state.line, None))
                continue
            try:
                found.append((state.line, theirs.read_state(self._source, day, state)))
            except NotTaken as error:
                self._outcome.left.append(Left(state.file, str(error)))
        return found


class _Texts:
    """The texts of the states of one document, ours and theirs, read when they are compared."""

    def __init__(self, root: Path, ours: list[State], states: list[tuple[Line, bytes | None]]) -> None:
        self._root = root
        self._files = {state.sha256: state.file for state in ours}
        self._data = {str(line["sha256"]): data for line, data in states if data is not None}

    def bytes_of(self, line: Line) -> bytes:
        sha256 = str(line["sha256"])
        if (data := self._data.get(sha256)) is None:
            data = read_own(self._root, self._files[sha256], sha256)
        return data

    def kind_of(self, before: Line, after: Line) -> str | None:
        """As ``KindOf``: by digest first, then by what the texts tell."""
        if before["sha256"] == after["sha256"] or (after.get("told_sha256") or 0) == before.get("told_sha256"):
            return None
        told = [StateText(State(0, "", line), self.bytes_of(line)).told for line in (before, after)]
        kind = kind_of(told[0], told[1])
        return kind.value if kind else None
