#!/usr/bin/env python3
"""Nothing lost: one archive made by 200 runs that were killed at random moments and a last one, beside that of one run.

    python -m benchmarks.kill_200 [--kills 200] [--articles 1500] [--seed 1]

From the folder of the checkout.  Each run is the real crawl against the same stand-in, killed by SIGKILL at a moment
between its start and the end of its work; after each no article may be half-written.  In the end both archives must
hold the same files with the same bytes (but for documents of which another has the same text: which of the two is kept
depends on the order of arrival), the truth, and nothing else; each article's raw record must give its bytes again, and
``warcio check`` pass each file of them; and no article may have been asked for more often than kills can explain.
Exit 1 if not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from newsarchive.crawl.window import WINDOW
from newsarchive.rehearsal.judge import judge
from newsarchive.rehearsal.standin import StandIn
from tests.conftest import Crawls, tree
from tests.raw_evidence import wrong_in_raw_store

ARTICLE_END = b"\n</div>\n            "
LIFE = (0.3, 1.4)
"""Of a killed run, in times of what a run of one article takes: from its first imports to a dozen articles."""
DELAY = ("-s", "DOWNLOAD_DELAY=0.03")
"""So that many lives are too short for all articles, and kills fall into every kind of moment."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with StandIn(articles=options.articles, days=3, seed=7) as sina, tempfile.TemporaryDirectory() as name:
        killed, undisturbed = Crawls(sina, Path(name) / "killed"), Crawls(sina, Path(name) / "undisturbed")
        chance = random.Random(options.seed)
        wrong = kill(killed, options.kills, chance, short_life(sina, Path(name) / "first"))
        asked = Counter(killed.pages_asked())
        wrong += compare(killed, undisturbed)
        twice = sum(asked.values()) - len(asked)
        print(f"{len(asked)} pages asked, {twice} more than once (at most {WINDOW} a kill)")
        wrong += ["too much was asked twice"] if twice > options.kills * WINDOW else []
    print(*(f"WRONG: {what}" for what in wrong), sep="\n")
    print(f"{options.kills} kills and a run: {'not ' if wrong else ''}as one run")
    return 1 if wrong else 0


def short_life(sina: StandIn, root: Path) -> float:
    """Seconds that a run of one article takes here and now."""
    begun = time.monotonic()
    Crawls(sina, root)("-a", "limit=1")
    return time.monotonic() - begun


def kill(crawl: Crawls, kills: int, chance: random.Random, life_s: float) -> list[str]:
    """So many runs, killed (one that has ended before is none of them); then one to the end."""
    wrong, number = [], 0
    while number < kills:
        process = crawl.start(*DELAY)
        time.sleep(life_s * chance.uniform(*LIFE))
        process.kill()
        process.communicate()
        number += process.returncode < 0
        wrong += [f"{path} is half-written" for path in crawl.articles() if not whole(path)]
        if number % 20 == 0:
            print(f"{number} kills, {len(crawl.articles())} articles", flush=True)
    last = crawl()
    return wrong + ([f"the last run ends with {last.exit_code}: {last.stderr[-2000:]}"] if last.exit_code else [])


def whole(path: Path) -> bool:
    return path.read_bytes().endswith(ARTICLE_END)


def compare(killed: Crawls, undisturbed: Crawls) -> list[str]:
    run = undisturbed()
    wrong = [f"the undisturbed run ends with {run.exit_code}"] if run.exit_code else []
    if without_either_repeat(killed) != without_either_repeat(undisturbed):
        wrong.append("the archives differ")
    verdict = judge(killed.root, killed.sina.truth, killed.sina.now())
    left = [path for path in killed.root.glob("[0-9]*/*/*/*") if path.suffix != ".md" and path.name != "_day.jsonl"]
    wrong += wrong_in_raw_store(killed)
    return wrong + list(verdict.differences) + [f"{path} is left over" for path in left]


def without_either_repeat(crawl: Crawls) -> dict[str, bytes]:
    """The files of all documents that are alone with their text."""
    repeats = {docid for event in crawl.events("filtered") for docid in (event["docid"], event["of"])}
    files = {event["file"] for event in crawl.events("kept") if event["docid"] in repeats}
    return {name: data for name, data in tree(crawl.root).items() if name not in files}


if __name__ == "__main__":
    sys.exit(main())
