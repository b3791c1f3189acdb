#!/usr/bin/env python3
"""What a poll that finds nothing new costs: our crawl beside an empty spider's, in one run, on the rehearsal site.

    python benchmarks/poll_cost.py [--rounds 11] [--articles 100000]

Both are a `scrapy crawl` that fetches the same listing pages without delay; the empty spider's project has Scrapy's
default settings and does nothing with what it gets.  Printed: CPU of the whole process and the ratio (claim: at most
1.3), with an archive of what the listing shows and with one of 100,000 articles; and peak memory with both (claim: at
most 10 % more).  The large archive is made of journals, and of the articles of the newest days, whose names and sizes a
start looks at: a poll reads no article.  Exit 1 if a claim fails.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from crawl_cost import LAUNCH, Cost, run

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Event, Said
from newsarchive.archive.record import appending, files
from newsarchive.archive.record.inspection import RECENT_DAYS
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING, Offer
from newsarchive.rehearsal.standin import StandIn

MAX_RATIO = 1.3
"""CPU of a poll, ours to the empty spider's."""
MAX_GROWTH = 1.10
"""Peak memory with the large archive, to that with the small one."""
ARTICLES_A_DAY = 250
"""Of the large archive: 100,000 are 400 days, each with a journal to look at."""
SHOWN = 400
"""Articles that the stand-in's listing shows: more than the hundred known rows that end a poll."""
CHANNELS = ("1686", "2509")
ARTICLE = b"x" * 3000
"""The bytes of each article: as many as a usual one has."""
DIGEST = hashlib.sha256(ARTICLE).hexdigest()
AS_FAST_AS_CAN_BE = ("-s", "DOWNLOAD_DELAY=0")

BARE_SETTINGS = 'BOT_NAME = "bare"\nSPIDER_MODULES = ["bare.spiders"]\n'
BARE_SPIDER = """
import scrapy

class Bare(scrapy.Spider):
    name = "bare"
    start_urls = {urls!r}

    def parse(self, response):
        pass
"""


def bare_project(folder: Path, urls: list[str]) -> None:
    """A project with one spider that asks for ``urls``."""
    spiders = folder / "bare" / "spiders"
    spiders.mkdir(parents=True)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = bare.settings\n")
    (folder / "bare" / "settings.py").write_text(BARE_SETTINGS)
    for package in (folder / "bare", spiders):
        (package / "__init__.py").touch()
    (spiders / "bare.py").write_text(BARE_SPIDER.format(urls=urls))


def bare(sina: StandIn, folder: Path) -> Cost:
    return run([sys.executable, "-c", LAUNCH, "crawl", "bare", *AS_FAST_AS_CAN_BE], sina, folder)


def ours(sina: StandIn, folder: Path) -> Cost:
    """A poll into ``folder/archive``."""
    command = [sys.executable, "-c", LAUNCH, "crawl", "sina_finance", *AS_FAST_AS_CAN_BE]
    named = {"SCRAPY_SETTINGS_MODULE": "newsarchive.settings", "NEWSARCHIVE_DIR": str(folder / "archive")}
    return run(command, sina, folder, **named)


def fill(root: Path, articles: int) -> None:
    """An archive of so many articles, up to a week ago: journals, and every row known to a poll that ended."""
    days = [datetime.now(BEIJING) - timedelta(days=7 + number) for number in range(articles // ARTICLES_A_DAY)]
    root.mkdir()
    for day in days:
        path = paths.journal_path(root, day.date())
        files.make_folder(path.parent, root)
        said = list(_events(day))
        appending.append(path, said, journal.Tail(0, journal.GENESIS_LINK))
        if day in days[:RECENT_DAYS]:
            for event in said:
                if event["event"] == "kept":
                    (root / event["file"]).write_bytes(ARTICLE)
    archive = Archive.open(root, "clean")
    for day in days:
        for channel in CHANNELS:
            archive.offer(list(_offers(day)), poll=channel).result()
    for channel in CHANNELS:
        archive.end_poll(channel).result()
    archive.close()


def _offers(day: datetime) -> Iterator[Offer]:
    for number in range(ARTICLES_A_DAY):
        docid = f"imxabcd{(day.toordinal() * ARTICLES_A_DAY + number) % 10**7:07}"
        url = f"https://finance.sina.com.cn/roll/{day:%Y-%m-%d}/doc-{docid}.shtml"
        yield Offer(
            docid=docid,
            url=url,
            day=day.date(),
            title=f"某地第{number}号公告：{day:%m月%d日}市场成交情况",
            channels=CHANNELS,
            lids=CHANNELS,
            published_at=day,
            listed_at=day,
            modified_at=day,
        )


def _events(day: datetime) -> Iterator[Event]:
    """What the journal of a finished day holds."""
    said = Said("poll-cost", day)
    for offer in _offers(day):
        yield events.offered(said, offer)
        file = f"{day:%Y/%m/%d}/{offer.title}.md"
        head = said.event("kept", offer.docid, file=file, sha256=DIGEST, bytes=len(ARTICLE), title=offer.title)
        yield {**head, "profile": "clean", "text_sha256": None}
    for channel in CHANNELS:
        yield events.sealed(said, channel, ARTICLES_A_DAY, "day-query")


def compare(articles: int, rounds: int) -> tuple[float, float]:
    """CPU ratio and peak MiB of polls with so many articles in the archive, before what the listing shows."""
    with StandIn(articles=SHOWN, days=3, titles="plain") as sina, tempfile.TemporaryDirectory() as name:
        own, project = Path(name) / "ours", Path(name) / "bare"
        own.mkdir()
        fill(own / "archive", articles)
        ours(sina, own)
        asked = len(sina.requests)
        ours(sina, own)
        listing = [request.url for request in sina.requests[asked:] if "/api/roll/get" in request.url]
        bare_project(project, listing)
        pairs = [(bare(sina, project), ours(sina, own)) for _ in range(rounds)]
    ratios = [second.cpu_s / first.cpu_s for first, second in pairs]
    empty, full = (median(one.cpu_s for one in side) for side in zip(*pairs, strict=True))
    peak = median(second.peak_mib for _, second in pairs)
    print(
        f"archive of {articles + SHOWN} articles, {len(listing)} listing pages: "
        f"bare {empty:.3f} s CPU, ours {full:.3f} s; ratio {full / empty:.2f} "
        f"(of the medians; single rounds {min(ratios):.2f} to {max(ratios):.2f}, {rounds} of them; at most {MAX_RATIO}); "
        f"peak memory {peak:.1f} MiB",
        flush=True,
    )
    return full / empty, peak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--articles", type=int, default=100_000, help="of the large archive; 0 leaves it out")
    options = parser.parse_args()
    ratio, peak = compare(0, options.rounds)
    held = [ratio <= MAX_RATIO]
    if options.articles:
        large_ratio, large_peak = compare(options.articles, options.rounds)
        growth = large_peak / peak
        print(f"peak memory, large to small: {growth:.3f} (at most {MAX_GROWTH})")
        held += [large_ratio <= MAX_RATIO, growth <= MAX_GROWTH]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
