"""One mirror at a time to a place in a store: ``_mirror/held.json`` tells who is at work there.

A store has no lock that ends with its process.  So the holder gives a sign each minute; one that is silent for ten, or whose
process has ended on this very machine, is succeeded.  A holder that finds itself succeeded puts nothing more.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from itertools import count
from typing import NamedTuple, Protocol
from uuid import uuid4

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.record.lock import MAX_PID, Owner
from newsarchive.errors import ArchiveError, ArchiveLocked, UsageError
from newsarchive.items import BEIJING

FILE = "_mirror/held.json"
SIGN_EVERY_S = 60.0
SILENT_S = 600.0
"""Ten signs: a store that refuses for some minutes, or a machine that is busy, is no end."""

_PLAIN_RE = re.compile(r"[\w.:+-]{1,100}")
"""Of a host and a moment: what lies in a store is text from outside."""


class Sign(NamedTuple):
    """The object as it lies there."""

    data: bytes
    version: str
    """Changes with each sign."""
    age_s: float
    """By the clock of the store."""


class HeldPlace(Protocol):
    """What a hold asks of a store.  Each call raises what a store does."""

    name: str

    def sign(self, file: str) -> Sign | None:
        """What lies there; None where nothing does."""
        ...

    def put_sign(self, file: str, data: bytes, instead_of: str | None) -> bool:
        """Put it where that version lies (None: where nothing does); False where another lies by now."""
        ...

    def take_sign_away(self, file: str) -> None: ...


class Hold:
    """Of one mirror that runs."""

    def __init__(self, place: HeldPlace) -> None:
        self._place = place
        self._owner = Owner(os.getpid(), socket.gethostname(), stamp(datetime.now(BEIJING)))
        self._token, self._signs = uuid4().hex, count(1)
        self._is_over, self._signed_at = threading.Event(), time.time()
        self._is_lost = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises ``ArchiveLocked`` where another mirror is at work there."""
        self._take()
        signing = threading.Thread(target=self._sign_on, name="mirror-hold", daemon=True)
        signing.start()
        try:
            yield
        finally:
            self._is_over.set()
            signing.join()
            if not self._is_lost:
                with suppress(ArchiveError, UsageError):  # then it is silent from now on
                    self._place.take_sign_away(FILE)

    def check(self) -> None:
        """Before anything is put.  Raises ``ArchiveLocked`` where another mirror has taken the place."""
        if time.time() - self._signed_at > SILENT_S:  # this machine slept
            self._sign_again()
        if self._is_lost:
            raise ArchiveLocked(
                f"{self._place.name} was taken over by another mirror, since this one gave no sign; nothing more is put: wait for "
                "its end, then mirror again"
            )

    def _take(self) -> None:
        lies = self._place.sign(FILE)
        if lies and (owner := _owner(lies)):
            raise ArchiveLocked(
                f"{self._place.name} is held by another mirror: process {owner.pid} on {owner.host}, since {owner.started_at}; wait "
                f"for its end or stop it, then mirror again. One that was killed elsewhere counts as ended {SILENT_S / 60:.0f} minutes "
                "after its last sign"
            )
        self._place.put_sign(FILE, self._sign(), lies.version if lies else None)
        if not self._is_ours(self._place.sign(FILE)):  # a store may know no conditions, or its answer may be lost
            raise ArchiveLocked(
                f"{self._place.name} was taken by another mirror just now: wait for its end, then mirror again"
            )

    def _sign_on(self) -> None:
        while not self._is_over.wait(SIGN_EVERY_S) and not self._is_lost:
            with suppress(ArchiveError, UsageError):  # a store that refuses is told by whoever puts files there
                self._sign_again()

    def _sign_again(self) -> None:
        lies = self._place.sign(FILE)
        if lies and not self._is_ours(lies):
            self._is_lost = True
        elif self._place.put_sign(FILE, self._sign(), lies.version if lies else None):
            self._signed_at = time.time()

    def _sign(self) -> bytes:
        told = {**asdict(self._owner), "token": self._token, "sign": next(self._signs)}
        return json.dumps(told).encode() + b"\n"

    def _is_ours(self, lies: Sign | None) -> bool:
        return lies is not None and self._token.encode() in lies.data


def _owner(lies: Sign) -> Owner | None:
    """Who is at work; None for one that has ended, and for what is no sign of ours."""
    told: dict[str, object] = {}
    with suppress(ValueError, RecursionError):
        read = json.loads(lies.data)
        told = read if isinstance(read, dict) else {}
    pid, host, began = told.get("pid"), told.get("host"), told.get("started_at")
    if not isinstance(pid, int) or not 0 < pid < MAX_PID or not all(map(_PLAIN_RE.fullmatch, (str(host), str(began)))):
        return None
    owner = Owner(pid, str(host), str(began))
    return None if lies.age_s > SILENT_S or owner.is_running() is False else owner
