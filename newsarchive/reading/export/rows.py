"""The records of what goes out: made by this process, an article in memory at a time, or by workers, a day each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from newsarchive.archive.index.worker import in_order
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.record import Record, record_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library

DAYS_AHEAD = 2
"""A worker's days that may wait for whoever writes: of 2,000 articles each, 15 MB."""


def records(source: ExportSource) -> Iterator[Record]:
    """Each article that can be read, in time order; ``source`` counts.  Raises ``ArchiveDamaged``, and what ``in_order`` does."""
    if source.workers is None:
        for article in source.articles():
            yield record_of(source.library, article)
        return
    days = source.library.days(source.selection.since, source.selection.until)
    job = partial(records_of_day, source.library.root, dict(source.library.channel_names), source.selection)
    with closing(in_order(job, days, source.workers, ahead=DAYS_AHEAD, what="export")) as made:
        for done, of_day in enumerate(made, 1):
            yield from _counted(source, of_day)
            source.tell(done, len(days), source.exported)


def _counted(source: ExportSource, of_day: list[Record | str]) -> Iterator[Record]:
    for record in of_day:
        if isinstance(record, str):
            source.note(record)
            continue
        yield record
        source.exported += 1


def records_of_day(root: Path, channel_names: Mapping[str, str], selection: Selection, day: date) -> list[Record | str]:
    """The records of a day in time order; of an article that cannot be read why, a sentence."""
    library = Library(root, channel_names)
    articles = library.articles(replace(selection, since=day, until=day))
    return [article.fault if article.is_missing else record_of(library, article) for article in articles]
