"""System calls that fail in a real crawl: any kind, with any errno, from any call on (``failing_disk.c``)."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsarchive.rehearsal.judge import judge
from tests.conftest import CRAWL_TIMEOUT_S, Crawls

SOURCE = Path(__file__).with_suffix(".c")
CALLS = ("open", "read", "write", "fsync", "rename", "mkdir")
KILLING_CALLS = (*CALLS, "link", "unlink")
ERRORS = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
FOR_GOOD = 1_000_000
"""Number of calls that fail: all from the first one on."""
ARTICLE_END = b"\n</div>\n            "


@dataclass(frozen=True)
class Failure:
    """Which calls below the archive fail, and with what."""

    call: str
    error: str
    first: int
    """The number of the first call that fails, counted from 1; 0 lets none fail."""
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
        return self.run(crawl.command(), crawl.root, failure, crawl.environment())

    def run(
        self, command: list[str], below: Path, failure: Failure, environment: Mapping[str, str] = os.environ
    ) -> subprocess.CompletedProcess[str]:
        """Run ``command`` while calls fail for a file, or below a folder."""
        half_done = failure.call == "write"  # of the first that fails, half is done: it is the next one that says so
        variables = {
            "LD_PRELOAD": str(self._library),
            "FAIL_BELOW": str(below.resolve()),
            "FAIL_CALL": failure.call,
            "FAIL_FIRST": str(failure.first),
            "FAIL_TIMES": str(failure.times + half_done),
            "FAIL_ERRNO": str(getattr(errno, failure.error)),
            "FAIL_COUNT": str(self._count),
        }
        return subprocess.run(
            command,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=CRAWL_TIMEOUT_S,
        )

    def kill(self, command: list[str], below: Path, call: str, first: int) -> dict[str, int]:
        """Run ``command``, killed before this call below a folder (0: never); returns how many calls of each kind it made."""
        variables = {
            "LD_PRELOAD": str(self._library),
            "FAIL_BELOW": str(below.resolve()),
            "FAIL_CALL": call,
            "FAIL_FIRST": str(first),
            "FAIL_TIMES": str(1 + (call == "write")),  # half of the first is done
            "FAIL_KILLS": "1",
            "FAIL_COUNT": str(self._count),
        }
        subprocess.run(command, env={**os.environ, **variables}, check=False, timeout=CRAWL_TIMEOUT_S)
        return self._counts() if not first else {}

    def counted(self, crawl: Crawls) -> dict[str, int]:
        """How many calls of each kind an undisturbed crawl makes; raises ``CalledProcessError`` for one that was not."""
        self.crawl(crawl, Failure("open", "EIO", first=0)).check_returncode()
        return self._counts()

    def _counts(self) -> dict[str, int]:
        counts = (line.split() for line in self._count.read_text().splitlines())
        return {call: int(count) for call, count in counts}


def losses(disk: FailingDisk, crawl: Crawls, failure: Failure) -> list[str]:
    """What went wrong in a crawl into a new archive with ``failure``, and in the next one without it; empty if nothing."""
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
