"""What a poll without news may cost: every few minutes for years; ``benchmarks/poll_cost.py`` measures it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

from tests.conftest import Crawls

FOR_PAGES_ALONE = {
    "bs4",
    "soupsieve",
    "nh3",
    "selectolax",
    "frontmatter",
    "rich",
    "typer",
    "newsarchive.sina.page.layouts",
}
"""Imports of a tenth of a second that only articles, a terminal or other commands need."""
IMPORTED_RE = re.compile(r"^import time: .*\| +(\S+)$", re.M)


def test_a_poll_without_news_loads_nothing_that_reads_pages(crawls: Callable[..., Crawls]) -> None:
    crawl = crawls(articles=10)
    crawl()
    command = [sys.executable, "-X", "importtime", *crawl.command()[1:]]
    poll = subprocess.run(command, env=crawl.environment(), capture_output=True, text=True, check=True, timeout=60)
    loaded = set(IMPORTED_RE.findall(poll.stderr))
    assert "newsarchive.pages.likeness" in loaded  # the pipelines are
    assert loaded & FOR_PAGES_ALONE == set()
