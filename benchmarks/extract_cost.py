#!/usr/bin/env python3
"""What extraction and cleaning of real pages cost, beside lexbor's own parse and the fastest peer, in one run.

    python benchmarks/extract_cost.py [--pages DIR] [--rounds 100] [--peer-python PYTHON]

Pages are those of ``real_pages.py`` with gold text by hand, which the peers' rules were written for; CPU is the median of the
rounds, in a warm process.  Claims, judged on each page of at least 150 kB: extraction and cleaning take at most 3 times what
lexbor takes to parse the same text, and a quarter of the fastest peer whose texts reach F1 0.99 (fundus with rules for Sina,
where PYTHON has it: pip install fundus; else BeautifulSoup on the whole page).  Printed too: reading the charset and looking
for notices, which come before; and where the time goes.  Exit 1 if a claim does not hold.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib.util
import json
import pstats
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import geometric_mean, mean, median
from typing import Any

from quality import f1, squashed
from real_pages import DEFAULT_FOLDER, RealPage, real_pages
from selectolax.lexbor import LexborHTMLParser

from newsarchive.pages.charset import decode
from newsarchive.pages.layout import Page, layout_for, read
from newsarchive.sina.page import impostors, layouts, page_reader

MAX_TO_PARSE = 3.0
MAX_TO_PEER = 0.25
JUDGED_BYTES = 150_000
GOOD_F1 = 0.99
SWEEPS = 5
"""Over all steps: what a parse costs depends by a third on the state in which the steps before left the heap."""


@dataclass(slots=True)
class Cost:
    """One page: CPU in ms, by step and by peer."""

    page: RealPage
    html: str = field(repr=False)
    steps: dict[str, float] = field(default_factory=dict)
    peers: dict[str, float] = field(default_factory=dict)

    @property
    def ours(self) -> float:
        return self.steps["extract"] + self.steps["clean"]

    @property
    def to_parse(self) -> float:
        return self.ours / self.steps["parse"]


def measure(page: RealPage, rounds: int) -> Cost:
    """Our steps and lexbor's parse of one page, each in a loop of its own: between the others it would find cold caches."""
    html = decode(page.body, None)
    article = page_reader.article_in(html, page.offer, page.url)
    parsed = Page(html, page.url)
    layout = layout_for(parsed, layouts.LAYOUTS)
    steps: dict[str, Callable[[], Any]] = {
        "parse": lambda: LexborHTMLParser(html),
        "extract": lambda: layouts.extract(html, page.offer, page.url),
        "clean": lambda: page_reader.cleaned(article),
        "charset": lambda: decode(page.body, None),
        "notices": lambda: impostors.check_page(200, html, page.offer.docid),
        "of extract: find the layout": lambda: layout_for(parsed, layouts.LAYOUTS),
        "of extract: read the fields": lambda: read(parsed, layout),
    }
    spent: dict[str, list[float]] = {name: [] for name in steps}
    for name in list(steps) * SWEEPS:
        spent[name] += _seconds(steps[name], rounds // SWEEPS)
    return Cost(page, html, {name: 1000 * median(times) for name, times in spent.items()})


def _seconds(step: Callable[[], Any], rounds: int) -> list[float]:
    step()
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        step()
        spent.append(time.process_time() - begun)
    return spent


def ask_peer(name: str, python: str, costs: list[Cost], rounds: int) -> float:
    """Let a peer read the same pages; returns the mean F1 of its texts."""
    command = [python, str(Path(__file__).with_name("extract_peer.py")), name, str(rounds)]
    pages = json.dumps([cost.html for cost in costs])
    answered = json.loads(subprocess.run(command, input=pages, capture_output=True, text=True, check=True).stdout)
    scores = []
    for cost, told in zip(costs, answered, strict=True):
        cost.peers[name] = told["ms"]
        neutral = {squashed(line) for line in cost.page.gold.neutral}
        text = "".join(line for line in map(squashed, told["paragraphs"]) if line not in neutral)
        scores.append(f1(text, squashed("".join(cost.page.gold.paragraphs or ()))))
    return mean(scores)


def has_fundus(python: str) -> bool:
    if python == sys.executable:
        return importlib.util.find_spec("fundus") is not None
    return subprocess.run([python, "-c", "import fundus"], capture_output=True, check=False).returncode == 0


def print_profile(costs: list[Cost], rounds: int) -> None:
    """The shares of extraction and cleaning by library and module; the profiler makes Python look dearer than it is."""
    profile = cProfile.Profile()
    with profile:
        for _ in range(rounds):
            for cost in costs:
                page_reader.cleaned(layouts.extract(cost.html, cost.page.offer, cost.page.url))
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_module(file, name)] += own
    total = sum(spent.values())
    print(
        "by module, of extraction and cleaning (profiled): "
        + ", ".join(f"{name} {own / total:.0%}" for name, own in spent.most_common(12))
    )


def _module(file: str, name: str) -> str:
    parts = Path(file).with_suffix("").parts
    if "newsarchive" in parts:
        return ".".join(parts[len(parts) - parts[::-1].index("newsarchive") :])
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return f"{parts[-2]}.{parts[-1]}" if len(parts) > 1 else name.partition(" of ")[0] if "nh3" in name else "built in"


def report(costs: list[Cost], scores: dict[str, float]) -> bool:
    """The table; True if the claims hold."""
    print(
        f"{'CPU in ms':<36}{'kB':>6}{'parse':>8}{'ours':>8}{'ratio':>7}"
        + "".join(f"{name:>15}{'of it':>7}" for name in scores)
    )
    for cost in costs:
        peers = "".join(f"{ms:>15.2f}{cost.ours / ms:>7.2f}" for ms in cost.peers.values())
        kilobytes = len(cost.page.body) / 1000
        print(
            f"{cost.page.name[-35:]:<36}{kilobytes:>6.0f}{cost.steps['parse']:>8.2f}{cost.ours:>8.2f}{cost.to_parse:>7.2f}{peers}"
        )
    print(f"F1 of the peers' texts: {', '.join(f'{name} {score:.3f}' for name, score in scores.items())}")
    for name in costs[0].steps:
        print(f"  {name:<30}{geometric_mean(cost.steps[name] for cost in costs):>6.2f} ms")
    large = [cost for cost in costs if len(cost.page.body) >= JUDGED_BYTES]
    worst = max(cost.to_parse for cost in large)
    print(f"extraction and cleaning, to lexbor's parse: {worst:.2f} at worst (at most {MAX_TO_PARSE})")
    return worst <= MAX_TO_PARSE and _beats_peers(large, scores)


def _beats_peers(large: list[Cost], scores: dict[str, float]) -> bool:
    good = [name for name, score in scores.items() if score >= GOOD_F1] or list(scores)
    fastest = min(good, key=lambda name: sum(cost.peers[name] for cost in large))
    worst = max(cost.ours / cost.peers[fastest] for cost in large)
    print(f"to {fastest}, the fastest good peer here: {worst:.2f} at worst (at most {MAX_TO_PEER})")
    return worst <= MAX_TO_PEER


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=DEFAULT_FOLDER, metavar="DIR")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument(
        "--peer-python", default=sys.executable, metavar="PYTHON", help="an interpreter that has fundus"
    )
    options = parser.parse_args()
    pages = [page for page in real_pages(options.pages) if page.gold.is_by_line]
    if not any(len(page.body) >= JUDGED_BYTES for page in pages):
        sys.exit(f"no page of {JUDGED_BYTES} bytes with gold text by hand in {options.pages}")
    costs = [measure(page, options.rounds) for page in pages]
    scores = {"beautifulsoup": ask_peer("beautifulsoup", sys.executable, costs, options.rounds)}
    if has_fundus(options.peer_python):
        scores["fundus"] = ask_peer("fundus", options.peer_python, costs, options.rounds)
    else:
        print(f"{options.peer_python} has no fundus (pip install fundus): compared with BeautifulSoup alone")
    holds = report(costs, scores)
    print_profile(costs, 10)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
