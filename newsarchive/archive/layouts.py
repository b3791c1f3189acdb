"""How pages looked, day by day: which layouts read them, which fields were found, which pages no layout fits.

Read from the journals alone, so that a change at Sina shows on its first day (``newsarchive layouts``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from newsarchive.archive import journal
from newsarchive.archive.catalogue import KEPT_EVENTS

FIELDS = ("title", "published_at", "modified_at", "media", "author", "editor", "keywords", "symbols", "page_id")
"""Of a ``kept`` line: what a layout may find on a page."""

_MISMATCH_RE = re.compile(r"^(?P<layout>\w+)\.(?P<field>\w+) matched (?P<count>\d+)")
_UNKNOWN_RE = re.compile(r"(?P<host>[\w.-]+\.[a-z]+)\b.*?(?P<fingerprint>\b[0-9a-f]{12,16}\b)")


@dataclass(slots=True)
class LayoutDay:
    """One layout on one day."""

    day: date
    layout: str
    articles: int = 0
    found: Counter[str] = field(default_factory=Counter)
    """Field → pages on which it was found."""
    missing: Counter[str] = field(default_factory=Counter)
    """Field → pages on which it was not: an optional field was empty, or a required one made the page fail."""


@dataclass(slots=True)
class Unknown:
    """Pages of one structure, on one day, that no layout fits."""

    day: date
    host: str
    fingerprint: str
    pages: int
    example: str
    """Docid of one of them."""


@dataclass(slots=True)
class Census:
    """All of it, in the order of days."""

    layouts: list[LayoutDay] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)


def census(root: Path, since: date | None = None) -> Census:
    """Count the journals from ``since`` on; a document counts on its day, by its last outcome."""
    counted = Census()
    for day in journal.days(root):
        if since is None or day >= since:
            _count_day(counted, day, _last_outcomes(root, day))
    return counted


def _last_outcomes(root: Path, day: date) -> Iterator[dict[str, Any]]:
    last = {}
    for event in journal.read(journal.journal_path(root, day)):
        if event.data.get("event") in (*KEPT_EVENTS, "failed", "gone", "filtered"):
            last[event.data.get("docid")] = event.data
    yield from last.values()


def _count_day(counted: Census, day: date, outcomes: Iterator[dict[str, Any]]) -> None:
    layouts: dict[str, LayoutDay] = {}
    unknown: dict[tuple[str, str], Unknown] = {}
    for said in outcomes:
        if said["event"] in KEPT_EVENTS:
            _count_kept(layouts.setdefault(said["layout"], LayoutDay(day, said["layout"])), said)
        elif said.get("reason") == "layout-mismatch" and (found := _MISMATCH_RE.match(said.get("detail", ""))):
            layouts.setdefault(found["layout"], LayoutDay(day, found["layout"])).missing[found["field"]] += 1
        elif said.get("reason") == "no-layout":
            _count_unknown(unknown, day, said)
    counted.layouts += [layouts[name] for name in sorted(layouts)]
    counted.unknown += [unknown[key] for key in sorted(unknown)]


def _count_kept(layout: LayoutDay, said: dict[str, Any]) -> None:
    layout.articles += 1
    for name in FIELDS:
        (layout.found if said.get(name) else layout.missing)[name] += 1


def _count_unknown(unknown: dict[tuple[str, str], Unknown], day: date, said: dict[str, Any]) -> None:
    told = _UNKNOWN_RE.search(said.get("detail", ""))
    host, fingerprint = (told["host"], told["fingerprint"]) if told else ("", "")
    seen = unknown.setdefault((host, fingerprint), Unknown(day, host, fingerprint, 0, said["docid"]))
    seen.pages += 1
