"""Each field of each stored page, a test of its own: a failure names the layout, the page and the field."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from newsarchive.sina.page.layouts import LAYOUTS
from tests.quality import fallen, floors, measure
from tests.stored import stored_pages

PAGES = {page.name: page for page in stored_pages()}
FIELDS = [(name, field) for name, page in PAGES.items() for field in page.expected()]


@cache
def read(name: str) -> dict[str, Any]:
    return PAGES[name].read()


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_field_is_read_as_expected(name: str, field: str) -> None:
    assert read(name)[field] == PAGES[name].expected()[field]


@pytest.mark.parametrize("name", PAGES)
def test_no_field_is_read_that_nothing_expects(name: str) -> None:
    assert set(read(name)) == set(PAGES[name].expected())


@pytest.mark.parametrize("name", PAGES)
def test_page_stands_with_its_layout_and_is_stored_in_its_charset(name: str) -> None:
    page = PAGES[name]
    assert page.expected()["layout"] == page.folder.parent.name
    label = page.meta["headers"]["Content-Type"].partition("charset=")[2] or "gb18030"
    assert page.body.decode(label)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_each_layout_has_a_stored_page(layout: type) -> None:
    assert any(page.folder.parent.name == layout.__name__ for page in PAGES.values())


def test_no_floor_is_missed_and_each_page_has_one() -> None:
    measured = {page.name: measure(page) for page in PAGES.values()}
    assert fallen(measured, floors()) == []
    assert set(floors()) == set(PAGES)


def test_lost_page_and_lost_text_count_as_fallen() -> None:
    floor = {"a": {"fields": 2, "images": 1}, "b": {"fields": 1}}
    assert fallen({"a": {"fields": 1, "images": 1}}, floor) == [
        "a: fields 1, the floor is 2",
        "b: fields 0, the floor is 1",
    ]
