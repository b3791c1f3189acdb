"""Runs the real ``scrapy crawl sina_finance`` as a child process, for the verbs that crawl; stops it cleanly with us."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self

from newsarchive.cli.folder import project_of
from newsarchive.jobs.backfilling.crawling import (
    CLEAN_END,
    OWN_GROUP,
    PROXIES,
    command_of,
    given,
    import_path,
    variables_of,
)

EXIT_CODES = {
    0: "done, nothing missing",
    1: "a defect of ours",
    2: "wrong usage or setting",
    3: "done, but something is missing or awaits a retry",
    4: "blocked by the site",
    5: "the listing is not healthy",
    6: "another run holds the archive",
    7: "the archive cannot be written",
    8: "the archive is damaged",
}
"""Design §4."""
DONE = (0, 3)
HOPELESS = (1, 2, 6, 7, 8)
"""Exit codes after which another run ends the same."""

LOOK_SECONDS = 0.01
"""How often it is looked whether a child is to be cut short."""


@dataclass(slots=True)
class CutShort:
    """Ends a child as soon as it is ``due``: with SIGKILL if it ``kills``, else with the signal for a clean end."""

    due: Callable[[], bool]
    kills: bool
    done: bool = False
    """False for a child that came to its end before."""

    def watch(self, child: subprocess.Popen[bytes]) -> None:
        """Returns when the child has ended or been told to."""
        while child.poll() is None and not self.due():
            time.sleep(LOOK_SECONDS)
        if child.poll() is None:
            self.done = True
            if self.kills:
                child.kill()
            else:
                child.send_signal(CLEAN_END)


LOOK_EVERY_S = 0.5
"""A signal that comes in the moment before a wait without end is heard by Python alone once something ends the wait."""


class Stop:
    """While it is entered, Ctrl-C and SIGTERM are remembered and passed on to the running child.

    The child has a session of its own, so that a Ctrl-C reaches it once, through us: a second signal would not be graceful.
    """

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._remember)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def asked(self) -> bool:
        """Whether Ctrl-C or SIGTERM came."""
        return self._asked.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Waits so long, or until a signal comes; says whether one came."""
        if seconds is not None:
            return self._asked.wait(seconds)
        while not self._asked.wait(LOOK_EVERY_S):
            pass
        return True

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdout: IO[Any] | None = None,
        stderr: IO[Any] | None = None,
        cut: CutShort | None = None,
    ) -> int:
        """The exit code of ``command``, as a shell gives it."""
        with subprocess.Popen(command, env=env, cwd=cwd, stdout=stdout, stderr=stderr, **OWN_GROUP) as child:  # noqa: S603 - ours
            self._child = child
            if self.asked:
                self._pass_on()
            if cut:
                cut.watch(child)
            code = child.wait()
            self._child = None
        return code if code >= 0 else 128 - code

    def _remember(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()
        self._pass_on()

    def _pass_on(self) -> None:
        if self._child and self._child.poll() is None:
            self._child.send_signal(CLEAN_END)


def crawl_command(settings: Mapping[str, str]) -> list[str]:
    """The command line of a crawl with these settings, for this Python."""
    return command_of(given(settings))


def user_environment(archive: Path) -> dict[str, str]:
    """The environment of a crawl of the user's archive: the user's variables; our settings where there is no scrapy.cfg."""
    own = {"NEWSARCHIVE_DIR": str(archive), "PYTHONPATH": import_path()}
    ours = {} if project_of(Path.cwd()) else {"SCRAPY_SETTINGS_MODULE": "newsarchive.settings"}
    return {**ours, **os.environ, **own}


def user_variables() -> dict[str, str]:
    """Of the user's variables, what a crawl on whichever machine must know; our settings where there is no scrapy.cfg."""
    ours = {} if project_of(Path.cwd()) else {"SCRAPY_SETTINGS_MODULE": "newsarchive.settings"}
    return {**ours, **variables_of(os.environ)}


def crawl_environment(archive: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a rehearsed crawl: without the user's settings and proxies; ``more`` is added."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NEWSARCHIVE_") and name.lower() not in PROXIES
    }
    own = {
        "SCRAPY_SETTINGS_MODULE": "newsarchive.settings",
        "NEWSARCHIVE_DIR": str(archive),
        "PYTHONPATH": import_path(),
    }
    return {**kept, **own, **more}
