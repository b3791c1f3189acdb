"""What was made of the journals of some days, each good for as long as its journal stays as it is; for several threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from newsarchive.archive.format import paths
from newsarchive.errors import ArchiveDamaged, cause_of

T = TypeVar("T")


class Stamp(NamedTuple):
    """How a journal looks from outside; one that was not written since looks the same."""

    size: int
    """Bytes."""
    mtime_ns: int
    inode: int
    """Another one where the journal was not appended to but replaced: by a redaction, a repair, a copy put back."""

    def grew_from(self, before: Stamp) -> bool:
        """Whether lines were appended since ``before``, and nothing else happened."""
        return self.inode == before.inode and self.size > before.size


NONE = Stamp(0, 0, 0)
"""Of a day that has no journal."""


def stamp_of(root: Path, day: date) -> Stamp:
    """Raises ``ArchiveDamaged`` where the disk does not tell."""
    path = paths.journal_path(root, day)
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return NONE
    except OSError as error:
        raise ArchiveDamaged(f"{path} cannot be read: {cause_of(error)[0]}; see to that, then ask again") from error
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def sizes_of(root: Path, since: date = date.min, until: date = date.max) -> Iterator[tuple[date, int]]:
    """The days of a range that have a journal, oldest first, with its size in bytes.  Raises ``ArchiveDamaged``."""
    try:
        yield from paths.sizes(root, since, until)
    except OSError as error:
        raise ArchiveDamaged(f"{root} cannot be read: {cause_of(error)[0]}; see to that, then ask again") from error


@dataclass(slots=True)
class _Slot(Generic[T]):
    lock: Lock = field(default_factory=Lock)
    """Held while it is made: whoever asks meanwhile waits for it, and does not make it a second time."""
    made: tuple[Stamp, T] | None = None


Make = Callable[[Stamp, tuple[Stamp, T] | None], T]
"""(how the journal looks now, what was made before and when) → what is made of it now."""


class DayCache(Generic[T]):
    """The values of the ``most`` days that were asked for last."""

    def __init__(self, root: Path, most: int) -> None:
        self._root, self._most = root, most
        self._slots: OrderedDict[date, _Slot[T]] = OrderedDict()
        self._lock = Lock()

    def of(self, day: date, make: Make[T]) -> T:
        """What ``make`` made of the day's journal as it is now."""
        slot = self._slot(day)
        with slot.lock:
            stamp = stamp_of(self._root, day)  # before it is read: what is appended meanwhile shows the next time
            if slot.made is None or slot.made[0] != stamp:
                slot.made = stamp, make(stamp, slot.made)
            return slot.made[1]

    def held(self, day: date) -> T | None:
        """The value, if it is here and its journal is still the same."""
        with self._lock:
            slot = self._slots.get(day)
        made = slot.made if slot else None
        return made[1] if made and made[0] == stamp_of(self._root, day) else None

    def _slot(self, day: date) -> _Slot[T]:
        with self._lock:
            slot = self._slots.setdefault(day, _Slot())
            self._slots.move_to_end(day)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        return slot
