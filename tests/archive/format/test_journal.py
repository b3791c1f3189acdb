import json
import os
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.archive.format import journal
from newsarchive.archive.format.journal import GENESIS_LINK, Tail
from newsarchive.archive.record import appending
from newsarchive.errors import ArchiveDamaged
from newsarchive.items import BEIJING

EMPTY = Tail(0, GENESIS_LINK)
TEXTS = st.text(st.characters(exclude_categories=()))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "_day.jsonl"


def write(path, count):
    return appending.append(path, [{"event": "offered", "docid": f"d{n}"} for n in range(count)], journal.tail(path))


def test_a_line_is_compact_json_with_its_link_last():
    line = journal.encode({"link": "x", "event": "offered", "title": "央行"}, GENESIS_LINK)
    assert line.decode() == f'{{"event":"offered","title":"央行","link":"{GENESIS_LINK}"}}\n'


@given(st.dictionaries(TEXTS.filter(lambda key: key != "link"), TEXTS, max_size=5))
def test_any_text_is_one_line_of_utf8_and_comes_back(event):
    line = journal.encode(event, GENESIS_LINK)
    line.decode("utf-8")
    assert line.count(b"\n") == 1
    read = json.loads(line)
    assert {key: json.dumps(value) for key, value in read.items()} == {
        key: json.dumps(value) for key, value in {**event, "link": GENESIS_LINK}.items()
    }


def test_what_is_no_json_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="not JSON compliant"):
        journal.encode({"bytes": float("nan")}, GENESIS_LINK)


def test_the_tail_of_a_file_is_what_appending_returned(path):
    assert journal.tail(path) == EMPTY
    assert write(path, 3) == journal.tail(path)
    path.write_bytes(b"")
    assert journal.tail(path) == EMPTY


@pytest.mark.parametrize("size", [1, 16_000, 16_384, 16_500, 70_000])
def test_the_tail_is_found_behind_a_last_line_of_any_length(path, size):
    write(path, 2)
    tail = appending.append(path, [{"text": "x" * size}], journal.tail(path))
    assert journal.tail(path) == tail


def test_the_tail_of_one_single_long_line_is_found(path):
    assert journal.tail(path) == EMPTY
    tail = appending.append(path, [{"text": "x" * 40_000}], EMPTY)
    assert journal.tail(path) == tail


def test_a_torn_last_line_is_not_read(path):
    write(path, 2)
    with path.open("ab") as file:
        file.write(b'{"event":"kept"')
    assert [event.data["docid"] for event in journal.read(path)] == ["d0", "d1"]


def test_reading_goes_on_where_it_ended(path):
    tail = write(path, 2)
    write(path, 1)
    (event,) = journal.read(path, *tail)
    assert event.linked
    assert event.start == tail.size


@pytest.mark.parametrize("line", [b"[1]", b"\xff\x00", b"", b'"text"', b"[" * 100_000, b"\x00" * 512])
def test_a_line_that_is_no_object_is_told_and_reading_goes_on(path, line):
    tail = write(path, 1)
    with path.open("ab") as file:
        file.write(line + b"\n")
    write(path, 1)
    good, bad, after = journal.read(path)
    assert (good.linked, bad.linked, after.linked) == (True, False, True)
    assert (bad.data, bad.start) == ({}, tail.size)


def test_an_altered_a_moved_and_a_removed_line_are_seen(path):
    write(path, 4)
    one, two, three, four = path.read_bytes().splitlines(keepends=True)
    for lines in (
        [one, two.replace(b"d1", b"dx"), three, four],
        [one, three, two, four],
        [one, three, four],
        [two, three, four],
    ):
        path.write_bytes(b"".join(lines))
        assert not all(event.linked for event in journal.read(path))


def test_a_journal_that_cannot_be_read_is_named(path):
    path.mkdir()
    with pytest.raises(ArchiveDamaged, match="cannot be read: a folder stands where a file is needed"):
        list(journal.read(path))
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        journal.tail(path)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 23, 1, 30, tzinfo=UTC), "2026-11-23T09:30:00+08:00"),
        (datetime(2026, 11, 23, 9, 30, 5, 123_999, tzinfo=BEIJING), "2026-11-23T09:30:05.123+08:00"),
        (datetime(2026, 11, 22, 20, 0, tzinfo=timezone(-timedelta(hours=5))), "2026-11-23T09:00:00+08:00"),
    ],
)
def test_a_moment_is_written_in_beijing_time(moment, text):
    assert journal.stamp(moment) == text


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        journal.stamp(datetime(2026, 11, 23))  # noqa: DTZ001


@given(st.datetimes(datetime(1999, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_written_moment_comes_back_to_the_millisecond(moment):
    read = journal.moment(journal.stamp(moment))
    assert read is not None
    assert read.utcoffset() == timedelta(hours=8)
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", [None, 7, "", "yesterday", "2026-11-23T09:30:00", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_aware_moment_reads_as_none(text):
    assert journal.moment(text) is None


def test_lines_about_a_word_come_once_and_in_their_order(path):
    write(path, 12)
    found = journal.read_about(path, '"docid":"d3"', '"d1"', '"docid":"d1"', "\udc80")
    assert [line["docid"] for line in found] == ["d1", "d3"]
    assert [line["docid"] for line in journal.read_about(path, '"d1')] == ["d1", "d10", "d11"]
    assert list(journal.read_about(path.with_name("none"), "d")) == []
    assert (journal.mentions(path, '"d3"', '"d4"'), journal.mentions(path, '"d3"', '"d99"')) == (True, False)


def test_a_torn_line_is_not_about_anything(path):
    write(path, 1)
    with path.open("ab") as file:
        file.write(b'{"docid":"d7"')
    assert list(journal.read_about(path, "d7")) == []


def test_lines_of_some_documents_are_read_whoever_wrote_them(path):
    lines = [
        {"event": "offered", "docid": "b", "title": '"docid":"x"'},
        {"title": "a long title of another hand " * 9, "event": "kept", "docid": "a"},
        {"event": "sealed", "docid": None},
        {"event": "kept", "docid": "b"},
        {"event": "kept", "docid": 7},
    ]
    appending.append(path, lines, EMPTY)
    assert journal.docids(path) == ["b", "a"]
    assert [line["event"] for line in journal.read_of(path, {"b"})] == ["offered", "kept"]
    assert [line["event"] for line in journal.read_of(path, {"a"})] == ["kept"]
    assert list(journal.read_of(path, {"x"})) == []
    assert journal.docids(path.with_name("none")) == []


@given(st.lists(st.integers(0, 900), max_size=8))
def test_whoever_reads_on_from_each_size_gets_each_line_once(tmp_path_factory, cuts):
    path = tmp_path_factory.mktemp("journal") / "_day.jsonl"
    write(path, 6)
    sizes = sorted({0, *(min(cut, path.stat().st_size) for cut in cuts), path.stat().st_size})
    parts = [journal.read_since(path, begin, end) for begin, end in pairwise(sizes)]
    assert [line["docid"] for part in parts for line in part] == [f"d{n}" for n in range(6)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize(
    "read",
    [
        journal.tail,
        journal.breaks,
        journal.docids,
        lambda path: list(journal.read(path)),
        lambda path: list(journal.read_objects(path)),
        lambda path: list(journal.read_about(path, "x")),
        lambda path: list(journal.read_since(path, 0)),
    ],
)
def test_a_pipe_in_the_place_of_a_journal_is_damage_and_not_waited_for(path, read):
    os.mkfifo(path)
    with pytest.raises(ArchiveDamaged, match="no plain file"):
        read(path)
