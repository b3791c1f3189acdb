"""How much an archive holds, counted by one subject after the other, for commands and the web reader.

Nothing stays in memory but the counts themselves and the entries of one day.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from newsarchive.archive.index.coverage import Row as CoverageRow
from newsarchive.reading.day_list import DayCount
from newsarchive.reading.entries import Entry, Selection
from newsarchive.reading.history import corrections_of
from newsarchive.reading.library import Library

TOP = 20
"""Names of a table, unless another number is asked for: a screen."""
HELD_NAMES = 20_000
"""Different names that are counted to the end: some 10 MB; a year of Sina's feed names a few thousand media and stocks."""
NAME_CHARACTERS = 100
"""Of a name that is counted; longer ones are cut, since another hand's line may hold a megabyte."""
HOURS = 24

Tell = Callable[[int, int], object]
"""(days that are counted, days in all) → nothing that matters."""


class Subject(StrEnum):
    """By what the articles are counted, in the order in which the tables are shown."""

    DAY = "day"
    HOUR = "hour"
    CHANNEL = "channel"
    MEDIA = "media"
    SYMBOL = "symbol"
    COVERAGE = "coverage"
    REVISIONS = "revisions"


FIGURES: dict[Subject, tuple[str, ...]] = {
    Subject.DAY: ("kept", "revised", "withdrawn"),
    Subject.HOUR: ("articles",),
    Subject.CHANNEL: ("articles",),
    Subject.MEDIA: ("articles",),
    Subject.SYMBOL: ("articles",),
    Subject.COVERAGE: ("offered", "kept", "filtered", "failed", "gone", "pending"),
    Subject.REVISIONS: ("corrections",),
}
"""What the figures of a table's rows are called."""
OF_COUNTS = frozenset({Subject.DAY, Subject.CHANNEL})
"""Told by the catalogue in no time, where there is one."""
OF_ENTRIES = frozenset({Subject.HOUR, Subject.MEDIA, Subject.SYMBOL})
OF_JOURNALS = OF_ENTRIES | {Subject.REVISIONS}
"""For these every journal of the range is read."""
OF_DAYS = frozenset({Subject.DAY, Subject.COVERAGE})
"""Whose keys are days."""


@dataclass(frozen=True, slots=True)
class Row:
    """One day, hour, channel, name or kind."""

    key: str | None
    """``2026-11-23``; ``09``; a lid, None for articles given by address; a medium; a symbol; a kind of correction."""
    figures: tuple[int, ...]
    """As ``FIGURES`` names them."""


@dataclass(frozen=True, slots=True)
class Table:
    """The counts by one subject: days and hours in their order, all others the most frequent first."""

    subject: Subject
    rows: tuple[Row, ...]
    names: int
    """How many rows there would be if none were left out."""
    untold: int = 0
    """Articles that name no medium, or no symbol; they are in no row."""
    is_exact: bool = True
    """False where there were more names than are held: rare ones are missing, and ``names`` is only a lower bound."""

    @property
    def figures(self) -> tuple[str, ...]:
        return FIGURES[self.subject]


def statistics(
    library: Library,
    subjects: Collection[Subject] = frozenset(Subject),
    since: date = date.min,
    until: date = date.max,
    *,
    top: int = TOP,
    tell: Tell = lambda *_: None,
) -> dict[Subject, Table]:
    """One table for each subject, of the articles that are filed under the days of a range (both included).

    ``top``: the most rows of channels, media, symbols and kinds.  A million articles take a minute or two for what only the
    journals tell (``OF_JOURNALS``), moments for the rest.  Raises ``CatalogueUnusable`` where coverage is asked for and the
    catalogue cannot tell it, before anything else is read; ``ArchiveDamaged`` where the disk does not give a journal back.
    """
    wanted = frozenset(subjects)
    made: list[Table] = []
    if Subject.COVERAGE in wanted:
        made.append(_by_coverage(library.coverage(since, until)))
    if wanted & OF_COUNTS:
        counts = library.counts(since, until)
        made += [_by_day(counts), _by_channel(counts, top)]
    if wanted & OF_JOURNALS:
        made += _by_journals(library, wanted, library.days(since, until), top, tell)
    found = {table.subject: table for table in made}
    return {subject: found[subject] for subject in Subject if subject in wanted}


# --- what the catalogue tells ----------------------------------------------------------------------------------------


def _by_day(counts: Iterable[DayCount]) -> Table:
    rows = [Row(one.day.isoformat(), (one.kept, one.revised, one.withdrawn)) for one in counts if one.kept]
    return Table(Subject.DAY, tuple(rows), len(rows))


def _by_channel(counts: Iterable[DayCount], top: int) -> Table:
    articles: Counter[str | None] = Counter()
    for one in counts:
        articles.update(one.channels)
    return Table(Subject.CHANNEL, _ranked(articles, top), len(articles))


def _by_coverage(rows: Iterable[CoverageRow]) -> Table:
    """By day; a document counts once in each channel that showed it, as in the coverage itself."""
    days = [
        Row(day.isoformat(), tuple(map(sum, zip(*map(_coverage_figures, of_day), strict=True))))
        for day, of_day in groupby(rows, key=lambda row: row.day)
    ]
    shown = [row for row in days if any(row.figures)]
    return Table(Subject.COVERAGE, tuple(shown), len(shown))


def _coverage_figures(row: CoverageRow) -> tuple[int, ...]:
    return row.offered, row.kept, row.filtered, row.failed, row.gone, row.pending


# --- what only the journals tell -------------------------------------------------------------------------------------


class _Names:
    """How often each name occurs: exact up to ``HELD_NAMES`` names; above that the rarest are forgotten now and then."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._is_exact = True
        self._untold = 0

    def add(self, names: Collection[str]) -> None:
        """Of one article; none but empty ones: it tells none."""
        told = {name[:NAME_CHARACTERS] for name in names if name}
        self._untold += not told
        self._counts.update(told)
        if len(self._counts) > 2 * HELD_NAMES:
            self._counts = Counter(dict(self._counts.most_common(HELD_NAMES)))
            self._is_exact = False

    def table(self, subject: Subject, top: int) -> Table:
        return Table(subject, _ranked(self._counts, top), len(self._counts), self._untold, self._is_exact)


@dataclass(slots=True)
class _Journals:
    """The counters that a reading of all journals fills."""

    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    media: _Names = field(default_factory=_Names)
    symbols: _Names = field(default_factory=_Names)
    kinds: _Names = field(default_factory=_Names)

    def add(self, entry: Entry) -> None:
        self.hours[entry.at.hour] += 1
        self.media.add((entry.media,))
        self.symbols.add(entry.symbols)

    def tables(self, top: int) -> list[Table]:
        hours = tuple(Row(f"{hour:02}", (articles,)) for hour, articles in enumerate(self.hours))
        return [
            Table(Subject.HOUR, hours, HOURS),
            self.media.table(Subject.MEDIA, top),
            self.symbols.table(Subject.SYMBOL, top),
            self.kinds.table(Subject.REVISIONS, top),
        ]


def _by_journals(
    library: Library, wanted: Collection[Subject], days: Sequence[date], top: int, tell: Tell
) -> list[Table]:
    counted = _Journals()
    for done, day in enumerate(days, 1):
        if OF_ENTRIES.intersection(wanted):
            for entry in library.entries(Selection(since=day, until=day)):
                counted.add(entry)
        if Subject.REVISIONS in wanted:
            for one in corrections_of(library.root, day):  # the library would hold those of all days in memory
                if one.is_wanted(None, ()):
                    counted.kinds.add((one.kind,))
        tell(done, len(days))
    return counted.tables(top)


def _ranked(counts: Counter[str | None] | Counter[str], top: int) -> tuple[Row, ...]:
    """The most frequent first, equal ones by name, so that two countings of one archive are equal."""
    most = heapq.nsmallest(top, counts.items(), key=lambda item: (-item[1], item[0] or ""))
    return tuple(Row(name, (articles,)) for name, articles in most)


# --- days for a picture ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spans:
    """The rows of days put together, so that a picture has room for them."""

    days: int
    """Of each span; the last one may reach beyond the last day."""
    rows: tuple[tuple[date, tuple[int, ...]], ...]
    """The first day of each span and the sums of its figures, zeros where nothing was."""


def spans(table: Table, most: int) -> Spans:
    """The days of a table (one of ``OF_DAYS``) from the first to the last in at most ``most`` spans of equal length.

    >>> day = Table(Subject.DAY, (Row("2026-11-20", (3, 1, 0)), Row("2026-11-23", (2, 0, 0))), 2)
    >>> [(first.day, figures[0]) for first, figures in spans(day, 2).rows]
    [(20, 3), (22, 2)]
    """
    told = [(date.fromisoformat(row.key), row.figures) for row in table.rows if row.key]
    if not told:
        return Spans(1, ())
    first, last = told[0][0], told[-1][0]
    length = -(-((last - first).days + 1) // most)
    count = -(-((last - first).days + 1) // length)
    sums = [[0] * len(table.figures) for _ in range(count)]
    for day, figures in told:
        of_span = sums[(day - first).days // length]
        of_span[:] = map(sum, zip(of_span, figures, strict=True))
    return Spans(length, tuple(_dated(first, length, sums)))


def _dated(first: date, length: int, sums: Iterable[Sequence[int]]) -> Iterator[tuple[date, tuple[int, ...]]]:
    for number, figures in enumerate(sums):
        yield first + timedelta(days=number * length), tuple(figures)
