"""A scheduler of Dask and its workers on the loopback, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import wait_until

ROOT = Path(__file__).parents[2]
QUIET = ("--host", "127.0.0.1", "--no-dashboard")
FATAL_DAY = "2026-11-24"


def length(text: str) -> int:
    """A job that succeeds."""
    return len(text)


def fatal(day: str) -> str:
    """A job that ends each worker which does it for ``FATAL_DAY``."""
    if day == FATAL_DAY:
        os._exit(1)
    return day


class Fleet:
    """Begins processes, and ends those that it began."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self.processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.scheduler = self._begin("scheduler", *QUIET, "--port", "0", "--scheduler-file", str(file))
        wait_until(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = json.loads(file.read_text())["address"]
        self.engine = f"dask:{self.address}"

    def add_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        """One that reads a day at a time, and that nobody begins again."""
        alone = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder))
        return self._begin("worker", self.address, *QUIET, *alone, **environment)

    def _begin(self, what: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        env = {**os.environ, "PYTHONPATH": str(ROOT), **self._environment, **environment}
        with (self._folder / f"{what}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(command, env=env, cwd=self._folder, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@contextmanager
def fleet(folder: Path, workers: int = 2, **environment: str) -> Iterator[Fleet]:
    """A scheduler with so many workers, at work until the end of the block."""
    folder.mkdir()
    begun = Fleet(folder, environment)
    try:
        for _ in range(workers):
            begun.add_worker()
        yield begun
    finally:
        begun.end()
