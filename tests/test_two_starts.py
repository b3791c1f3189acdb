"""Two starts at the same instant; ``benchmarks/two_starts.py`` does it 50 times and measures how soon the second one ends."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from newsarchive.rehearsal.answers import Answer
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, wait_until


@pytest.mark.slow
def test_of_two_starts_at_once_one_works_and_one_is_told_while_the_other_goes_on(crawls: Callable[..., Crawls]) -> None:
    """The site answers nothing before one of them has ended: so the second one waited for nothing."""
    one_has_ended = Event()

    def script(_host: str, _target: str) -> Answer | None:
        one_has_ended.wait(CRAWL_TIMEOUT_S)
        return None

    crawl = crawls(script, articles=5)
    pair = [crawl.start() for _ in range(2)]
    wait_until(lambda: any(process.poll() is not None for process in pair))
    ended = [process.returncode for process in pair if process.returncode is not None]
    one_has_ended.set()
    for process in pair:
        process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert (ended, sorted(process.returncode for process in pair)) == ([6], [0, 6])
