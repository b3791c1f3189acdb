"""Runs ``newsarchive backfill`` as a process of its own against the stand-in, and says what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from newsarchive.archive.format.raw_answer import read_raw
from newsarchive.archive.record.finding import Finding
from newsarchive.items import BEIJING
from newsarchive.jobs.verify import FULL, verify
from newsarchive.reading.raw_members import lines_with_answers, places_of
from newsarchive.rehearsal.standin import StandIn
from tests.conftest import CRAWL_TIMEOUT_S, Crawls

REPOSITORY = Path(__file__).parents[3]
QUICK = ("--rate", "1000", "--yes")
"""As quick as the stand-in answers."""


WHOLE = (0, 5)
"""Exit codes of a backfill that merged all; 5: a day of such a small world may have nothing."""


@dataclass(frozen=True)
class Filled:
    """How a backfill ended."""

    exit_code: int
    told: dict[str, Any]
    """What ``--json`` says; empty for one that did not begin."""
    stderr: str


class Fills:
    """Backfills into one archive of all days of the stand-in's world."""

    def __init__(self, crawls: Crawls) -> None:
        self.root, self.sina, self._crawls = crawls.root, crawls.sina, crawls
        days = [story.published_at.date() for story in crawls.sina.truth]
        self.since, self.until = min(days), min(max(days), datetime.now(BEIJING).date())

    def start(self, *options: str, start_new_session: bool = False, **environ: str) -> subprocess.Popen[str]:
        span = ("--since", str(self.since), "--until", str(self.until), "--archive", str(self.root), "--json")
        command = [sys.executable, "-m", "newsarchive", "backfill", *span, *options]
        environment = {**self._crawls.environment(), "PYTHONPATH": str(REPOSITORY), **environ}
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        where: dict[str, Any] = {"cwd": REPOSITORY, "start_new_session": start_new_session}
        return subprocess.Popen(command, env=environment, text=True, **where, **pipes)

    def __call__(self, *options: str, **environ: str) -> Filled:
        process = self.start(*options, **environ)
        stdout, stderr = process.communicate(timeout=CRAWL_TIMEOUT_S)
        return Filled(process.returncode, json.loads(stdout) if stdout else {}, stderr)

    @property
    def folder(self) -> Path:
        return self.root / ".newsarchive" / "backfill"

    def slice_folders(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*_*_*") if path.is_dir())

    def merged(self) -> int:
        """Slices that are noted as merged."""
        notes = self.folder / "slices.jsonl"
        return notes.read_text("utf-8").count('"merged"') if notes.exists() else 0


def findings(root: Path) -> list[Finding]:
    """What ``newsarchive verify --full`` finds."""
    return verify(root, FULL, {}, lambda *_: None).findings


def answers(root: Path) -> dict[str, int]:
    """Of each document whose answers are stored: how many can be read."""
    days = sorted({path.parent for path in root.glob("*/*/*/_day.jsonl")})
    found: dict[str, int] = {}
    for folder in days:
        day = date(*map(int, folder.relative_to(root).parts))
        for docid, lines in lines_with_answers(root, day).items():
            found[docid] = len([read_raw(root, place) for place in places_of(lines)])
    return found


def busiest(sina: StandIn, seconds: float) -> int:
    """The most requests to one host in any window of so many seconds, by the stand-in's own log."""
    most = 0
    for host in {request.host for request in sina.requests}:
        moments = sorted(request.at for request in sina.requests if request.host == host)
        window = timedelta(seconds=seconds)
        most = max(most, *(sum(first <= at < first + window for at in moments) for first in moments))
    return most


def kept(crawls: Crawls) -> dict[str, str]:
    return {line["docid"]: line["sha256"] for line in crawls.events("kept")}


def single(crawls: Crawls, fills: Fills) -> Crawls:
    """One crawl of the same days, into an archive beside."""
    alone = Crawls(crawls.sina, crawls.root.with_name("single"))
    run = alone("-a", f"since={fills.since}", "-a", f"until={fills.until}")
    assert run.exit_code in (0, 3, 5)
    return alone


def children_of(process: int) -> list[int]:
    """The process ids of its children, its crawls among them, as far as this system tells."""
    told = [file.read_text("ascii").split() for file in Path(f"/proc/{process}/task").glob("*/children")]
    return [int(child) for children in told for child in children]
