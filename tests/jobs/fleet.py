"""A scheduler of Dask and its workers on the loopback, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

from tests.conftest import wait_until

ROOT = Path(__file__).parents[2]
QUIET = ("--host", "127.0.0.1", "--no-dashboard")
FATAL_DAY = "2026-11-24"


HOLDS = """
import os, time
from newsarchive.jobs import worker_needs

def guarded(*asked, ours=worker_needs.guarded):
    while not os.path.exists(os.environ["GO_ON"]):
        time.sleep(0.05)
    return ours(*asked)

guarded.__module__, guarded.__qualname__ = worker_needs.__name__, "guarded"
worker_needs.guarded = guarded
"""
"""As ``sitecustomize``: a worker that has a day does not begin with it before there is a file."""


def held(folder: Path) -> dict[str, str]:
    """The environment of workers that wait until there is ``go-on`` in ``folder``."""
    (folder / "sitecustomize.py").write_text(HOLDS, "utf-8")
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))), "GO_ON": str(folder / "go-on")}


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

    def add_worker(
        self, resources: str = "", folder: Path | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        """One that reads a day at a time, begins in ``folder``, and that nobody begins again; ``resources`` like ``sina=1``."""
        alone = (
            "--nthreads",
            "1",
            "--no-nanny",
            "--name",
            str(len(self.processes)),
            "--local-directory",
            str(self._folder),
            *(("--resources", resources) if resources else ()),
        )
        return self._begin("worker", self.address, *QUIET, *alone, folder=folder, **environment)

    def is_at_work(self, client: Client, number: int) -> bool:
        """Whether the worker that was begun as the ``number``-th has a day that it has not answered."""
        names = {address: str(of["name"]) for address, of in client.scheduler_info(n_workers=-1)["workers"].items()}
        return any(keys and names.get(address) == str(number) for address, keys in client.processing().items())

    def _begin(
        self, what: str, *arguments: str, folder: Path | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        env = {**os.environ, "PYTHONPATH": str(ROOT), **self._environment, **environment}
        with (self._folder / f"{what}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(command, env=env, cwd=folder or self._folder, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@contextmanager
def one_killed(begun: Fleet, number: int = 1) -> Iterator[None]:
    """The ``number``-th worker stands still, is killed as soon as it has a day, and another one is added; all within the block."""
    worker = begun.processes[number]
    worker.send_signal(signal.SIGSTOP)
    with Client(begun.address, set_as_default=False) as client, ThreadPoolExecutor(1) as beside:

        def kill() -> None:
            wait_until(lambda: begun.is_at_work(client, number))
            worker.send_signal(signal.SIGKILL)
            begun.add_worker()

        killed = beside.submit(kill)
        yield
        killed.result()


@contextmanager
def fleet(folder: Path, workers: int = 2, resources: str = "", **environment: str) -> Iterator[Fleet]:
    """A scheduler that so many workers have come to, until the end of the block."""
    folder.mkdir()
    begun = Fleet(folder, environment)
    try:
        for _ in range(workers):
            begun.add_worker(resources)
        with Client(begun.address, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == workers)
        yield begun
    finally:
        begun.end()
