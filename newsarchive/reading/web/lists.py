"""A list of articles as its page, its JSON and its CSV tell it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from newsarchive.archive.format.journal import stamp
from newsarchive.items import BEIJING
from newsarchive.reading.entries import Entry
from newsarchive.reading.records import guarded
from newsarchive.reading.reposts import Reposted

JSON, CSV = "json", "csv"
KINDS = {JSON: "application/json; charset=utf-8", CSV: "text/csv; charset=utf-8"}
BOM = "\ufeff"
"""Excel takes a CSV file without it for one of the machine's own charset."""
COLUMNS = (
    "docid",
    "day",
    "published_at",
    "title",
    "media",
    "channels",
    "symbols",
    "states",
    "withdrawn_at",
    "url",
    "file",
)


@dataclass(frozen=True, slots=True)
class Group:
    """Articles of one day, or of one hour of a day."""

    key: str
    """Its anchor on the page."""
    name: str
    stories: Sequence[Reposted]
    href: str = ""

    @property
    def count(self) -> int:
        """Of articles, also those that are folded."""
        return sum(1 + len(story.again) for story in self.stories)


@dataclass(frozen=True, slots=True)
class Facet:
    """One value that some of the articles of a list have."""

    name: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What the articles of a list have in common, most frequent first."""

    channels: Sequence[Facet] = field(default_factory=tuple)
    media: Sequence[Facet] = field(default_factory=tuple)
    symbols: Sequence[Facet] = field(default_factory=tuple)


def as_dict(entry: Entry) -> dict[str, Any]:
    """What is told of an article outside of pages; moments with their zone, None where nobody told one."""
    moments = ("published_at", "modified_at", "listed_at", "seen_at", "fetched_at", "reextracted_at", "withdrawn_at")
    told = {name: at and stamp(at) for name in moments for at in [getattr(entry, name)]}
    plain = ("docid", "title", "url", "file", "media", "author", "editor", "state", "states", "sha256")
    lists = {"channels": list(entry.lids), "keywords": list(entry.keywords), "symbols": list(entry.symbols)}
    return {**{name: getattr(entry, name) for name in plain}, "day": entry.day.isoformat(), **told, **lists}


def json_of(told: object) -> bytes:
    """JSON in UTF-8, Chinese as it is."""
    return json.dumps(told, ensure_ascii=False).encode(errors="replace")


def csv_of(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV, for Excel too: a BOM, lists with blanks between, no cell that would be computed."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return (BOM + out.getvalue()).encode(errors="replace")


def _cell(value: object) -> object:
    if value is None:
        return ""
    text = " ".join(map(str, value)) if isinstance(value, list) else value
    return guarded(text) if isinstance(text, str) else text


def by_hour(told: Iterable[Reposted]) -> list[Group]:
    """Groups of neighbouring stories of one hour, in the order given."""
    return [
        Group(f"h{hour:02}", f"{hour} 时", tuple(group))
        for hour, group in groupby(told, key=lambda story: story.first.at.astimezone(BEIJING).hour)
    ]


def by_day(entries: Iterable[Entry], name: Mapping[date, str]) -> list[Group]:
    """Groups of neighbouring articles of one day, in the order given."""
    return [
        Group(f"d{day}", name[day], tuple(map(Reposted, group)), f"/day/{day}")
        for day, group in groupby(entries, key=lambda entry: entry.day)
    ]


def facets_of(entries: Sequence[Entry], channel_name: Callable[[str], str], most: int) -> Facets:
    """The ``most`` most frequent channels, media and symbols; lids that nobody named are no channels."""
    channels = Counter(lid for entry in entries for lid in entry.lids or entry.channels if channel_name(lid) != lid)
    media = Counter(entry.media for entry in entries if entry.media)
    symbols = Counter(symbol for entry in entries for symbol in entry.symbols)
    return Facets(
        [Facet(channel_name(lid), lid, count) for lid, count in channels.most_common(most)],
        [Facet(name, name, count) for name, count in media.most_common(most)],
        [Facet(name, name, count) for name, count in symbols.most_common(most)],
    )
