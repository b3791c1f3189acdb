"""archive: the files of one day held against its journal.  Looks, never writes; ``jobs.verify`` does it for all days.

A journal is read first, then its files: whatever a crawl does meanwhile looks like a fault for a moment at most, and is
gone when one looks again.
"""

from __future__ import annotations

import random
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from newsarchive.archive.format import names, paths
from newsarchive.archive.format.chain import Owed
from newsarchive.archive.format.heads import Head
from newsarchive.archive.format.states import REVISIONS_NAME
from newsarchive.archive.format.strictness import fault_of
from newsarchive.archive.record import day_journal, picture_lines, presence, raw_records
from newsarchive.archive.record.day_journal import MAX_NAMED, DayJournal, VerifiedDay, day_name
from newsarchive.archive.record.finding import (
    ALTERED,
    DUPLICATE,
    MISNAMED,
    MISSING,
    MOVE_AWAY,
    PUT_BACK,
    SHORTENED,
    STRAY,
    TAKE_BACK,
    TORN,
    UNLINKED,
    Finding,
)
from newsarchive.archive.record.presence import Lies
from newsarchive.errors import ArchiveDamaged, cause_of

GRAVEST_FIRST = (MISSING, MISNAMED, SHORTENED, UNLINKED, ALTERED, TORN)
"""Of several faults of one journal, the first gives the finding its kind."""


@dataclass(frozen=True, slots=True)
class Look:
    """How closely to look at a day."""

    share: float = 1.0
    """Of the files that were verified before, how many are read through: 0 … 1; of the others the size must do."""
    reads_new: bool = True
    """Read through each file whose line came since the journal was last verified, too."""
    known: VerifiedDay | None = None
    told: Head | None = None


@dataclass(slots=True)
class Audit:
    """What was found in one day."""

    day: date
    head: Head
    checked: int = 0
    """Files that were looked at."""
    findings: list[Finding] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    """What a line accounts for: damage that was accepted, documents that were redacted."""
    known: VerifiedDay | None = None
    """The journal as it was verified; None where the day has a finding."""
    keys: array[int] = field(default_factory=lambda: array("Q"))
    """``key_of`` each document with a file: one that is in two days shows so."""
    pictures: array[int] = field(default_factory=lambda: array("Q"))
    """``picture_lines.key_of`` each picture that its lines call kept."""


def audit(root: Path, day: date, look: Look) -> Audit:
    """Hold the files of a day against its journal.  Raises no error of the disk: what cannot be read is a finding."""
    # Taken before the journal is read, so that the next verify sees what changes meanwhile.
    appearance = presence.appearance(paths.day_folder(root, day))
    if not look.reads_new and look.told is None and look.known and look.known.appearance == appearance != "":
        return _as_known(day, look.known)
    journal = day_journal.read(root, day, look.known, look.told)
    result = Audit(day, journal.head)
    result.explained = [f"{day_name(day)}/{paths.JOURNAL_NAME}: {text}" for text in journal.explained]
    if journal.is_foreign:
        journal.owed, journal.docids = [], []
    result.keys.extend(map(key_of, journal.docids))
    result.checked = len(journal.owed)
    suspects = [*_suspects(root, journal.owed, look)]
    try:
        strays = _strays(root, journal)
    except OSError as error:
        strays = {}
        if not journal.trouble:
            detail = f"its folder cannot be read: {cause_of(error)[0]} ({error})"
            result.findings.append(Finding(ALTERED, day_name(day), None, detail))
    _judge(root, result, journal, suspects, strays)
    pictures = [] if journal.is_foreign else list(picture_lines.owed_of(journal.chain.lines))
    if pictures:
        result.checked += len({owed.file for owed in pictures})
        result.pictures = picture_lines.keys_of(pictures)
        result.findings += _of_pictures(root, pictures, look)
    if look.reads_new and look.share == 1 and not journal.is_foreign:
        result.findings += raw_records.findings(root, journal.chain.lines)
    if journal.is_there and not result.findings:
        result.known = _known(journal, look, "" if pictures else appearance)  # a folder does not tell of its pictures
    return result


def _of_pictures(root: Path, pictures: Sequence[Owed], look: Look) -> Iterator[Finding]:
    since = (look.known.read if look.known else 0) if look.reads_new else None
    return picture_lines.findings(root, pictures, look.share, reads_since=since)


def _as_known(day: date, known: VerifiedDay) -> Audit:
    """The day looks as it did when all was well with it."""
    return Audit(day, Head(day, known.link, known.lines, known.articles), known.files, known=known)


def _known(journal: DayJournal, look: Look, appearance: str) -> VerifiedDay:
    read = journal.lines if look.reads_new else look.known.read if look.known else 0
    tells_all = not journal.explained and all(owed.file.startswith(day_name(journal.day)) for owed in journal.owed)
    head = journal.head
    return VerifiedDay(head.lines, head.link, read, head.articles, len(journal.owed), appearance if tells_all else "")


def head_of(root: Path, day: date) -> Head:
    """Where the journal of a day ends, and how many documents it has.  Raises ``ArchiveDamaged`` if it cannot be read."""
    journal = day_journal.read(root, day)
    if journal.trouble:
        raise ArchiveDamaged(f"{paths.journal_path(root, day)} {journal.trouble}")
    return journal.head


def key_of(docid: str) -> int:
    """A number for a docid, in 8 bytes: of a million documents, two share one by a chance of some millionths."""
    data = docid.encode("utf-8", "surrogatepass")
    return zlib.crc32(data) << 32 | zlib.adler32(data)


# --- the files that lines name ---------------------------------------------------------------------------------------


def _suspects(root: Path, owed: Sequence[Owed], look: Look) -> Iterator[Owed | Finding]:
    """Those that are not as they should be; a finding where the bytes are, but nobody can read them."""
    below, read = f"{root}/", look.known.read if look.known else 0
    for file in owed:
        path = below + file.file
        if not (look.reads_new and file.line > read) and random.random() >= look.share:  # noqa: S311 - a sample
            if not presence.has_size(path, file.size):
                yield file
        elif (data := presence.content(path, file)) is None:
            yield file
        elif fault := fault_of(data):
            yield Finding(ALTERED, file.file, file.docid, f"it has the bytes that its line tells, but {fault}")


# --- the files that no line names ------------------------------------------------------------------------------------


def _strays(root: Path, journal: DayJournal) -> dict[str, Lies]:
    """Files without a line where articles lie, by path.  Raises ``OSError`` for a folder that cannot be read."""
    named = {owed.file for owed in journal.owed} | journal.left
    below = day_name(journal.day)
    folder = paths.day_folder(root, journal.day)
    lying_there = presence.names_in(folder)
    lying = [f"{below}/{name}" for name in lying_there if presence.may_be_article(name)]
    if REVISIONS_NAME in lying_there:
        lying += _revisions(folder / REVISIONS_NAME, f"{below}/{REVISIONS_NAME}")
    unnamed = [file for file in lying if file not in named]
    by_key = {names.fold(file): file for file in named if unnamed}
    spelt = {
        file for file in unnamed if (other := by_key.get(names.fold(file))) and _is_same(root / file, root / other)
    }
    return {file: presence.look(root / file) for file in sorted(unnamed) if file not in spelt}


def _is_same(lying: Path, named: Path) -> bool:
    """Whether the file system takes two spellings for one name: in NFD, as older macOS gives it back, or in other case."""
    try:
        return lying.samefile(named)
    except OSError:
        return False


def _revisions(folder: Path, below: str) -> Iterator[str]:
    for docid in presence.names_in(folder):
        names = presence.names_in(folder / docid)
        yield from (f"{below}/{docid}/{name}" for name in names if presence.may_be_article(name))


# --- judgement: each thing once --------------------------------------------------------------------------------------


def _judge(
    root: Path, result: Audit, journal: DayJournal, suspects: Sequence[Owed | Finding], strays: dict[str, Lies]
) -> None:
    lost = {file: presence.look(root / file.file) for file in suspects if isinstance(file, Owed)}
    lost = {file: lies for file, lies in lost.items() if lies.sha256 != file.sha256}
    moved = _moved(lost, strays)
    swapped = {file.sha256: file for file, lies in lost.items() if lies.sha256}
    ahead = {file for file in lost if any(fault != TORN for fault, _ in journal.faults) and _is_ahead(file, strays)}
    result.findings += [finding for finding in suspects if isinstance(finding, Finding)]
    for file, lies in lost.items():
        if file in moved:
            result.findings.append(_misnamed(moved[file], file))
        elif file not in ahead:
            result.findings.append(_lost(file, lies, swapped.get(lies.sha256)))
    taken = set(moved.values())
    kept = {owed.sha256: owed.file for owed in journal.owed if strays and owed not in lost}
    rest = [_stray(file, lies, kept.get(lies.sha256)) for file, lies in strays.items() if file not in taken]
    _judge_journal(result, journal, rest, strays)


def _is_ahead(file: Owed, strays: dict[str, Lies]) -> bool:
    """Whether what the line tells lies among the revisions: then a later state has lost its line."""
    among = f"/{REVISIONS_NAME}/{file.docid}/"
    return any(among in stray and lies.sha256 == file.sha256 for stray, lies in strays.items())


def _moved(lost: dict[Owed, Lies], strays: dict[str, Lies]) -> dict[Owed, str]:
    """Files that lie under another name, by what is missing."""
    lying: dict[str, list[str]] = {}
    for file, lies in strays.items():
        lying.setdefault(lies.sha256, []).append(file)
    missing = [file for file, lies in lost.items() if not lies.is_there and file.sha256 in lying]
    return {file: lying[file.sha256].pop() for file in missing if lying[file.sha256]}


def _misnamed(lies_at: str, file: Owed) -> Finding:
    return Finding(MISNAMED, lies_at, file.docid, f"its name is {file.file}: rename it", file.sha256)


def _lost(file: Owed, lies: Lies, other: Owed | None) -> Finding:
    if not lies.is_there or not lies.is_file:
        what = "there is no such file" if not lies.is_there else "what lies there is no file"
        return Finding(MISSING, file.file, file.docid, f"{what}; {TAKE_BACK}", file.sha256)
    if other is not None:
        detail = f"it holds what should lie at {other.file}: swap them back, or {TAKE_BACK}"
        return Finding(MISNAMED, file.file, file.docid, detail, file.sha256)
    return Finding(ALTERED, file.file, file.docid, f"{_change(file, lies)}; {TAKE_BACK}", file.sha256)


def _change(file: Owed, lies: Lies) -> str:
    if lies.trouble:
        return f"it cannot be read: {lies.trouble}"
    if lies.size == 0:
        return "it is empty"
    if file.size is None or lies.size == file.size:
        return f"its bytes are not those that line {file.line} of the journal tells"
    return f"it has {lies.size} bytes, and had {file.size} when it was written"


def _stray(file: str, lies: Lies, same: str | None) -> Finding:
    if same:
        return Finding(DUPLICATE, file, None, f"a copy of {same}; {MOVE_AWAY}", lies.sha256)
    if file.endswith(".part"):
        return Finding(
            STRAY, file, None, "a file that was not written to its end, and no line; take it away", lies.sha256
        )
    return Finding(STRAY, file, None, f"no line of the journal names it; {MOVE_AWAY}", lies.sha256)


def _judge_journal(result: Audit, journal: DayJournal, rest: list[Finding], strays: dict[str, Lies]) -> None:
    """One finding for the journal; the articles that have lost their lines by its damage are told with it."""
    orphans = [finding.path for finding in rest if finding.kind == STRAY and strays[finding.path].is_article]
    faults = list(journal.faults)
    if orphans and not journal.is_there and not faults:
        faults.append((MISSING, "there is no journal"))
    elif orphans and not journal.lines and not faults:
        faults.append((SHORTENED, "it is empty"))
    is_cause = any(kind != TORN for kind, _ in faults)
    result.findings += [finding for finding in rest if not (is_cause and finding.path in orphans)]
    if not faults:
        return
    faults.sort(key=lambda fault: GRAVEST_FIRST.index(fault[0]))
    parts = [text for _, text in faults] + ([_without_lines(orphans)] if orphans and is_cause else [])
    detail = "; ".join([*parts, PUT_BACK] if is_cause and not journal.trouble else parts)
    result.findings.append(Finding(faults[0][0], f"{day_name(result.day)}/{paths.JOURNAL_NAME}", None, detail))


def _without_lines(orphans: list[str]) -> str:
    names = ", ".join(orphan.rpartition("/")[2] for orphan in orphans[:MAX_NAMED])
    more = f" and {len(orphans) - MAX_NAMED} more" if len(orphans) > MAX_NAMED else ""
    return f"without a line now: {names}{more}"
