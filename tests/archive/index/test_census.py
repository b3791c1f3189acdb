"""What the journals tell of pages: layouts, fields, unknown structures."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsarchive.archive.index.census import census
from tests.journals import failed, kept, said


def test_fields_are_counted_found_and_missing(tmp_path: Path) -> None:
    said(tmp_path, kept("a", editor="某"), kept("b"), kept("c", media=""))
    (entry,) = census(tmp_path).layouts
    assert (entry.articles, entry.found["editor"], entry.missing["editor"]) == (3, 1, 2)
    assert (entry.found["media"], entry.missing["media"]) == (2, 1)


def test_a_required_field_that_fails_pages_is_missing(tmp_path: Path) -> None:
    said(tmp_path, failed("a", "layout-mismatch", "New2017Page.published_at matched 0 elements at https://x/"))
    (entry,) = census(tmp_path).layouts
    assert (entry.layout, entry.articles, entry.missing["published_at"]) == ("New2017Page", 0, 1)


def test_pages_without_a_layout_are_counted_by_host_and_structure(tmp_path: Path) -> None:
    detail = "no layout fits this page of tech.sina.com.cn, structure 0123456789abcdef"
    said(tmp_path, failed("a", "no-layout", detail), failed("b", "no-layout", detail))
    (entry,) = census(tmp_path).unknown
    assert (entry.host, entry.fingerprint, entry.pages) == ("tech.sina.com.cn", "0123456789abcdef", 2)


def test_a_page_that_was_read_later_is_no_longer_unknown(tmp_path: Path) -> None:
    said(tmp_path, failed("a", "no-layout", "x.sina.cn 0123456789ab"), kept("a"))
    counted = census(tmp_path)
    assert (counted.unknown, counted.layouts[0].articles) == ([], 1)


def test_days_before_since_are_left_out(tmp_path: Path) -> None:
    said(tmp_path, kept("a"))
    said(tmp_path, kept("b"), day=date(2026, 11, 24))
    assert [entry.day for entry in census(tmp_path, date(2026, 11, 24)).layouts] == [date(2026, 11, 24)]


@pytest.mark.parametrize(
    "line",
    [
        {"event": "kept", "docid": "b", "layout": ["x"]},
        {"event": "kept", "docid": ["b"], "layout": "x"},
        {"event": "kept", "docid": "b"},
        {"event": ["kept"], "docid": "b"},
        {"event": "failed", "docid": "b", "reason": "no-layout", "detail": 7},
        {"event": "failed", "docid": None, "reason": "layout-mismatch"},
        {"event": "failed", "docid": "b", "reason": {"x": 1}, "detail": "x" * 10**6},
    ],
)
def test_a_line_of_another_hand_stops_no_count(tmp_path: Path, line: dict[str, Any]) -> None:
    said(tmp_path, kept("a"), line)
    assert [entry.articles for entry in census(tmp_path).layouts] == [1]


def test_a_title_that_reads_like_an_offer_is_no_offer(tmp_path: Path) -> None:
    said(tmp_path, kept("a" * 40, title='"event":"offered"'))
    assert [entry.articles for entry in census(tmp_path).layouts] == [1]
