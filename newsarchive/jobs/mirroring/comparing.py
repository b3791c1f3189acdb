"""``newsarchive verify --against s3://…``: what the archive and its copy in a store each lack or have altered.

The store tells the SHA-256 of each object that it computed when the object came, so nothing is downloaded but journals;
``--full`` reads each object, which finds what rotted since.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from newsarchive.archive.format import paths
from newsarchive.archive.format.chain import Owed
from newsarchive.archive.format.raw_place import RAW_NAME
from newsarchive.archive.index.worker import TellDays
from newsarchive.archive.record import day_journal, picture_lines, presence
from newsarchive.archive.record.audit import Look
from newsarchive.archive.record.day_journal import DayJournal
from newsarchive.archive.record.finding import ALTERED, MISSING, SHORTENED, STRAY, Finding
from newsarchive.errors import UsageError
from newsarchive.jobs.comparison import Side, differences
from newsarchive.jobs.mirroring import coming, ours
from newsarchive.jobs.mirroring.folder_store import FolderStore
from newsarchive.jobs.mirroring.store import MARKER, Store, days_in, read, sha256_in, sha256_of_file
from newsarchive.jobs.verify import Verification, days_of, verify

AGAIN = "move it away there, and newsarchive mirror puts it again"


def compare(root: Path, store: Store, look: Look, tell: TellDays, *, by_reading: bool) -> Verification:
    """The verdict on both; paths of the copy begin with its address.  Raises what ``Store`` raises, and ``UsageError``."""
    theirs = days_in(store)
    if not theirs:
        raise UsageError(f"{store.name} holds no copy of an archive: newsarchive mirror makes one")
    verdict = verify(root, look, {}, lambda *_: None)
    with ThreadPoolExecutor(store.at_once, thread_name_prefix="compare") as pool:
        work = _Comparison(root, store, pool, reads=by_reading, asks=look.reads_new)
        days = sorted({*days_of(root), *theirs})
        for done, day in enumerate(days, 1):
            work.compare_day(day)
            tell(done, len(days))
        raw = _RawComparison(root, store, reads=by_reading, asks=look.reads_new)
        judged = [*pool.map(lambda pair: raw.judged(*pair), raw.pairs())]
        findings = [*work.told(verdict.findings), *work.findings, *(finding for finding in judged if finding)]
    once: dict[str, Finding] = {}
    for finding in findings:
        once.setdefault(finding.path, finding)
    return Verification(
        verdict.checked + work.checked + len(judged), list(once.values()), verdict.explained, verdict.heads
    )


class _Comparison:
    def __init__(self, root: Path, store: Store, pool: ThreadPoolExecutor, *, reads: bool, asks: bool) -> None:
        """``reads``: each object; ``asks``: for its SHA-256; else its size must do."""
        self._root, self._store, self._pool, self._reads, self._asks = root, store, pool, reads, asks
        self._here, self._there = Side(root, "", store.name), Side(root, f"{store.name}/", "this archive")
        self._coming = coming.files_in(read(store, coming.FILE) or b"")
        self._shared: dict[str, dict[str, int]] = {}
        self.findings: list[Finding] = []
        self.checked = 0

    def told(self, findings: list[Finding]) -> Iterator[Finding]:
        """The archive's own findings, and whether the copy has what is lost."""
        for finding in findings:
            if finding.sha256 and finding.docid:
                has = sha256_in(self._store, finding.path) == finding.sha256
                name = self._store.name
                yield finding.with_detail(f"{name} has it" if has else f"not the same file in {name}")
            else:
                yield finding

    def compare_day(self, day: date) -> None:
        """Journals first, then the objects that the copy's own journal names, then those that it does not."""
        here = day_journal.read(self._root, day)
        there = day_journal.of_data(day, read(self._store, f"{day_journal.day_name(day)}/{paths.JOURNAL_NAME}"))
        name = f"{self._there.name}{day_journal.day_name(day)}/{paths.JOURNAL_NAME}"
        self.findings += [Finding(kind, name, None, f"{text}; {AGAIN}") for kind, text in there.faults]
        self.findings += differences(self._here, self._there, here, there)
        owed = {one.file: one for one in (*there.owed, *picture_lines.owed_of(there.chain.lines))}
        lying = self._lying(day, owed)
        self.checked += len(owed)
        judged = self._pool.map(lambda one: self._judged(one, lying.get(one.file)), owed.values())
        self.findings += [finding for finding in judged if finding]
        self._find_strays(there, lying.keys() - owed.keys())

    def _lying(self, day: date, owed: dict[str, Owed]) -> dict[str, int]:
        name = day_journal.day_name(day)
        found: dict[str, int] = {}
        for folder in {file.rpartition("/")[0] for file in owed if not file.startswith(name)}:
            if folder not in self._shared:
                self._shared[folder] = self._store.sizes(folder)
            found |= {file: size for file, size in self._shared[folder].items() if file in owed}
        return found | self._store.sizes(name)

    def _judged(self, owed: Owed, size: int | None) -> Finding | None:
        path = f"{self._there.name}{owed.file}"
        if size is None:
            return Finding(
                MISSING, path, owed.docid, "there is no such object; newsarchive mirror puts it again", owed.sha256
            )
        if owed.size not in (None, size):
            return Finding(
                ALTERED, path, owed.docid, f"it has {size} bytes, and its line tells {owed.size}; {AGAIN}", owed.sha256
            )
        if not (self._reads or self._asks):
            return None
        lies = sha256_in(self._store, owed.file, by_reading=self._reads)
        if lies in (owed.sha256, self._coming.get(owed.file)):
            return None
        return Finding(ALTERED, path, owed.docid, f"its bytes are not those that its line tells; {AGAIN}", owed.sha256)

    def _find_strays(self, there: DayJournal, files: set[str]) -> None:
        for file in sorted(files - there.left - self._coming.keys()):
            if ours.may_lie_there(file) and presence.may_be_article(file.rpartition("/")[2]):
                detail = "no line of the journal there names it; what a redaction took out, newsarchive mirror --prune takes away"
                self.findings.append(Finding(STRAY, f"{self._there.name}{file}", None, detail))


@dataclass(frozen=True, slots=True)
class _RawComparison:
    """Each file of raw records against the beginning of ours, which may have grown since."""

    root: Path
    store: Store
    reads: bool
    asks: bool

    def pairs(self) -> Iterator[tuple[str, int | None, int | None]]:
        """File, and its bytes here and there."""
        here, there = ours.raw_sizes(self.root), self.store.sizes(RAW_NAME)
        return ((file, here.get(file), there.get(file)) for file in sorted(here.keys() | there.keys()))

    def judged(self, file: str, here: int | None, there: int | None) -> Finding | None:
        path = f"{self.store.name}/{file}"
        if there is None:
            return Finding(MISSING, path, None, "there is no such file; newsarchive mirror puts it")
        if here is None:
            return Finding(MISSING, path, None, "this archive has not these raw records; take them from there")
        if there > here:
            return Finding(ALTERED, path, None, f"it has {there} bytes, and {here} in this archive")
        if (self.reads or self.asks) and not self._begins_ours(file, there):
            detail = f"its bytes are not those of this archive; where these are right, {AGAIN}"
            return Finding(ALTERED, path, None, detail)
        if there < here:
            detail = f"it has {there} bytes, and {here} in this archive; newsarchive mirror brings the others"
            return Finding(SHORTENED, path, None, detail)
        return None

    def _begins_ours(self, file: str, size: int) -> bool:
        return sha256_in(self.store, file, by_reading=self.reads) == sha256_of_file(self.root / file, size)


def with_raw(verdict: Verification, root: Path, copy: Path, look: Look) -> Verification:
    """The verdict on a copy in a folder, with raw records where a mirror made it: others may have these under other names.

    Raises ``ArchiveNotWritable`` where they cannot be read.
    """
    store = FolderStore(copy)
    if read(store, MARKER) is None:
        return verdict
    raw = _RawComparison(root, store, reads=look.reads_new, asks=look.reads_new)
    judged = [raw.judged(*pair) for pair in raw.pairs()]
    found = [finding for finding in judged if finding]
    return replace(verdict, checked=verdict.checked + len(judged), findings=[*verdict.findings, *found])
