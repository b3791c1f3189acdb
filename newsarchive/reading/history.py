"""The states of a document and what they tell, read from its day's journal and its files alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.journal import moment
from newsarchive.archive.format.states import REEXTRACTED, History, State, histories, is_reextracted, state_at
from newsarchive.errors import ArchiveDamaged
from newsarchive.pages.changes import Told, kind_of, told
from newsarchive.reading.stored_file import StoredFile, read_file


@dataclass(frozen=True)
class StateText:
    """One state as a reader wants it."""

    state: State
    data: bytes
    """The file, byte for byte."""

    url: str = ""
    """Of the document."""

    @cached_property
    def stored(self) -> StoredFile:
        return StoredFile(self.data, str(self.state.line.get("sha256")))  # an import reads files that have no line yet

    @property
    def is_whole(self) -> bool:
        """Whether the file is what its line says."""
        return self.stored.is_whole

    @property
    def body(self) -> str:
        """HTML of the body, without the wrapper."""
        return self.stored.body

    @cached_property
    def told(self) -> Told:
        """What counts as its content; the title is that of the page, also where the file's own was changed (rsshub)."""
        return told(self.title, moment(self.state.line.get("published_at")), self.body)

    @cached_property
    def title(self) -> str:
        return str(self.state.line.get("title") or self.stored.title or self.state.line.get("docid"))


def history_of(root: Path, day: date, docid: str) -> History | None:
    """What the journal of its day says of a document; None where it says nothing.

    Raises ``ArchiveDamaged`` where the disk does not give the journal back.
    """
    lines = journal.read_about(paths.journal_path(root, day), json.dumps(docid))
    return histories(lines, day).get(docid)


def read_state(root: Path, state: State, url: str = "") -> StateText:
    """The file of a state.  Raises ``ArchiveDamaged`` where it is gone or the disk does not give it back."""
    return StateText(state, read_file(root, state.file), url)


def as_of(history: History, at: datetime) -> State | None:
    """The state that the archive had at that moment; None where it had only seen the offer, or nothing."""
    return state_at(history.states, at)


def is_withdrawn(history: History, at: datetime) -> bool:
    """Whether the source had taken the document out at that moment, and it had not come back yet."""
    return withdrawn_at(history, at) is not None


def withdrawn_at(history: History, at: datetime | None = None) -> datetime | None:
    """Since when the source had not had the document, at that moment or now; None where it had it, or had it again."""
    withdrawn = [
        gone for line in history.withdrawals if (gone := moment(line.get("at"))) and (at is None or gone <= at)
    ]
    if not withdrawn:
        return None
    state = as_of(history, at) if at else next(reversed(history.states), None)
    is_gone = state is None or state.known_at is None or state.known_at <= withdrawn[-1]
    return withdrawn[-1] if is_gone else None


def first_sight(history: History) -> datetime | None:
    """The earliest of its first ``offered`` line and of its states: one that was imported, or a clock set back, is older."""
    offered = moment(history.offered.get("at")) if history.offered else None
    moments = (offered, *(state.known_at for state in history.states))
    return min((at for at in moments if at), default=None)


@dataclass(frozen=True, slots=True)
class Correction:
    """A revision or a withdrawal, as the journal of the document's day says it."""

    at: datetime
    docid: str
    day: date
    kind: str
    """As in the ``revised`` line; ``gone`` for a withdrawal."""
    before: State
    after: State | None
    """None for a withdrawal."""
    url: str
    """Of the document, as it was offered first."""

    @property
    def title(self) -> str:
        return str((self.after or self.before).line.get("title") or self.docid)

    def is_wanted(self, since: datetime | None, kinds: Collection[str]) -> bool:
        """Whether it is one of these kinds, and not older; empty: any that the source has made."""
        is_one = self.kind in kinds if kinds else self.kind != REEXTRACTED
        return is_one and (since is None or self.at >= since)


GONE = "gone"
LOOKED_UP = 16
"""Documents whose lines are looked up in a journal, 1 ms each; for more, reading all of it once is quicker."""
_CORRECTING = ('"event":"revised"', '"event":"gone"', '"event":"imported"')


def corrections(root: Path, since: datetime | None = None, kinds: frozenset[str] = frozenset()) -> Iterator[Correction]:
    """Revisions and withdrawals since a moment (aware), day by day, oldest day first.

    ``kinds`` empty means all that the source has made: what was read again by other rules is told where it is asked for.
    Journals without any are passed over without parsing a line.
    """
    for day in paths.days(root):
        yield from (one for one in corrections_of(root, day) if one.is_wanted(since, kinds))


def corrections_of(root: Path, day: date) -> Iterator[Correction]:
    """Revisions and withdrawals of the documents of a day, document by document.  Raises ``ArchiveDamaged``."""
    path = paths.journal_path(root, day)
    docids = {str(line.get("docid")) for line in journal.read_about(path, *_CORRECTING)}
    few = len(docids) <= LOOKED_UP
    lines = journal.read_about(path, *map(json.dumps, docids)) if few else journal.read_objects(path)
    found = histories((line for line in lines if line.get("docid") in docids), day)
    for _, history in sorted(found.items()):
        yield from _of(root, history)


RESTORED, REVISED = "restored", "revised"


def kind_between(root: Path, before: State, after: State) -> str:
    """Why a state is another one than that before it: as its line says, else by the two texts.

    The line of a first state says nothing: an older one of another archive came before it later.  ``revised`` where a
    text is gone.
    """
    if said := after.line.get("kind"):
        return str(said)
    try:
        kind = kind_of(read_state(root, before).told, read_state(root, after).told)
    except ArchiveDamaged:
        return REVISED
    return kind.value if kind else RESTORED


def _of(root: Path, history: History) -> Iterator[Correction]:
    states, url = history.states, str((history.offered or {}).get("url") or "")
    for before, after in _pairs(states):
        at = moment(after.line.get("said_at")) or moment(after.line.get("at")) or after.known_at
        if at is not None:
            kind = kind_between(root, before, after)
            yield Correction(at, history.docid, history.day, kind, before, after, url)
    for line in history.withdrawals:
        gone_at = moment(line.get("at"))
        if gone_at is not None and (held := state_at(states, gone_at)):
            yield Correction(gone_at, history.docid, history.day, GONE, held, None, url)


def _pairs(states: Sequence[State]) -> Iterator[tuple[State, State]]:
    """Each state with the one that it is compared with: one of the source's own with the source's own before it.

    One that was read again is compared with what the same page gave before.
    """
    own: State | None = None
    for before, state in zip((None, *states), states, strict=False):
        earlier = before if is_reextracted(state.line) else own
        if earlier is not None:
            yield earlier, state
        own = own if is_reextracted(state.line) else state
