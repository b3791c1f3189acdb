"""archive: one writer at a time.

The lock is one of the operating system (flock, on Windows LockFileEx), so that it ends with its process, however that
ends.  Who holds it stands beside it, for whoever finds it taken.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from newsarchive.archive.files import cause_of, discard, part_path, write_whole
from newsarchive.archive.journal import stamp
from newsarchive.errors import ArchiveLocked, ArchiveNotWritable
from newsarchive.items import BEIJING

OWNER_PATIENCE_SECONDS = 0.5
"""How long one that has just taken the lock may need to write down who it is."""
_OWNER_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds the lock, as ``lock.json`` says; it outlives an owner that was killed, the lock does not."""

    pid: int
    host: str
    started_at: str
    """ISO 8601 with ``+08:00``."""

    def is_running(self) -> bool | None:
        """Whether there is such a process; None where that cannot be known from here.

        Asking the lock itself would be taking it, and a run that starts just then would find it taken.
        """
        if sys.platform == "win32" or self.host != socket.gethostname():
            return None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:  # of another user
            return True
        return True


class ArchiveLock:
    """The lock of one archive, held from ``acquire`` to ``release`` or as a context.

    ``state`` is its folder ``.newsarchive``, which exists.
    """

    def __init__(self, state: Path) -> None:
        self._owner_path = state / "lock.json"
        self._part = part_path(state, "lock.json")
        # no soft fallback: a lock that is but a file outlives a killed owner; not thread-local: any thread may release
        self._lock = FileLock(state / "lock", blocking=False, thread_local=False, fallback_to_soft=False)

    def acquire(self) -> None:
        """Take the lock, or raise at once ``ArchiveLocked``, with its owner, or ``ArchiveNotWritable``."""
        try:
            self._lock.acquire()
        except Timeout:
            raise ArchiveLocked(self._taken()) from None
        except OSError as error:
            raise ArchiveNotWritable(self._impossible(error)) from error
        owner = Owner(os.getpid(), socket.gethostname(), stamp(datetime.now(BEIJING)))
        try:
            write_whole(self._owner_path, json.dumps(asdict(owner)).encode() + b"\n", self._part)
        except ArchiveNotWritable:
            self._lock.release()
            raise

    def release(self) -> None:
        """Give the lock back; nothing where it is not held."""
        if self._lock.is_locked:
            discard(self._owner_path)
            self._lock.release()

    def owner(self) -> Owner | None:
        """Return who has written himself down last and has not left cleanly; None if there is none to be read."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(self._owner_path.read_bytes())
            return Owner(int(data["pid"]), str(data["host"]), str(data["started_at"]))
        return None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _taken(self) -> str:
        owner = self._awaited_owner()
        who = f"process {owner.pid} on {owner.host}, since {owner.started_at}" if owner else "one that left no name"
        folder = self._owner_path.parent.parent
        return f"{folder} is held by another run: {who}; wait for its end or stop it, then start again"

    def _awaited_owner(self) -> Owner | None:
        until = time.monotonic() + OWNER_PATIENCE_SECONDS
        while not (owner := self.owner()) and time.monotonic() < until:
            time.sleep(_OWNER_PAUSE_SECONDS)
        return owner

    def _impossible(self, error: OSError) -> str:
        cause, _ = cause_of(error)
        return (
            f"{self._lock.lock_file} cannot be locked: {cause} ({error}), and without a lock two runs would spoil each "
            "other's work; mend its permissions, or put the archive where locks work (a local disk, NFS 4)"
        )
