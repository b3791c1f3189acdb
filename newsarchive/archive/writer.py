"""The one thread that writes: files, then journal lines, then the catalogue, many jobs a commit (design §6).

A job is a function of a ``Batch``; it writes files and says events, and its result is acknowledged only after its lines
are on disk.  Jobs run in the order of their submission, so the journal's order is the order in which they were asked for.
"""

from __future__ import annotations

import queue
import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from newsarchive.archive import files, journal
from newsarchive.archive.catalogue import Catalogue
from newsarchive.archive.events import Event
from newsarchive.archive.profiles import Profile
from newsarchive.archive.recovery import OpenDays
from newsarchive.errors import ArchiveNotWritable

T = TypeVar("T")

MAX_JOBS_A_COMMIT = 64
"""Bounds how long the first job of a batch waits for the last; the syncs are shared long before that."""


class Batch:
    """What the jobs of one commit write.  Lives in the writer's thread, inside one transaction of the catalogue."""

    def __init__(self, root: Path, catalogue: Catalogue, open_days: OpenDays, profile: Profile) -> None:
        self.catalogue = catalogue
        self._profile = profile
        self.counts: Counter[str] = Counter()
        """What the jobs did, by the name of the event; it counts once the commit has succeeded."""
        self._root = root
        self._open_days = open_days
        self._files: dict[date, list[Path]] = {}
        """Those whose lines are not on disk yet."""
        self._events: dict[date, list[Event]] = {}

    def say(self, day: date, event: Event) -> None:
        """Append ``event`` to the day's journal at the commit; the jobs after this one see it in the catalogue now."""
        self.catalogue.apply(day, event)
        self._events.setdefault(day, []).append(event)

    def has_other(self, day: date, stem: str, data: bytes) -> bool:
        """Whether a file of this name with other bytes is there: a person's; the same bytes are ours, their line was lost."""
        path = self._profile.folder_of(self._root, day) / f"{stem}.md"
        return path.is_file() and path.read_bytes() != data

    def write(self, day: date, stem: str, data: bytes, docid: str) -> str:
        """Put a whole file into the folder of the day's documents; returns its path below the archive, with ``/``."""
        self._open_days.note(day, self.catalogue.tail(day))
        folder = self._profile.folder_of(self._root, day)
        path = folder / f"{stem}.md"
        files.make_folder(folder, self._root)
        files.write_whole(path, data, files.part_path(folder, docid))
        self._files.setdefault(day, []).append(path)
        return path.relative_to(self._root).as_posix()

    def commit(self) -> None:
        """Names, then lines: whatever is killed in between is a file without its line, which the next start redoes."""
        for day in self._files:
            files.sync_folder(self._profile.folder_of(self._root, day))
        for day, events in self._events.items():
            self._append(day, events)
            self._files.pop(day, None)

    def _append(self, day: date, events: list[Event]) -> None:
        path = journal.journal_path(self._root, day)
        files.make_folder(path.parent, self._root)
        tail = journal.append(path, events, self.catalogue.tail(day))
        self.catalogue.set_tail(day, tail)

    def withdraw(self) -> None:
        """After a failed commit: take away the files that have no line, as far as the disk allows."""
        for paths in self._files.values():
            for path in paths:
                files.discard(path)


_Asked = tuple[Callable[[Batch], Any], Future[Any]]


class Writer:
    """Runs jobs one batch after the other; after a failure it refuses all others with the same error."""

    def __init__(self, root: Path, catalogue: Catalogue, open_days: OpenDays, profile: Profile) -> None:
        self._root, self._catalogue, self._open_days, self._profile = root, catalogue, open_days, profile
        self._waiting: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive-writer")
        self.counts: Counter[str] = Counter()
        """What is on disk of all that the jobs did."""
        self.failure: BaseException | None = None
        """What stopped the writing, if anything did."""

    def submit(self, job: Callable[[Batch], T]) -> Future[T]:
        """Ask for ``job``; the future is done when its lines are on disk, or holds ``ArchiveNotWritable``.

        A future that is cancelled in time takes its job along; once the job is begun, cancelling changes nothing.
        """
        future: Future[T] = Future()
        self._waiting.put((job, future))
        self._thread.submit(self._commit_waiting)
        return future

    def close(self) -> None:
        """Write what was asked for, then end the thread."""
        self._thread.shutdown(wait=True)

    def _commit_waiting(self) -> None:
        """One commit for all that wait now; nothing, where the commit before took this call's job along."""
        taken = self._take()
        with ExitStack() as answer:
            answer.push(lambda _kind, error, _trace: self._refuse(taken, error))
            results = self._write([job for job, _ in taken])
            for (_, future), result in zip(taken, results, strict=True):
                future.set_result(result)

    def _take(self) -> list[_Asked]:
        taken: list[_Asked] = []
        while len(taken) < MAX_JOBS_A_COMMIT and not self._waiting.empty():
            job, future = self._waiting.get()
            if future.set_running_or_notify_cancel():
                taken.append((job, future))
        return taken

    def _refuse(self, taken: list[_Asked], error: BaseException | None) -> bool:
        """Tell those who wait why there is no commit, whatever the reason; the thread goes on, to tell the next ones."""
        if error is None:
            return False
        self.failure = self.failure or error
        for _, future in taken:
            future.set_exception(error)
        return True

    def _write(self, jobs: list[Callable[[Batch], Any]]) -> list[Any]:
        if self.failure is not None:
            raise self.failure
        if not jobs:
            return []
        batch = Batch(self._root, self._catalogue, self._open_days, self._profile)
        with ExitStack() as undo:
            undo.callback(batch.withdraw)
            try:
                with self._catalogue.transaction():
                    results = [job(batch) for job in jobs]
                    batch.commit()
            except sqlite3.DatabaseError as error:
                raise ArchiveNotWritable(
                    f"the catalogue {self._catalogue.path} cannot be written ({error}); "
                    "see that the disk is well and has space, then run again: it is rebuilt"
                ) from error
            undo.pop_all()
        self.counts.update(batch.counts)
        return results
