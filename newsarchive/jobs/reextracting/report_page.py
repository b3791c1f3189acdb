"""What a re-extraction changes, as one page to look at: all text escaped, no script, no outside resource."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from newsarchive.archive.format.plain_file import open_plain
from newsarchive.jobs.reextracting.change import cut
from newsarchive.jobs.reextracting.outcome import ReextractionOutcome
from newsarchive.pages.text import printable

_MARK = b'<meta name="generator" content="newsarchive reextract">'
_HEAD_BYTES = 400
"""Within which a report of ours names its generator."""


def page(outcome: ReextractionOutcome) -> str:
    """The whole page; control characters, which no page may hold, are left out."""
    pages = Environment(
        loader=PackageLoader("newsarchive.jobs.reextracting", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    pages.filters["cut"] = cut
    counts = outcome.counts
    facts = [
        (outcome.pages, "张网页重读", "pages read"),
        (counts["unchanged"], "版不变", "states the same"),
        (counts["changed"], "版有变化", "states changed"),
        (counts["found"], "篇失败的成了文章", "failed ones are articles"),
        (counts["unstored"], "版没有存下的网页", "states without a page"),
    ]
    lists = [
        ("有变化的文章", "documents that change", outcome.named, counts["documents"]),
        ("现在成为文章的", "failed documents that are articles now", outcome.found, counts["found"]),
    ]
    made = pages.get_template("report.html").render(
        outcome=outcome,
        facts=facts,
        lists=lists,
        layouts=sorted(outcome.layouts.items()),
        troubles=sum(outcome.trouble_counts.values()),
    )
    return printable(made).encode("utf-8", "ignore").decode()


def is_report(path: Path) -> bool:
    """Whether an earlier report lies there."""
    try:
        with open_plain(path) as file:
            return _MARK in file.read(_HEAD_BYTES)
    except OSError:
        return False
