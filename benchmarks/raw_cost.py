#!/usr/bin/env python3
"""What the raw store costs: the same crawl with and without it, in turn, in one run, on the rehearsal site.

    python -m benchmarks.raw_cost [--pages 600] [--rounds 5] [FOLDER OF PAGES]

From the folder of the checkout.  Both crawls are those of ``crawl_cost.py``.  Printed: CPU a page of each round and the
median of the differences (claim: at most 1.0 ms), the size of the raw store beside that of the answers as they are read
(claim: at most 25 %), and what an answer takes in the store alone (claim: the same 1.0 ms; on a busy machine the difference
of two crawls says little).  With a folder of saved pages the same is told of
these, packed as a server would.  Exit 1 if a claim does not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from benchmarks.crawl_cost import CHANNEL, LAUNCH, SAME_FOR_BOTH, Cost, _settings, run
from newsarchive.archive.format.raw_record import Exchange
from newsarchive.archive.record.raw_store import RawSettings
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING
from newsarchive.rehearsal.standin import StandIn

MAX_MS_A_PAGE = 1.0
"""CPU that the raw store may add."""
MAX_SHARE = 0.25
"""Of the answers as they are read, which the raw store may take on the disk."""
SERVER_LEVEL = 6
"""Of gzip, as servers have it by default."""
MOST_ALONE = 200
"""Answers that are given to the store alone."""
FLUSH_EVERY = 4
"""Answers between two commits, as a crawl has them."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The raw store of one crawl beside what was read."""

    stored: int
    read: int

    @property
    def share(self) -> float:
        return self.stored / self.read


def crawl(sina: StandIn, folder: Path, raw: str) -> tuple[Cost, int]:
    """The cost, and the bytes of the raw store."""
    with tempfile.TemporaryDirectory(dir=folder) as archive:
        settings = _settings((*SAME_FOR_BOTH, f"ARCHIVE_DIR={archive}", f"RAW_STORE={raw}"))
        command = [sys.executable, "-c", LAUNCH, "crawl", "sina_finance", "-a", f"channels={CHANNEL}", *settings]
        cost = run(command, sina, folder, SCRAPY_SETTINGS_MODULE="newsarchive.settings")
        return cost, sum(file.stat().st_size for file in Path(archive, "_raw").rglob("*.warc.gz"))


def compare(pages: int, rounds: int) -> bool:
    """The two crawls in turn, the order changed each round; true if both claims hold."""
    with StandIn(articles=pages, days=3, titles="plain") as sina, tempfile.TemporaryDirectory() as name:
        differences, disk = [], Disk(0, 1)
        for number in range(1, rounds + 1):
            order = ("none", "warc") if number % 2 else ("warc", "none")
            begun = len(sina.requests)
            told = {raw: crawl(sina, Path(name), raw) for raw in order}
            bodies = _bodies(sina, begun)
            read = sum(map(len, bodies)) // len(order)
            differences.append(told["warc"][0].ms_a_page - told["none"][0].ms_a_page)
            disk = Disk(told["warc"][1], read)
            shown = "; ".join(f"{raw} {told[raw][0].ms_a_page:.2f} ms/page" for raw in ("none", "warc"))
            print(f"round {number}: {shown}; difference {differences[-1]:+.2f} ms", flush=True)
    print(f"CPU a page of the raw store: {median(differences):.2f} ms (median of {rounds}; at most {MAX_MS_A_PAGE})")
    print(f"disk: {disk.stored:,} bytes for {disk.read:,} as read: {disk.share:.1%} (at most {MAX_SHARE:.0%})")
    by_itself = alone(bodies[:MOST_ALONE], "answers of the crawl")
    return max(median(differences), by_itself) <= MAX_MS_A_PAGE and disk.share <= MAX_SHARE


def _bodies(sina: StandIn, begun: int) -> list[bytes]:
    """The answers since a request, without their content coding."""
    asked = (request.url.removeprefix("https://").partition("/") for request in list(sina.requests)[begun:])
    return [sina.site.answer(host, f"/{path}").body for host, _, path in asked]


# --- the store alone -------------------------------------------------------------------------------------------------


def alone(bodies: list[bytes], told: str) -> float:
    """What these pages take in the store alone, packed and plain; ms of CPU of a packed one."""
    took = []
    for coding, sent in (("gzip", [_gzip(body) for body in bodies]), ("plain", bodies)):
        with tempfile.TemporaryDirectory() as name:
            ms = min(_added(Path(name) / str(n), _exchanges(sent, coding)) for n in range(5)) / len(bodies)
            stored = sum(file.stat().st_size for file in (Path(name) / "0/_raw").rglob("*.warc.gz"))
        took.append(ms)
        received = sum(map(len, sent)) / sum(map(len, bodies))
        print(
            f"{told}, sent {coding}: {ms:.2f} ms an answer; received {received:.1%}, stored {stored / sum(map(len, bodies)):.1%}"
        )
    return took[0]


def _added(root: Path, exchanges: Iterable[Exchange]) -> float:
    """Milliseconds of CPU, of all threads, to bring them to the disk."""
    settings = RawSettings(512.0, {"software": "newsarchive"})
    with closing(Archive.open(root, "clean", None, settings)) as archive:
        all_of_them = list(exchanges)
        begun = time.process_time()
        for number, exchange in enumerate(all_of_them):
            archive.keep_answer(exchange)
            if number % FLUSH_EVERY == 0:
                archive.find("x").result()
        return 1000 * (time.process_time() - begun)


def _exchanges(bodies: list[bytes], coding: str) -> Iterator[Exchange]:
    headers = b"Server: nginx\r\nContent-Type: text/html\r\nVary: Accept-Encoding\r\nCache-Control: max-age=60\r\n"
    encoding = b"Content-Encoding: gzip\r\n" if coding == "gzip" else b""
    for number, body in enumerate(bodies):
        yield Exchange(
            url=f"https://finance.sina.com.cn/roll/2026-11-23/doc-inaaaaaa{number:07}.shtml",
            request_head=b"GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\nHost: finance.sina.com.cn\r\n\r\n",
            response_head=b"HTTP/1.1 200 OK\r\n" + headers + encoding + b"\r\n",
            body=body,
            fetched_at=datetime(2026, 11, 23, 12, tzinfo=BEIJING),
            docid=f"naaaaaa{number:07}",
        )


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(SERVER_LEVEL, wbits=31)
    return packer.compress(body) + packer.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("folder", type=Path, nargs="?", help="pages to tell the same of (*.html)")
    options = parser.parse_args()
    if options.folder:
        alone([file.read_bytes() for file in sorted(options.folder.glob("*.html"))], "pages of the folder")
    return 0 if compare(options.pages, options.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
