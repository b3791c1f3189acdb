"""A disk that fails under a real crawl: each kind of system call, with each errno, at any call (``failing_disk.c``)."""

from __future__ import annotations

import errno
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from newsarchive.rehearsal.judge import judge
from tests.conftest import CRAWL_TIMEOUT_S, Crawls

SOURCE = Path(__file__).with_suffix(".c")
CALLS = ("open", "read", "write", "fsync", "rename", "mkdir")
ERRORS = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
FOR_GOOD = 1_000_000
"""Calls that fail: all from then on."""
ARTICLE_END = b"\n</div>\n            "


@dataclass(frozen=True)
class Failure:
    """Which calls below the archive fail, and with what."""

    call: str
    error: str
    first: int
    """From 1; 0: none fails."""
    times: int = 1

    def __str__(self) -> str:
        lasts = "for good" if self.times == FOR_GOOD else "once"
        return f"{self.call} {self.first} {lasts} {self.error}"


class FailingDisk:
    """The compiled shim in ``folder``; ``crawl`` runs the real command over it."""

    def __init__(self, folder: Path) -> None:
        self._library, self._count = folder / "failing_disk.so", folder / "count"
        command = ["gcc", "-shared", "-fPIC", "-O1", "-o", self._library, SOURCE, "-ldl"]
        subprocess.run(command, check=True)

    def crawl(self, crawl: Crawls, failure: Failure) -> subprocess.CompletedProcess[str]:
        half_done = failure.call == "write"  # of the first that fails, half is done: it is the next one that says so
        variables = {
            "LD_PRELOAD": str(self._library),
            "FAIL_BELOW": str(crawl.root.resolve()),
            "FAIL_CALL": failure.call,
            "FAIL_FIRST": str(failure.first),
            "FAIL_TIMES": str(failure.times + half_done),
            "FAIL_ERRNO": str(getattr(errno, failure.error)),
            "FAIL_COUNT": str(self._count),
        }
        environment = {**crawl.environment(), **variables}
        return subprocess.run(
            crawl.command(), env=environment, capture_output=True, text=True, check=False, timeout=CRAWL_TIMEOUT_S
        )

    def counted(self, crawl: Crawls) -> dict[str, int]:
        """How many calls of each kind an undisturbed crawl makes; raises ``CalledProcessError`` for one that was not."""
        self.crawl(crawl, Failure("open", "EIO", first=0)).check_returncode()
        counts = (line.split() for line in self._count.read_text().splitlines())
        return {call: int(count) for call, count in counts}


def losses(disk: FailingDisk, crawl: Crawls, failure: Failure) -> list[str]:
    """What a crawl over that failure, and the next one over a sound disk, did wrong; the archive is new."""
    shutil.rmtree(crawl.root, ignore_errors=True)
    failed = disk.crawl(crawl, failure)
    wrong = []
    if failed.returncode not in (0, 7):
        wrong.append(f"exit {failed.returncode}: {failed.stderr[-2000:]}")
    if "Traceback" in failed.stderr:
        wrong.append(f"a traceback: {failed.stderr[-2000:]}")
    wrong += [f"{path} is half-written" for path in crawl.articles() if not path.read_bytes().endswith(ARTICLE_END)]
    healed = crawl()
    if healed.exit_code:
        wrong.append(f"the next run ends with {healed.exit_code}: {healed.stderr[-2000:]}")
    wrong += [str(difference) for difference in judge(crawl.root, crawl.sina.truth, crawl.sina.now()).differences]
    parts = [path for path in crawl.root.rglob(".*.part") if path.is_file()]
    return wrong + [f"{path} is left over" for path in parts]
