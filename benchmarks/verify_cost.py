#!/usr/bin/env python3
"""What verify costs: CPU of `newsarchive verify --full` and `--fast`, beside `sha256sum` over the same files.

    python benchmarks/verify_cost.py [--articles 20000] [--rounds 9]

The archive is of our own making: articles of some 900 characters in the dialect of the profile clean, 200 a day, with
journals as a crawl writes them.  Claims: --full at most 1.5 times the CPU of sha256sum, --fast at most a tenth of that.
The CPU is that of all processes; what verify costs where there is nothing to verify (the start of
Python and of typer) is told apart and taken off.
--fast is measured twice: the first time, and once it knows the journals to be as they were verified.  Exit 1 if a claim
fails.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Event, Said
from newsarchive.archive.format.frontmatter import Header, render
from newsarchive.archive.record import appending
from newsarchive.items import BEIJING, Article, Offer

MAX_FULL = 1.5
"""CPU of --full, to that of sha256sum."""
MAX_FAST = MAX_FULL / 10
ARTICLES_A_DAY = 200
FIRST_DAY = datetime(2026, 1, 1, 9, 30, tzinfo=BEIJING)
TEXT = "".join(
    f"<p>某地第{number}季度市场成交情况平稳，同比增长百分之{number}，多数品种小幅上涨，机构观点不一。</p>\n"
    for number in range(22)
)
"""About 900 characters, 3 KB."""
CHANNELS = ("1686", "2509")


def fill(root: Path, articles: int) -> None:
    for number in range(articles // ARTICLES_A_DAY):
        day = FIRST_DAY + timedelta(days=number)
        path = paths.journal_path(root, day.date())
        path.parent.mkdir(parents=True)
        appending.append(path, list(_events(path.parent, day)), journal.Tail(0, journal.GENESIS_LINK))
    (root / paths.STATE_NAME).mkdir()


def _events(folder: Path, day: datetime) -> Iterator[Event]:
    """What the journal of a day holds; writes its files."""
    said = Said("20260101T093000-4711", day)
    for number in range(ARTICLES_A_DAY):
        of = _offer(day, number)
        yield events.offered(said, of)
        data = render(Header(title=of.title, channel="国內", image=of.image, published_at=day), TEXT)
        (folder / f"{of.title}.md").write_bytes(data)
        article = Article(
            offer=of,
            url=of.url,
            title=of.title,
            published_at=day,
            body="",
            media="某地证券报",
            keywords=("市场", "成交"),
        )
        file = f"{day:%Y/%m/%d}/{of.title}.md"
        yield events.kept(
            said, article, file=file, sha256=hashlib.sha256(data).hexdigest(), size=len(data), profile="clean"
        )


def _offer(day: datetime, number: int) -> Offer:
    docid = f"imxabcd{(day.toordinal() * ARTICLES_A_DAY + number) % 10**7:07}"
    return Offer(
        docid=docid,
        url=f"https://finance.sina.com.cn/roll/{day:%Y-%m-%d}/doc-{docid}.shtml",
        day=day.date(),
        title=f"某地第{number}号公告：{day:%m月%d日}市场成交情况",
        image=f"https://n.sinaimg.cn/finance/{docid}.jpg",
        channels=CHANNELS,
        lids=CHANNELS,
        published_at=day,
        listed_at=day,
        modified_at=day,
    )


def cpu_of(command: Sequence[str], *, stdin: bytes = b"") -> float:
    """Seconds of user and system time, of all processes of the command."""
    before = os.times()
    done = subprocess.run(command, input=stdin, stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def measured(root: Path, rounds: int) -> dict[str, float]:
    """Seconds of CPU, by what was run: the least of all rounds, since the load of others only adds."""
    files = b"\0".join(
        os.fsencode(path) for path in root.rglob("*") if path.is_file() and paths.STATE_NAME not in path.parts
    )
    ours = [sys.executable, "-m", "newsarchive"]
    verify = [*ours, "verify", "--archive", str(root)]
    empty = root.parent / "empty"
    (empty / paths.STATE_NAME).mkdir(parents=True)
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        (root / paths.STATE_NAME / "verified.json").unlink(missing_ok=True)
        found.setdefault("start", []).append(cpu_of([*ours, "verify", "--archive", str(empty)]))
        found.setdefault("sha256sum", []).append(cpu_of(["xargs", "-0", "sha256sum"], stdin=files))
        found.setdefault("--fast, first", []).append(cpu_of([*verify, "--fast"]))
        found.setdefault("--fast", []).append(cpu_of([*verify, "--fast"]))
        found.setdefault("--full", []).append(cpu_of([*verify, "--full"]))
        found.setdefault("usual", []).append(cpu_of(verify))
    return {name: min(times) for name, times in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "archive"
        fill(root, chosen.articles)
        costs = measured(root, chosen.rounds)
    start, base = costs.pop("start"), costs.pop("sha256sum")
    print(
        f"{chosen.articles} articles; start {start:.2f} s; sha256sum {base:.2f} s, {base / chosen.articles * 1e6:.0f} µs each"
    )
    for name, cost in costs.items():
        print(
            f"{name:14} {cost:6.2f} s, less its start {cost - start:6.2f} s = {(cost - start) / base:.2f} times sha256sum"
        )
    well = costs["--full"] - start <= MAX_FULL * base and costs["--fast"] - start <= MAX_FAST * base
    print("as claimed" if well else f"NOT as claimed: at most {MAX_FULL} and {MAX_FAST}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
