"""What an audit of single days cannot see: a file that lies in another day's folder, a document that two days have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, pairwise
from pathlib import Path

from newsarchive.archive.format import rsshub
from newsarchive.archive.record import day_journal, picture_lines, presence
from newsarchive.archive.record.audit import Audit, key_of
from newsarchive.archive.record.finding import DUPLICATE, MISNAMED, MISSING, MOVE_AWAY, STRAY, Finding


def matched(root: Path, results: Sequence[Audit], findings: list[Finding]) -> list[Finding]:
    """The findings of all days, each thing named once, and those that only show across days."""
    findings = _moved(findings)
    strays = {finding.sha256 for finding in findings if finding.kind == STRAY and finding.sha256}
    if strays:
        findings = _copies(findings, _lying(root, [result.day for result in results], strays))
    once: dict[str, Finding] = {}
    for finding in (*findings, *_duplicates(root, results)):
        once.setdefault(finding.path, finding)  # days share files of raw records
    return list(once.values())


def _moved(findings: Sequence[Finding]) -> list[Finding]:
    """A file that is missing in one place and a stray in another is one thing: misnamed."""
    missing = {finding.sha256: finding for finding in findings if finding.kind == MISSING and finding.sha256}
    pairs = {stray.sha256: stray for stray in findings if stray.kind == STRAY and stray.sha256 in missing}
    gone = {id(missing[sha256]) for sha256 in pairs} | {id(stray) for stray in pairs.values()}
    rest = [finding for finding in findings if id(finding) not in gone]
    return rest + [_misnamed(stray, missing[sha256]) for sha256, stray in pairs.items()]


def _misnamed(stray: Finding, lost: Finding) -> Finding:
    return Finding(MISNAMED, stray.path, lost.docid, f"its name is {lost.path}: rename it", stray.sha256)


def _copies(findings: Sequence[Finding], lying: dict[str, str]) -> list[Finding]:
    return [
        Finding(DUPLICATE, found.path, None, f"a copy of {lying[found.sha256]}; {MOVE_AWAY}", found.sha256)
        if found.kind == STRAY and found.sha256 in lying
        else found
        for found in findings
    ]


def _lying(root: Path, days: Iterable[date], digests: set[str]) -> dict[str, str]:
    """Where files with these digests should lie, by digest."""
    owed = chain.from_iterable(day_journal.read(root, day).owed for day in days)
    return {file.sha256: file.file for file in owed if file.sha256 in digests}


# --- the one folder of the profile rsshub ----------------------------------------------------------------------------


def strays_of_rsshub(root: Path, results: Iterable[Audit]) -> list[Finding]:
    """Names that no line of any day tells; the folder is read before the journals, lest a run be ahead of them."""
    names = {name for name in presence.names_in(root / rsshub.FOLDER) if presence.may_be_article(name)}
    for result in results if names else ():
        journal = day_journal.read(root, result.day)
        names -= {file.rpartition("/")[2] for file in {*journal.left, *(owed.file for owed in journal.owed)}}
    lying = {f"{rsshub.FOLDER}/{name}": presence.look(root / rsshub.FOLDER / name) for name in sorted(names)}
    detail = f"no line of a journal names it; {MOVE_AWAY}"
    return [Finding(STRAY, file, None, detail, lies.sha256) for file, lies in lying.items() if lies.is_there]


# --- pictures --------------------------------------------------------------------------------------------------------


def strays_of_pictures(root: Path, results: Sequence[Audit]) -> list[Finding]:
    """Files among the pictures that no line of any day names."""
    return picture_lines.strays(
        root, (result.pictures for result in results), [result.day for result in results if result.head.lines]
    )


# --- documents of two days -------------------------------------------------------------------------------------------


def days_with_duplicates(results: Sequence[Audit]) -> set[date]:
    """The days that have a document in common with another one."""
    twice = _twice(results)
    return {result.day for result in results if twice and not twice.isdisjoint(result.keys)}


def _twice(results: Sequence[Audit]) -> set[int]:
    keys = sorted(key for result in results for key in result.keys)
    return {key for key, following in pairwise(keys) if key == following}


def _duplicates(root: Path, results: Sequence[Audit]) -> Iterator[Finding]:
    """A document has one day for its life: the later of two is told."""
    twice, first = _twice(results), dict[str, str]()
    for day in sorted(days_with_duplicates(results)):
        newest = {owed.docid: owed.file for owed in day_journal.read(root, day).owed if key_of(owed.docid) in twice}
        for docid in newest.keys() & first.keys():
            detail = (
                f"the document is kept as {first[docid]}, too, by the journal of that day; one document has one day"
            )
            yield Finding(DUPLICATE, newest[docid], docid, detail)
        first = {**newest, **first}
