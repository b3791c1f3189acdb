#!/usr/bin/env python3
"""What an engine costs, and what two workers bring: `newsarchive reextract` by workers of a scheduler, on this machine.

    python -m benchmarks.engine [--pages 4800] [--days 16] [--rounds 3]

From the folder of the checkout, with the extra ``fleet``.  The archive is that of ``reextract.py``: read again by the same
rules, nothing is written.  CPU is that of the verb, the scheduler and the workers together; what the verb takes to start with
the same engine is taken off.  Claims, on a machine that does nothing else: one worker of a scheduler takes at most 5 % more
CPU than the verb alone, and two workers read at least 1.8 times as many pages a second as one.  Exit 1 if one does not hold.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import psutil
from distributed import Client

from benchmarks.reextract import Reading, arguments, crawl, judged, process, read_again
from newsarchive.rehearsal.standin import StandIn
from tests.jobs.fleet import Fleet, fleet

MAX_OVERHEAD = 1.05
MIN_TIMES_ON_TWO = 1.8
UNWATCHED = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
"""As docs/scaling.md advises: a worker of Dask else looks a hundred times a second at what it does."""


def cpu_of(begun: Fleet) -> float:
    """Seconds of the scheduler and its workers until now."""
    times = (psutil.Process(process.pid).cpu_times() for process in begun.processes)
    return sum(time.user + time.system for time in times)


def by_fleet(archive: Path, folder: Path, workers: int, rounds: int) -> Reading:
    """The quickest of some rounds by so many workers, with the mean CPU of the fleet; without the start."""
    with fleet(folder, workers, **UNWATCHED) as begun:
        at = ("--engine", begun.engine, "--workers", str(workers))
        with Client(begun.address, set_as_default=False) as client:
            client.wait_for_workers(workers)
        read_again(archive, *at, start=started(archive, *at), rounds=1)  # the workers have loaded the program now
        idle = cpu_of(begun)
        start = started(archive, *at)
        before = cpu_of(begun)
        found = read_again(archive, *at, start=start, rounds=rounds)
        theirs = (cpu_of(begun) - before) / rounds - (before - idle)
    return replace(found, cpu_s=found.cpu_s + theirs)


def started(archive: Path, *at: str) -> Reading:
    """What the verb takes where there is no day to read."""
    return process("--archive", str(archive), "--json", "--since", "2099-01-01", *at)[1]


def measure(pages: int, days: int, rounds: int) -> bool:
    """True if all claims hold."""
    with StandIn(articles=pages, days=days, titles="plain") as sina, tempfile.TemporaryDirectory() as name:
        archive = Path(name) / "archive"
        crawl(sina, Path(name), archive)
        here = ("--workers", "1")
        alone = read_again(archive, *here, start=started(archive, *here), rounds=rounds)
        print(f"the verb alone: {alone}", flush=True)
        one, two = (by_fleet(archive, Path(name) / f"fleet-{count}", count, rounds) for count in (1, 2))
    print(f"one worker:     {one}\ntwo workers:    {two}")
    return judged(
        [
            ("CPU, one worker of a scheduler to the verb alone", one.cpu_s / alone.cpu_s, MAX_OVERHEAD, False),
            ("pages a second, two workers to one", two.rate / one.rate, MIN_TIMES_ON_TWO, True),
        ]
    )


def main() -> int:
    given = arguments(__doc__)
    return 0 if measure(given.pages, given.days, given.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
