"""How much an archive holds, counted by one subject after the other, for commands and the web reader.

Nothing stays in memory but the counts themselves and the entries of one day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from itertools import groupby
from pathlib import Path

from newsarchive.archive.index.coverage import CoverageRow
from newsarchive.archive.index.worker import HERE, TellDays, Workers, in_order
from newsarchive.reading.day_cache import sizes_of
from newsarchive.reading.day_list import DayCount
from newsarchive.reading.library import Library
from newsarchive.reading.tally import HOURS, Name, Names, Tally, most_of, tally

TOP = 20
"""Names of a table, unless another number is asked for: a screen."""
PARALLEL_BYTES = 32_000_000
"""Of journals from which on workers pay: some 27,000 articles, two seconds; to start them takes one."""
DAYS_AHEAD = 4
"""A worker's results that may wait: small ones, of days that take from a millisecond to a tenth of a second."""


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
class StatisticsRow:
    """One day, hour, channel, name or kind."""

    key: str | None
    """``2026-11-23``; ``09``; a lid, None for articles given by address; a medium; a symbol; a kind of correction."""
    figures: tuple[int, ...]
    """As ``FIGURES`` names them."""


@dataclass(frozen=True, slots=True)
class Table:
    """The counts by one subject: days and hours in their order, all others the most frequent first."""

    subject: Subject
    rows: tuple[StatisticsRow, ...]
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
    tell: TellDays = lambda *_: None,
    workers: Workers = HERE,
) -> dict[Subject, Table]:
    """One table for each subject, of the articles that are filed under the days of a range (both included).

    ``top``: the most rows of channels, media, symbols and kinds.  A million articles take a minute or two for what only the
    journals tell (``OF_JOURNALS``), and ``tell`` hears of these days; moments for the rest.  Raises ``CatalogueUnusable``
    where coverage is asked for and the catalogue cannot tell it, before anything else is read; ``ArchiveDamaged`` where the
    disk does not give a journal back; and what ``in_order`` does.
    """
    wanted = frozenset(subjects)
    made: list[Table] = []
    if Subject.COVERAGE in wanted:
        made.append(_by_coverage(library.coverage(since, until)))
    if wanted & OF_COUNTS:
        counts = library.counts(since, until)
        made += [_by_day(counts), _by_channel(counts, top)]
    if wanted & OF_JOURNALS:
        days = dict(sizes_of(library.root, since, until))
        with closing(_tallies(library.root, wanted, days, workers)) as tallies:
            made += _by_journals(list(days), tallies, top, tell)
    found = {table.subject: table for table in made}
    return {subject: found[subject] for subject in Subject if subject in wanted}


# --- what the catalogue tells ----------------------------------------------------------------------------------------


def _by_day(counts: Iterable[DayCount]) -> Table:
    rows = [StatisticsRow(one.day.isoformat(), (one.kept, one.revised, one.withdrawn)) for one in counts if one.kept]
    return Table(Subject.DAY, tuple(rows), len(rows))


def _by_channel(counts: Iterable[DayCount], top: int) -> Table:
    articles: Counter[str | None] = Counter()
    for one in counts:
        articles.update(one.channels)
    return Table(Subject.CHANNEL, _ranked(articles, top), len(articles))


def _by_coverage(rows: Iterable[CoverageRow]) -> Table:
    """By day; a document counts once in each channel that showed it, as in the coverage itself."""
    days = [
        StatisticsRow(day.isoformat(), tuple(map(sum, zip(*map(_coverage_figures, of_day), strict=True))))
        for day, of_day in groupby(rows, key=lambda row: row.day)
    ]
    shown = [row for row in days if any(row.figures)]
    return Table(Subject.COVERAGE, tuple(shown), len(shown))


def _coverage_figures(row: CoverageRow) -> tuple[int, ...]:
    return row.offered, row.kept, row.filtered, row.failed, row.gone, row.pending


# --- what only the journals tell -------------------------------------------------------------------------------------


def _by_journals(days: Sequence[date], tallies: Iterable[Tally], top: int, tell: TellDays) -> list[Table]:
    counted = Tally()
    for done, of_day in enumerate(tallies, 1):
        counted.take(of_day)
        tell(done, len(days), counted.articles)
    return _tables(counted, top)


def _tallies(root: Path, wanted: Collection[Subject], days: Mapping[date, int], workers: Workers) -> Generator[Tally]:
    """One a day, in the order of ``days`` (with the bytes of their journals), by workers where that pays."""
    workers = workers.of(pays=sum(days.values()) >= PARALLEL_BYTES, most=len(days))
    has_entries, has_corrections = bool(OF_ENTRIES.intersection(wanted)), Subject.REVISIONS in wanted
    job = partial(tally, root, entries=has_entries, corrections=has_corrections)
    return in_order(job, list(days), workers, ahead=DAYS_AHEAD, what="count")


def _tables(counted: Tally, top: int) -> list[Table]:
    hours = tuple(StatisticsRow(f"{hour:02}", (articles,)) for hour, articles in enumerate(counted.hours))
    return [
        Table(Subject.HOUR, hours, HOURS),
        _of_names(Subject.MEDIA, counted.media, top),
        _of_names(Subject.SYMBOL, counted.symbols, top),
        _of_names(Subject.REVISIONS, counted.kinds, top),
    ]


def _of_names(subject: Subject, names: Names, top: int) -> Table:
    return Table(subject, _ranked(names.counts, top), len(names.counts), names.untold, names.is_exact)


def _ranked(counts: Mapping[Name, int], top: int) -> tuple[StatisticsRow, ...]:
    return tuple(StatisticsRow(name, (articles,)) for name, articles in most_of(counts, top))


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
