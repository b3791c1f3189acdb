"""What holds the crawls of a backfill together: one file that all workers see, which the backfill touches while it lives.

They go on while it is there, with the backfill's own word in it, and is touched.  It is taken away to stop all of them, which
needs no space on any disk: by the backfill, or by a worker whose crawl hears a ban.  It is not touched any more where the
backfill was killed, or can be reached no longer: then each worker ends its crawl by itself.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from newsarchive.archive.record import files
from newsarchive.errors import ArchiveNotWritable

LOOK_S = 0.1
"""How often it is looked whether the crawls are to stop: after a ban, no other crawl sends more than one request or two."""
TOUCH_S = 1.0
MAX_WORD = 64
"""Characters that are read."""
SILENT_S = 15.0
"""Without a touch: longer than a disk or a busy machine keeps the backfill from it, and short beside the pause of a poll."""


def take_off(leash: Path) -> None:
    """Let every crawl of the backfill end.  Raises ``ArchiveNotWritable``."""
    with suppress(ArchiveNotWritable):
        files.remove(leash)
        return
    time.sleep(LOOK_S)  # on Windows it stays while a worker looks at it
    files.remove(leash)


def is_on(leash: Path) -> bool:
    """Whether the crawls may go on."""
    return _seen(leash) is not None


@contextmanager
def held(leash: Path) -> Iterator[None]:
    """Touch it now and then, while it is there, until the end of the block."""
    ended = threading.Event()
    thread = threading.Thread(target=_touch, args=(leash, ended), name="leash", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _touch(leash: Path, ended: threading.Event) -> None:
    while not ended.wait(TOUCH_S):
        with suppress(OSError):  # it was taken off; or the disk is out of reach, which the workers notice themselves
            os.utime(leash)


class Leash:
    """As one worker sees it.  ``word``: of the backfill; the next one has another, so that what this one left ends."""

    def __init__(self, path: Path, word: str) -> None:
        self._path, self._word = path, word
        self._seen: tuple[str, int] | None = None
        self._silent_looks = 0
        """Looks, and not seconds: a worker that stood still meanwhile has not looked."""

    def is_off(self) -> bool:
        """Whether to stop; to be asked every ``LOOK_S``."""
        seen = _seen(self._path)
        self._silent_looks = self._silent_looks + 1 if seen == self._seen else 0
        self._seen = seen
        return seen is None or seen[0] != self._word or self._silent_looks * LOOK_S > SILENT_S


def _seen(leash: Path) -> tuple[str, int] | None:
    """The word in it, and when it was touched, in nanoseconds of the disk's clock; None where it was taken off.

    The file is opened: on a network file system that asks the server, where a look at names alone may be a minute old.
    """
    with suppress(OSError, ValueError), leash.open(encoding="ascii") as opened:
        return opened.read(MAX_WORD), os.fstat(opened.fileno()).st_mtime_ns
    return None
