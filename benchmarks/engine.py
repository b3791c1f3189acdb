#!/usr/bin/env python3
"""What an engine costs, and what two workers bring: `newsarchive reextract` by workers of a scheduler, on this machine.

    python -m benchmarks.engine [--pages 4800] [--days 8] [--rounds 3]

From the folder of the checkout, with the extra ``fleet``.  The archive is that of ``reextract.py``: read again by the same
rules, nothing is written.  CPU is that of the verb, the scheduler and the workers together; what the verb takes to start with
the same engine is taken off.  Claims, on a machine that does nothing else: one worker of a scheduler takes at most 5 % more
CPU than the verb alone, and two workers read at least 1.8 times as many pages a second as one (``reextract.py`` tells how
that is held where processors share a core).  Exit 1 if one does not hold.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
from distributed import Client

from benchmarks.reextract import Reading, apart, arguments, crawl, judged, least, process, read_again, two_to_one
from newsarchive.rehearsal.standin import StandIn
from tests.jobs.fleet import Fleet, fleet

MAX_OVERHEAD = 1.05
UNWATCHED = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__WORKER__MEMORY__MONITOR_INTERVAL": "1s",
}
"""As docs/operating.md advises: Dask else looks at its worker 160 times a second, a twentieth of a processor and more."""


def cpu_of(begun: Fleet) -> float:
    """Seconds of the scheduler and its workers until now."""
    times = (psutil.Process(process.pid).cpu_times() for process in begun.processes)
    return sum(time.user + time.system for time in times)


def by_fleet(archive: Path, begun: Fleet, workers: int) -> Reading:
    """One reading by so many workers, with the CPU of the fleet; without the start."""
    at = ("--engine", begun.engine, "--workers", str(workers))
    idle = cpu_of(begun)
    start = started(archive, *at)
    before = cpu_of(begun)
    found = read_again(archive, *at, start=start, rounds=1)
    return replace(found, cpu_s=found.cpu_s + cpu_of(begun) - before - (before - idle))


@contextmanager
def warm_fleet(archive: Path, folder: Path, workers: int) -> Iterator[Callable[[], Reading]]:
    """Reads once by workers that have loaded the program."""
    with fleet(folder, workers, **UNWATCHED) as begun:
        with Client(begun.address, set_as_default=False) as client:
            client.wait_for_workers(workers)
        by_fleet(archive, begun, workers)
        yield lambda: by_fleet(archive, begun, workers)


def started(archive: Path, *at: str) -> Reading:
    """What the verb takes where there is no day to read."""
    return process("--archive", str(archive), "--json", "--since", "2099-01-01", *at)[1]


def measure(pages: int, days: int, rounds: int) -> bool:
    """True if all claims hold."""
    with StandIn(articles=pages, days=days, titles="plain") as sina, tempfile.TemporaryDirectory() as name:
        archive = Path(name) / "archive"
        crawl(sina, Path(name), archive)
        here = ("--workers", "1")
        start = started(archive, *here)
        again = partial(read_again, archive, *here, start=start, rounds=1)
        with warm_fleet(archive, Path(name) / "fleet-1", 1) as by_one:
            alone, one = least("cpu_s", rounds, again, by_one)
        print(f"the verb alone: {alone}", flush=True)
        with warm_fleet(archive, Path(name) / "fleet-2", 2) as by_two:
            two, pair = least("wall_s", rounds, by_two, lambda: apart(archive, start))
    print(f"one worker:     {one}\ntwo workers:    {two}\ntwo apart:      {pair}")
    return judged(
        [
            ("CPU, one worker of a scheduler to the verb alone", one.cpu_s / alone.cpu_s, MAX_OVERHEAD, False),
            two_to_one(one, two, pair),
        ]
    )


def main() -> int:
    given = arguments(__doc__)
    return 0 if measure(given.pages, given.days, given.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
