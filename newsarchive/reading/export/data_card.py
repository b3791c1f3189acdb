"""What a dataset says of itself: how much there is, what is missing, what the columns mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from newsarchive.errors import CatalogueUnusable
from newsarchive.pages.text import one_line
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.record import SCHEMA
from newsarchive.reading.export.source import ExportSource

CARD_NAME = "_data-card.md"
COUNTS = ("offered", "kept", "filtered", "failed", "gone", "pending")
COLUMNS = {
    "docid": "identity of the document, read from its address; unique here",
    "day": "Beijing day under which it is filed; never changes",
    "title": "as the page has it",
    "text": "plain text, a paragraph a line",
    "html": "the archived body: untrusted, as the web is",
    "url": "address at the source",
    "published_at": "as the page shows it",
    "modified_at": "last edit that the source tells",
    "listed_at": "when its row entered the listing",
    "seen_at": "when this archive saw the row first: nothing was known here before",
    "fetched_at": "when this state was fetched",
    "reextracted_at": "when its page, as it was stored then, was read again by better rules; null for most",
    "withdrawn_at": "since when the source has no longer had it; null while it has",
    "channels": "lids of the channels that showed it",
    "channel_names": "their names",
    "media": "who published it first",
    "author": "as the page names one",
    "editor": "as the page names one",
    "keywords": "of the page",
    "symbols": "stocks that the page links, as Sina writes them",
    "picture": "address of the head picture",
    "state": "number of this state; over 1: the text was changed after it was published, or read again",
    "states": "how many the archive has",
    "sha256": "digest of the archived file",
    "file": "path of it in the archive",
}
"""Of a ``Record``."""


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """One file of the dataset."""

    month: str
    file: str
    articles: int
    withdrawn: int
    sha256: str


def card(source: ExportSource, months: Sequence[DatasetFile]) -> str:
    """The card as Markdown; the same for the same archive, so it names no moment of its own."""
    total, withdrawn = sum(month.articles for month in months), sum(month.withdrawn for month in months)
    parts = [
        "# News of 新浪财经, a dataset made by newsarchive",
        (
            f"{total} articles, {withdrawn} of them withdrawn by the source. Selection: {_told(source.selection)}. "
            f"Schema {SCHEMA}. Times are in Asia/Shanghai (+08:00). Each document is here once, in its newest state; "
            f"redacted ones are not. {source.unreadable} articles are missing, because their files could not be read."
        ),
        "The texts belong to their publishers; what you may do with them the law of your country says, not this file.",
        "## Files",
        _table(("file", "articles", "withdrawn"), [(m.file, str(m.articles), str(m.withdrawn)) for m in months]),
        "## Coverage",
        _coverage(source),
        "## Columns",
        _table(("column", "meaning"), list(COLUMNS.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _told(selection: Selection) -> str:
    days = [
        f"since {selection.since}" if selection.since != date.min else "",
        f"until {selection.until}" if selection.until != date.max else "",
    ]
    named = [("channel", selection.channel), ("media", selection.media), ("symbol", selection.symbol)]
    told = [part for part in days if part] + [f"{name} {one_line(value)}" for name, value in named if value]
    return ", ".join(told) or "all that is archived"


def _coverage(source: ExportSource) -> str:
    """From the ledger: what the listings offered in these days, by month and channel, and what became of it."""
    selection = source.selection
    try:
        rows = source.library.coverage(selection.since, selection.until, selection.channel)
    except CatalogueUnusable:
        return "Not known: the catalogue could not be read. `newsarchive rebuild` makes it anew, then export again."
    sums: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        counts = sums.setdefault((f"{row.day:%Y-%m}", row.channel or "by address"), Counter())
        counts.update({name: getattr(row, name) for name in COUNTS})
    lines = [(*of, *(str(counts[name]) for name in COUNTS)) for of, counts in sorted(sums.items())]
    head = ("month", "channel", *COUNTS)
    told = (
        "offered = kept + filtered + failed + gone + pending; a document that several channels showed counts in each. "
        "Nothing is missing where failed and pending are 0."
    )
    return f"{told}\n\n{_table(head, lines)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
