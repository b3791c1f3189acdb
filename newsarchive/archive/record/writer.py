"""The one thread that writes: files, then journal lines, then the catalogue, many jobs a commit (design §6).

A job is a function of a ``Batch``; it puts files and says events, and its result is acknowledged only after its lines
are on disk.  Jobs run in the order of their submission, so the journal's order is the order in which they were asked for.
"""

from __future__ import annotations

import queue
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.open_files import OpenFiles
from newsarchive.archive.record.raw_store import RawStore
from newsarchive.errors import ArchiveDamaged, ArchiveError, ArchiveNotWritable

T = TypeVar("T")

MAX_JOBS_A_COMMIT = 64
"""Bounds how long the first job of a batch waits for the last; the syncs are shared long before that."""

GATHERING_S = 0.02
"""How long a commit waits for further jobs while they come in company: fewer commits cost a twentieth less CPU a page."""

_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


OF_THE_DISK = (ArchiveError, OSError, sqlite3.Error)
"""Errors that would meet every further job too; any other is a defect that concerns the one job that raised it."""


_Asked = tuple[Callable[[Batch], Any], Future[Any]]
_Ended = Callable[[Future[Any]], None]
"""Sets the result or the error of a job's future, once the commit has succeeded."""


class Writer:
    """Runs jobs one batch after the other; after a failure of the disk it refuses all others with the same error."""

    def __init__(
        self,
        root: Path,
        catalogue: Catalogue,
        open_files: OpenFiles,
        profile: Profile,
        raw: RawStore | None = None,
    ) -> None:
        self._root, self._catalogue, self._open_files, self._profile = root, catalogue, open_files, profile
        self._raw = raw
        self._waiting: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive-writer")
        self.counts: Counter[str] = Counter()
        """What is on disk of all that the jobs did."""
        self._level: set[date] = set()
        self._in_company = False
        self._inode = catalogue.path.stat().st_ino
        self.failure: BaseException | None = None
        """What stopped the writing, if anything did."""

    def submit(self, job: Callable[[Batch], T]) -> Future[T]:
        """Ask for ``job``; the future is done when its lines are on disk, or holds ``ArchiveNotWritable``.

        A defect within the job is raised by its future alone: the job has done nothing then, and the others go on.

        A future that is cancelled in time takes its job along; once the job is begun, cancelling changes nothing.
        """
        future: Future[T] = Future()
        self._waiting.put((job, future))
        self._thread.submit(self._commit_waiting)
        return future

    def refuse(self, error: BaseException) -> None:
        """Write nothing more: somebody else has found out that it makes no sense."""
        self.failure = self.failure or error

    def close(self) -> None:
        """Write what was asked for, then end the thread."""
        self._thread.shutdown(wait=True)

    def _commit_waiting(self) -> None:
        """Commit all waiting jobs together; there are none where the commit before has taken them.

        Where more than one was waiting the last time, more are under way: the commit gives them a moment.
        """
        if self._in_company and not self._waiting.empty():
            time.sleep(GATHERING_S)
        taken = self._take()
        if taken:
            self._in_company = len(taken) > 1
        with ExitStack() as answer:
            answer.push(lambda _kind, error, _trace: self._tell_failed(taken, error))
            ended = self._write([job for job, _ in taken])
            for (_, future), tell in zip(taken, ended, strict=True):
                tell(future)

    def _take(self) -> list[_Asked]:
        taken: list[_Asked] = []
        while len(taken) < MAX_JOBS_A_COMMIT and not self._waiting.empty():
            job, future = self._waiting.get()
            if future.set_running_or_notify_cancel():
                taken.append((job, future))
        return taken

    def _tell_failed(self, taken: list[_Asked], error: BaseException | None) -> bool:
        """Tell those who wait why there is no commit, whatever the reason; the thread goes on, to tell the next ones."""
        if error is None:
            return False
        self.failure = self.failure or error
        for _, future in taken:
            future.set_exception(error)
        return True

    def _write(self, jobs: list[Callable[[Batch], Any]]) -> Sequence[_Ended]:
        if self.failure is not None:
            raise self.failure
        if not jobs:
            return []
        self._check_place()
        batch = Batch(self._root, self._catalogue, self._open_files, self._profile, self._level, raw=self._raw)
        with ExitStack() as undo:
            undo.callback(batch.withdraw)
            try:
                with self._catalogue.transaction():
                    ended = [self._run(batch, job) for job in jobs]
                    batch.commit()
            except sqlite3.DatabaseError as error:
                raise self._failed(error) from error
            except ArchiveNotWritable:
                self._check_place()  # a file of state may be the first to miss its folder
                raise
            undo.pop_all()
        self.counts.update(batch.counts)
        return ended

    def _run(self, batch: Batch, job: Callable[[Batch], Any]) -> _Ended:
        """Run one job; a defect within it leaves nothing of it behind, errors of the disk are raised."""
        mark, defects = batch.mark(), list[Exception]()
        with ExitStack() as judged:
            judged.push(lambda _kind, error, _trace: _is_set_aside(error, defects))
            with ExitStack() as undo, self._catalogue.savepoint():
                undo.callback(batch.go_back, mark)
                result = job(batch)
                undo.pop_all()
            return lambda future: future.set_result(result)
        return lambda future: future.set_exception(defects[0])

    def _check_place(self) -> None:
        """Raise where the catalogue's file was removed or replaced: SQLite and the lock would go on with the deleted one."""
        state = self._catalogue.path.parent
        try:
            now = self._catalogue.path.stat().st_ino
        except OSError:
            now = None
        if now != self._inode:
            raise ArchiveNotWritable(
                f"{state} was removed or replaced while this run used it; nothing that was archived is lost, but another run "
                "would not see this one: start again, and it is rebuilt"
            )

    def _failed(self, error: sqlite3.DatabaseError) -> ArchiveDamaged | ArchiveNotWritable:
        self._check_place()  # SQLite may be the first to meet it, and tells of the disk
        path = self._catalogue.path
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT:
            return ArchiveDamaged(
                f"the catalogue {path} is damaged ({error}); run again: it is rebuilt from the journals"
            )
        return ArchiveNotWritable(
            f"the catalogue {path} cannot be written ({error}); "
            "see that the disk is well and has space, then run again: it is rebuilt"
        )


def _is_set_aside(error: BaseException | None, defects: list[Exception]) -> bool:
    """Whether the error concerns the job alone; it is then kept in ``defects``."""
    if not isinstance(error, Exception) or isinstance(error, OF_THE_DISK):
        return False
    defects.append(error)
    return True
