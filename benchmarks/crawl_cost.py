#!/usr/bin/env python3
"""What our own work costs on top of fetching: one crawl beside a bare Scrapy spider, in one run, on the rehearsal site.

    python benchmarks/crawl_cost.py [--pages 1000] [--rounds 5] [--memory 5000]

Both fetch one channel's listing and its pages without delay, with the same concurrency.  The bare spider has Scrapy's
default settings and does nothing with what it gets; ours keeps every article.  Printed: CPU a page and their ratio
(claim: at most 1.6), where our time goes, and peak memory after 5,000 pages against 1,000 (claim: at most 10 % more).
Exit 1 if a claim does not hold.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from statistics import median

from newsarchive.archive.record.store import Archive
from newsarchive.crawl.exporters import ArticleExporter
from newsarchive.items import BEIJING, Offer
from newsarchive.pages.charset import decode
from newsarchive.pages.clean import clean
from newsarchive.pages.likeness import text_digest
from newsarchive.rehearsal.standin import StandIn
from newsarchive.sina.listing import channels, roll
from newsarchive.sina.page import boilerplate, impostors, layouts

CHANNEL = "2509"
MAX_RATIO = 1.6
"""CPU a page, ours to bare."""
MAX_GROWTH = 1.10
"""Peak memory after the large crawl, to that after the small one."""
SAME_FOR_BOTH = ("DOWNLOAD_DELAY=0", "CONCURRENT_REQUESTS=4", "CONCURRENT_REQUESTS_PER_DOMAIN=2")

MAX_CREATE_MS = 0.1
"""CPU of making one empty file, from which on the file system is not idle yet."""
PROBED = 200
"""Files a probe."""
PATIENCE_S, PAUSE_S = 360, 20
"""For the file system to become idle: ext4 remembers what was deleted for five minutes."""

LAUNCH = """
import atexit, os, pathlib, sys
sys.modules["prometheus_client"] = None
status = pathlib.Path("/proc/self/status")
if status.exists():
    atexit.register(lambda: pathlib.Path("status").write_text(status.read_text()))
import scrapy.cmdline
scrapy.cmdline.execute(["scrapy", *sys.argv[1:]])
"""
"""Leaves its own peak memory behind: what the system tells its parent counts the parent's pages before the exec, too.

A plain install has no extras: metrics are written by those who ask for them.
"""

BARE_SPIDER = """
import json
import scrapy

class Bare(scrapy.Spider):
    name = "bare"

    async def start(self):
        yield self.listing(1)

    def listing(self, page):
        return scrapy.Request(f"{address}&num=50&page={{page}}", self.parse_listing, cb_kwargs={{"page": page}})

    def parse_listing(self, response, page):
        rows = json.loads(response.body)["result"]["data"]
        for row in rows:
            yield scrapy.Request(row["url"].replace("http://", "https://"), self.parse_page)
        if rows:
            yield self.listing(page + 1)

    def parse_page(self, response):
        pass
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """One crawl as a whole process."""

    cpu_s: float
    wall_s: float
    peak_mib: float
    pages: int

    @property
    def ms_a_page(self) -> float:
        return 1000 * self.cpu_s / self.pages


def run(command: list[str], sina: StandIn, folder: Path, **settings: str) -> Cost:
    """Run a crawl against the stand-in; its pages are counted at the server."""
    asked_before = _pages_asked(sina)
    environment = {**_clean_environment(), **sina.env, **settings}
    begun = time.perf_counter()
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}; see {folder}/log")
    pages = _pages_asked(sina) - asked_before
    return Cost(usage.ru_utime + usage.ru_stime, wall, _peak_mib(folder / "status", usage.ru_maxrss), pages)


def _peak_mib(status: Path, told_kib: int) -> float:
    """VmHWM of Linux; elsewhere what the system told the parent."""
    if not status.exists():
        return told_kib / 1024
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(found[1]) / 1024 if found else told_kib / 1024


def _clean_environment() -> dict[str, str]:
    """No settings of ours, no proxy of the machine's; the byte code of the first run is used by the next, as at a user's."""
    unwanted = re.compile(r"NEWSARCHIVE_|SCRAPY_|.*_proxy$|PYTHONDONTWRITEBYTECODE$", re.I)
    return {name: value for name, value in os.environ.items() if not unwanted.match(name)}


def _pages_asked(sina: StandIn) -> int:
    return sum(".shtml" in request.url for request in sina.requests)


def bare(sina: StandIn, folder: Path) -> Cost:
    channel = channels.channel(CHANNEL)
    address = roll.poll_url(channel, 1).partition("&num=")[0]
    spider = folder / "bare.py"
    spider.write_text(BARE_SPIDER.format(address=address), "utf-8")
    return run([sys.executable, "-c", LAUNCH, "runspider", spider.name, *_settings(SAME_FOR_BOTH)], sina, folder)


def ours(sina: StandIn, folder: Path) -> Cost:
    """Into an archive of its own below ``folder``, which stays: see ``wait_until_idle``."""
    archive = tempfile.mkdtemp(dir=folder)
    settings = _settings((*SAME_FOR_BOTH, f"ARCHIVE_DIR={archive}"))
    command = ["crawl", "sina_finance", "-a", f"channels={CHANNEL}", *settings]
    launch = [sys.executable, "-c", LAUNCH, *command]
    return run(launch, sina, folder, SCRAPY_SETTINGS_MODULE="newsarchive.settings")


def wait_until_idle(folder: Path) -> None:
    """Return once files can be made as fast as usual, or after ``PATIENCE_S``.

    ext4 gives no inode away that was freed within five minutes, and looks at each of them first: after a test suite, or
    where the archive of the round before was deleted, a file takes 0.7 ms of the system's time, else 0.02.
    """
    until = time.monotonic() + PATIENCE_S
    while (cost := _create_ms(folder)) > MAX_CREATE_MS and time.monotonic() < until:
        print(f"a new file takes {cost:.2f} ms, since many were deleted just now: waiting", flush=True)
        time.sleep(PAUSE_S)


def _create_ms(folder: Path) -> float:
    """As deep as articles lie; the files stay, like the archives."""
    probed = Path(tempfile.mkdtemp(dir=folder)) / "2026" / "11" / "27"
    probed.mkdir(parents=True)
    begun = time.process_time()
    for number in range(PROBED):
        (probed / str(number)).touch()
    return 1000 * (time.process_time() - begun) / PROBED


def _settings(pairs: tuple[str, ...]) -> list[str]:
    return [word for pair in pairs for word in ("-s", pair)]


def compare(pages: int, rounds: int) -> bool:
    """The two crawls in turn; True if ours holds the claim."""
    with StandIn(articles=pages, days=3, titles="plain") as sina, tempfile.TemporaryDirectory() as name:
        folder, pairs = Path(name), []
        wait_until_idle(folder)
        for number in range(1, rounds + 1):
            pair = bare(sina, folder), ours(sina, folder)
            pairs.append(pair)
            print(
                f"round {number}: bare {_told(pair[0])}; ours {_told(pair[1])}; ratio {_ratio(*pair):.2f}", flush=True
            )
        ratio = median(_ratio(*pair) for pair in pairs)
        print(f"CPU a page, ours / bare: {ratio:.2f} (median of {rounds}; at most {MAX_RATIO})")
        stages(sina, folder, median(first.ms_a_page for first, _ in pairs))
    return ratio <= MAX_RATIO


def _told(cost: Cost) -> str:
    return f"{cost.ms_a_page:.2f} ms/page ({cost.pages} pages, {cost.wall_s:.1f} s, {cost.peak_mib:.0f} MiB)"


def _ratio(first: Cost, second: Cost) -> float:
    return second.ms_a_page / first.ms_a_page


def stages(sina: StandIn, folder: Path, fetch_ms: float) -> None:
    """Where the time goes: the stages alone, on the same pages, in this process, CPU of all threads."""
    spent: dict[str, float] = dict.fromkeys(("extract", "clean", "write"), 0.0)
    archive = Archive.open(Path(tempfile.mkdtemp(dir=folder)), "clean")
    offers = list(_offers(sina))[:500]
    archive.offer(offers).result()
    waiting: list[Future[str]] = []
    for offer in offers:
        body = sina.site.answer(*_host_and_path(offer.url)).body
        with _timed(spent, "extract"):
            html = decode(body, "utf-8")
            impostors.check_page(200, html, offer.docid)
            article = layouts.extract(html, offer, offer.url, datetime.now(BEIJING))
        with _timed(spent, "clean"):
            cleaned = clean(article.body, article.url, boilerplate.RULES)
            article = replace(article, body=cleaned.body, image=cleaned.image)
            article = replace(article, text_sha256=text_digest(article.title, article.body))
        with _timed(spent, "write"):
            file = BytesIO()
            ArticleExporter(file).export_item(article)
            waiting.append(archive.keep(article, file.getvalue()))
            if len(waiting) == 4:
                _settle(waiting)
    with _timed(spent, "write"):
        _settle(waiting)
        archive.close()
    shares = {"fetch (bare)": fetch_ms, **{stage: 1000 * seconds / len(offers) for stage, seconds in spent.items()}}
    print("where it goes, ms CPU a page:", ", ".join(f"{stage} {ms:.2f}" for stage, ms in shares.items()))


def _settle(waiting: list[Future[str]]) -> None:
    for future in waiting:
        future.result()
    waiting.clear()


def _offers(sina: StandIn) -> Iterator[Offer]:
    channel, page = channels.channel(CHANNEL), 1
    while True:
        body = sina.site.answer(*_host_and_path(roll.poll_url(channel, page))).body
        offers = roll.parse(body, channel, datetime.now(BEIJING)).offers
        if not offers:
            return
        yield from offers
        page += 1


def _host_and_path(url: str) -> tuple[str, str]:
    host, _, path = url.removeprefix("https://").partition("/")
    return host, f"/{path}"


@contextmanager
def _timed(spent: dict[str, float], stage: str, clock: Callable[[], float] = time.process_time) -> Iterator[None]:
    begun = clock()
    yield
    spent[stage] += clock() - begun


def memory(pages: int, small: int = 1000) -> bool:
    """Peak memory of a large crawl against a small one; True if it stays flat."""
    peaks = []
    for count in (small, pages):
        with StandIn(articles=count, days=7, titles="plain") as sina, tempfile.TemporaryDirectory() as name:
            cost = ours(sina, Path(name))
        peaks.append(cost.peak_mib)
        print(f"peak memory after {cost.pages} pages: {cost.peak_mib:.1f} MiB", flush=True)
    growth = peaks[1] / peaks[0]
    print(f"memory, {pages} / {small} pages: {growth:.3f} (at most {MAX_GROWTH})")
    return growth <= MAX_GROWTH


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", type=int, default=5000, metavar="PAGES", help="0 leaves it out")
    options = parser.parse_args()
    held = [compare(options.pages, options.rounds)]
    if options.memory:
        held.append(memory(options.memory))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
