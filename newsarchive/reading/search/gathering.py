"""What ought to be in the index of a day: the states of its documents, from its journal and their files."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.reading.day_list import FEW
from newsarchive.reading.entries import Entry, states_of
from newsarchive.reading.kept_article import open_article
from newsarchive.reading.search.row import Key, SearchRow, keys_of, row_of

TOGETHER = 250
"""Documents whose lines are in memory: 2 MB.  To pass over the lines of all others takes 8 ms a day of 2,000."""


def states_of_day(root: Path, day: date, docids: Collection[str]) -> dict[str, list[Entry]]:
    """The states of some documents of a day, oldest first, by docid; none of one that was redacted, or never kept.

    Raises ``ArchiveDamaged`` where the disk does not give the journal back.
    """
    path = paths.journal_path(root, day)
    if len(docids) <= FEW:
        lines = journal.read_about(path, *map(json.dumps, docids)) if docids else iter(())
    else:
        lines = journal.read_of(path, docids)
    found = states_of(lines, day)
    return {docid: found[docid] for docid in docids if docid in found}


def each_of_day(root: Path, day: date, docids: Iterable[str] | None = None) -> Iterator[tuple[str, list[Entry]]]:
    """``states_of_day`` for many documents, or all: the lines of ``TOGETHER`` of them are in memory at a time."""
    path = paths.journal_path(root, day)
    left = iter(journal.docids(path) if docids is None else docids)
    while some := list(islice(left, TOGETHER)):
        yield from states_of_day(root, day, dict.fromkeys(some)).items()  # in the order of the journal


def rows_of_day(root: Path, day: date, years: Collection[int] | None = None) -> list[SearchRow]:
    """All rows of a day; ``years``: only those published in one of these."""
    return [row for _, states in each_of_day(root, day) for row in rows_of(root, states, years)]


def rows_of(root: Path, states: list[Entry], years: Collection[int] | None = None) -> Iterator[SearchRow]:
    """The rows of one document's states; each file is read when its row is asked for."""
    for key, entry in zip(keys_of(states), states, strict=True):
        if years is None or key.year in years:
            yield row_of(key, open_article(root, entry))


def rows_for(root: Path, states: Iterable[Entry], keys: Iterable[Key]) -> Iterator[SearchRow]:
    """The rows of these keys, which are of these states."""
    by_state = {entry.state: entry for entry in states}
    for key in keys:
        yield row_of(key, open_article(root, by_state[key.state]))
