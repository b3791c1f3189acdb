#!/usr/bin/env python3
"""Nothing lost: lets every kind of write fail at every stage of a crawl, and compares what the next run makes of it.

    python -m benchmarks.inject_failures [--articles 12] [--points 8] [--calls open write] [--errors ENOSPC]

From the folder of the checkout; needs gcc and Linux.  For each system call (opening for writing and for reading,
writing, fsync, rename, mkdir), each errno (ENOSPC, EIO, EROFS, EDQUOT) and so many points between the first such call
below the archive and the last, once and from there on for good, a real crawl runs into the failure: it must end with
7, or 0 where something disposable failed, without a traceback and with whole files only; the next run must end with
0, its archive equal to the truth.  Exit 1 if any did not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from newsarchive.rehearsal.standin import StandIn
from tests.conftest import Crawls
from tests.failing_disk import CALLS, ERRORS, FOR_GOOD, FailingDisk, Failure, losses


def points(calls: int, wanted: int) -> list[int]:
    """So many call numbers, evenly from the first to the last."""
    return sorted({1 + round(number * (calls - 1) / max(wanted - 1, 1)) for number in range(min(wanted, calls))})


def matrix(counted: dict[str, int], errors: list[str], wanted: int) -> Iterator[Failure]:
    for call, calls in counted.items():
        for first in points(calls, wanted):
            for error in errors:
                for times in (1, FOR_GOOD):
                    yield Failure(call, error, first, times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=12)
    parser.add_argument("--points", type=int, default=8)
    parser.add_argument("--calls", nargs="+", default=CALLS, choices=CALLS)
    parser.add_argument("--errors", nargs="+", default=ERRORS, choices=ERRORS)
    options = parser.parse_args()
    outcomes, begun = Counter[str](), time.monotonic()
    with StandIn(articles=options.articles, days=2, seed=7) as sina, tempfile.TemporaryDirectory() as name:
        disk = FailingDisk(Path(name))
        counted = disk.counted(Crawls(sina, Path(name) / "undisturbed"))
        print("calls of an undisturbed crawl:", counted, flush=True)
        for failure in matrix({call: counted[call] for call in options.calls}, options.errors, options.points):
            wrong = losses(disk, Crawls(sina, Path(name) / "archive"), failure)
            outcomes["wrong" if wrong else "right"] += 1
            if wrong:
                print(f"WRONG: {failure}", *wrong, sep="\n    ", flush=True)
    print(f"{outcomes['right']} right, {outcomes['wrong']} wrong, {time.monotonic() - begun:.0f} s")
    return 1 if outcomes["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
