"""Fifty readers at once on a day of 3,000 articles, while a crawl archives beside them; and what they cost the crawl.

`python benchmarks/reader_load.py` prints, in milliseconds as a reader waits: the first page after the start, the same page
warm, a day that nobody has asked for yet, and p50, p95 and the longest of all requests; and any answer that was none.

The crawl is the real one against the stand-in, with a pause of 0.1 s: four runs of as many pages, the second and third
beside the readers, the first and last alone.
Printed is its CPU a page in each, from its tenth page to its end.  Claims: no wrong answer, p95 below 300 ms, CPU a page
beside the readers at most 1.15 times that alone.  Exit 1 if one fails; a machine that is busy otherwise fails the second.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import mean

from newsarchive.archive.format.article import file_of
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.reading.search.index import bring_level
from newsarchive.rehearsal.standin import StandIn

ARTICLES, READERS, REQUESTS = 3_000, 50, 20
THINK_S = 2.0
"""The longest pause of a reader between two pages; 1 s on average."""
PAGES, PAUSE_S, UNTIL_WARM = 300, 0.1, 10
"""Of one crawl; and the pages after which it counts, so that loading it does not."""
MAX_P95_MS, MAX_RATIO = 300, 1.15
COMMIT = 500
DAY = date(2026, 11, 23)
PATHS = (
    "/",
    f"/day/{DAY}",
    "/channel?of=1686",
    "/symbol?of=sh600007",
    "/calendar",
    "/statistics",
    "/corrections",
    "/feeds/all.atom",
    f"/live?after=1&day={DAY}",
    "/article/abcdefg0000100",
    "/article/abcdefg0002900",
    "/static/reader.css",
)


def article(day: date, number: int) -> Article:
    at = datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(seconds=number * 20)
    docid = f"abcdefg{(DAY - day).days:03}{number:04}"
    url = f"https://finance.sina.com.cn/roll/{day}/doc-i{docid}.shtml"
    title = f"第{number}篇：某公司前三季度净利润同比增长{number % 97}.{number % 10}%，董事会通过回购议案"
    offer = Offer(
        docid=docid, url=url, day=day, published_at=at, title=title, channels=("1686",), lids=("1686", "2516", "2509")
    )
    body = "".join(f"<p>{title}，第{line}段。{'正文' * 60}</p>\n" for line in range(6))
    symbols = (f"sh{600_000 + number % 300}",)
    return Article(
        offer=offer,
        url=url,
        title=title,
        published_at=at,
        body=body,
        media=f"来源{number % 40}",
        symbols=symbols,
        fetched_at=at,
    )


def kept(archive: Archive, day: date, numbers: range) -> None:
    articles = [article(day, number) for number in numbers]
    archive.offer([one.offer for one in articles], poll="1686").result()
    for done in [archive.keep(one, file_of(one, channel="滚动")) for one in articles]:
        done.result()


def opened(root: Path) -> Archive:
    return Archive.open(root, "clean", lambda: datetime.now(BEIJING))


@dataclass(frozen=True, slots=True)
class Crawl:
    """What one crawl took, from its tenth page to its end."""

    ms_a_page: float
    wall_s: float
    pages: int


def crawl(root: Path, seed: int, beside: Callable[[], None] | None = None) -> Crawl:
    """Crawl a stand-in of its own into the archive; ``beside`` runs from the tenth page on."""
    with StandIn(articles=PAGES, days=1, seed=seed) as sina:
        ours = {"SCRAPY_SETTINGS_MODULE": "newsarchive.settings", "NEWSARCHIVE_DIR": str(root)}
        environment = {**os.environ, **sina.env, **ours}
        settings = (f"DOWNLOAD_DELAY={PAUSE_S}", "REVISIT_HOURS=")
        command = [
            sys.executable,
            "-m",
            "scrapy",
            "crawl",
            "sina_finance",
            *(part for one in settings for part in ("-s", one)),
        ]
        with (root.parent / "log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        while pages_asked(sina) < UNTIL_WARM:
            time.sleep(0.02)
        before, pages, begun = cpu_of(process.pid), pages_asked(sina), time.perf_counter()
        readers = threading.Thread(target=beside or (lambda: None))
        readers.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        readers.join()
        if process.returncode:
            sys.exit(f"the crawl ended with {process.returncode}; see {root.parent}/log")
        done = pages_asked(sina) - pages
    return Crawl(1000 * (usage.ru_utime + usage.ru_stime - before) / done, wall, done)


def pages_asked(sina: StandIn) -> int:
    return sum(".shtml" in request.url for request in list(sina.requests))


def cpu_of(pid: int) -> float:
    """Seconds of processor that a process has had; Linux alone tells it of a process that runs."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def asked(port: int, path: str) -> tuple[float, int]:
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return (time.perf_counter() - begun) * 1000, answer.status


def read(port: int, seed: int, told: list[tuple[float, int]]) -> None:
    chance = random.Random(seed)
    for _ in range(REQUESTS):
        time.sleep(chance.random() * THINK_S)
        told.append(asked(port, chance.choice(PATHS)))


def read_all(port: int, seed: int, told: list[tuple[float, int]]) -> None:
    readers = [threading.Thread(target=read, args=(port, seed + one, told)) for one in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()


def measure(port: int, root: Path) -> bool:
    first, warm, other = asked(port, "/"), asked(port, "/"), asked(port, f"/day/{DAY - timedelta(days=1)}")
    print(
        f"a day of {ARTICLES} articles: first {first[0]:.0f} ms, again {warm[0]:.0f} ms, one not yet asked for {other[0]:.0f} ms"
    )
    told: list[tuple[float, int]] = []
    alone = [crawl(root, 1)]
    beside = [crawl(root, seed, partial(read_all, port, seed * READERS, told)) for seed in (2, 3)]
    alone.append(crawl(root, 4))
    times = sorted(waited for waited, _ in told)
    wrong = [status for _, status in told if status != 200]
    p95 = times[len(times) * 95 // 100]
    print(
        f"{READERS} readers, {len(told)} requests: p50 {times[len(times) // 2]:.0f} ms, p95 {p95:.0f} ms, "
        f"longest {times[-1]:.0f} ms, wrong {len(wrong)}"
    )
    for name, runs in (("alone", alone), ("beside the readers", beside)):
        costs = ", ".join(
            f"{one.ms_a_page:.1f} ms of CPU a page ({one.pages} pages in {one.wall_s:.0f} s)" for one in runs
        )
        print(f"the crawl {name}: {costs}")
    ratio = mean(one.ms_a_page for one in beside) / mean(one.ms_a_page for one in alone)
    print(f"CPU a page beside the readers to alone: {ratio:.2f}")
    claims = {
        "no wrong answer": not wrong,
        f"p95 < {MAX_P95_MS} ms": p95 < MAX_P95_MS,
        f"ratio <= {MAX_RATIO}": ratio <= MAX_RATIO,
    }
    for claim, holds in claims.items():
        print(f"{'ok  ' if holds else 'FAIL'} {claim}")
    return all(claims.values())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "archive"
        archive = opened(root)
        for day in (DAY - timedelta(days=1), DAY):
            for begin in range(0, ARTICLES, COMMIT):
                kept(archive, day, range(begin, begin + COMMIT))
        archive.close()
        bring_level(root)
        command = [sys.executable, "-u", "-m", "newsarchive", "serve", "--archive", str(root), "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            port = re.search(r":(\d+)/", server.stdout.readline())
            assert port
            try:
                all_hold = measure(int(port[1]), root)
            finally:
                server.terminate()
    sys.exit(not all_hold)


if __name__ == "__main__":
    main()
