"""What SIGINT, SIGTERM and SIGHUP do at each moment of ``scrapy crawl``: it ends by the table of exit codes (design §4).

Imports nothing that takes time: it is installed before Scrapy's modules are loaded.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

NUMBERS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
STOPPED = 3
"""Exit code of a run that is stopped before it has begun: something is missing (design §4)."""
AT_ONCE = 3
"""The third signal ends the process at once, as SIGKILL would; the next start takes up what is left."""


class StopSignals:
    """The handlers of a process; ``then`` says what a signal does from now on."""

    def __init__(self) -> None:
        self.heard = 0
        """How many signals have come."""
        self._act: Callable[[int], object] = leave

    def install(self) -> None:
        """Handle the signals, but for those that are ignored on purpose: by nohup, or by a shell for a job behind it."""
        for number in NUMBERS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def then(self, act: Callable[[int], object]) -> None:
        """From now on a signal calls ``act`` with how many have come; at once, if one has come already."""
        self._act = act
        if self.heard:
            act(self.heard)

    def end_with_input(self) -> None:
        """As a SIGTERM as soon as standard input ends: whoever started us holds its other end, and may be killed."""

        def watch() -> None:
            with suppress(OSError, ValueError):
                while os.read(0, 1024):
                    pass
            signal.raise_signal(signal.SIGTERM)

        threading.Thread(target=watch, name="standard-input", daemon=True).start()

    def end(self) -> None:
        """The exit code is settled: ignore what comes while the interpreter ends."""
        for number in NUMBERS:
            if signal.getsignal(number) == self._hear:
                signal.signal(number, signal.SIG_IGN)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.heard += 1
        if self.heard >= AT_ONCE:
            os._exit(STOPPED)
        self._act(self.heard)


def leave(_heard: int) -> NoReturn:
    """Nothing is begun, and nothing to be cleaned up; an exception might be caught by whatever is being imported."""
    with suppress(OSError):  # the terminal may be gone
        os.write(2, b"newsarchive: stopped by a signal before anything was begun\n")
    os._exit(STOPPED)


def give_up(_heard: int) -> NoReturn:
    """The archive is being opened: end in order, so that its lock is released."""
    with suppress(OSError):
        os.write(2, b"newsarchive: stopped by a signal while the archive was opened; the next start goes on\n")
    raise SystemExit(STOPPED)


def wait(_heard: int) -> None:
    """Nothing yet: ``then`` acts on the signal as soon as there is a spider to stop."""


STOP = StopSignals()
"""Those of this process."""
