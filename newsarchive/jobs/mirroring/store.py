"""What a mirror asks of the place where the copy lies; a folder and an S3 store answer it alike.

A ``file`` is a path below the copy with ``/``, as journals name it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol

from newsarchive.archive.format import paths
from newsarchive.archive.record import files
from newsarchive.errors import ArchiveDamaged

BLOCK_BYTES = 1 << 20
"""Read, hashed and sent at a time."""
MARKER = "_mirror/mirror.json"
"""Put there when the place was empty: it proves that what lies there is a mirror's own."""
MARK = b'{"mirror_of": "an archive of newsarchive", "more": "docs/operating.md, a second copy"}\n'
STORE_SCHEME = "s3://"
_YEAR_DIGITS = 4
PACES_A_SECOND = 4
"""Into how many pieces a limit of bytes a second cuts what is sent, so that no connection stands idle for long."""
MOST_READ_BYTES = 256 << 20
"""Of a file that is held in memory: no journal of a day comes near it, and a store that lies must not fill the machine."""


class Store(Protocol):
    """Where a copy lies.  Each call may raise ``ArchiveNotWritable`` where the place does not answer as it should."""

    name: str
    """As findings call it: without credentials."""
    at_once: int
    """How many files may be put at the same time."""
    keeps_former: bool
    """Whether it was seen to keep what is replaced or taken away there, as a former version."""

    def begin(self) -> AbstractContextManager[None]:
        """Hold it for one mirror.  Raises ``UsageError`` where files lie there that no mirror put there."""
        ...

    def sizes(self, below: str) -> dict[str, int]:
        """Bytes of each file below a folder, however deep."""
        ...

    def folders(self, below: str) -> list[str]:
        """Names of the folders in a folder; ``""`` is the copy itself."""
        ...

    def chunks(self, file: str) -> Iterator[bytes] | None:
        """The bytes of a file; None where there is none."""
        ...

    def told_sha256(self, file: str) -> str | None:
        """The SHA-256 that the place itself has computed of what lies there; None where it tells none."""
        ...

    def put(self, file: str, source: Payload) -> None:
        """Make these bytes the file, wholly or not at all.  Raises ``ArchiveDamaged`` where they arrive as others."""
        ...

    def add(self, file: str, source: Payload) -> bool:
        """The same where nothing lies; False, and nothing done, where something does: it may be a person's own."""
        ...

    def remove(self, file: str) -> None:
        """Take a file away."""
        ...


class Pace:
    """A limit of bytes a second for all that is sent, by however many threads."""

    def __init__(
        self,
        bytes_a_second: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep = bytes_a_second, clock, sleep
        self._lock, self._free_at = threading.Lock(), 0.0
        self.piece_bytes = BLOCK_BYTES if bytes_a_second is None else max(1, int(bytes_a_second / PACES_A_SECOND))

    def take(self, size: int) -> None:
        """Wait until so many bytes may go."""
        if self._rate is None:
            return
        with self._lock:
            now = self._clock()
            begin = max(now, self._free_at)
            self._free_at = begin + size / self._rate
        if begin > now:
            self._sleep(begin - now)


class Payload:
    """Bytes to be put: in memory, or the first ``size`` of a file, which may grow meanwhile."""

    def __init__(self, of: bytes | Path, size: int, sha256: str, pace: Pace) -> None:
        self.of, self.size, self.sha256, self.pace = of, size, sha256, pace

    def chunks(self) -> Iterator[bytes]:
        """The bytes, at the pace.  Raises ``ArchiveNotWritable`` where they cannot be read."""
        for piece in self.pieces():
            self.pace.take(len(piece))
            yield piece

    def pieces(self) -> Iterator[bytes]:
        """The bytes, at once, so many together as the pace lets go at a time."""
        for block in _blocks(self.of, self.size):
            yield from (block[at : at + self.pace.piece_bytes] for at in range(0, len(block), self.pace.piece_bytes))


def _blocks(of: bytes | Path, size: int) -> Iterator[bytes]:
    if isinstance(of, bytes):
        yield from (of[at : at + BLOCK_BYTES] for at in range(0, size, BLOCK_BYTES))
        return
    with files.reading(of), of.open("rb") as file:
        while size > 0 and (block := file.read(min(size, BLOCK_BYTES))):
            size -= len(block)
            yield block


def sha256_of_file(path: Path, size: int) -> str:
    """SHA-256 of the first ``size`` bytes.  Raises ``ArchiveNotWritable`` where they cannot be read."""
    return sha256_of(_blocks(path, size))


def sha256_of(blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def read(store: Store, file: str) -> bytes | None:
    """All of a file there; None where there is none.  Raises ``ArchiveDamaged`` where it has no end."""
    blocks = store.chunks(file)
    return None if blocks is None else b"".join(_bounded(blocks, store.name, file))


def _bounded(blocks: Iterator[bytes], name: str, file: str) -> Iterator[bytes]:
    left = MOST_READ_BYTES
    for block in blocks:
        left -= len(block)
        if left < 0:
            raise ArchiveDamaged(f"{file} in {name} has more than {MOST_READ_BYTES >> 20} MiB: it is no such file")
        yield block


def sha256_in(store: Store, file: str, *, by_reading: bool = False) -> str:
    """SHA-256 of what lies there, as the place tells it, else (or ``by_reading``) by reading it; empty for no file."""
    told = None if by_reading else store.told_sha256(file)
    if told is not None:
        return told
    blocks = store.chunks(file)
    return "" if blocks is None else sha256_of(blocks)


def days_in(store: Store) -> list[date]:
    """The days that have a folder there, oldest first."""
    years = [year for year in store.folders("") if len(year) == _YEAR_DIGITS and year.isdecimal()]
    months = [f"{year}/{month}" for year in years for month in store.folders(year)]
    folders = [f"{month}/{day}" for month in months for day in store.folders(month)]
    return sorted({day for folder in folders if (day := paths.day_named(f"{folder}/{paths.JOURNAL_NAME}"))})
