"""What a re-extraction did, or would do: counts, names and samples, all bounded, so that memory stays flat."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from newsarchive.jobs.reextracting.change import StateChange
from newsarchive.jobs.reextracting.day import CHANGED, LEFT, DayAgain, LeftDocument

MAX_NAMED = 10_000
"""Documents that are named one by one, some 200 bytes each; the counts tell of all."""
MAX_TROUBLES = 1_000
SAMPLES_A_LAYOUT, SAMPLES_OF_A_KIND = 12, 4
"""Differences that are shown, of each layout, and of each set of things that changed in it."""


@dataclass(frozen=True, slots=True)
class ChangedDocument:
    """A document with a change."""

    docid: str
    day: date
    title: str
    layout: str
    what: tuple[str, ...]


@dataclass(slots=True)
class OfLayout:
    """The changes of the states that one layout had read."""

    states: int = 0
    fields: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Name of a field → how often it was gained, lost, altered."""
    texts: Counter[str] = field(default_factory=Counter)
    """How often words were gained, lost, or both."""
    gained: int = 0
    lost: int = 0
    """Characters of text."""
    samples: list[StateChange] = field(default_factory=list)
    _sampled: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def take(self, change: StateChange) -> None:
        self.states += 1
        for one in change.fields:
            self.fields[one.name][one.kind] += 1
        if change.pictures_gone or change.pictures_come:
            self.fields["pictures"]["altered"] += 1
        if change.text_kind:
            self.texts[change.text_kind] += 1
            self.gained, self.lost = self.gained + change.gained, self.lost + change.lost
        if len(self.samples) < SAMPLES_A_LAYOUT and self._sampled[change.what] < SAMPLES_OF_A_KIND:
            self._sampled[change.what] += 1
            self.samples.append(change)


@dataclass(slots=True)
class ReextractionOutcome:
    """All days together."""

    is_dry: bool = False
    days: int = 0
    pages: int = 0
    """Stored pages that were read again."""
    counts: Counter[str] = field(default_factory=Counter)
    """States by ``day.UNCHANGED``, ``CHANGED`` and ``UNSTORED``; failed documents by ``STILL_FAILED``; what was written by
    ``reextracted``, ``kept`` and ``same-text``."""
    layouts: dict[str, OfLayout] = field(default_factory=dict)
    named: list[ChangedDocument] = field(default_factory=list)
    """Documents whose states change, the first ``MAX_NAMED``."""
    found: list[ChangedDocument] = field(default_factory=list)
    """Failed documents that are articles now."""
    troubles: list[LeftDocument] = field(default_factory=list)
    trouble_counts: Counter[str] = field(default_factory=Counter)

    def take(self, told: DayAgain) -> None:
        """Add what one day gave."""
        self.days += 1
        self.pages += told.pages
        self.counts.update(told.counts)
        for change in told.changes:
            self.layouts.setdefault(change.layout, OfLayout()).take(change)
            self.counts["documents"] += 1  # of a document with several pages, each counts
            self._name(self.named, ChangedDocument(change.docid, change.day, change.title, change.layout, change.what))
        for one in told.found:
            article = one.article
            self._name(self.found, ChangedDocument(article.offer.docid, told.day, article.title, article.layout, ()))
        self.counts["found"] += len(told.found)
        for trouble in told.troubles:
            self.note(trouble)

    def note(self, trouble: LeftDocument) -> None:
        """A document stays as it is."""
        self.trouble_counts[trouble.kind] += 1
        if len(self.troubles) < MAX_TROUBLES:
            self.troubles.append(trouble)

    def leave(self, day: date, left: Mapping[str, str]) -> None:
        """Documents of a day that were to be written, and why they were not."""
        for docid, why in left.items():
            self.note(LeftDocument(LEFT, docid, day, why))

    @staticmethod
    def _name(named: list[ChangedDocument], one: ChangedDocument) -> None:
        if len(named) < MAX_NAMED:
            named.append(one)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "dry_run": self.is_dry,
            "days": self.days,
            "pages": self.pages,
            **{name: self.counts[name] for name in ("unchanged", CHANGED, "unstored", "still_failed", "found")},
            "written": {name: self.counts[name] for name in ("reextracted", "kept", "same-text")},
            "layouts": [_layout(name, told) for name, told in sorted(self.layouts.items())],
            "documents": list(map(_named, self.named)),
            "articles": list(map(_named, self.found)),
            "troubles": [
                {"kind": one.kind, "docid": one.docid, "day": one.day.isoformat(), "message": one.message}
                for one in self.troubles
            ],
        }


def _layout(name: str, told: OfLayout) -> dict[str, Any]:
    texts = {**told.texts, "characters_gained": told.gained, "characters_lost": told.lost}
    return {
        "layout": name,
        "states": told.states,
        "fields": {key: dict(counts) for key, counts in sorted(told.fields.items())},
        "texts": texts,
    }


def _named(one: ChangedDocument) -> dict[str, Any]:
    return {
        "docid": one.docid,
        "day": one.day.isoformat(),
        "title": one.title,
        "layout": one.layout,
        "changed": list(one.what),
    }
