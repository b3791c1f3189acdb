"""``newsarchive verify --against COPY``: what each of two copies lacks or has altered.

Each is verified by itself; then their journals are compared, day by day.  Where one journal goes on where the other ends,
that one lacks lines; where both go on otherwise, their documents are compared by the digests of their states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from newsarchive.archive.format import paths
from newsarchive.archive.format.chain import Owed, is_explained
from newsarchive.archive.index.worker import HERE, TellDays, Workers
from newsarchive.archive.record import day_journal, presence
from newsarchive.archive.record.audit import Look
from newsarchive.archive.record.day_journal import DayJournal, day_name
from newsarchive.archive.record.finding import ALTERED, MISSING, SHORTENED, Finding
from newsarchive.jobs.verify import Verification, days_of, verify


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two copies, as its findings are told."""

    root: Path
    name: str
    """What stands before its paths: nothing for the archive itself."""
    other: str
    """How the other one is called."""


def compare(root: Path, copy: Path, look: Look, tell: TellDays, workers: Workers = HERE) -> Verification:
    """The verdict on both; paths of the copy begin with its folder."""
    here, there = Side(root, "", str(copy)), Side(copy, f"{copy}/", "this archive")
    ours, theirs = (verify(side.root, look, {}, tell, workers) for side in (here, there))
    findings = [*_told(ours, here, there), *_told(theirs, there, here)]
    named = {finding.path for finding in findings}
    lacking = [lack for day in sorted({*days_of(root), *days_of(copy)}) for lack in _of_day(here, there, day)]
    findings += [lack for lack in lacking if lack.path not in named]
    explained = [*ours.explained, *(f"{there.name}{text}" for text in theirs.explained)]
    return Verification(ours.checked + theirs.checked, findings, explained, ours.heads)


def _told(verdict: Verification, side: Side, other: Side) -> Iterator[Finding]:
    """The findings of one copy, and whether the other one has what is lost."""
    for finding in verdict.findings:
        told = replace(finding, path=f"{side.name}{finding.path}")
        if finding.sha256 and finding.docid:
            has = presence.look(other.root / finding.path).sha256 == finding.sha256
            told = told.with_detail(f"{side.other} has it" if has else f"not the same file in {side.other}")
        yield told


def _of_day(here: Side, there: Side, day: date) -> Iterator[Finding]:
    return differences(here, there, *(day_journal.read(side.root, day) for side in (here, there)))


def differences(here: Side, there: Side, ours: DayJournal, theirs: DayJournal) -> Iterator[Finding]:
    """What one of two journals of a day lacks, or tells otherwise."""
    if ours.links == theirs.links:
        return
    for side, older, newer in ((there, theirs, ours), (here, ours, theirs)):
        if older.links and is_explained(newer.chain.lines, older.links[-1]):
            path = f"{side.name}{day_name(ours.day)}/{paths.JOURNAL_NAME}"
            detail = f"{side.other} has redacted a document of this day since, which is here still; redact it here, too"
            yield Finding(ALTERED, path, None, detail)
            return
    shorter, longer = sorted(((here, ours), (there, theirs)), key=lambda pair: len(pair[1].links))
    if longer[1].links[: shorter[1].lines] == shorter[1].links:
        yield _lack(shorter[0], shorter[1], longer[1])
    else:
        yield from _diverged(here, ours, theirs)
        yield from _documents(here, ours, theirs)
        yield from _documents(there, theirs, ours)


def _lack(side: Side, shorter: DayJournal, longer: DayJournal) -> Finding:
    """The other one goes on where this one ends, or has a day that this one has not."""
    path = f"{side.name}{day_name(shorter.day)}/{paths.JOURNAL_NAME}"
    articles = len(longer.docids) - len(shorter.docids)
    if not shorter.is_there:
        return Finding(
            MISSING,
            path,
            None,
            f"{side.other} has this day, with {articles} articles; copy the folder of the day from there",
        )
    lines = longer.lines - shorter.lines
    return Finding(
        SHORTENED, path, None, f"{side.other} has {lines} more lines of this day, with {articles} more articles"
    )


def _diverged(side: Side, ours: DayJournal, theirs: DayJournal) -> Iterator[Finding]:
    same = next(at for at, (one, other) in enumerate(zip(ours.links, theirs.links, strict=False)) if one != other)
    path = f"{side.name}{day_name(ours.day)}/{paths.JOURNAL_NAME}"
    detail = f"it differs from that of {side.other} from line {same + 1} on: {ours.lines - same} lines here, {theirs.lines - same} there"
    yield Finding(ALTERED, path, None, f"{detail}; heads kept elsewhere tell which was altered")


def _documents(side: Side, ours: DayJournal, theirs: DayJournal) -> Iterator[Finding]:
    """Files that the other journal names, and this one does not."""
    digests = {owed.sha256 for owed in ours.owed}
    files = {owed.file for owed in ours.owed}
    for owed in theirs.owed:
        if owed.sha256 not in digests:
            yield _lacking(side, owed, is_known=owed.file in files)


def _lacking(side: Side, owed: Owed, *, is_known: bool) -> Finding:
    what = f"{side.other} has another text of it" if is_known else f"{side.other} has it, and no line here names it"
    return Finding(ALTERED if is_known else MISSING, f"{side.name}{owed.file}", owed.docid, what, owed.sha256)
