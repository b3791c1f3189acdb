"""Order, numbers and days of what is found."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from newsarchive.archive.record.redaction import redact
from newsarchive.errors import SearchUnusable
from newsarchive.reading.search import index, searching
from newsarchive.reading.search.query import parse
from newsarchive.reading.search.searching import By, SearchBounds, Searcher
from newsarchive.reading.search.shards import path_of
from tests.reading import shelves
from tests.reading.shelves import MONDAY, TUESDAY, docid_of

YEARS = 3
EACH = 8


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles of three years, eight each; of every fourth the title has 降准, of all the text."""
    root = tmp_path_factory.mktemp("searching") / "archive"
    with shelves.running(root) as run:
        for number in range(YEARS * EACH):
            day = MONDAY - timedelta(days=366 * (number // EACH))
            title = f"降准{number}" if number % 4 == 0 else f"第{number}篇"
            shelves.archived(
                run, shelves.article(number, day, title=title, body=f"<p>降准{'，又降准' * (number % 3)}</p>")
            )
    index.bring_level(root)
    return root


def docids(root: Path, query: str, **more: object) -> list[str]:
    return [hit.entry.docid for hit in Searcher(root).search(parse(query), **more).hits]


def test_the_newest_comes_first_over_all_years(root: Path) -> None:
    hits = Searcher(root).search(parse("降准"), most=100).hits
    moments = [hit.entry.at for hit in hits]
    assert moments == sorted(moments, reverse=True)
    assert {moment.year for moment in moments} == {2026, 2025, 2024}
    assert len(hits) == YEARS * EACH


def test_pages_of_hits_follow_each_other(root: Path) -> None:
    whole = docids(root, "降准", most=100)
    assert docids(root, "降准", most=10) + docids(root, "降准", most=10, skip=10) == whole[:20]
    assert docids(root, "降准", most=10, skip=1000) == []


def test_by_relevance_titles_weigh_more(root: Path) -> None:
    first = docids(root, "降准", by=By.RELEVANCE, most=6)
    assert set(first) == {docid_of(number) for number in range(0, YEARS * EACH, 4)}


def test_days_are_those_of_publication_both_included(root: Path) -> None:
    assert len(docids(root, "降准", wanted=SearchBounds(since=MONDAY, until=MONDAY))) == EACH
    assert docids(root, "降准", wanted=SearchBounds(since=MONDAY + timedelta(days=1))) == []
    assert len(docids(root, "降准", wanted=SearchBounds(until=MONDAY - timedelta(days=1)), most=99)) == EACH * 2


def test_totals_are_exact_below_the_limit_and_estimates_above(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = Searcher(root).search(parse("降准"), most=1)
    assert (result.total, result.exact) == (24, True)
    monkeypatch.setattr(searching, "EXACT_BELOW", 10)
    result = Searcher(root).search(parse("降准"), most=1)
    assert not result.exact
    assert result.total == pytest.approx(24, abs=3)
    assert Searcher(root).count(parse("降准")) == 24
    assert Searcher(root).search(parse("降准"), most=30).exact  # as many were looked at all the same


def test_all_gives_each_once_with_its_day(root: Path) -> None:
    found = list(Searcher(root).all(parse("降准")))
    assert len(found) == len(set(found)) == 24
    assert (MONDAY, docid_of(1)) in found


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    index.bring_level(root)
    path_of(index.folder_of(root), 2026).write_bytes(b"rubbish" * 1000)
    with pytest.raises(SearchUnusable, match="rebuild --search"):
        Searcher(root).search(parse("正文"))


def test_an_archive_without_index_finds_nothing_and_writes_nothing(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    before = shelves.footprint(root)
    assert docids(root, "正文") == []
    assert index.standing(root).behind == (TUESDAY, MONDAY)
    assert shelves.footprint(root) == before


def test_what_was_redacted_since_is_not_shown(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    index.bring_level(root)
    redact(root, "clean", docid_of(3), "asked", keep_title=False, clock=lambda: shelves.at(TUESDAY, 23))
    assert docid_of(3) not in docids(root, "正文")


def test_searches_go_on_while_the_index_is_written(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    index.bring_level(root)
    with shelves.running(root) as run:
        shelves.archived(run, *(shelves.article(number, TUESDAY) for number in range(10, 60)))
    writer = threading.Thread(target=index.bring_level, args=(root,))
    writer.start()
    while writer.is_alive():
        assert len(docids(root, "正文", most=100)) in (5, 55)
    writer.join()
    assert len(docids(root, "正文", most=100)) == 55
