from __future__ import annotations

from pathlib import Path

from newsarchive.reading.entries import Selection
from newsarchive.reading.export.source import MOST_NAMED, ExportSource
from newsarchive.reading.library import Library
from tests.reading import shelves
from tests.reading.shelves import TUESDAY, docid_of


def numbers(source: ExportSource) -> list[int]:
    return [int(article.entry.docid[-7:]) for article in source.articles()]


def test_articles_come_in_time_order_once(library: Library) -> None:
    source = ExportSource(library)
    assert (numbers(source), source.exported) == ([1, 2, 3, 4, 5], 5)


def test_a_selection_and_a_search_must_both_hold(library: Library) -> None:
    found = {docid_of(1), docid_of(5)}
    searched = ExportSource(library, Selection(since=TUESDAY), lambda entry: entry.docid in found)
    assert numbers(searched) == [5]
    assert numbers(ExportSource(library, Selection(media="证券时报"))) == [4]


def test_progress_ends_with_all_days_and_articles(library: Library) -> None:
    told: list[tuple[int, int, int]] = []
    list(ExportSource(library, tell=lambda *counts: told.append(counts)).articles())
    assert (told[0], told[-1]) == ((0, 2, 0), (2, 2, 5))
    assert told == sorted(told)


def test_redacted_articles_do_not_go_out(root: Path) -> None:
    shelves.redacted(root, docid_of(1))
    assert numbers(ExportSource(Library(root))) == [2, 3, 4, 5]


def test_an_article_that_cannot_be_read_is_counted_and_named(root: Path) -> None:
    library = Library(root)
    for entry in library.entries(Selection(since=TUESDAY)):
        (root / entry.file).unlink()
    source = ExportSource(library)
    assert (numbers(source), source.exported, source.unreadable) == ([1, 2, 3], 3, 2)
    assert len(source.faults) == 2 <= MOST_NAMED
    assert "第4篇" in source.faults[0]
