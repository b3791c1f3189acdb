"""Nothing rude: what a host sees of a crawl at the defaults, whatever the crawl does (issue C, number 4)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from newsarchive.items import BEIJING
from newsarchive.rehearsal.answers import answer_of
from tests.conftest import Crawls
from tests.faults.scene import options

WINDOW = timedelta(seconds=10)
MOST = 22
"""Requests to a host in any ten seconds: two a second, and one at each end."""
MEASURED_S = 11.0
BUSY = 20
"""Requests that some host sees of each in that time at least, or the measure would prove nothing."""
START_S = 30.0
"""Five starts at once, on a slow machine."""
FAILED_PAGE = answer_of(503, "text/html", b"busy")


def test_no_host_sees_more_than_22_requests_in_ten_seconds(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
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
    _wait_until(lambda: all(len(crawl.sina.requests) > begun[name] for name, crawl in site.items()))
    time.sleep(MEASURED_S)
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=30)
    for name, crawl in site.items():
        hosts = _times(crawl, begun[name])
        assert max(map(len, hosts.values())) >= BUSY, name
        assert {host: most for host, times in hosts.items() if (most := _most_in_a_window(times)) > MOST} == {}, name


def _wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + START_S
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


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


def _times(crawl: Crawls, since: int) -> dict[str, list[datetime]]:
    """Host → when it was asked, in order."""
    hosts: defaultdict[str, list[datetime]] = defaultdict(list)
    for request in crawl.sina.requests[since:]:
        hosts[request.host].append(request.at)
    return {host: sorted(times) for host, times in hosts.items()}


def _most_in_a_window(times: list[datetime]) -> int:
    return max(bisect_left(times, begin + WINDOW) - number for number, begin in enumerate(times))
