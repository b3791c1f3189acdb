"""``newsarchive repair --from COPY``: takes back what is lost here, as far as the journal's own digests prove it.

Journals first, because they say what is owed; then files.  A journal that has lost its last lines is not mended: nothing
that is left proves them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from newsarchive.archive.format import paths, profiles, rsshub
from newsarchive.archive.format.chain import Chain
from newsarchive.archive.index.worker import TellDays
from newsarchive.archive.record import day_journal, files, picture_lines, presence, restoring
from newsarchive.archive.record.finding import Finding
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.archive.record.restoring import Lost
from newsarchive.archive.record.store import Archive
from newsarchive.jobs.verify import FULL, days_of, verify


@dataclass(slots=True)
class Repair:
    """What a repair did."""

    repaired: list[str] = field(default_factory=list)
    """Files and journals that were taken back, by their path below the archive."""
    left: list[Finding] = field(default_factory=list)
    """What is still wrong."""


def repair(root: Path, copy: Path, tell: TellDays) -> Repair:
    """Take back what can be proven.  Raises the errors of ``Archive.open``: it holds the lock while it writes."""
    found = verify(root, FULL, {}, tell).findings
    if not found:
        return Repair()
    done = Repair()
    mended = _mend_journals(root, copy, {finding.path for finding in found})
    wanted = list(_wanted(root, {*(finding.path for finding in found), *(finding.sha256 for finding in found)}))
    with closing(Archive.open(root, _profile(root))) as archive:
        for day, sha256 in mended.items():
            archive.say_mended(day, sha256).result()
            done.repaired.append(f"{day_journal.day_name(day)}/{paths.JOURNAL_NAME}")
        for lost in wanted:
            data = _data(copy, lost)
            if data is not None and archive.take_back(lost, data).result():
                done.repaired.append(lost.owed.file)
    done.left = verify(root, FULL, {}, tell).findings
    return done


def _mend_journals(root: Path, copy: Path, found: set[str]) -> dict[date, str]:
    """Mend the journals that were found damaged; day → SHA-256 of the file as it is now."""
    days = [day for day in days_of(root) if f"{day_journal.day_name(day)}/{paths.JOURNAL_NAME}" in found]
    mended: dict[date, str] = {}
    files.make_folder(root / paths.STATE_NAME, root)
    with ArchiveLock(root / paths.STATE_NAME):
        for day in days:
            path = paths.journal_path(root, day)
            data = restoring.mended(_chain(path), _chain(paths.journal_path(copy, day)))
            if data is not None:
                restoring.put_journal(path, data)
                mended[day] = hashlib.sha256(data).hexdigest()
    return mended


def _chain(path: Path) -> Chain:
    """The lines of a journal; none where it cannot be read."""
    try:
        return Chain.of(path.read_bytes())
    except OSError:
        return Chain([], b"")


def _wanted(root: Path, found: set[str | None]) -> Iterator[Lost]:
    """The files that are lost, of all that the journals name; after their own mending these may be more than were found."""
    for day in days_of(root):
        for owed in (*day_journal.read(root, day).owed, *picture_lines.owed_on(root, day)):
            if owed.file in found or owed.sha256 in found or not presence.has_size(f"{root}/{owed.file}", owed.size):
                yield Lost(day, owed)


def _data(copy: Path, lost: Lost) -> bytes | None:
    """The bytes with the digest that is told, from where the other copy has them; None where it has not."""
    owed = lost.owed
    elsewhere = (other.file for other in day_journal.read(copy, lost.day).owed if other.sha256 == owed.sha256)
    for file in (owed.file, *elsewhere):
        if presence.look(copy / file).sha256 == owed.sha256:
            return (copy / file).read_bytes()
    return None


def _profile(root: Path) -> str:
    """The profile that the archive was begun with, as its files tell."""
    is_rsshub = (root / rsshub.FOLDER).is_dir()
    return (profiles.RSSHUB if is_rsshub else profiles.CLEAN).name
