"""What the journal of one day comes to, as rows of the catalogue: pure, so that days can be read side by side.

Says the same as ``Catalogue.apply``, event by event, would: both rest on ``document``.  A day is held in memory, no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count
from pathlib import Path
from typing import Any

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.events import is_sound
from newsarchive.archive.format.journal import EMPTY, Tail, moment
from newsarchive.archive.format.names import fold
from newsarchive.archive.format.picture_events import PICTURE_EVENTS
from newsarchive.archive.format.profiles import PROFILES, Profile
from newsarchive.archive.index import document as documents
from newsarchive.archive.index import pictures, visits
from newsarchive.archive.index.coverage import NO_CHANNEL
from newsarchive.archive.index.damage import Damage, unlinked
from newsarchive.archive.index.document import KEPT_EVENTS, LOSSES, REDACTED, Document, stamp_or_none
from newsarchive.archive.index.pictures import Picture
from newsarchive.archive.index.visits import VISIT_EVENTS, Visit

Row = tuple[Any, ...]


@dataclass(slots=True)
class DayRows:
    """Rows by table, and what is to be told of the journal."""

    day: date
    tail: Tail = EMPTY
    """How far the journal was read: behind its last whole line."""
    documents: list[Row] = field(default_factory=list)
    """In the order of their first offers."""
    names: list[Row] = field(default_factory=list)
    channels: list[Row] = field(default_factory=list)
    days: list[Row] = field(default_factory=list)
    hours: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    pictures: list[Row] = field(default_factory=list)
    pictured: list[Row] = field(default_factory=list)
    """Of which state each document's pictures were named last."""
    strangers: list[str] = field(default_factory=list)
    """Docids that were lost here and not offered here: perhaps of another day."""
    left_files: list[str] = field(default_factory=list)
    """Files of documents that are kept under another name since."""
    unlinked: list[Damage] = field(default_factory=list)
    """Lines that do not carry the link of the line before them."""
    accepted: list[dict[str, Any]] = field(default_factory=list)
    """The ``damaged`` events."""
    profile: str | None = None
    """Of the first article."""


@dataclass(slots=True)
class _OfChannel:
    """A row of the table ``days``."""

    offered: int = 0
    first_at: str | None = None
    asked: int = 0
    sealed_by: str | None = None


def read_day(root: Path, day: date, profile_name: str) -> DayRows:
    """Read a day's journal as a whole.  Raises ``ArchiveDamaged`` where the disk does not give it back."""
    return _Day(day, PROFILES[profile_name]).read(paths.journal_path(root, day))


class _Day:
    """A day while it is read."""

    def __init__(self, day: date, profile: Profile) -> None:
        self._day, self._profile, self._is_shared = day, profile, is_shared(profile)
        self._rows = DayRows(day)
        self._documents: dict[str, Document] = {}
        self._visits: dict[str, Visit] = {}
        self._pictures: dict[tuple[str, str], Picture] = {}
        self._pictured: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._channels: dict[str, dict[str, None]] = {}
        """Docid → who showed it; ``NO_CHANNEL`` for an address given by hand."""
        self._days: dict[str, _OfChannel] = {}
        self._hours: Counter[tuple[str, int]] = Counter()

    def read(self, path: Path) -> DayRows:
        events = [event for event in self._lines(path) if is_sound(event)]
        for event in events:  # a kept article claims its name first: its file is there
            if event["event"] in KEPT_EVENTS and not documents.is_earlier_state(event):
                self._names.setdefault(fold(documents.stem_of(event)), event["docid"])
        for event in events:
            self._apply(event)
        return self._told()

    def _lines(self, path: Path) -> list[dict[str, Any]]:
        lines = []
        for number, line in enumerate(journal.read(path), 1):
            lines.append(line.data)
            if not line.linked:
                self._rows.unlinked.append(unlinked(self._day, number, self._rows.tail.link, line.data.get("link")))
            self._rows.tail = Tail(line.end, line.link)
        return lines

    def _apply(self, event: Mapping[str, Any]) -> None:
        name = event["event"]
        if name == "offered":
            self._offered(event)
        elif name in KEPT_EVENTS:
            self._rows.profile = self._rows.profile or event["profile"]
            self._kept(event)
        elif name in LOSSES:
            self._lost(event)
        elif name == REDACTED:
            self._redacted(event)
        elif name in PICTURE_EVENTS:
            self._picture(event)
        else:
            self._apply_of_day(event)
        if name in VISIT_EVENTS and (visit := self._visits.get(event["docid"])):
            self._visits[visit.docid] = visits.seen(visit, event)

    def _apply_of_day(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "sealed":
                self._of(event["channel"]).sealed_by = event.get("by") or "day-query"
            case "asked":
                self._of(event["channel"]).asked = 1
            case "damaged":
                self._rows.accepted.append(dict(event))

    def _picture(self, event: Mapping[str, Any]) -> None:
        self._pictures |= {(one.docid, one.url): one for one in pictures.applied(self._pictures, self._day, event)}
        if sha256 := pictures.named_by(event):
            self._pictured[event["docid"]] = sha256

    def _kept(self, event: Mapping[str, Any]) -> None:
        docid, known = event["docid"], self._documents.get(event["docid"])
        if known and known.is_redacted:
            return
        after = documents.kept(known, event) if known else documents.kept_unoffered(self._day, event)
        if known and known.file and known.file != after.file:
            self._rows.left_files.append(known.file)
        self._documents[docid] = after
        self._visits[docid] = visits.kept(self._visits.get(docid), event)

    def _lost(self, event: Mapping[str, Any]) -> None:
        if known := self._documents.get(event["docid"]):
            self._documents[known.docid] = documents.lost(known, event)
        else:
            self._rows.strangers.append(event["docid"])

    def _redacted(self, event: Mapping[str, Any]) -> None:
        docid = event["docid"]
        known = self._documents.get(docid) or documents.unknown(self._day, docid)
        self._documents[docid] = documents.redacted(known, event)
        self._visits.pop(docid, None)
        self._pictured.pop(docid, None)
        self._pictures = {key: one for key, one in self._pictures.items() if one.docid != docid}

    def _offered(self, event: Mapping[str, Any]) -> None:
        docid, known = event["docid"], self._documents.get(event["docid"])
        if known:
            self._documents[docid] = documents.offered_again(known, event)
            if not known.was_said(event) and (visit := self._visits.get(docid)):
                self._visits[docid] = visits.listed(visit, event)
        else:
            self._documents[docid] = documents.first_offered(self._day, event, self._claim(docid, event))
        shown_by = self._channels.setdefault(docid, {})
        if new := set(event["channels"]) - shown_by.keys():
            self._count(new, event)
        shown_by.update(dict.fromkeys(event["channels"] or [NO_CHANNEL]))

    def _claim(self, docid: str, event: Mapping[str, Any]) -> str | None:
        """Its stem; in a folder that days share, names are given when all days are read."""
        if self._is_shared or not event["channels"]:
            return None
        stem = free_stem(self._profile, listed_title(self._profile, event), docid, self._names.get)
        self._names.setdefault(fold(stem), docid)
        return stem

    def _of(self, channel: str) -> _OfChannel:
        return self._days.setdefault(channel, _OfChannel())

    def _count(self, channels: set[str], event: Mapping[str, Any]) -> None:
        at, published_at = stamp_or_none(event.get("at")), moment(event.get("published_at"))
        for channel in channels:
            entry = self._of(channel)
            entry.offered += 1
            entry.first_at = min(filter(None, (entry.first_at, at)), default=None)
            if published_at and published_at.date() == self._day:
                self._hours[channel, published_at.hour] += 1

    def _told(self) -> DayRows:
        rows, day, scope = self._rows, self._day.isoformat(), self._profile.scope_of(self._day)
        rows.documents = [documents.to_row(document) for document in self._documents.values()]
        rows.names = [(scope, key, docid) for key, docid in self._names.items()]
        rows.channels = [(docid, channel) for docid, shown_by in self._channels.items() for channel in shown_by]
        rows.days = [
            (channel, day, entry.offered, entry.first_at, entry.asked, entry.sealed_by)
            for channel, entry in self._days.items()
        ]
        rows.pictures = list(map(pictures.to_row, self._pictures.values()))
        rows.pictured = [(docid, day, sha256) for docid, sha256 in self._pictured.items()]
        rows.visits = [visits.to_row(visit) for visit in self._visits.values()]
        rows.hours = [(channel, hour, day, number) for (channel, hour), number in self._hours.items()]
        return rows


def is_shared(profile: Profile) -> bool:
    """Whether the documents of all days lie in one folder, so that a name depends on other days, too."""
    return profile.scope_of(date.min) == profile.scope_of(date.max)


def listed_title(profile: Profile, event: Mapping[str, Any]) -> str:
    """The title that names the file of a document first offered so."""
    title: str = (event.get("listed_title") if profile.is_literal else None) or event.get("title") or ""
    return title


def free_stem(
    profile: Profile, title: str, docid: str, owner: Callable[[str], str | None], *, titled: bool = True
) -> str:
    """The name that this document gets: the plain one if it is free, else with its docid (design §3).

    ``owner`` tells the docid that has a folded stem, or None.  ``titled`` is False for an address given by hand: its
    title comes from the page, its docid always stands there.
    """
    return next(free_stems(profile, title, docid, owner, titled=titled))


def free_stems(
    profile: Profile, title: str, docid: str, owner: Callable[[str], str | None], *, titled: bool
) -> Iterator[str]:
    """``free_stem``, and the names after it for a document in whose way something lies on the disk; endless."""
    stem = profile.stem_of(title)
    plain = [stem] if stem and titled else []
    tails = chain([docid], (f"{docid}-{n}" for n in count(2)))  # a hostile title may look like a name with docid
    stems = chain(plain, (profile.with_docid(stem, tail) for tail in tails))
    return (stem for stem in stems if owner(fold(stem)) in (None, docid))
