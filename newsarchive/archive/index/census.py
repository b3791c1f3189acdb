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

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.events import MAX_DETAIL
from newsarchive.archive.index.document import KEPT_EVENTS

FIELDS = ("title", "published_at", "modified_at", "media", "author", "editor", "keywords", "symbols", "page_id")
"""Of a ``kept`` line: what a layout may find on a page."""

OUTCOMES = (*KEPT_EVENTS, "failed", "gone", "filtered", "forgotten", "redacted")
_NOT_AN_OUTCOME = (b'"event":"offered"', b'"event":"sealed"', b'"event":"asked"')
"""At the start of lines that are passed over without parsing: half of all lines."""

_MISMATCH_RE = re.compile(r"^(?P<layout>\w+)\.(?P<field>\w+) matched (?P<count>\d+)")
_HOST_RE = re.compile(r"[\w.-]++")
_FINGERPRINT_RE = re.compile(r"\b[0-9a-f]{12,16}\b")


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


def census(root: Path, since: date = date.min, until: date = date.max) -> Census:
    """Count the journals of the days from ``since`` to ``until``; a document counts on its day, by its last outcome."""
    counted = Census()
    for day in paths.days(root):
        if since <= day <= until:
            _count_day(counted, day, _last_outcomes(root, day))
    return counted


def _last_outcomes(root: Path, day: date) -> Iterator[dict[str, Any]]:
    last = {}
    for said in journal.read_objects(paths.journal_path(root, day), passed_over=_NOT_AN_OUTCOME):
        docid = said.get("docid")
        if said.get("event") in OUTCOMES and isinstance(docid, str):
            last[docid] = said
    yield from last.values()


def _count_day(counted: Census, day: date, outcomes: Iterator[dict[str, Any]]) -> None:
    layouts: dict[str, LayoutDay] = {}
    unknown: dict[tuple[str, str], Unknown] = {}
    for said in outcomes:
        reason, detail = said.get("reason"), _text(said, "detail")[:MAX_DETAIL]
        if said["event"] in KEPT_EVENTS:
            if layout := _text(said, "layout"):
                _count_kept(layouts.setdefault(layout, LayoutDay(day, layout)), said)
        elif reason == "layout-mismatch" and (found := _MISMATCH_RE.match(detail)):
            layouts.setdefault(found["layout"], LayoutDay(day, found["layout"])).missing[found["field"]] += 1
        elif reason == "no-layout":
            _count_unknown(unknown, day, said["docid"], detail)
    counted.layouts += [layouts[name] for name in sorted(layouts)]
    counted.unknown += [unknown[key] for key in sorted(unknown)]


def _text(said: dict[str, Any], key: str) -> str:
    """Another hand may have written the line: what is no text is not there."""
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _count_kept(layout: LayoutDay, said: dict[str, Any]) -> None:
    layout.articles += 1
    for name in FIELDS:
        (layout.found if said.get(name) else layout.missing)[name] += 1


def _count_unknown(unknown: dict[tuple[str, str], Unknown], day: date, docid: str, detail: str) -> None:
    host, fingerprint = _told(detail)
    seen = unknown.setdefault((host, fingerprint), Unknown(day, host, fingerprint, 0, docid))
    seen.pages += 1


def _told(detail: str) -> tuple[str, str]:
    """The host and the fingerprint that the detail of a failure names; two empty texts unless it names both."""
    digits = _FINGERPRINT_RE.search(detail)
    words = _HOST_RE.findall(detail, 0, digits.start()) if digits else []
    hosts = [word.strip(".-") for word in words if "." in word.strip(".-")]
    return (hosts[0], digits[0]) if digits and hosts else ("", "")
