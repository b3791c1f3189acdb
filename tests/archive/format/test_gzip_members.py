"""Members of a file of records: where each lies, and where the last whole one ends."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO

import pytest

from newsarchive.archive.format.gzip_members import last_end, members

ONE, TWO = gzip.compress(b"one" * 1000, mtime=0), gzip.compress(bytes(3 << 20), mtime=0)
MOST = 8 << 20


def test_each_member_is_given_with_its_place() -> None:
    first, second = members(BytesIO(ONE + TWO), MOST)
    assert (first.offset, first.length, first.data) == (0, len(ONE), b"one" * 1000)
    assert (second.offset, second.length, len(second.data)) == (len(ONE), len(TWO), 3 << 20)


@pytest.mark.parametrize("tail", [TWO[:-1], b"no gzip", b"\x1f\x8b"], ids=["torn", "foreign", "hardly begun"])
def test_what_is_no_whole_member_is_told_behind_those_that_are(tail: bytes) -> None:
    found = members(BytesIO(ONE + tail), MOST)
    assert next(found).length == len(ONE)
    with pytest.raises(zlib.error):
        next(found)
    assert last_end(BytesIO(ONE + tail), 0) == len(ONE)


def test_a_member_larger_than_it_may_be_is_told_and_yet_ends_somewhere() -> None:
    with pytest.raises(zlib.error, match="more than"):
        list(members(BytesIO(TWO), 1 << 20))
    assert last_end(BytesIO(TWO), 0) == len(TWO)


def test_the_last_end_is_looked_for_from_a_member_on() -> None:
    assert last_end(BytesIO(ONE + TWO + ONE), len(ONE)) == len(ONE + TWO + ONE)
    assert last_end(BytesIO(ONE), len(ONE)) == len(ONE)
