"""Pages of a megabyte that were made a moment ago: whoever asks for the same while it is made waits for that one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock

HELD_BYTES = 48_000_000
"""Of pages together: a day of 3,000 articles has 1.3 MB."""
MOST = 2_000
"""Pages, also those that could not be made and have no bytes."""


@dataclass(slots=True)
class _Slot:
    lock: Lock = field(default_factory=Lock)
    data: bytes | None = None


class HeldPages:
    """The pages that were asked for last; for several threads."""

    def __init__(self) -> None:
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The page with this key, which must tell all that the page depends on."""
        slot = self._slot(key)
        with slot.lock:
            if slot.data is None:
                slot.data = make()
                self._make_room()
            return slot.data

    def _slot(self, key: Hashable) -> _Slot:
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > MOST:
                self._slots.popitem(last=False)
        return slot

    def _make_room(self) -> None:
        """Those that were asked for longest ago go; one that is being made has its waiters, and is no loss."""
        with self._lock:
            held = sum(len(slot.data or b"") for slot in self._slots.values())
            while held > HELD_BYTES and len(self._slots) > 1:
                held -= len(self._slots.popitem(last=False)[1].data or b"")
