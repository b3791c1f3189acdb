"""reading.web.subjects: how far back one page looks, and that pages together tell all."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from newsarchive.reading.entries import Selection
from newsarchive.reading.library import Library
from newsarchive.reading.web import subjects
from newsarchive.reading.web.subjects import window
from tests.reading.shelves import MONDAY, TUESDAY, archived, article, docid_of, running


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Articles 1 to 6, two a day from Monday on."""
    with running(tmp_path) as archive:
        archived(archive, *(article(number, MONDAY + timedelta(days=(number - 1) // 2)) for number in range(1, 7)))
    return Library(tmp_path)


def pages(library: Library, until: date) -> list[list[str]]:
    found = []
    day: date | None = until
    while day:
        page = window(library, Selection(media="新华社"), day)
        found.append([entry.docid for entry in page.entries])
        day = page.earlier
    return found


def test_a_page_ends_with_the_day_that_brings_enough(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "ENOUGH_ROWS", 3)
    newest, earlier = pages(library, MONDAY + timedelta(days=9))
    assert newest == [docid_of(number) for number in (6, 5, 4, 3)]
    assert earlier == [docid_of(number) for number in (2, 1)]


def test_a_page_ends_when_its_time_is_over(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "PATIENCE_S", -1.0)
    assert [len(page) for page in pages(library, MONDAY + timedelta(days=9))] == [2, 2, 2]


def test_what_is_not_found_in_three_months_is_looked_for_by_the_next_page(library: Library) -> None:
    page = window(library, Selection(), TUESDAY + timedelta(days=subjects.WINDOW_DAYS + 5))
    assert page.entries == []
    assert page.earlier is not None
    assert window(library, Selection(), page.earlier).entries[0].docid == docid_of(6)


def test_days_that_are_named_below_a_plot_do_not_run_into_each_other() -> None:
    days = [MONDAY + timedelta(days=number) for number in range(subjects.WINDOW_DAYS)]
    assert len([day for day in days if subjects._tick(day, len(days))]) <= 7
    assert [subjects._tick(day, 15) for day in days[:8]] == ["11/23", "", "", "", "", "", "", "11/30"]
