"""The rate of requests to a host at the defaults, in each kind of crawl (issue C, number 4)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsarchive.items import BEIJING
from newsarchive.rehearsal.answers import answer_of
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, wait_until
from tests.faults.scene import options

GAP_S = 0.5
"""Between two requests to a host at the defaults: two a second."""
BUSY = 20
"""Requests that some host of each crawl has seen when it is stopped: at this rate ten seconds of work."""
FAILED_PAGE = answer_of(503, "text/html", b"busy")


@pytest.mark.slow
def test_no_host_sees_more_than_two_requests_a_second(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
    """A poll, a range of days, a list of addresses, retries that fail again, and gaps: side by side, each at its own site."""
    now, names = datetime.now(BEIJING), ("poll", "days", "urls", "retry", "gaps")
    site = {name: Crawls(crawls(titles="plain", now=now).sina, tmp_path / name) for name in names}
    for name in ("retry", "gaps"):
        _let_pages_fail(site[name])
    assert site["retry"](*options(RETRY_TIMES=0)).exit_code == 3
    shutil.copytree(site["retry"].root, site["gaps"].root)
    begun = {name: len(crawl.sina.requests) for name, crawl in site.items()}
    today, listed = site["days"].sina.now().date(), tmp_path / "urls.txt"
    listed.write_text("\n".join(site["urls"].sina.truth[number].url for number in range(30)))
    running = [
        _start(site["poll"]),
        _start(site["days"], "-a", f"since={today - timedelta(days=2)}", "-a", f"until={today}"),
        _start(site["urls"], "-a", f"urls={listed}"),
        _start(site["retry"], *options(CLOCK_OFFSET_SECONDS=700)),
        _start(site["gaps"], *options(DISCOVER_GAPS_ONLY=1)),
    ]
    for name, crawl in site.items():
        wait_until(lambda crawl=crawl, name=name: max(map(len, _times(crawl, begun[name]).values()), default=0) >= BUSY)
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=CRAWL_TIMEOUT_S)
    for name, crawl in site.items():
        for host, (asked_for_rules, *times) in _times(crawl, begun[name]).items():
            too_early = [number for number, at in enumerate(times) if at < asked_for_rules + number * GAP_S]
            assert (name, host, too_early) == (name, host, [])


def _let_pages_fail(crawl: Crawls) -> None:
    own = crawl.sina.site.answer
    crawl.sina.site.answer = lambda host, target: (  # type: ignore[method-assign]
        FAILED_PAGE if ".shtml" in target else own(host, target)
    )


def _start(crawl: Crawls, *arguments: str) -> subprocess.Popen[str]:
    """The command as a user gives it: no setting but those that say what to do."""
    command = [sys.executable, "-m", "scrapy", "crawl", "sina_finance", *arguments]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, env=crawl.environment(), text=True, stdout=silent, stderr=silent)


def _times(crawl: Crawls, begun: int) -> dict[str, list[float]]:
    """Host → when it was asked, in seconds of the stand-in's clock, in order; the first thing asked for is robots.txt."""
    hosts: defaultdict[str, list[float]] = defaultdict(list)
    for request in crawl.sina.requests[begun:]:
        hosts[request.host].append(request.at.timestamp())
    return {host: sorted(times) for host, times in hosts.items()}
