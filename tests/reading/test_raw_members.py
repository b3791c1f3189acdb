from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from newsarchive.archive.format.raw_place import of_here, parse
from newsarchive.errors import ArchiveDamaged
from newsarchive.reading.raw_members import (
    exchange_at,
    lines_with_answers,
    places_in,
    places_of,
    whole_until,
    with_answers,
)
from tests.archive.making_raw import is_passed_by_warcio, raw_files
from tests.reading import stored
from tests.reading.shelves import MONDAY, docid_of


@pytest.fixture(scope="module")
def _stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored.two_days(tmp_path_factory.mktemp("stored"))


@pytest.fixture
def root(_stored: Path, tmp_path: Path) -> Path:
    return shutil.copytree(_stored, tmp_path / "archive")


def places(root: Path, number: int) -> list[str]:
    return places_of(lines_with_answers(root, MONDAY)[docid_of(number)])


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ({"warc": "a", "warc_further": ["b", "c"]}, ["a", "b", "c"]),
        ({"warc": None}, []),
        ({"warc": 7, "warc_further": [None, {}, "b"]}, ["b"]),
        ({"warc_further": "b"}, ["b"]),
        ({}, []),
    ],
)
def test_a_line_names_its_answer_and_those_of_further_pages(line: dict[str, object], named: list[str]) -> None:
    assert list(places_in(line)) == named


def test_lines_of_a_day_name_each_answer_once_in_their_order(root: Path) -> None:
    assert [len(places(root, number)) for number in (1, 2, 3)] == [1, 3, 1]
    assert places(root, 2)[1] == stored.place_of(root, docid_of(2))


def test_lines_of_a_day_that_came_whole_name_no_answer_here() -> None:
    theirs, ours = {"docid": "a", "warc": "x"}, {"docid": "a", "warc": "y"}
    lines = [theirs, {"event": "unstored", "docid": None, "source": "theirs"}, ours, {"docid": "b", "warc": None}]
    assert with_answers(of_here(lines)) == {"a": [ours]}


def test_members_are_records_of_their_own_and_as_they_lie_there(root: Path, tmp_path: Path) -> None:
    exchange = exchange_at(root, places(root, 2)[0], docid_of(2))
    assert [member.record.kind for member in exchange.members] == ["response", "request"]
    for number, member in enumerate(exchange.members):
        (tmp_path / f"{number}.warc.gz").write_bytes(member.data)
        assert is_passed_by_warcio(tmp_path / f"{number}.warc.gz")
        lying = (root / member.place.file).read_bytes()
        assert lying[member.place.offset :][: member.place.length] == member.data


def test_a_revisit_brings_the_answer_that_has_its_body(root: Path) -> None:
    *_, second, again = places(root, 2)
    exchange = exchange_at(root, again, docid_of(2))
    assert [member.record.kind for member in exchange.members] == ["response", "request", "revisit", "request"]
    assert (str(exchange.members[0].place), exchange.answer.original) == (second, second)


def test_an_answer_at_the_end_of_a_file_needs_no_request(root: Path) -> None:
    place = parse(stored.place_of(root, docid_of(2)))
    assert place
    data = (root / place.file).read_bytes()
    (root / place.file).write_bytes(data[: place.offset + place.length])
    assert len(exchange_at(root, str(place), docid_of(2)).members) == 1


@pytest.mark.parametrize("missing", [1, 200])
def test_a_torn_request_is_told(root: Path, missing: int) -> None:
    place = parse(stored.place_of(root, docid_of(2)))
    assert place
    data = (root / place.file).read_bytes()
    (root / place.file).write_bytes(data[:-missing])
    with pytest.raises(ArchiveDamaged, match=re.escape(f"the record at {place.offset + place.length} is not whole")):
        exchange_at(root, str(place), docid_of(2))


@pytest.mark.parametrize(
    "place", ["", "a:1:2", "_raw/../x.warc.gz:0:10", "_raw/2026/11/23-1.warc.gz:0:9", "_raw/no.warc.gz:0:9"]
)
def test_what_is_no_place_of_a_record_is_told(root: Path, place: str) -> None:
    with pytest.raises(ArchiveDamaged):
        exchange_at(root, place, docid_of(2))


def test_an_answer_for_another_document_is_told(root: Path) -> None:
    with pytest.raises(
        ArchiveDamaged, match=f"a line of {docid_of(1)} names it, and it is an answer for {docid_of(2)}"
    ):
        exchange_at(root, stored.place_of(root, docid_of(2)), docid_of(1))


def test_whole_records_end_before_what_is_torn(root: Path) -> None:
    file = raw_files(root)[0]
    whole = file.read_bytes()
    size = len(whole)
    assert whole_until(file, 0) == size
    for torn in (whole[:1], whole[:200], b"none of ours", b"\x00" * 50):
        file.write_bytes(whole + torn)
        assert whole_until(file, 0) == size
        assert whole_until(file, size) == size
