"""Shared by the tests: the folder ``shared`` beside the checkout, and crawls of the real command against the stand-in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from newsarchive.rehearsal.answers import Answer
from newsarchive.rehearsal.standin import StandIn

SHARED = Path(__file__).resolve().parents[2] / "shared"
CRAWL_TIMEOUT_S = 300
"""A crawl of the tests takes seconds; a hanging one must not hang the suite.  No test measures anything by it."""
BOUND_S = 240
"""Of a test that is marked ``bounded``: the longest takes a quarter of that.  Dask waits for ever where something stands still."""
LOOK_S = 0.02
"""How often ``wait_until`` looks."""

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of a thousand processes compiles the package anew: 0.2 s

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")  # how long an example takes says more of the machine than of us

for _number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(_number) is signal.SIG_IGN:  # as under nohup, and in the background of a script
        signal.signal(_number, signal.SIG_DFL)  # what the tests start inherits this, and is to hear its signals

Script = Callable[[str, str], Answer | None]
"""(host, path and query) → an answer in place of the stand-in's own, or None to let the stand-in answer."""


def pytest_xdist_auto_num_workers() -> int:
    """Workers of ``-n auto``: crawls wait for rates, pauses and disks, so one more than processors."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test that is marked ``bounded`` fails where it has not ended in time, its fixtures included."""
    if item.get_closest_marker("bounded") is None or not hasattr(signal, "alarm"):  # Windows has none
        return (yield)
    before = signal.signal(signal.SIGALRM, _fail)
    signal.alarm(BOUND_S)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _fail(_number: int, _frame: object) -> None:
    raise AssertionError(f"it has not ended in {BOUND_S} s")


@pytest.fixture
def shared() -> Path:
    """The folder with real pages, weeks and tools; skips the test where it is missing, as in a user's clone."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder shared beside the checkout, which a clone has not")
    return SHARED


@dataclass(frozen=True)
class Run:
    """The result of one ``scrapy crawl`` process."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        """The last line of standard output."""
        return json.loads(self.stdout.splitlines()[-1])


class Crawls:
    """Runs the real command, without delay, against ``sina`` into ``root``."""

    def __init__(self, sina: StandIn, root: Path) -> None:
        self.sina, self.root = sina, root

    def environment(self) -> dict[str, str]:
        foreign = ("NEWSARCHIVE_", "SCRAPY_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        ours = {"SCRAPY_SETTINGS_MODULE": "newsarchive.settings", "NEWSARCHIVE_DIR": str(self.root)}
        return {**inherited, **self.sina.env, **ours}

    def command(self, *arguments: str) -> list[str]:
        fixed = ["-s", "DOWNLOAD_DELAY=0", "-s", "RUN_REPORT_JSON=1", "-s", "REVISIT_HOURS="]  # none is due by chance
        return [sys.executable, "-m", "scrapy", "crawl", "sina_finance", *fixed, *arguments]

    def start(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(self.command(*arguments), env=environment or self.environment(), text=True, **pipes)

    def __call__(self, *arguments: str) -> Run:
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=CRAWL_TIMEOUT_S)
        return Run(process.returncode, stdout, stderr)

    def articles(self) -> list[Path]:
        return sorted(self.root.glob("*/*/*/*.md"))

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """The journals' lines, day by day; one that is being written has not its end yet, and is left out."""
        journals = sorted(self.root.glob("*/*/*/_day.jsonl"))
        lines = [json.loads(line) for journal in journals for line in journal.read_bytes().split(b"\n")[:-1]]
        return [line for line in lines if name is None or line["event"] == name]

    def pages_asked(self) -> list[str]:
        """Addresses of articles that the server was asked for, in order."""
        return [request.url for request in self.sina.requests if ".shtml" in request.url]


def wait_until(condition: Callable[[], object]) -> None:
    """Return when ``condition`` holds; fail where it does not within ``CRAWL_TIMEOUT_S``."""
    until = time.monotonic() + CRAWL_TIMEOUT_S
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(LOOK_S)


def asked_at(sina: StandIn, host: str) -> list[float]:
    """When the stand-in was asked for something of ``host``, in seconds of its clock, in order.

    A moment is taken before the answer is sent.  So what the client does after an answer is later, however busy the
    machine is: the n-th request after a first one comes no sooner than n gaps after it where the gap is kept.
    """
    return sorted(request.at.timestamp() for request in list(sina.requests) if request.host == host)


def tree(root: Path) -> dict[str, bytes]:
    """What people see of an archive: articles by path; journals and state say when and by whom."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.glob("*/*/*/*.md")}


def scripted(sina: StandIn, script: Script) -> None:
    """Let ``script`` answer first; call it before the stand-in serves."""
    own = sina.site.answer
    sina.site.answer = lambda host, target: script(host, target) or own(host, target)  # type: ignore[method-assign]


@pytest.fixture
def crawls(tmp_path: Path) -> Iterator[Callable[..., Crawls]]:
    """``crawls(script, articles=40, …)`` starts a stand-in for the length of the test; the result crawls into a new archive."""
    serving: list[StandIn] = []

    def begin(script: Script | None = None, **world: Any) -> Crawls:
        sina = StandIn(**{"articles": 40, "days": 2, "seed": 7, **world})
        if script:
            scripted(sina, script)
        sina.__enter__()
        serving.append(sina)
        return Crawls(sina, tmp_path / "archive")

    yield begin
    for sina in serving:
        sina.__exit__(None, None, None)
