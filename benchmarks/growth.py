#!/usr/bin/env python3
"""How what reads the whole archive grows with it: rebuild, starts and looks, side by side at several sizes.

    python benchmarks/growth.py [--sizes 10000 100000] [--million] [--folder DIR]

Archives are made of journals alone, 2,000 documents a day, with lines as a crawl writes them: none of this reads an
article.  Printed for each size: CPU seconds (workers included), seconds, and peak MiB of the largest process; then the
ratio of CPU to that of the first size.  Claims: a rebuild takes at most 0.2 ms of CPU a document, a start after a kill and
a status no more than three times those of a tenth of the archive.  Exit 1 if one fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Event, Said
from newsarchive.archive.record import appending, files
from newsarchive.items import BEIJING, Article, Offer

A_DAY = 2_000
SIZES = (10_000, 100_000)
MILLION = 1_000_000
CHANNELS = ("1686", "2509")
MAX_REBUILD_MS = 0.2
"""CPU of a rebuild, a document."""
MAX_GROWTH = 3.0
"""Of what must not grow with the archive, for ten times the documents: it does what days and pages cost, no more."""
STEADY = ("start", "start after a kill", "status", "status without a catalogue")
FIRST_DAY = datetime(2025, 1, 1, 9, tzinfo=BEIJING)

VERB = "from newsarchive.cli import main; main(prog_name='newsarchive')"
START = "import sys; from pathlib import Path; from newsarchive.archive.record.store import Archive; "
OPEN_AND_CLOSE = START + "Archive.open(Path(sys.argv[1]), 'clean').close()"
KILLED = (
    START
    + """
import os
from datetime import date
from newsarchive.items import Offer
archive = Archive.open(Path(sys.argv[1]), 'clean')
url = 'https://finance.sina.com.cn/x.shtml'
day = date(2026, 11, 23)
archive.offer([Offer(docid=f'killed{n:06}', url=url, day=day, title=f'{n}', channels=('1686',)) for n in range(200)]).result()
os.kill(os.getpid(), 9)
"""
)


@dataclass(frozen=True, slots=True)
class Cost:
    cpu: float
    seconds: float
    peak_mib: float


def measured(*command: str, codes: tuple[int, ...] = (0, 3, 5)) -> Cost:
    """What a process and its workers took."""
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        complaint = process.stderr.read() if process.stderr else b""
    if process.returncode not in codes:
        sys.exit(f"{command}: exit {process.returncode}: {complaint.decode(errors='replace')[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024)


def fill(root: Path, documents: int) -> None:
    """Journals as a crawl leaves them."""
    root.mkdir(parents=True)
    for number in range(documents // A_DAY):
        day = FIRST_DAY + timedelta(days=number)
        path = paths.journal_path(root, day.date())
        files.make_folder(path.parent, root)
        appending.append(path, list(_events(day, number * A_DAY)), journal.EMPTY)


def _events(day: datetime, first: int) -> Iterator[Event]:
    said = Said(f"{day:%Y%m%dT%H%M%S}-4711", day)
    for number in range(first, first + A_DAY):
        offer = _offer(day, number)
        yield events.offered(said, offer)
        file = f"{day:%Y/%m/%d}/{offer.title}.md"
        digest = f"{number:064x}"
        yield events.kept(said, _article(offer, day), file=file, sha256=digest, size=3000, profile="clean")
    for channel in CHANNELS:
        yield events.sealed(said, channel, A_DAY, "day-query")


def _offer(day: datetime, number: int) -> Offer:
    docid = f"im{_letters(number)}{number % 10**7:07}"
    return Offer(
        docid=docid,
        url=f"https://finance.sina.com.cn/roll/{day:%Y-%m-%d}/doc-{docid}.shtml",
        day=day.date(),
        title=f"某地第{number}号公告：{day:%m月%d日}市场成交情况与次日展望",
        channels=CHANNELS,
        lids=(*CHANNELS, "2516"),
        image=f"https://n.sinaimg.cn/finance/transform/{number % 999}/w550h300/{day:%Y%m%d}/{number:012x}.jpg",
        published_at=day + timedelta(seconds=number % A_DAY),
        listed_at=day + timedelta(seconds=number % A_DAY + 40),
        modified_at=day + timedelta(seconds=number % A_DAY + 60),
    )


def _letters(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(4, -1, -1))


def _article(offer: Offer, day: datetime) -> Article:
    return Article(
        offer=offer,
        url=offer.url,
        title=offer.title,
        published_at=day,
        modified_at=day,
        body="",
        media="某财经日报",
        editor="某编辑",
        keywords=("市场", "公告", "成交"),
        symbols=("sh600519",),
        page_id=offer.docid[1:],
        layout="SinaFinance2017Page",
        text_sha256=f"{int(offer.docid[-7:]):064x}",
        fetched_at=day,
    )


def verb(root: Path, *words: str) -> Callable[[], Cost]:
    return lambda: measured(VERB, *words, "--archive", str(root), "--json")


def start(root: Path) -> Cost:
    return measured(OPEN_AND_CLOSE, str(root))


def after_kill(root: Path) -> Cost:
    measured(KILLED, str(root), codes=(-signal.SIGKILL,))
    return start(root)


def without_catalogue(root: Path) -> Cost:
    """The last to be measured: the catalogue is gone then."""
    shutil.rmtree(root / paths.STATE_NAME)
    return verb(root, "status")()


def costs(root: Path) -> dict[str, Cost]:
    """In this order: a rebuild first, since it makes the catalogue."""
    asked: dict[str, Callable[[], Cost]] = {
        "rebuild": verb(root, "rebuild"),
        "start": lambda: start(root),
        "start after a kill": lambda: after_kill(root),
        "status": verb(root, "status"),
        "gaps": verb(root, "gaps"),
        "coverage": verb(root, "coverage"),
        "layouts": verb(root, "layouts"),
        "status without a catalogue": lambda: without_catalogue(root),
    }
    found = {}
    for name, measure in asked.items():
        found[name] = measure()
        if name == "rebuild":
            print(f"  catalogue: {(root / paths.STATE_NAME / paths.CATALOGUE_NAME).stat().st_size / 1e6:.1f} MB")
    return found


def report(found: dict[int, dict[str, Cost]]) -> bool:
    """Print all; whether the claims hold."""
    first = min(found)
    head = "".join(f"{f'{size:,} documents':>26}{'ratio':>8}" for size in found)
    print(f"{'CPU s / seconds / peak MiB':<28}{head}")
    for name, small in found[first].items():
        cells = ""
        for of in found.values():
            cost = of[name]
            told = f"{cost.cpu:.2f} / {cost.seconds:.2f} / {cost.peak_mib:.0f}"
            cells += f"{told:>26}{cost.cpu / small.cpu:>8.1f}"
        print(f"{name:<28}{cells}")
    claims = {}
    for size, of in found.items():
        ms = of["rebuild"].cpu / size * 1000
        claims[f"rebuild at {size:,}: {ms:.3f} ms of CPU a document (at most {MAX_REBUILD_MS})"] = ms <= MAX_REBUILD_MS
    sizes = sorted(found)
    for small_size, size in pairwise(sizes):
        for name in STEADY:
            growth = found[size][name].cpu / found[small_size][name].cpu
            claims[f"{name} from {small_size:,} to {size:,}: {growth:.1f} times (at most {MAX_GROWTH:g})"] = (
                growth <= MAX_GROWTH
            )
    for claim, holds in claims.items():
        print(f"{'holds' if holds else 'FAILS'}: {claim}")
    return all(claims.values())


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="documents, multiples of 2,000")
    options.add_argument("--million", action="store_true", help="a million documents, too: some minutes and 2 GB")
    options.add_argument("--folder", type=Path, help="where to make the archives; else a temporary folder")
    given = options.parse_args()
    sizes = [*given.sizes, *([MILLION] if given.million else [])]
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found = {}
        for size in sizes:
            root = Path(folder) / str(size)
            print(f"Making {size:,} documents", flush=True)
            fill(root, size)
            found[size] = costs(root)
            shutil.rmtree(root)
        return 0 if report(found) else 1


if __name__ == "__main__":
    sys.exit(main())
