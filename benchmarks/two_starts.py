#!/usr/bin/env python3
"""Two starts at the same instant: one works, one exits with 6, a second after a bare `scrapy version` at most.

    python -m benchmarks.two_starts [--times 50]

From the folder of the checkout.  Each time two real crawls start at once on one archive; printed is how much longer the
one that may not took than `scrapy version` in the same place, with one more process beside it as there.  Exit 1 unless
of each pair one ends with 0 and the other with 6, and in time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from newsarchive.rehearsal.standin import StandIn
from tests.conftest import CRAWL_TIMEOUT_S, Crawls

PATIENCE_S = 1.0


def both(crawl: Crawls) -> tuple[list[int], float]:
    """The exit codes of two crawls that start at once, in order, and after how long the first of them ended."""
    begun = time.monotonic()
    pair = [crawl.start() for _ in range(2)]
    while all(process.poll() is None for process in pair):
        time.sleep(0.005)
    took = time.monotonic() - begun
    for process in pair:
        process.communicate(timeout=CRAWL_TIMEOUT_S)
    return sorted(process.returncode for process in pair), took


def bare(crawl: Crawls) -> float:
    """How long two ``scrapy version`` take that start at once: the first of them."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "scrapy", "version"]
    silent = subprocess.DEVNULL
    pair = [subprocess.Popen(command, env=crawl.environment(), stdout=silent, stderr=silent) for _ in range(2)]
    while all(process.poll() is None for process in pair):
        time.sleep(0.005)
    took = time.monotonic() - begun
    for process in pair:
        process.wait()
    return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=50)
    options = parser.parse_args()
    codes, longer = Counter[tuple[int, ...]](), []
    with StandIn(articles=60, days=2) as sina, tempfile.TemporaryDirectory() as name:
        for number in range(options.times):
            crawl = Crawls(sina, Path(name) / str(number))
            version = bare(crawl)
            ended, took = both(crawl)
            codes[tuple(ended)] += 1
            longer.append(took - version)
    print(f"exit codes: {dict(codes)}")
    print(
        f"longer than scrapy version: median {median(longer):.2f} s, at most {max(longer):.2f} s (claim: {PATIENCE_S} s)"
    )
    return 0 if set(codes) == {(0, 6)} and max(longer) < PATIENCE_S else 1


if __name__ == "__main__":
    sys.exit(main())
