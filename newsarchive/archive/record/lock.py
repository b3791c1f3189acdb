"""archive: one writer at a time.

The lock is one of the operating system (flock, on Windows LockFileEx), so that it ends with its process, however that
ends.  Who holds it stands beside it, for whoever finds it taken.  The archive's own folder is locked as well, where the
system can lock folders: ``.newsarchive`` may be deleted while a run uses it, and the lock in it with it.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.record.files import discard, part_path, write_whole
from newsarchive.archive.record.state_file import read_object, text_of
from newsarchive.errors import ArchiveLocked, ArchiveNotWritable, cause_of
from newsarchive.items import BEIJING

OWNER_PATIENCE_SECONDS = 0.5
"""How long one that has just taken the lock may need to write down who it is."""
_OWNER_PAUSE_SECONDS = 0.02
BRIEF_PATIENCE_SECONDS = 60.0
"""How long one waits for an owner that holds it for the commit of a day; any other is told at once."""
BRIEF_PAUSE_SECONDS = 0.03
"""Between two tries meanwhile."""
MAX_PID = 2**31
"""Systems count processes with 32 bits; 0 and less would be groups of them."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds the lock, as ``lock.json`` says; it outlives an owner that was killed, the lock does not."""

    pid: int
    host: str
    started_at: str
    """ISO 8601 with ``+08:00``."""
    is_brief: bool = False
    """It gives the lock back within moments, and takes it again later."""

    def is_running(self) -> bool | None:
        """Whether there is such a process; None where that cannot be known from here.

        The lock itself is not asked: to ask is to take it, and a run that starts just then would find it taken.
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

    def __init__(self, state: Path, *, is_brief: bool = False) -> None:
        """``is_brief``: it is held for moments at a time, so that whoever comes meanwhile waits for its end."""
        self._is_brief = is_brief
        self._owner_path = state / "lock.json"
        self._part = part_path(state, "lock.json")
        # no soft fallback: a lock that is but a file outlives a killed owner; not thread-local: any thread may release
        self._lock = FileLock(state / "lock", blocking=False, thread_local=False, fallback_to_soft=False)
        self._root = state.parent
        self._root_handle: int | None = None

    def acquire(self) -> None:
        """Take the lock, or raise ``ArchiveLocked``, with its owner, or ``ArchiveNotWritable``.

        At once, but that it waits for an owner that holds it for moments (``BRIEF_PATIENCE_SECONDS``).
        """
        until = time.monotonic() + BRIEF_PATIENCE_SECONDS
        while not self._is_taken():
            owner = self._awaited_owner()
            if not (owner and owner.is_brief) or time.monotonic() >= until:
                raise ArchiveLocked(self._taken(owner))
            time.sleep(BRIEF_PAUSE_SECONDS)

    def _is_taken(self) -> bool:
        """Whether the lock is ours now, and it stands there who we are; raises ``ArchiveNotWritable``."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise ArchiveNotWritable(self._impossible(error)) from error
        owner = Owner(os.getpid(), socket.gethostname(), stamp(datetime.now(BEIJING)), self._is_brief)
        with ExitStack() as undo:
            undo.callback(self._let_go)
            if not self._lock_root():
                return False
            write_whole(self._owner_path, json.dumps(_told(owner)).encode() + b"\n", self._part)
            undo.pop_all()
        return True

    def release(self) -> None:
        """Give the lock back; nothing where it is not held."""
        if self._lock.is_locked:
            discard(self._owner_path)
            self._let_go()

    def _lock_root(self) -> bool:
        """Lock the archive's folder; False where another run has it. Where folders cannot be locked, the file must do."""
        if sys.platform == "win32":  # there, nobody can delete a file that is open
            return True
        import fcntl  # noqa: PLC0415 - not on Windows

        try:
            handle = os.open(self._root, os.O_RDONLY)
        except OSError:  # a folder that may be written but not listed
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
        self._root_handle = handle
        return True

    def _let_go(self) -> None:
        if self._root_handle is not None:
            os.close(self._root_handle)  # and the lock with it
            self._root_handle = None
        self._lock.release()

    def owner(self) -> Owner | None:
        """Return the owner that ``lock.json`` names, who may have been killed; None where there is no such file, or no sense in it."""
        told = read_object(self._owner_path, logging.DEBUG) or {}
        pid, host, started_at = told.get("pid"), text_of(told.get("host")), text_of(told.get("started_at"))
        is_process = type(pid) is int and 0 < pid < MAX_PID
        is_brief = told.get("is_brief") is True
        return Owner(pid, host, started_at, is_brief) if is_process and host and started_at else None  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _taken(self, owner: Owner | None) -> str:
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


def _told(owner: Owner) -> dict[str, object]:
    told = asdict(owner)
    return told if owner.is_brief else {key: value for key, value in told.items() if key != "is_brief"}
