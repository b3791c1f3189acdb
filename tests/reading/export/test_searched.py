"""reading.export.searched: an export has what the search finds, whether or not the index is level."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.reading.export.searched import found_by
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from newsarchive.reading.search import index
from newsarchive.reading.search.query import parse
from tests.reading.shelves import archived, article, docid_of, revised, running, two_days


def docids(root: Path, query: str) -> set[str]:
    wanted = found_by(root, parse(query), index.standing(root).behind)
    return {one.entry.docid for one in ExportSource(Library(root), is_wanted=wanted).articles()}


@pytest.mark.parametrize("is_level", [True, False])
def test_an_export_has_what_the_search_finds(tmp_path: Path, *, is_level: bool) -> None:
    root = two_days(tmp_path)
    if is_level:
        index.bring_level(root)
    assert docids(root, "正文 -正文1。") == {docid_of(number) for number in (2, 3, 4, 5)}
    assert docids(root, "channel:2509") == {docid_of(4)}
    assert docids(root, "正文2。") == set()  # a former state


def test_what_came_since_the_index_was_written_is_looked_at_itself(tmp_path: Path) -> None:
    root = two_days(tmp_path)
    index.bring_level(root)
    with running(root) as archive:
        archived(archive, article(7), revised(article(1), "<p>改了。</p>"))
    assert docids(root, "正文7。 OR 正文1。") == {docid_of(7)}
