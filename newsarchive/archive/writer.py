"""The one thread that writes: files, then journal lines, then the catalogue, many jobs a commit (design §6).

A job is a function of a ``Batch``; it writes files and says events, and its result is acknowledged only after its lines
are on disk.  Jobs run in the order of their submission, so the journal's order is the order in which they were asked for.
"""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from newsarchive.archive import files, journal
from newsarchive.archive.catalogue import Catalogue
from newsarchive.archive.events import Event
from newsarchive.archive.recovery import OpenDays
from newsarchive.errors import ArchiveNotWritable

T = TypeVar("T")

MAX_JOBS_A_COMMIT = 64
"""Bounds how long the first job of a batch waits for the last; the syncs are shared long before that."""


class Batch:
    """What the jobs of one commit write.  Lives in the writer's thread, inside one transaction of the catalogue."""

    def __init__(self, root: Path, catalogue: Catalogue, open_days: OpenDays) -> None:
        self.catalogue = catalogue
        self._root = root
        self._open_days = open_days
        self._folders: dict[Path, None] = {}
        self._files: list[Path] = []
        self._events: dict[date, list[Event]] = {}

    def say(self, day: date, event: Event) -> None:
        """Append ``event`` to the day's journal at the commit; the jobs after this one see it in the catalogue now."""
        self.catalogue.apply(day, event)
        self._events.setdefault(day, []).append(event)

    def write(self, day: date, stem: str, data: bytes, docid: str) -> str:
        """Put a whole file into the day's folder; returns its path below the archive, with ``/``."""
        self._open_days.note(day)
        folder = journal.day_folder(self._root, day)
        path = folder / f"{stem}.md"
        files.make_folder(folder, self._root)
        self._files.append(path)
        files.write_whole(path, data, files.part_path(folder, docid))
        self._folders[folder] = None
        return path.relative_to(self._root).as_posix()

    def commit(self) -> None:
        """Folders, then lines: whatever is killed in between is a file without its line, which the next start redoes."""
        for folder in self._folders:
            files.sync_folder(folder)
        for day, events in self._events.items():
            self._append(day, events)

    def _append(self, day: date, events: list[Event]) -> None:
        path = journal.journal_path(self._root, day)
        files.make_folder(path.parent, self._root)
        tail = journal.append(path, events, self.catalogue.tail(day))
        self.catalogue.set_tail(day, tail)

    def withdraw(self) -> None:
        """After a failed commit: take away the files that will have no line, as far as the disk allows."""
        for path in self._files:
            files.discard(path)


_Asked = tuple[Callable[[Batch], Any], Future[Any]]


class Writer:
    """Runs jobs one batch after the other; after a failure it refuses all others with the same error."""

    def __init__(self, root: Path, catalogue: Catalogue, open_days: OpenDays) -> None:
        self._root, self._catalogue, self._open_days = root, catalogue, open_days
        self._waiting: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._taken: list[_Asked] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive-writer")
        self.failure: BaseException | None = None
        """What stopped the writing, if anything did."""

    def submit(self, job: Callable[[Batch], T]) -> Future[T]:
        """Ask for ``job``; the future is done when its lines are on disk, or holds ``ArchiveNotWritable``."""
        future: Future[T] = Future()
        self._waiting.put((job, future))
        self._thread.submit(self._commit_waiting).add_done_callback(self._settle)
        return future

    def close(self) -> None:
        """Write what was asked for, then end the thread."""
        self._thread.shutdown(wait=True)

    def _commit_waiting(self) -> None:
        """One commit for all that wait now; nothing, where the commit before took this call's job along."""
        while len(self._taken) < MAX_JOBS_A_COMMIT and not self._waiting.empty():
            self._taken.append(self._waiting.get())
        if not self._taken:
            return
        if self.failure is not None:
            raise self.failure
        results = self._write([job for job, _ in self._taken])
        for (_, future), result in zip(self._taken, results, strict=True):
            future.set_result(result)
        self._taken = []

    def _settle(self, commit: Future[None]) -> None:
        """Tell those who wait why their commit failed; runs in the writer's thread."""
        error = commit.exception()
        if error is None:
            return
        self.failure = self.failure or error
        for _, future in self._taken:
            future.set_exception(error)
        self._taken = []

    def _write(self, jobs: list[Callable[[Batch], Any]]) -> list[Any]:
        batch = Batch(self._root, self._catalogue, self._open_days)
        with ExitStack() as undo:
            undo.callback(batch.withdraw)
            try:
                with self._catalogue.transaction():
                    results = [job(batch) for job in jobs]
                    batch.commit()
            except sqlite3.DatabaseError as error:
                raise ArchiveNotWritable(
                    f"the catalogue {self._catalogue.path} cannot be written ({error}); "
                    "free some space, or delete that file - it is rebuilt - and run again"
                ) from error
            undo.pop_all()
        return results
