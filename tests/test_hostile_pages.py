"""No page holds the event loop for long, and none of them spoils a run."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from newsarchive.rehearsal.answers import Answer, answer_of
from tests.conftest import CRAWL_TIMEOUT_S, Crawls
from tests.hostile_pages import LARGE, REFUSED, SMALL

pytestmark = pytest.mark.slow  # real crawls by the dozen

Begin = Callable[..., Crawls]
SMALL_CPU_S, LARGE_CPU_S = 1, 15
"""At most; on the machine that the promise is made for it is 0.1 and 5."""


def is_read(name: str, seconds: int) -> bool:
    asked = [sys.executable, "-m", "tests.page_cost", name, str(seconds)]
    ran = subprocess.run(asked, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.returncode == 0


@pytest.mark.parametrize("name", SMALL)
def test_small_page_takes_no_time(name: str) -> None:
    assert is_read(name, SMALL_CPU_S)


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_page_at_the_limits_is_read_in_seconds(name: str) -> None:
    assert is_read(name, LARGE_CPU_S)


def serving(pages: list[str]) -> Callable[[str, str], Answer | None]:
    """A script of the stand-in: instead of each article the next of these pages, in turn."""
    asked: dict[str, str] = {}

    def script(_host: str, target: str) -> Answer | None:
        if "/doc-i" not in target:
            return None
        shown = asked.setdefault(target, pages[len(asked) % len(pages)])
        return answer_of(200, "text/html; charset=utf-8", shown.encode())

    return script


def test_run_that_meets_hostile_pages_journals_each_and_ends(crawls: Begin) -> None:
    crawl = crawls(serving([html for html, _ in REFUSED.values()]), articles=len(REFUSED), titles="plain", days=1)
    run = crawl("-s", "RETRY_TIMES=0")
    assert "Traceback" not in run.stderr
    assert run.exit_code == 3, run.stderr
    assert {event["reason"] for event in crawl.events("failed")} == {reason for _, reason in REFUSED.values()}


def test_a_signal_ends_a_run_that_meets_hostile_pages(crawls: Begin) -> None:
    crawl = crawls(serving([*SMALL.values(), *LARGE.values()]), articles=200, titles="plain", days=1)
    process = crawl.start("-s", "RETRY_TIMES=0")
    while not crawl.events("failed") and not crawl.events("kept"):
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert process.returncode == 3, stderr
    assert "Traceback" not in stderr
