"""archive: the states of documents, from the lines of their day's journal; pure.

A document's lines all stand in the journal of its day.  ``kept`` begins state 1, each ``revised`` the next one, and
``imported`` counts as the one that it carries.  One that was read again from a stored page (kind ``reextracted``) stands
behind the state that the page gave before, so that later states get other numbers.  The newest state lies at the
document's own path, each earlier one at ``2026/11/23/_revisions/<docid>/<number>.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, TypeGuard

from newsarchive.archive.format.journal import moment

Line = Mapping[str, Any]

STATE_EVENTS = ("kept", "revised", "imported")
"""Each names a file with its digest."""
REEXTRACTED = "reextracted"
"""Kind of a state that other rules made of a page which had given one: not a word of the source has changed."""
REVISIONS_NAME = "_revisions"
DOCID_PATTERN = "[A-Za-z0-9-]{1,64}"
"""A docid becomes part of a path, so a line whose docid has other characters is passed over."""
_DOCID_RE = re.compile(DOCID_PATTERN)


class State(NamedTuple):
    """One text of a document."""

    number: int
    """From 1, oldest first, without a gap."""
    file: str
    """Where it lies now, below the archive, with ``/``."""
    line: Line
    """What the journal says of it."""

    @property
    def sha256(self) -> str:
        return str(self.line["sha256"])

    @property
    def size(self) -> int | None:
        """Bytes of the file; None where the line does not tell."""
        size = self.line.get("bytes")
        return size if isinstance(size, int) else None

    @property
    def known_at(self) -> datetime | None:
        """From when on it was had, here or where it was imported from; see ``known_at``."""
        return known_at(self.line)

    @property
    def reextracted_at(self) -> datetime | None:
        """When it was read again from the stored page; None for a state that the source's own change made."""
        told = self.line.get("said_at") or self.line.get("at")
        return moment(told) if is_reextracted(self.line) else None


@dataclass(slots=True)
class History:
    """What a day's journal says of one document."""

    docid: str
    day: date
    lines: list[Line] = field(default_factory=list)
    """Those of its states, oldest state first."""
    left: list[Line] = field(default_factory=list)
    """States that were kept anew elsewhere, because their file was lost or altered; nothing is owed for them."""
    offered: Line | None = None
    """The first line that shows it."""
    gone: Line | None = None
    """The source no longer has it, since its last state."""
    withdrawals: list[Line] = field(default_factory=list)
    """Each time that the source no longer had it, also where it came back."""
    redacted: Line | None = None
    """It was taken out on purpose: none of its files may be there."""

    @property
    def states(self) -> list[State]:
        """Those whose files must be there, oldest first; none once it is redacted."""
        if self.redacted is not None or not self.lines:
            return []
        *earlier, newest = self.lines
        passed = [State(at, revision_file(self.day, self.docid, at), line) for at, line in enumerate(earlier, 1)]
        return [*passed, State(len(self.lines), newest["file"], newest)]

    @property
    def own_states(self) -> int:
        """How many texts the source itself gave."""
        return sum(not is_reextracted(state.line) for state in self.states)

    def take(self, line: Line) -> None:
        """Take in the next line of this document; one of an event that says nothing of states is passed over."""
        match line.get("event"):
            case "kept" if self.lines:
                self.left.append(self.lines[-1])
                self.lines[-1], self.gone = line, None
            case "revised" if is_reextracted(line):
                self.lines.insert(place_again(self.lines, line), line)
            case "kept" | "revised":
                self.lines.append(line)
                self.gone = None
            case "imported":
                self._take_imported(line)
            case "offered":
                self.offered = _earlier(self.offered, line)
            case "gone":
                self.gone = None if line.get("earlier") is True else line
                self.withdrawals.append(line)
            case "redacted":
                self.redacted = line

    def _take_imported(self, line: Line) -> None:
        """A state of another archive, where its time belongs; what was withdrawn before it has come back by it."""
        at = place(self.lines, line)
        self.lines.insert(at, line)
        gone_at, known = moment(self.gone.get("at")) if self.gone else None, known_at(line)
        if at == len(self.lines) - 1 and gone_at and known and known > gone_at:
            self.gone = None


def histories(lines: Iterable[Line], day: date) -> dict[str, History]:
    """Return what these lines of a day's journal say, by docid in the order of their first lines.

    A line that names no document, or a state without file and digest, is passed over.
    """
    found: dict[str, History] = {}
    for line in lines:
        docid = line.get("docid")
        if is_docid(docid) and (line.get("event") not in STATE_EVENTS or names_a_file(line)):
            if docid not in found:
                found[docid] = History(docid, day)
            found[docid].take(line)
    return found


def is_docid(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(_DOCID_RE.fullmatch(value))


def names_a_file(line: Line) -> bool:
    """Whether a line of a state tells which file it is, and by which digest."""
    return isinstance(line.get("file"), str) and isinstance(line.get("sha256"), str)


def revision_file(day: date, docid: str, number: int) -> str:
    """Where an earlier state lies, below the archive."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}/{REVISIONS_NAME}/{docid}/{number}.md"


def state_at(states: Iterable[State], at: datetime) -> State | None:
    """The state that this archive had at that moment (aware); None before the first."""
    had = [state for state in states if state.known_at is not None and state.known_at <= at]
    return had[-1] if had else None


def known_at(line: Line) -> datetime | None:
    """From when on a state was had: when it was fetched, else when its line was written, here or where it comes from."""
    return moment(line.get("fetched_at")) or moment(line.get("said_at")) or moment(line.get("at"))


def place(lines: Sequence[Line], imported: Line) -> int:
    """Where a state of another archive belongs among these: before the first that is later, else at the end."""
    at = known_at(imported)
    later = (number for number, line in enumerate(lines) if at and (when := known_at(line)) and when > at)
    return next(later, len(lines))


def is_reextracted(line: Line) -> bool:
    """Whether other rules made this state of a page that had given one."""
    return line.get("kind") == REEXTRACTED


def place_again(lines: Sequence[Line], again: Line) -> int:
    """Where a state that was read again belongs: behind all that its page has given, else where its time belongs."""
    page = again.get("warc")
    given = [number for number, line in enumerate(lines, 1) if page and line.get("warc") == page]
    return given[-1] if given else place(lines, again)


def _earlier(offered: Line | None, line: Line) -> Line:
    """The first line that shows a document; one of another archive counts if it is older."""
    if offered is None:
        return line
    before, at = moment(offered.get("at")), moment(line.get("at"))
    return line if line.get("source_link") and at and before and at < before else offered
