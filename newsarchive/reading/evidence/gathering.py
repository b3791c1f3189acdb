"""What proves a document: its states, its raw records, its day's journal, where that journal ends.

All of it is held against what the archive says of it first: evidence that does not fit is none, so nothing is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from newsarchive.archive.format import paths
from newsarchive.archive.format.heads import Head
from newsarchive.archive.format.journal import parse
from newsarchive.archive.format.raw_place import of_here
from newsarchive.archive.format.states import History, State, histories
from newsarchive.archive.index.view import glance
from newsarchive.archive.record import day_journal
from newsarchive.archive.record.day_journal import DayJournal
from newsarchive.archive.record.finding import TORN
from newsarchive.errors import ArchiveDamaged, CatalogueUnusable
from newsarchive.reading.raw_members import RawMember, StoredExchange, exchange_at, members_of, places_of, with_answers
from newsarchive.reading.whole_state import TAKE_BACK, state_data


@dataclass(frozen=True, slots=True)
class StateFile:
    """One state with its file."""

    state: State
    line: int
    """Which line of the journal tells of it, from 1."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of one document, every part of it as the archive's lines say."""

    docid: str
    day: date
    title: str
    url: str
    states: Sequence[StateFile]
    exchanges: Sequence[StoredExchange]
    """The answers that its lines name, in their order."""
    journal: bytes
    """Of its day, all whole lines of it."""
    head: Head
    """Where that journal ends."""
    lacking: Sequence[str]
    """States, by number, of which no answer is stored."""

    @property
    def members(self) -> list[RawMember]:
        """The records of all exchanges, each once."""
        return members_of(self.exchanges)


def gather(root: Path, docid: str, day: date) -> Evidence | None:
    """All evidence of a document; None where it is not kept, or was redacted.

    Raises ``ArchiveDamaged`` where any of it is lost, or is not what the journal says.
    """
    journal = day_journal.read(root, day)
    _check_journal(root, journal)
    data = b"".join(line + b"\n" for line in journal.chain.lines)
    lines = of_here(event.data for event in parse(data))
    told = histories(lines, day).get(docid)
    if told is None or not told.states:
        return None
    own = with_answers(lines).get(docid, [])
    stored = {id(line) for line in own}
    return Evidence(
        docid=docid,
        day=day,
        title=str(told.states[-1].line.get("title") or docid),
        url=str((told.offered or {}).get("url") or ""),
        states=list(_states(root, told, lines)),
        exchanges=[exchange_at(root, place, docid) for place in places_of(own)],
        journal=data,
        head=journal.head,
        lacking=[str(state.number) for state in told.states if id(state.line) not in stored],
    )


# --- the journal -----------------------------------------------------------------------------------------------------


def _check_journal(root: Path, journal: DayJournal) -> None:
    """Each line linked to the one before, and none lost that the catalogue knows of; a line without an end is being written."""
    path = paths.journal_path(root, journal.day)
    faults = [text for kind, text in journal.faults if kind != TORN]
    breaks = journal.chain.breaks(journal.links)
    if not faults and breaks:
        faults = [f"line {breaks[0].line} is not linked to the line before; that was accepted, and proves nothing"]
    if not faults and not _has_known_end(root, journal):
        faults = ["a line is not what it was when the catalogue read it, or is gone"]
    if faults:
        raise ArchiveDamaged(f"{path}: {faults[0]}; no evidence is made of it: {TAKE_BACK}")


def _has_known_end(root: Path, journal: DayJournal) -> bool:
    """Whether the line stands there up to which the catalogue has read; the last line of a journal is proven by nothing else."""
    with suppress(CatalogueUnusable):
        known = glance(root, lambda catalogue: catalogue.tails.of(journal.day))
        ends = accumulate(len(line) + 1 for line in journal.chain.lines)
        return known.size == 0 or (known.size, known.link) in zip(ends, journal.links, strict=True)
    return True


# --- files -----------------------------------------------------------------------------------------------------------


def _states(root: Path, told: History, lines: Sequence[dict[str, Any]]) -> Iterator[StateFile]:
    numbers = {id(line): number for number, line in enumerate(lines, 1)}
    for state in told.states:
        yield StateFile(state, numbers[id(state.line)], state_data(root, told, state))
