"""Two starts at the same instant; ``benchmarks/two_starts.py`` does it 50 times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.two_starts import PATIENCE_S, bare, both
from tests.conftest import Crawls

TIMES = 3


def test_of_two_starts_at_once_one_works_and_one_is_told_at_once(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
    sina, longer = crawls(articles=20).sina, []
    for number in range(TIMES):
        crawl = Crawls(sina, tmp_path / str(number))
        version = bare(crawl)
        codes, took = both(crawl)
        longer.append(took - version)
        assert codes == [0, 6]
    assert median(longer) < PATIENCE_S
