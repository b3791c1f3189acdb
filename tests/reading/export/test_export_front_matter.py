from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.archive.format.frontmatter import one_line
from newsarchive.reading.export.front_matter import front_matter, quoted
from tests.reading.export import hostile


@given(st.text())
def test_each_text_is_read_back_as_one_line(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == one_line(text)


@pytest.mark.parametrize("title", hostile.TITLES)
def test_a_hostile_title_is_read_back_to_the_letter(title: str) -> None:
    header = front_matter({"title": title, "tags": [title, "x"]})
    assert len(header.splitlines()) == 4
    assert yaml.safe_load(header.strip("-\n")) == {"title": one_line(title), "tags": [one_line(title), "x"]}


def test_what_cannot_be_seen_is_written_by_its_number() -> None:
    assert quoted("a\u202eb\U000e0001") == '"a\\u202Eb\\U000E0001"'


def test_moments_have_their_zone_and_what_is_empty_is_left_out() -> None:
    told = {"date": datetime(2026, 11, 23, 1, 30, tzinfo=UTC), "none": None, "empty": "", "tags": [], "state": 1}
    assert front_matter(told) == "---\ndate: 2026-11-23T09:30:00+08:00\nstate: 1\n---\n"
