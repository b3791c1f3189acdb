#!/usr/bin/env python3
"""What the search costs, and how that grows, beside a trigram index and a plain scan of the same texts.

    python benchmarks/search.py [--sizes 25000 100000] [--million] [--folder DIR]

Archives are made of journals and files, 2,000 articles of some 900 characters a day: invented prose, and words drawn as
often as words of a language are.  For each size it prints what the index takes and costs, what searches take (CPU, the index
alone; the command as a whole), and what the two others find and take for the same words.  Claims: those of the design's
section on search.  Exit 1 if one fails.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.article import file_of
from newsarchive.archive.format.events import Event, Said
from newsarchive.archive.record import appending
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.reading.library import Library
from newsarchive.reading.search import index
from newsarchive.reading.search.fold import fold
from newsarchive.reading.search.query import parse
from newsarchive.reading.search.searching import By, Searcher
from newsarchive.rehearsal.prose import ProseWriter

A_DAY = 2_000
SIZES = (25_000, 100_000)
MILLION = 1_000_000
CHARACTERS = 900
"""Of a text."""
WORDS = 8_000
"""Of the invented language."""
QUERIES = 40
"""Of each kind."""
NEW = 200
"""Articles of a run."""
SCANNED = 2_000
"""Articles of which the scan is timed; the rest would take as long again and again."""
FIRST_DAY = datetime(2024, 1, 1, 8, tzinfo=BEIJING)
VERB = "from newsarchive.cli import main; main(prog_name='newsarchive')"

MAX_SHARE, MAX_SHARE_MILLION = 1.2, 1.35
"""Index to text."""
MAX_BUILD_MS = 0.7
"""CPU an article."""
MAX_MS = {"one or two characters": 30, "a common word": 5, "four random characters": 100, "two common words": 5}
MAX_MS_MILLION = {"one or two characters": 50, "a common word": 5, "four random characters": 400, "two common words": 5}
"""CPU, p95 of the newest 20."""
MAX_NEW_S, MAX_NEW_MILLION_S = 0.3, 1.0
MAX_ANSWER_S = 0.6
"""CPU of the command, from its start to its end."""


# --- archives --------------------------------------------------------------------------------------------------------


@cache
def language() -> tuple[list[str], list[float]]:
    """Words of one to three characters, and how often each is used, added up (Zipf)."""
    dice = random.Random(1)
    characters = [bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)]
    shares = [1 / (rank + 8) for rank in range(len(characters))]
    dice.shuffle(characters)
    words = ["".join(dice.choices(characters, shares, k=dice.choice((1, 2, 2, 2, 3)))) for _ in range(WORDS)]
    added, total = [], 0.0
    for rank in range(WORDS):
        total += 1 / (rank + 10)
        added.append(total)
    return words, added


def text(number: int) -> tuple[str, list[str]]:
    """Title and paragraphs."""
    dice = random.Random(number)
    writer = ProseWriter(f"search-{number}", FIRST_DAY.date())
    words, added = language()
    lines = [writer.paragraph(), writer.paragraph()]
    while (left := CHARACTERS - sum(map(len, lines))) > 0:
        line = "".join(dice.choices(words, cum_weights=added, k=60))
        lines.append(f"{line[: min(left, 120)]}。")
    return f"{writer.title()}（{number}）", lines


def article(number: int, day: datetime) -> Article:
    title, lines = text(number)
    docid = f"search{number % 26 + 97:c}{number:07}"
    at = day + timedelta(seconds=number % A_DAY * 25)
    url = f"https://finance.sina.com.cn/roll/{day:%Y-%m-%d}/doc-i{docid}.shtml"
    offer = Offer(docid=docid, url=url, day=day.date(), title=title, channels=("2509",), lids=("2509", "2516"),
                  published_at=at, listed_at=at)  # fmt: skip
    body = "\n".join(f"<p>{line}</p>" for line in lines)
    return Article(offer=offer, url=url, title=title, published_at=at, body=body, media="某财经日报", editor="某编辑",
                   keywords=("市场",), symbols=("sh600519",), fetched_at=at)  # fmt: skip


def fill(root: Path, first: int, last: int) -> None:
    """Days as a crawl leaves them, without its syncs."""
    for begin in range(first, last, A_DAY):
        day = FIRST_DAY + timedelta(days=begin // A_DAY)
        folder = paths.day_folder(root, day.date())
        folder.mkdir(parents=True, exist_ok=True)
        written = list(_written(root, folder, day, range(begin, min(begin + A_DAY, last))))
        path = paths.journal_path(root, day.date())
        appending.append(path, written, journal.tail(path))


def _written(root: Path, folder: Path, day: datetime, numbers: Iterable[int]) -> Iterator[Event]:
    said = Said(f"{day:%Y%m%dT%H%M%S}-4711", day)
    for number in numbers:
        one = article(number, day)
        data = file_of(one, channel="滚动")
        path = folder / f"{number}.md"
        path.write_bytes(data)
        digest, file = hashlib.sha256(data).hexdigest(), path.relative_to(root).as_posix()
        yield events.offered(said, one.offer)
        yield events.kept(said, one, file=file, sha256=digest, size=len(data), profile="clean")


# --- measuring -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Times:
    """CPU milliseconds of some searches."""

    each: Sequence[float]

    @property
    def p95(self) -> float:
        return sorted(self.each)[int(len(self.each) * 0.95)]

    def __str__(self) -> str:
        return f"{statistics.median(self.each):7.1f} / {self.p95:7.1f}"


def timed(act: Callable[[str], object], queries: Iterable[str]) -> Times:
    each = []
    for query in queries:
        began = time.process_time()
        act(query)
        each.append(1000 * (time.process_time() - began))
    return Times(each)


def command(root: Path, *words: str) -> float:
    """CPU seconds of the command and its workers."""
    arguments = [sys.executable, "-c", VERB, *words, "--archive", str(root)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{words}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def kinds(size: int) -> dict[str, list[str]]:
    """Queries of each kind."""
    dice = random.Random(3)
    words, _ = language()
    common = [word for word in words[:60] if len(word) == 2][:20]

    def run(length: int) -> str:
        line = dice.choice(text(dice.randrange(size))[1])
        at = dice.randrange(max(1, len(line) - length))
        return f'"{line[at : at + length]}"'

    return {
        "one or two characters": [run(dice.choice((1, 2))) for _ in range(QUERIES)],
        "a common word": [dice.choice(common) for _ in range(QUERIES)],
        "four random characters": [run(4) for _ in range(QUERIES)],
        "two common words": [" ".join(dice.sample(common, 2)) for _ in range(QUERIES)],
    }


# --- the others ------------------------------------------------------------------------------------------------------


def plain(root: Path) -> Iterator[tuple[int, str]]:
    """Each text as it is compared."""
    for number, one in enumerate(Library(root).articles()):
        yield number, fold(one.entry.title + one.text)


def trigrams(root: Path, path: Path) -> tuple[float, sqlite3.Connection]:
    """CPU seconds of making it, and an index of three characters each."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("CREATE VIRTUAL TABLE text USING fts5(body, content='', tokenize='trigram')")
    texts = list(plain(root))
    began = time.process_time()
    db.execute("BEGIN")
    db.executemany("INSERT INTO text (rowid, body) VALUES (?, ?)", texts)
    db.execute("COMMIT")
    db.execute("INSERT INTO text (text) VALUES ('optimize')")
    return time.process_time() - began, db


def by_trigram(db: sqlite3.Connection, query: str) -> int:
    phrases = " AND ".join(f'"{fold(word)}"' for word in query.replace('"', "").split())
    return len(db.execute("SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid DESC", (phrases,)).fetchall())


def by_scan(texts: Sequence[tuple[int, str]], query: str) -> int:
    words = [fold(word) for word in query.replace('"', "").split()]
    return sum(all(word in one for word in words) for _, one in texts)


# --- one size --------------------------------------------------------------------------------------------------------


def measure(root: Path, size: int, claims: dict[str, bool]) -> None:
    is_million = size >= MILLION
    searcher, asked = Searcher(root), kinds(size)
    built = command(root, "rebuild", "--search") / size * 1000
    taken = sum(path.stat().st_size for path in index.folder_of(root).glob("*.sqlite"))
    share = taken / sum(len("".join((text(n)[0], *text(n)[1])).encode()) for n in range(0, size, 50)) / 50
    print(
        f"{size:,} articles: {taken / 1e6:.0f} MB, {share:.2f} of the text; {built:.2f} ms of CPU an article to build"
    )
    most = MAX_SHARE_MILLION if is_million else MAX_SHARE
    claims[f"index at {size:,}: {share:.2f} of the text (at most {most})"] = share <= most
    claims[f"build at {size:,}: {built:.2f} ms an article (at most {MAX_BUILD_MS})"] = built <= MAX_BUILD_MS
    print("  newest 20, ms of CPU, p50 / p95; with the 20 articles read; by relevance; exact count")
    for kind, queries in asked.items():
        times = timed(lambda query: searcher.found(parse(query)), queries)
        whole = timed(lambda query: [hit.snippet for hit in searcher.search(parse(query)).hits], queries)
        ranked = timed(lambda query: searcher.found(parse(query), by=By.RELEVANCE), queries)
        counted = timed(lambda query: searcher.count(parse(query)), queries)
        print(f"  {kind:<24}{times} {whole} {ranked} {counted}")
        limit = (MAX_MS_MILLION if is_million else MAX_MS)[kind]
        claims[f"{kind} at {size:,}: p95 {times.p95:.1f} ms (at most {limit})"] = times.p95 <= limit
    answer = min(command(root, "search", "公司") for _ in range(3))
    claims[f"the command at {size:,}: {answer:.2f} s of CPU (at most {MAX_ANSWER_S})"] = answer <= MAX_ANSWER_S
    _measure_others(root, size, searcher, asked)
    _measure_news(root, size, claims)


def _measure_news(root: Path, size: int, claims: dict[str, bool]) -> None:
    fill(root, size, size + NEW)
    began = time.monotonic()
    if index.bring_level(root).behind:
        sys.exit("the index is behind after it was brought level")
    took, limit = time.monotonic() - began, MAX_NEW_MILLION_S if size >= MILLION else MAX_NEW_S
    claims[f"{NEW} new articles at {size:,}: {took:.2f} s (at most {limit})"] = took <= limit


def _measure_others(root: Path, size: int, searcher: Searcher, asked: dict[str, list[str]]) -> None:
    if size > SIZES[-1]:
        return  # the trigrams alone take a quarter of an hour
    path = root / "trigram.sqlite"
    seconds, db = trigrams(root, path)
    with closing(db):
        print(
            f"  trigrams: {path.stat().st_size / 1e6:.0f} MB, {seconds / size * 1000:.2f} ms of CPU an article to build"
        )
        for kind, queries in asked.items():
            times = timed(lambda query: by_trigram(db, query), queries)
            found, ours = (
                sum(by_trigram(db, query) for query in queries),
                sum(searcher.count(parse(query)) for query in queries),
            )
            print(f"  trigrams, {kind:<24}{times} ms; {found:,} hits of {ours:,}")
    path.unlink()
    texts = [one for one, _ in zip(plain(root), range(SCANNED), strict=False)]
    times = timed(lambda query: by_scan(texts, query), asked["four random characters"])
    print(f"  scan of texts in memory, four random characters: {statistics.median(times.each) * size / SCANNED:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--million", action="store_true", help="1,000,000 too: an hour, 6 GB")
    parser.add_argument("--folder", type=Path, help="where archives are made; a temporary folder otherwise")
    given = parser.parse_args()
    claims: dict[str, bool] = {}
    for size in [*given.sizes, *([MILLION] if given.million else [])]:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            root = Path(folder, "archive")
            root.mkdir()
            fill(root, 0, size)
            measure(root, size, claims)
    for claim, holds in claims.items():
        print(f"{'holds' if holds else 'FAILS'}: {claim}")
    sys.exit(0 if all(claims.values()) else 1)


if __name__ == "__main__":
    main()
