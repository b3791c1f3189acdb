#!/usr/bin/env python3
"""How fast stored pages are read again: `newsarchive reextract` beside the crawl that fetched them, without delay.

    python -m benchmarks.reextract [--pages 4800] [--days 8] [--rounds 3]

From the folder of the checkout.  The crawl is that of ``crawl_cost.py``, on the rehearsal site, into an archive that is
then read again by the same rules: nothing is written, and nothing may differ.  Claims, on a machine that does nothing
else: with one worker at least 5 times the pages a second of the crawl and at least 150, with two 1.8 times as many as
with one, and memory that does not grow with the archive.  Where two processes that know nothing of each other are not
twice as fast as one (processors that share a core), two workers are held to 0.9 of that pair.  What a process takes to start
is told, and taken off.  Seconds of CPU are told beside, for a machine that others use.  Exit 1 if a claim does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from operator import attrgetter
from pathlib import Path

from benchmarks.crawl_cost import CHANNEL, LAUNCH, SAME_FOR_BOTH, Cost, _clean_environment, _settings, run
from newsarchive.archive.format import paths
from newsarchive.rehearsal.standin import StandIn

MIN_TIMES_A_CRAWL = 5.0
MIN_PAGES_A_SECOND = 150.0
"""By one worker."""
MIN_TIMES_ON_TWO = 1.8
MIN_OF_TWO_APART = 0.9
"""The same of two whole processors, which read twice as much as one."""
MAX_GROWTH = 1.1
"""Of the peak of memory, from a quarter of the days to all."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One `newsarchive reextract`, without its start."""

    pages: int
    wall_s: float
    cpu_s: float
    """Of all its processes."""
    peak_mib: float
    """Of the largest of them."""

    @property
    def rate(self) -> float:
        return self.pages / self.wall_s

    @property
    def cpu_rate(self) -> float:
        return self.pages / self.cpu_s

    def __str__(self) -> str:
        return (
            f"{self.pages} pages in {self.wall_s:.1f} s: {self.rate:.0f} a second, {self.cpu_rate:.0f} a second of CPU, "
            f"{self.peak_mib:.0f} MiB"
        )


def crawl(sina: StandIn, folder: Path, archive: Path) -> Cost:
    settings = _settings((*SAME_FOR_BOTH, f"ARCHIVE_DIR={archive}"))
    command = [sys.executable, "-c", LAUNCH, "crawl", "sina_finance", "-a", f"channels={CHANNEL}", *settings]
    return run(command, sina, folder, SCRAPY_SETTINGS_MODULE="newsarchive.settings")


def process(*arguments: str) -> tuple[str, Reading]:
    """What it said, and what it took."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "newsarchive", "reextract", *arguments]
    with subprocess.Popen(command, env=_clean_environment(), stdout=subprocess.PIPE, text=True) as started:
        told = started.stdout.read() if started.stdout else ""
        _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        sys.exit(f"{' '.join(command)} ended with {started.returncode}")
    wall = time.perf_counter() - begun
    return told, Reading(0, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def read_again(archive: Path, *arguments: str, start: Reading, rounds: int) -> Reading:
    """The quickest of some rounds: the load of others only adds."""
    found = []
    for _ in range(rounds):
        told, took = process("--archive", str(archive), "--json", *arguments)
        outcome = json.loads(told)
        if outcome["changed"] or outcome["unchanged"] != outcome["pages"]:
            sys.exit(f"the same rules give something else: {told[:2000]}")
        wall, cpu = took.wall_s - start.wall_s, took.cpu_s - start.cpu_s
        found.append(Reading(outcome["pages"], wall, cpu, took.peak_mib))
    return min(found, key=lambda one: one.wall_s)


def apart(archive: Path, start: Reading) -> Reading:
    """Two processes of one worker, at the same time, each with a half of the days: what the machine gives to two."""
    days = list(paths.days(archive))
    middle = days[len(days) // 2 - 1]
    halves = (("--until", str(middle)), ("--since", str(middle + timedelta(days=1))))
    with ThreadPoolExecutor(2) as both:
        read = partial(read_again, archive, "--workers", "1", start=start, rounds=1)
        found = list(both.map(lambda half: read(*half), halves))
    pages, cpu_s = sum(one.pages for one in found), sum(one.cpu_s for one in found)
    return Reading(pages, max(one.wall_s for one in found), cpu_s, max(one.peak_mib for one in found))


def least(of: str, rounds: int, *ways: Callable[[], Reading]) -> list[Reading]:
    """The reading of each way that took the least ``wall_s`` or ``cpu_s``, the load of others only adds; all ways in turn,
    since a machine changes its speed within minutes."""
    found = [[way() for way in ways] for _ in range(rounds)]
    return [min(of_way, key=attrgetter(of)) for of_way in zip(*found, strict=True)]


def two_to_one(one: Reading, two: Reading, pair: Reading) -> tuple[str, float, float, bool]:
    """The claim on two workers, as ``judged`` takes it."""
    print(
        f"two workers read {two.rate / one.rate:.2f} times as much as one, two processes apart {pair.rate / one.rate:.2f}"
    )
    if two.rate / one.rate >= MIN_TIMES_ON_TWO:
        return "pages a second, two workers to one", two.rate / one.rate, MIN_TIMES_ON_TWO, True
    return "pages a second, two workers to two processes apart", two.rate / pair.rate, MIN_OF_TWO_APART, True


def growth(archive: Path, start: Reading, rounds: int) -> float:
    """Pages a second and memory by how much is read; the last peak to the first."""
    days = list(paths.days(archive))
    peaks = []
    for part in (4, 2, 1):
        last = days[len(days) // part - 1]
        reading = read_again(archive, "--workers", "1", "--until", str(last), start=start, rounds=rounds)
        print(f"{len(days) // part} days: {reading}", flush=True)
        peaks.append(reading.peak_mib)
    return peaks[-1] / peaks[0]


def judged(claims: Sequence[tuple[str, float, float, bool]]) -> bool:
    """Whether each figure is on its side of the bound."""
    held = True
    for name, figure, bound, is_least in claims:
        is_so = figure >= bound if is_least else figure <= bound
        print(
            f"{name}: {figure:.2f} (at {'least' if is_least else 'most'} {bound:g}){'' if is_so else '  NOT REACHED'}"
        )
        held = held and is_so
    return held


def measure(pages: int, days: int, rounds: int) -> bool:
    """True if all claims hold."""
    with StandIn(articles=pages, days=days, titles="plain") as sina, tempfile.TemporaryDirectory() as name:
        archive = Path(name) / "archive"
        fetched = crawl(sina, Path(name), archive)
        rate, cpu_rate = fetched.pages / fetched.wall_s, fetched.pages / fetched.cpu_s
        print(
            f"crawl: {fetched.pages} pages in {fetched.wall_s:.1f} s: {rate:.0f} a second, {cpu_rate:.0f} of CPU",
            flush=True,
        )
        nothing = ("--archive", str(archive), "--json", "--since", "2099-01-01", "--workers", "1")
        start = min((process(*nothing)[1] for _ in range(rounds)), key=lambda one: one.wall_s)
        print(f"start: {start.wall_s:.2f} s", flush=True)
        grown = growth(archive, start, rounds)
        again = partial(read_again, archive, "--workers", start=start, rounds=1)
        one, two, pair = least("wall_s", rounds, lambda: again("1"), lambda: again("2"), lambda: apart(archive, start))
    print(f"one worker:  {one}\ntwo workers: {two}\ntwo apart:   {pair}")
    print(
        f"by CPU: {one.cpu_rate / cpu_rate:.1f} times the crawl; two workers take {two.cpu_s / one.cpu_s:.2f} of what one takes"
    )
    return judged(
        [
            ("pages a second, one worker to the crawl", one.rate / rate, MIN_TIMES_A_CRAWL, True),
            ("pages a second, one worker", one.rate, MIN_PAGES_A_SECOND, True),
            two_to_one(one, two, pair),
            ("peak of memory, all days to a quarter", grown, MAX_GROWTH, False),
        ]
    )


def arguments(description: str | None) -> argparse.Namespace:
    """Of both benchmarks that read an archive again; as many articles a day as Sina's feed has, and days enough for two."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=4800)
    parser.add_argument("--days", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main() -> int:
    given = arguments(__doc__)
    return 0 if measure(given.pages, given.days, given.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
