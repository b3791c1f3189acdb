"""``newsarchive verify``: every day held against its journal, on all processors, and what only shows across days.

Each day is ``audit(root, day, look)``, which looks and never writes.  What looks wrong is looked at again, and told only
where it stays so: beside a crawl a file may be there without its line for a moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from newsarchive.archive.format import paths
from newsarchive.archive.format.heads import Head
from newsarchive.archive.index.worker import HERE, TellDays, Workers, in_order
from newsarchive.archive.record.audit import Audit, Look, audit, head_of
from newsarchive.archive.record.day_journal import VerifiedDay
from newsarchive.archive.record.finding import STRAY, Finding
from newsarchive.archive.record.open_files import OpenFiles
from newsarchive.errors import ArchiveDamaged, cause_of
from newsarchive.jobs import across_days, verified

FAST = Look(share=0, reads_new=False)
FULL = Look()
USUAL = Look(share=1 / 30)
"""A thirtieth of what was verified before: who verifies each day has read the whole archive once a month."""

SMALL_BYTES, SMALL_FAST_BYTES = 64 << 20, 512 << 20
"""Of journals: below that (some 80,000 articles) the work is done in two seconds, and a further process costs a quarter of
one to start; without reading files, later."""
PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""Between looks while a run is at work: together longer than any commit of 64 files takes.  Without one, two looks that
agree are enough."""

DAYS_AHEAD = 4
"""A worker's results that may wait: small ones, of days that take from a millisecond to a second."""

More = TypeVar("More")
Result = TypeVar("Result")


@dataclass(slots=True)
class Verification:
    """What a verify found."""

    checked: int = 0
    """Files that were looked at."""
    findings: list[Finding] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    """Of the days that have a journal, oldest first."""


def verify(root: Path, look: Look, told: Mapping[date, Head], tell: TellDays, workers: Workers = HERE) -> Verification:
    """Look at all days; ``told`` are heads that somebody kept elsewhere.  Raises what ``in_order`` does."""
    before = verified.load(root)
    looks = {
        day: replace(look, known=before.get(day), told=told.get(day))
        for day in sorted({*days_of(root), *before, *told})
    }
    audits = _audited(root, looks, tell, workers)
    findings = _settled(root, _found(audits), lambda: _again(root, audits, looks, workers))
    results = list(audits.values())
    after = _after(before, results)
    if after != before:
        verified.save(root, after)
    strays = across_days.strays_of_rsshub(root, results)
    findings += _settled(root, strays, lambda: across_days.strays_of_rsshub(root, results))
    astray = across_days.strays_of_pictures(root, results)
    findings += _settled(root, astray, lambda: across_days.strays_of_pictures(root, results))
    begun = _begun(root, findings)
    findings = across_days.matched(root, results, [finding for finding in findings if finding not in begun])
    return Verification(
        sum(result.checked for result in results),
        sorted(findings, key=lambda finding: (finding.path, finding.kind)),
        [*(text for result in results for text in result.explained), *begun.values()],
        [result.head for result in results if result.head.lines],
    )


def _after(before: dict[date, VerifiedDay], results: Sequence[Audit]) -> dict[date, VerifiedDay]:
    """What is verified now.  Of a day with a finding only how long its journal was; its files are read again the next time."""
    doubled = across_days.days_with_duplicates(results)
    well = {result.day: result.known for result in results if result.known and result.day not in doubled}
    doubtful = {day: replace(known, read=0, appearance="") for day, known in before.items() if day not in well}
    return {**doubtful, **well}


def _begun(root: Path, findings: Iterable[Finding]) -> dict[Finding, str]:
    """The files without a line that a killed run had begun, each with a sentence: the next start puts them right."""
    notes = OpenFiles(root / paths.STATE_NAME).left()
    whole = {(note.file, note.sha256) for note in notes}
    parts = {f"{note.file.rpartition('/')[0]}/{note.part}" for note in notes}
    strays = (found for found in findings if found.kind == STRAY)
    begun = (found for found in strays if found.path in parts or (found.path, found.sha256) in whole)
    sentences = {found: f"{found.path}: begun by a run that did not end; the next one puts it right" for found in begun}
    return sentences | _redacting(root, [found for found in findings if found.kind == STRAY]) | _coming(root, findings)


def _coming(root: Path, findings: Iterable[Finding]) -> dict[Finding, str]:
    """The files that a mirror, whose copy this is, has put before the journal that names them."""
    from newsarchive.jobs.mirroring import coming  # noqa: PLC0415 - where something was found in a copy alone

    return coming.explained(root, findings) if (root / coming.FILE).is_file() else {}


def _redacting(root: Path, strays: Sequence[Finding]) -> dict[Finding, str]:
    """The files that a redaction which was killed has yet to take out."""
    if not strays:
        return {}
    from newsarchive.archive.record import takedown  # noqa: PLC0415 - 20 ms, where something was found alone

    with suppress(ArchiveDamaged):
        if decision := takedown.decided(root):
            named = {tuple(file) for file in decision.files}
            going = [found for found in strays if (found.path, found.sha256) in named]
            return {
                found: f"{found.path}: a redaction that did not end; the next start takes it out" for found in going
            }
    return {}


def heads(root: Path, tell: TellDays) -> list[Head]:
    """One a day, from the journals alone."""
    days = days_of(root)
    found = []
    for head in _each(root, _head_of, [(day, None) for day in days], SMALL_FAST_BYTES, HERE):
        found.append(head)
        tell(len(found), len(days))
    return [head for head in found if head.lines]


def days_of(root: Path) -> list[date]:
    """The days that have a folder, oldest first.  Raises ``ArchiveDamaged`` where a folder above them cannot be read."""
    try:
        return sorted(day for day, _ in paths.day_folders(root))
    except OSError as error:
        raise ArchiveDamaged(f"{error.filename} cannot be read: {cause_of(error)[0]}; see to that first") from error


# --- all days --------------------------------------------------------------------------------------------------------


def _audited(root: Path, looks: Mapping[date, Look], tell: TellDays, workers: Workers) -> dict[date, Audit]:
    found: dict[date, Audit] = {}
    checked = 0
    small = SMALL_BYTES if any(look.reads_new for look in looks.values()) else SMALL_FAST_BYTES
    for result in _each(root, _audit, list(looks.items()), small, workers):
        found[result.day] = result
        checked += result.checked
        tell(len(found), len(looks), checked)
    return found


def _audit(root: Path, asked: tuple[date, Look]) -> Audit:
    return audit(root, *asked)


def _head_of(root: Path, asked: tuple[date, None]) -> Head:
    return head_of(root, asked[0])


def _each(
    root: Path,
    job: Callable[[Path, tuple[date, More]], Result],
    asked: Sequence[tuple[date, More]],
    small: int,
    workers: Workers,
) -> Iterator[Result]:
    """``job(root, (day, …))`` of each day, in their order, by workers if there is more to do than ``small`` bytes of journals."""
    workers = workers.of(pays=_size(root, (day for day, _ in asked)) >= small, most=len(asked))
    return in_order(partial(job, root), asked, workers, ahead=DAYS_AHEAD, what="verify", named=_day_of)


def _day_of(asked: tuple[date, object]) -> str:
    return str(asked[0])


def _size(root: Path, days: Iterable[date]) -> int:
    """Bytes of the journals, as far as they can be looked at."""
    size = 0
    for day in days:
        with suppress(OSError):
            size += paths.journal_path(root, day).stat().st_size
    return size


# --- again -----------------------------------------------------------------------------------------------------------


def _settled(root: Path, found: list[Finding], again: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings that stay as they are while one looks again."""
    before, former = found, found
    for pause in (0.0, *PAUSES_S):
        if not before:
            return []
        is_busy = _is_busy(root)
        time.sleep(pause if is_busy else 0)
        former, before = before, again()
        if before == former and (not is_busy or pause == PAUSES_S[-1]):
            return before
    return [finding for finding in before if finding in former]


def _again(root: Path, audits: dict[date, Audit], looks: Mapping[date, Look], workers: Workers) -> list[Finding]:
    """Look once more at the days on which something was found, at each file where files are read at all."""
    days = [day for day, result in audits.items() if result.findings]
    closer = {day: replace(looks[day], share=1) if looks[day].reads_new else looks[day] for day in days}
    audits.update(_audited(root, closer, _say_nothing, workers))
    return _found(audits)


def _found(audits: Mapping[date, Audit]) -> list[Finding]:
    return [finding for result in audits.values() for finding in result.findings]


def _is_busy(root: Path) -> bool:
    """Whether a run may be at work, perhaps on another machine."""
    from newsarchive.archive.record.lock import ArchiveLock  # noqa: PLC0415 - 20 ms, where something was found alone

    owner = ArchiveLock(root / paths.STATE_NAME).owner()
    return owner is not None and owner.is_running() is not False


def _say_nothing(_done: int, _all: int, _read: int = 0, /) -> None:
    pass
