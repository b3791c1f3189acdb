"""archive: the journal of one day as an audit reads it: its lines, what is wrong with them, and what explains it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from newsarchive.archive.format import paths, rsshub
from newsarchive.archive.format.chain import NUMBER, Break, Chain, Line, Owed, former_links
from newsarchive.archive.format.heads import Head
from newsarchive.archive.format.journal import GENESIS_LINK
from newsarchive.archive.format.states import (
    REVISIONS_NAME,
    STATE_EVENTS,
    History,
    State,
    histories,
    is_docid,
    names_a_file,
)
from newsarchive.archive.record.finding import ALTERED, MISNAMED, MISSING, SHORTENED, TORN, UNLINKED
from newsarchive.errors import cause_of

MAX_NAMED = 10
"""Lines or files that one detail names; of more it says how many."""

_DAY_RE = re.compile("[0-9]{4}/[0-9]{2}/[0-9]{2}")
_NAME_RE = re.compile(r"[^/\\\0]+\.md")
"""Of an article: a line that names anything else leads nowhere."""


@dataclass(frozen=True, slots=True)
class VerifiedDay:
    """What was verified of a day, when all was well with it."""

    lines: int
    link: str
    read: int
    """Up to which line its files were read through."""
    articles: int
    files: int
    appearance: str
    """As ``presence.appearance`` gives it; empty where the folder does not tell all."""


@dataclass(slots=True)
class DayJournal:
    """What was read; ``faults`` are (kind, detail), the journal being the thing."""

    day: date
    is_there: bool = True
    trouble: str = ""
    """Why it cannot be read."""
    chain: Chain = field(default_factory=lambda: Chain([], b""))
    links: list[str] = field(default_factory=list)
    """SHA-256 of each line."""
    statements: list[Line] = field(default_factory=list)
    """The lines as objects; none of a plain journal."""
    owed: list[Owed] = field(default_factory=list)
    """The files that it names, earlier states too."""
    docids: list[str] = field(default_factory=list)
    """Of the documents that have a file."""
    left: set[str] = field(default_factory=set)
    """Files of documents that were kept anew elsewhere: they may lie there."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    """What would be a fault, had no line explained it."""

    @property
    def head(self) -> Head:
        return Head(self.day, self.links[-1] if self.links else GENESIS_LINK, len(self.links), len(self.docids))

    @property
    def lines(self) -> int:
        return len(self.links)

    @property
    def is_foreign(self) -> bool:
        """Whether it is another day's journal."""
        return any(kind == MISNAMED for kind, _ in self.faults)


def read(root: Path, day: date, known: VerifiedDay | None = None, told: Head | None = None) -> DayJournal:
    """Read the journal of a day and judge its lines, but no file; ``told`` is a head that somebody kept elsewhere."""
    journal = DayJournal(day)
    try:
        journal.chain = Chain.of(paths.journal_path(root, day).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        journal.is_there = False
    except OSError as error:
        journal.trouble = f"cannot be read: {cause_of(error)[0]} ({error}); see to that first"
        journal.faults.append((ALTERED, f"it {journal.trouble}"))
        return journal
    _judge(journal, known, told)
    return journal


def of_data(day: date, data: bytes | None) -> DayJournal:
    """The journal of a day that lies elsewhere, by its bytes; None where there is none."""
    journal = DayJournal(day, is_there=data is not None, chain=Chain.of(data or b""))
    _judge(journal, None, None)
    return journal


def _judge(journal: DayJournal, known: VerifiedDay | None, told: Head | None) -> None:
    journal.links = journal.chain.links()
    _read_lines(journal)
    _judge_links(journal, known, told)


def owed_by(chain: Chain, day: date) -> list[Owed]:
    """The files that the lines of a day name, wherever these lines lie; nothing is judged."""
    journal = DayJournal(day, chain=chain)
    _read_lines(journal)
    return journal.owed


def _read_lines(journal: DayJournal) -> None:
    """Take from the lines which files there must be."""
    plain = journal.chain.first_states()
    if plain is not None and _lie_in(plain, f"{day_name(journal.day)}/"):
        journal.owed, journal.docids = plain, [owed.docid for owed in plain]
        return
    journal.statements = journal.chain.statements()
    found = histories(journal.statements, journal.day).values()
    documents = [history for history in found if history.states]
    journal.docids = [history.docid for history in documents]
    owed = (_owed(history.docid, state) for history in documents for state in history.states)
    journal.owed = [file for file in owed if is_article(file.file)]
    journal.left = {line["file"] for history in found for line in history.left}
    journal.explained = [_redacted(history) for history in found if history.redacted]
    _judge_statements(journal)


def _lie_in(owed: list[Owed], folder: str) -> bool:
    """Whether all lie in this folder (which ends with ``/``), and not below it."""
    count = folder.count("/")
    return all(
        file.file.startswith(folder) and file.file.endswith(".md") and file.file.count("/") == count for file in owed
    )


def is_article(file: str) -> bool:
    """Whether an article, or an earlier state of one, may lie there: below the archive, and in no other place of it."""
    folder, _, name = file.rpartition("/")
    day, _, docid = folder.partition(f"/{REVISIONS_NAME}/")
    is_place = bool(_DAY_RE.fullmatch(day)) and (is_docid(docid) or folder == day)
    return (is_place or folder == rsshub.FOLDER) and bool(_NAME_RE.fullmatch(name))


def _owed(docid: str, state: State) -> Owed:
    return Owed(state.file, docid, state.sha256, state.size, state.line[NUMBER])


def _redacted(history: History) -> str:
    line = history.redacted or {}
    return f"{history.docid} was redacted at {line.get('at')}: {line.get('reason')}"


def day_name(day: date) -> str:
    """``2026/11/23``: the folder of a day below the archive."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def _judge_links(journal: DayJournal, known: VerifiedDay | None, told: Head | None) -> None:
    if journal.chain.torn:
        size = len(journal.chain.torn)
        journal.faults.append(
            (
                TORN,
                f"behind its line {journal.lines} stand {size} bytes of a line without an end; the next crawl cuts them off",
            )
        )
    _judge_breaks(journal, journal.chain.breaks(journal.links))
    if known:
        _judge_known(journal, known)
    if told:
        _judge_told(journal, told)


def _judge_breaks(journal: DayJournal, breaks: list[Break]) -> None:
    accepted = [(line.get("line"), line.get("expected"), line.get("found")) for line in _of(journal, "damaged")]
    journal.explained += [_accepted(line) for line in _of(journal, "damaged")]
    open_ = [at.line for at in breaks if tuple(at) not in accepted]
    if open_:
        text = f"{_lines(open_)} not linked to the line before: that one was altered, or one between them taken out"
        journal.faults.append((UNLINKED, text))


def _accepted(damaged: Line) -> str:
    return f"damage at line {damaged.get('line')} was accepted at {damaged.get('at')}"


def _judge_known(journal: DayJournal, known: VerifiedDay) -> None:
    if _stands(journal, known.lines, known.link):
        return
    if any(_accepts(line, known) for line in _of(journal, "damaged")):
        return
    if any(line[NUMBER] > known.lines and not line.get("source_link") for line in _of(journal, "redacted")):
        return
    journal.faults.append(_loss(journal, known.lines, known.link, "when it was last verified"))


def _accepts(damaged: Line, known: VerifiedDay) -> bool:
    """Whether a ``damaged`` line accepts a loss that began among the lines that were known."""
    line = damaged.get("line")
    return isinstance(line, int) and line <= min(known.lines, damaged[NUMBER])


def _judge_told(journal: DayJournal, told: Head) -> None:
    if _stands(journal, told.lines, told.link):
        return
    if _is_redacted_since(journal, told):
        journal.explained.append(f"its head of {told.lines} lines was told before a redaction, which names it")
        return
    journal.faults.append(_loss(journal, told.lines, told.link, "by the head that was told"))


def _is_redacted_since(journal: DayJournal, told: Head) -> bool:
    """Whether a ``redacted`` line proves that this head was true before it."""
    for line in _of(journal, "redacted"):
        if line.get("former_link") == told.link:
            return True
        former = former_links(journal.chain.lines[: line[NUMBER] - 1], line)
        if 0 < told.lines <= len(former) and former[told.lines - 1] == told.link:
            return True
    return False


def _stands(journal: DayJournal, lines: int, link: str) -> bool:
    return lines <= journal.lines and (journal.links[lines - 1] if lines else GENESIS_LINK) == link


def _loss(journal: DayJournal, lines: int, link: str, when: str) -> tuple[str, str]:
    if not journal.is_there:
        return MISSING, f"there is no journal; it had {lines} lines {when}"
    if journal.lines < lines and link not in journal.links:
        return SHORTENED, f"it has {journal.lines} lines, and had {lines} {when}"
    return ALTERED, f"its first {lines} lines are not what they were {when}"


def _judge_statements(journal: DayJournal) -> None:
    states = [line for line in journal.statements if line.get("event") in STATE_EVENTS and not line.get("redacted")]
    own = {day_name(journal.day), rsshub.FOLDER}
    named = [line for line in states if names_a_file(line) and is_docid(line.get("docid")) and is_article(line["file"])]
    folders = {line["file"].rpartition("/")[0] for line in named}
    strange = [*{line[NUMBER] for line in states} - {line[NUMBER] for line in named}]
    if len(folders) == 1 and not folders & own:
        journal.faults.append((MISNAMED, f"it is the journal of {min(folders)}: its lines name files of that day"))
    else:
        strange += [line[NUMBER] for line in named if line["file"].rpartition("/")[0] not in own]
    if strange:
        text = f"{_lines(sorted(strange))} no line of this program: it names no file that can be an article of this day"
        journal.faults.append((ALTERED, text))


def _of(journal: DayJournal, event: str) -> Iterator[Line]:
    return (line for line in journal.statements if line.get("event") == event)


def _lines(numbers: list[int]) -> str:
    """``line 7 is``, or ``lines 7, 9 and 4 more are``."""
    if len(numbers) == 1:
        return f"line {numbers[0]} is"
    shown = ", ".join(map(str, numbers[:MAX_NAMED]))
    more = f" and {len(numbers) - MAX_NAMED} more" if len(numbers) > MAX_NAMED else ""
    return f"lines {shown}{more} are"
