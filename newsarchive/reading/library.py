"""The one door through which an archive is read: by commands, search, the web reader and exports.

Nothing is written, nothing locked, nothing rebuilt: it works on a read-only folder, beside a running crawl, and while the
catalogue is made anew, damaged or not there.  The journals say what is true.  The catalogue only tells sooner where to look,
and is believed for a day if it has read that day's journal to its end.

A ``Library`` may be shared by threads, and sees what a crawl archives without being opened again.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.folder import check_archive
from newsarchive.archive.format.states import History, Line, State, histories
from newsarchive.archive.index.coverage import CoverageRow
from newsarchive.archive.index.view import look
from newsarchive.reading import day_list, finding, following, history
from newsarchive.reading.day_cache import DayCache, Stamp, sizes_of, stamp_of
from newsarchive.reading.day_list import DayCount, DayList
from newsarchive.reading.entries import ALL, Entry, Selection, entry_of, offered
from newsarchive.reading.finding import FoundDocument
from newsarchive.reading.following import Changes, Mark
from newsarchive.reading.history import Correction, StateText
from newsarchive.reading.kept_article import KeptArticle, open_article
from newsarchive.reading.pictures import local_pictures
from newsarchive.reading.told_counts import ToldCount, told_counts

HELD_DAYS = 8
"""Whose entries stay in memory: those that readers turn between; some 6 MB for a day of 3,000 articles."""
HELD_SUMMARIES = 20_000
"""Days whose counts and corrections stay in memory, some hundred bytes each: all days of half a century."""
A_DAY = timedelta(days=1)
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class Library:
    """An archive, for whoever reads it.

    Every method raises ``ArchiveDamaged`` where the disk does not give back what it is asked for; a single article's file
    that was lost or altered is no such case: ``KeptArticle`` tells it.
    """

    def __init__(self, root: Path, channel_names: Mapping[str, str] = NO_NAMES) -> None:
        """``channel_names``: lid → what to call the channel.  Raises ``UsageError`` for a folder that is no archive."""
        check_archive(root, "give the folder of an archive")
        self.root = root
        self.channel_names = channel_names
        self._lists: DayCache[DayList] = DayCache(root, HELD_DAYS)
        self._counts: DayCache[DayCount] = DayCache(root, HELD_SUMMARIES)
        self._corrections: DayCache[tuple[Correction, ...]] = DayCache(root, HELD_SUMMARIES)

    def channel_name(self, lid: str) -> str:
        """What to call a channel; the lid itself where nobody named it."""
        return self.channel_names.get(lid, lid)

    # --- one document ----------------------------------------------------------------------------------------------

    def find(self, asked: str, docid: str | None = None) -> list[FoundDocument]:
        """The documents that a docid, a path or a part of a title means, at most ``finding.MOST``.

        ``docid`` is that of an address, if it is one: only who knows the site can read it there.
        """
        return finding.find(self.root, asked, docid)

    def entry(self, docid: str, day: date | None = None) -> Entry | None:
        """Its newest state; None for one that was never kept.  A redacted one is a tombstone.

        ``day``, here and below: under which it is filed, where that is known; then no catalogue is asked for it.
        """
        found = self._day_of(docid, day)
        return self._entry(docid, found) if found else None

    def entry_of_file(self, file: str) -> Entry | None:
        """The document of an article's file, or of an earlier state's, by the path below the archive, with ``/``."""
        found = finding.of_file(self.root, file)
        return self._entry(found.docid, found.day) if found else None

    def article(
        self, docid: str, *, state: int | None = None, at: datetime | None = None, day: date | None = None
    ) -> KeptArticle | None:
        """One state with its text: the newest, that of a number, or that which was had at a moment (aware).

        None for a document that was never kept, or not yet, has no such state, or is redacted.
        """
        found = self._day_of(docid, day)
        told = self._read(docid, found) if found else None
        if told is None or not told[0].states:
            return None
        known, rows = told
        meant = _meant(known, state, at)
        entry = entry_of(known, offered(known, rows), meant, at) if meant else None
        return open_article(self.root, entry) if entry else None

    def open(self, entry: Entry) -> KeptArticle:
        """The text of an entry, without reading its journal again."""
        return open_article(self.root, entry)

    def pictures(self, entry: Entry) -> Mapping[str, str]:
        """Address → file below the archive, of the pictures of an entry's document that the archive has itself."""
        return NO_NAMES if entry.is_redacted else local_pictures(self.root, entry.day, entry.docid)

    def history(self, docid: str, day: date | None = None) -> History | None:
        """All that the journal says of it: states, withdrawals, redaction; None where no journal tells of it."""
        found = self._day_of(docid, day)
        return history.history_of(self.root, found, docid) if found else None

    def text(self, state: State, url: str = "") -> StateText:
        """The file of a state of a history.  Raises ``ArchiveDamaged`` where it is gone."""
        return history.read_state(self.root, state, url)

    def _day_of(self, docid: str, day: date | None) -> date | None:
        found = None if day else finding.of_docid(self.root, docid)
        return found.day if found else day

    def _entry(self, docid: str, day: date) -> Entry | None:
        if held := self._lists.held(day):
            return held.by_docid.get(docid)
        told = self._read(docid, day)
        return entry_of(told[0], offered(*told)) if told else None

    def _read(self, docid: str, day: date) -> tuple[History, Sequence[Line]] | None:
        """Its history, and all rows that offered it."""
        path = paths.journal_path(self.root, day)
        lines = [line for line in journal.read_about(path, json.dumps(docid)) if line.get("docid") == docid]
        known = histories(lines, day).get(docid)
        return (known, [line for line in lines if line.get("event") == "offered"]) if known else None

    # --- days ------------------------------------------------------------------------------------------------------

    def days(self, since: date = date.min, until: date = date.max) -> list[date]:
        """The days of a range that have a journal, oldest first."""
        return [day for day, _ in sizes_of(self.root, since, until)]

    def day(self, day: date) -> DayList:
        """The entries of a day as its journal tells them now; an empty list for a day without one."""
        return self._lists.of(day, lambda stamp, before: self._made(day, stamp, before))

    def stamp(self, day: date) -> Stamp:
        """How the day's journal looks from outside: what was made of the day is up to date while it stays the same."""
        return stamp_of(self.root, day)

    def counts(self, since: date = date.min, until: date = date.max) -> list[DayCount]:
        """How much there is of each day of a range that has a journal, oldest first."""
        days = self.days(since, until)
        unknown = [day for day in days if self._counts.held(day) is None]
        told = told_counts(self.root, unknown[0], unknown[-1]) if unknown else {}
        return [self._count(day, told.get(day)) for day in days]

    def _count(self, day: date, told: ToldCount | None) -> DayCount:
        def made(stamp: Stamp, _: object) -> DayCount:
            return told.count if told and told.read_to == stamp.size else self._passing(day).count

        return self._counts.of(day, made)

    def coverage(self, since: date = date.min, until: date = date.max, channel: str | None = None) -> list[CoverageRow]:
        """What became of what was offered, by day and channel.  Raises ``CatalogueUnusable``: only the catalogue tells."""
        return look(self.root, lambda catalogue: list(catalogue.coverage.rows(since, until, channel)))

    def _made(self, day: date, now: Stamp, before: tuple[Stamp, DayList] | None) -> DayList:
        return day_list.read_again(self.root, now, before) if before else day_list.read_day(self.root, day)

    def _passing(self, day: date) -> DayList:
        """A day that is looked at once: it drives no other out of memory."""
        return self._lists.held(day) or day_list.read_day(self.root, day)

    # --- in time order ---------------------------------------------------------------------------------------------

    def entries(self, selection: Selection = ALL, *, newest_first: bool = False) -> Iterator[Entry]:
        """The kept articles of a selection in time order, a day in memory at a time."""
        days = self.days(selection.since, selection.until)
        words = [json.dumps(word, ensure_ascii=False) for word in selection.words]
        for day in reversed(days) if newest_first else days:
            if words and not journal.mentions(paths.journal_path(self.root, day), *words):
                continue  # a fiftieth of what reading the day costs
            found = self._passing(day).entries
            yield from filter(selection.takes, reversed(found) if newest_first else found)

    def articles(self, selection: Selection = ALL, *, newest_first: bool = False) -> Iterator[KeptArticle]:
        """The same with their texts, an article in memory at a time."""
        return map(self.open, self.entries(selection, newest_first=newest_first))

    def neighbours(self, entry: Entry, selection: Selection = ALL) -> tuple[Entry | None, Entry | None]:
        """The entries of a selection before and after it in time; None where it is the first or last."""
        of_day = self.day(entry.day).entries
        at = bisect_left(of_day, entry.order, key=lambda one: one.order)  # a day has thousands, and each page asks
        beside = reversed(of_day[:at]), of_day[at:]
        earlier, later = (
            next((one for one in side if selection.takes(one) and one.docid != entry.docid), None) for side in beside
        )
        return (
            earlier or self._next(entry.day, selection, newest_first=True),
            later or self._next(entry.day, selection, newest_first=False),
        )

    def _next(self, day: date, selection: Selection, *, newest_first: bool) -> Entry | None:
        if day == (date.min if newest_first else date.max):
            return None
        since, until = (selection.since, day - A_DAY) if newest_first else (day + A_DAY, selection.until)
        return next(self.entries(replace(selection, since=since, until=until), newest_first=newest_first), None)

    # --- corrections, and what is new ------------------------------------------------------------------------------

    def corrections(self, since: datetime | None = None, kinds: Collection[str] = ()) -> Iterator[Correction]:
        """Revisions and withdrawals since a moment (aware), day by day, oldest day first.

        ``kinds`` empty means all that the source has made; those of the kind ``reextracted`` are told where it is asked for.
        """
        for day in self.days():
            yield from (one for one in self.corrections_of(day) if one.is_wanted(since, kinds))

    def corrections_of(self, day: date) -> tuple[Correction, ...]:
        """Those of the documents of one day, document by document."""
        return self._corrections.of(day, lambda *_: tuple(history.corrections_of(self.root, day)))

    def mark(self) -> Mark:
        """Where all journals stand now; ``changes_since`` tells what came behind it."""
        return following.mark_of(self.root)

    def changes_since(self, mark: Mark) -> Changes:
        """What was kept, revised or withdrawn since, each line once if each ``Changes.mark`` is asked with next."""
        return following.changes_since(self.root, mark, self.day)


def _meant(known: History, number: int | None, at: datetime | None) -> State | None:
    if at is not None:
        return history.as_of(known, at)
    return next((state for state in reversed(known.states) if number in (None, state.number)), None)
