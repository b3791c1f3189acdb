"""``newsarchive mirror``: what is new or changed goes to the copy, a day at a time, the day's journal last.

So the copy is readable at each instant, and its journals tell how far it is: a day whose journal is there is whole there,
whatever was killed.  Damage does not travel: a file is copied if it has the digest that its line tells, a journal if its
chain is whole and the copy's journal is an earlier one of it.  What the copy holds besides stays as it is, and is told.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from newsarchive.archive.format import paths, raw_place, rsshub
from newsarchive.archive.format.chain import Chain, Owed
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.format.raw_place import RAW_NAME
from newsarchive.archive.index.worker import TellDays
from newsarchive.archive.record import day_journal, files, takedown
from newsarchive.archive.record.finding import ALTERED, MISSING, TAKE_BACK, Finding
from newsarchive.errors import ArchiveLocked
from newsarchive.jobs.mirroring import coming, ours
from newsarchive.jobs.mirroring.coming import Coming
from newsarchive.jobs.mirroring.ours import JournalCopy
from newsarchive.jobs.mirroring.store import Pace, Payload, Store, days_in, read, sha256_in, sha256_of_file
from newsarchive.jobs.verify import days_of

TRIES = 3
"""Looks at a day whose files change while they are copied: a run beside us revises a document now and then."""
MOST_BYTES = 64 << 20
"""Of an article or a picture, which is held in memory: the crawl refuses answers above 20 MiB."""
README = "README.md"


@dataclass(slots=True)
class Mirrored:
    """What a mirror did."""

    days: int = 0
    """That were not level."""
    files: int = 0
    bytes: int = 0
    pruned: list[str] = field(default_factory=list)
    """Taken away from the copy, because a redaction took them out here."""
    left: list[str] = field(default_factory=list)
    """The same, still there: only ``--prune`` takes away."""
    former_kept: bool = False
    """The place keeps former versions of what a redaction rewrote or took out."""
    findings: list[Finding] = field(default_factory=list)
    """What was not copied, because it is not what was written."""


class _Changed(Exception):
    """A file is not what the line of a moment ago says."""


def mirror(root: Path, store: Store, tell: TellDays, *, prune: bool = False, pace: Pace | None = None) -> Mirrored:
    """Bring the copy level.  Raises what ``Store`` raises, and ``ArchiveLocked`` while a redaction is under way."""
    with store.begin(), ThreadPoolExecutor(store.at_once, thread_name_prefix="mirror") as pool:
        work = _Mirror(root, store, pool, pace or Pace(None), prune=prune)
        days = days_of(root)
        for done, day in enumerate(work.in_turn(days), 1):
            work.bring_level(day)
            tell(done, len(days))
        work.end()
    return work.done


class _Mirror:
    def __init__(self, root: Path, store: Store, pool: ThreadPoolExecutor, pace: Pace, *, prune: bool) -> None:
        self._root, self._store, self._pool, self._pace, self._prune = root, store, pool, pace, prune
        self._raw = store.sizes(RAW_NAME)
        left = coming.files_in(read(store, coming.FILE) or b"")
        self._coming = Coming(left)
        self._level: dict[str, tuple[int, int]] = {}
        """Size and time of each file of raw records that was found equal to the copy's."""
        self._shared: dict[str, dict[str, int]] = {}
        """What lies in folders that are no day's."""
        self._month, self._of_month = "", dict[str, dict[str, int]]()
        """What lies in the folders of one month, day by day: days come in order, and one listing has room for a thousand files."""
        self._owed: set[str] | None = None
        """Files that no day's folder has and lines name; read when it is asked for."""
        self._has_announced = bool(left)
        """What is on its way is told there."""
        self._lock = threading.Lock()
        self._is_redacted = False
        """A redaction has rewritten a day since the copy was made: raw records, too, may have been emptied."""
        self.done = Mirrored()

    # --- a day -------------------------------------------------------------------------------------------------------

    def in_turn(self, days: list[date]) -> list[date]:
        """Those first that a killed mirror had begun."""
        begun = self._coming.days
        return sorted(days, key=lambda day: day not in begun)

    def bring_level(self, day: date) -> None:
        """Put what the day lacks there; looked at anew where a run changes it meanwhile."""
        for left in reversed(range(TRIES)):
            now = self._read(day)
            with suppress(_Changed):
                self._bring_level(now, gives_up=not left)
                break

    def _read(self, day: date) -> JournalCopy:
        now = ours.day_of(self._root, day)
        if takedown.decided(self._root):  # from before its first rewritten journal until its last file is gone
            raise ArchiveLocked(
                f"a redaction is under way in {self._root}; mirror again when it has ended (the next crawl ends one that was killed)"
            )
        return now

    def _bring_level(self, now: JournalCopy, *, gives_up: bool) -> None:
        if now.fault:
            self._find(Finding(ALTERED, now.journal, None, f"it is not mirrored: {now.fault}"))
            return
        if not now.lines:
            return
        there = read(self._store, now.journal)
        theirs = Chain.of(there or b"")
        if there and there != now.data and not now.goes_on_from(theirs):
            detail = f"{self._store.name} has lines that are none of its earlier ones; nothing of this day was mirrored"
            self._find(Finding(ALTERED, now.journal, None, f"{detail}: newsarchive verify --against tells more"))
            return
        before = now.named if there == now.data else ours.digests_of(theirs, now.day)
        lying = self._lying(now)
        todo = [owed for owed in now.owed if owed.file not in lying or not _is_level(owed, before, lying)]
        if there != now.data:
            self._put_raw_of(now, theirs)
        if there != now.data or todo:
            self._put_files(now, todo, before, lying, gives_up=gives_up)
            if not self._put_journal(now, there):
                return
        self._coming.end(now.day)
        if went := now.went:
            self._take_out(now, went)

    def _put_files(
        self, now: JournalCopy, todo: list[Owed], before: dict[str, str], lying: dict[str, int], *, gives_up: bool
    ) -> None:
        went = {file: sha256 for file, sha256 in before.items() if sha256 in now.went}
        journal = {now.journal: hashlib.sha256(now.data).hexdigest()}
        self._coming.begin(now.day, {owed.file: owed.sha256 for owed in todo} | went | journal)
        self._announce()
        known = now.digests() | set(before.values())
        self._each([owed for owed in todo if owed.file not in lying], lambda owed: self._add(owed, known, gives_up))
        self._each([owed for owed in todo if owed.file in lying], lambda owed: self._replace(owed, known, gives_up))

    def _put_journal(self, now: JournalCopy, there: bytes | None) -> bool:
        """What lies there may be replaced, since ours goes on from it; where nothing lay, nothing is: false, and told."""
        if there == now.data:
            return True
        journal = self._held(now.data)
        if there is not None:
            self._store.put(now.journal, journal)
        elif not self._has_added(now.journal, journal):
            self._find(Finding(ALTERED, now.journal, None, f"{self._store.name} {_JUST_NOW}"))
            return False
        self.done.days += 1
        return True

    def _has_added(self, file: str, source: Payload) -> bool:
        """Whether it is there now: the answer to a first try may have been lost, and the file have come."""
        return self._store.add(file, source) or sha256_in(self._store, file) == source.sha256

    def _announce(self) -> None:
        self._has_announced = True
        self._store.put(coming.FILE, self._held(self._coming.told()))

    def end(self) -> None:
        """The rest: raw records that no line names, and the archive's own README; then nothing is on its way but what could not end."""
        sizes = ours.raw_sizes(self._root)
        self._find_lost_here(sizes)
        self.put_raw({file: size for file, size in sizes.items() if self._is_redacted or file not in self._level})
        self._put_readme()
        self.done.former_kept = self._store.keeps_former and (self._is_redacted or bool(self.done.pruned))
        if self._has_announced:
            self._announce()

    def _find_lost_here(self, raw_sizes: dict[str, int]) -> None:
        """A disk that is not there, a folder that somebody took away: nothing else would tell."""
        for file in sorted(file for file in self._raw.keys() - raw_sizes.keys() if raw_place.parse(f"{file}:0:1")):
            detail = f"{self._store.name} has these raw records, and this archive has not: copy the file from there"
            self._find(Finding(MISSING, file, None, detail))
        for day in sorted({*days_in(self._store)} - {*days_of(self._root)}):
            detail = f"{self._store.name} has this day, and this archive has not: copy the folder of the day from there"
            self._find(Finding(MISSING, f"{day_journal.day_name(day)}/{paths.JOURNAL_NAME}", None, detail))

    def _lying(self, now: JournalCopy) -> dict[str, int]:
        """What lies there in the folders that the day's files have; those that days share are listed once."""
        day = day_journal.day_name(now.day)
        if (month := day.rpartition("/")[0]) != self._month:
            self._month, self._of_month = month, {}
            for file, size in self._store.sizes(month).items():
                self._of_month.setdefault(file[: len(day)], {})[file] = size
        found: dict[str, int] = {}
        for folder in {owed.file.rpartition("/")[0] for owed in now.owed if not owed.file.startswith(day)}:
            if folder not in self._shared:
                self._shared[folder] = self._store.sizes(folder)
            found |= self._shared[folder]
        return found | self._of_month.get(day, {})

    def _each(self, todo: Iterable[Owed], put: Callable[[Owed], None]) -> None:
        """Many at once; all have ended when it returns or raises."""
        futures = [self._pool.submit(put, owed) for owed in todo]
        try:
            for future in futures:
                future.result()
        finally:
            for future in futures:
                future.cancel()
            for future in futures:
                if not future.cancelled():
                    future.exception()

    def _add(self, owed: Owed, known: set[str], gives_up: bool) -> None:
        """A file that the listing has not; what was put there since is looked at, as what was there before."""
        data = self._content(owed, gives_up)
        if data is not None and not self._store.add(owed.file, self._held(data)):
            self._replace(owed, known, gives_up)
        elif data is not None:
            self._has_arrived(owed, data)

    def _put(self, owed: Owed, gives_up: bool) -> None:
        data = self._content(owed, gives_up)
        if data is not None:
            self._store.put(owed.file, self._held(data))
            self._has_arrived(owed, data)

    def _has_arrived(self, owed: Owed, data: bytes) -> None:
        self._count(len(data))
        if (shared := self._shared.get(owed.file.rpartition("/")[0])) is not None:
            shared[owed.file] = len(data)

    def _replace(self, owed: Owed, known: set[str], gives_up: bool) -> None:
        """An earlier state makes room, or what a mirror that was killed had put is found right; nothing else is touched."""
        lies = sha256_in(self._store, owed.file)
        if lies == owed.sha256:
            return
        if lies and lies not in known:
            detail = f"what lies there in {self._store.name} is no state of it; move it away there, and mirror again"
            self._find(Finding(ALTERED, owed.file, owed.docid, detail, lies))
            return
        self._put(owed, gives_up)

    def _content(self, owed: Owed, gives_up: bool) -> bytes | None:
        """The bytes, if they have the digest that the line tells; else None, and told.  Raises ``_Changed`` before the last look."""
        with suppress(OSError, ValueError), open_plain(self._root / owed.file) as file:
            data = file.read(MOST_BYTES + 1 if owed.size is None else owed.size + 1)
            if hashlib.sha256(data).hexdigest() == owed.sha256:
                return data
        if not gives_up:
            raise _Changed(owed.file)
        detail = f"it is not mirrored: {_NOT_IT}; {TAKE_BACK}"
        self._find(Finding(MISSING, owed.file, owed.docid, detail, owed.sha256))
        return None

    # --- raw records -------------------------------------------------------------------------------------------------

    def _put_raw_of(self, now: JournalCopy, theirs: Chain) -> None:
        """What the day's lines name, and is not there yet; where a redaction rewrote the day, all that it may have emptied."""
        sizes = ours.raw_sizes(self._root)
        if now.is_redacted_since(theirs):
            self._is_redacted = True
            self.put_raw(sizes)
        else:
            ends = now.raw_ends().items()
            self.put_raw({file: sizes[file] for file, end in ends if file in sizes and self._raw.get(file, 0) < end})

    def put_raw(self, sizes: dict[str, int]) -> None:
        """Put each file of raw records that grew, or that a redaction emptied."""
        for file, size in sizes.items():
            with files.reading(self._root / file):
                seen = (self._root / file).stat()
            state = (seen.st_size, seen.st_mtime_ns)
            if self._level.get(file) == state or (self._raw.get(file) == size and not self._is_redacted):
                continue
            if self._may_put_raw(file, size):
                self._bring_raw_level(file, size)
                self._level[file] = state

    def _bring_raw_level(self, file: str, size: int) -> None:
        source = Payload(self._root / file, size, sha256_of_file(self._root / file, size), self._pace)
        if file not in self._raw:
            if not self._has_added(file, source):
                self._find(Finding(ALTERED, file, None, f"{self._store.name} {_JUST_NOW}"))
                return
        elif self._raw[file] != size or sha256_in(self._store, file) != source.sha256:
            self._store.put(file, source)
        else:
            return
        self._count(size)
        self._raw[file] = size

    def _may_put_raw(self, file: str, size: int) -> bool:
        """Whether what lies there is the beginning of ours, or of what it was before a redaction."""
        lies, path = self._raw.get(file), self._root / file
        if lies is None:
            return True
        if lies <= size and self._is_redacted and (head := ours.head_of_raw(path)):
            first = next(self._store.chunks(file) or iter(()), b"")
            if first.startswith(head):
                return True
        if lies <= size and sha256_in(self._store, file) == sha256_of_file(path, lies):
            return True
        detail = f"what lies there in {self._store.name} is not its beginning; move it away there, and mirror again"
        self._find(Finding(ALTERED, file, None, detail))
        return False

    # --- what a redaction took out -----------------------------------------------------------------------------------

    def _take_out(self, now: JournalCopy, went: set[str]) -> None:
        """Files of the day that no line names any more, and whose digest a ``redacted`` line tells."""
        named = {owed.file for owed in now.owed}
        lying = self._store.sizes(day_journal.day_name(now.day))
        if (self._root / rsshub.FOLDER).is_dir():  # of the profile that has one folder for all days
            lying |= self._store.sizes(rsshub.FOLDER)
        pictures = [file for sha256 in went for file in ours.pictures_named(sha256)]
        lying |= {file: 0 for file in pictures if sha256_in(self._store, file)}
        for file in sorted(lying.keys() - named):
            if ours.may_lie_there(file) and file != now.journal and sha256_in(self._store, file) in went:
                self._prune_or_tell(file)

    def _prune_or_tell(self, file: str) -> None:
        if (self._root / file).exists() or self._is_owed(file):
            return
        if self._prune:
            self._store.remove(file)
            self.done.pruned.append(file)
        else:
            self.done.left.append(file)

    def _is_owed(self, file: str) -> bool:
        """Whether another day names it: days share pictures, and what is lost here is not to go there."""
        if paths.day_named(file):
            return False
        if self._owed is None:
            owed = (one.file for day in days_of(self._root) for one in ours.day_of(self._root, day).owed)
            self._owed = {one for one in owed if paths.day_named(one) is None}
        return file in self._owed

    # --- the rest ----------------------------------------------------------------------------------------------------

    def _put_readme(self) -> None:
        """How to read the folder without software; once, it may be a person's own there."""
        path = self._root / README
        if path.is_file() and read(self._store, README) is None:
            self._store.add(README, self._held(files.read(path)))

    def _held(self, data: bytes) -> Payload:
        return Payload(data, len(data), hashlib.sha256(data).hexdigest(), self._pace)

    def _count(self, size: int) -> None:
        with self._lock:
            self.done.files += 1
            self.done.bytes += size

    def _find(self, finding: Finding) -> None:
        if finding not in self.done.findings:  # files of raw records are those of many days
            self.done.findings.append(finding)


def _is_level(owed: Owed, before: dict[str, str], lying: dict[str, int]) -> bool:
    """Whether the copy's journal tells the very file, and it has its size still; of its bytes, verify --against knows."""
    return before.get(owed.file) == owed.sha256 and owed.size in (None, lying[owed.file])


_JUST_NOW = "had none a moment ago, and has one now; see who puts it there, move it away, and mirror again"
_NOT_IT = "it is not there, or not as its line tells"
