import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsarchive.archive import journal
from newsarchive.archive.journal import GENESIS_LINK, Tail
from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable
from newsarchive.items import BEIJING

EMPTY = Tail(0, GENESIS_LINK)
TEXTS = st.text(st.characters(exclude_categories=()))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "_day.jsonl"


def write(path, count):
    return journal.append(path, [{"event": "offered", "docid": f"d{n}"} for n in range(count)], journal.tail(path))


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


def test_appended_lines_form_a_chain(path):
    tail = write(path, 2)
    tail = journal.append(path, [{"event": "kept"}], tail)
    first, second, third = journal.read(path)
    assert [first.linked, second.linked, third.linked] == [True, True, True]
    assert first.data["link"] == GENESIS_LINK
    assert third.data == {"event": "kept", "link": second.link}
    assert (first.start, third.end, third.link) == (0, *tail)


def test_the_tail_of_a_file_is_what_appending_returned(path):
    assert journal.tail(path) == EMPTY
    assert write(path, 3) == journal.tail(path)
    path.write_bytes(b"")
    assert journal.tail(path) == EMPTY


@pytest.mark.parametrize("size", [1, 16_000, 16_384, 16_500, 70_000])
def test_the_tail_is_found_behind_a_last_line_of_any_length(path, size):
    write(path, 2)
    tail = journal.append(path, [{"text": "x" * size}], journal.tail(path))
    assert journal.tail(path) == tail


def test_the_tail_of_one_single_long_line_is_found(path):
    assert journal.tail(path) == EMPTY
    tail = journal.append(path, [{"text": "x" * 40_000}], EMPTY)
    assert journal.tail(path) == tail


@given(st.integers(0, 400))
@settings(max_examples=60)
def test_a_file_cut_anywhere_is_mended_to_its_whole_lines(tmp_path_factory, size):
    path = tmp_path_factory.mktemp("torn") / "_day.jsonl"
    write(path, 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:size])
    torn = not whole[:size].endswith(b"\n") and bool(whole[:size])
    assert journal.mend(path) is torn
    assert path.read_bytes() == whole[: whole[:size].rfind(b"\n") + 1]
    assert journal.mend(path) is False
    assert all(event.linked for event in journal.read(path))


def test_mending_a_missing_file_makes_none(path):
    assert journal.mend(path) is False
    assert not path.exists()


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


def test_appending_behind_another_end_is_damage(path):
    tail = write(path, 1)
    path.write_bytes(path.read_bytes() + b"by hand\n")
    with pytest.raises(ArchiveDamaged, match=r"_day\.jsonl has \d+ bytes where we left \d+.*newsarchive verify"):
        journal.append(path, [{}], tail)
    path.unlink()
    with pytest.raises(ArchiveDamaged, match="has 0 bytes"):
        journal.append(path, [{}], tail)


def test_appending_nothing_writes_nothing(path):
    assert journal.append(path, [], EMPTY) == EMPTY
    assert not path.exists()


def test_a_journal_that_cannot_be_written_or_read_is_named(path):
    path.parent.joinpath("file").write_bytes(b"")
    path.mkdir()
    with pytest.raises(ArchiveDamaged, match="cannot be read: a folder stands where a file is needed"):
        list(journal.read(path))
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        journal.tail(path)
    with pytest.raises(ArchiveNotWritable, match="its folder does not exist"):
        journal.append(path.parent / "gone" / "_day.jsonl", [{}], EMPTY)


def test_days_are_those_with_a_journal_oldest_first(tmp_path):
    for day in (date(2026, 11, 23), date(2003, 1, 2), date(2026, 2, 28)):
        journal.day_folder(tmp_path, day).mkdir(parents=True)
        write(journal.journal_path(tmp_path, day), 1)
    for name in ("2026/02/31", "2026/11/24", "_raw/2026", "2026/13", "20261/11/23", ".newsarchive"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "2026" / "02" / "31" / "_day.jsonl").write_bytes(b"")
    (tmp_path / "2025").write_bytes(b"a file")
    assert list(journal.days(tmp_path)) == [date(2003, 1, 2), date(2026, 2, 28), date(2026, 11, 23)]
    assert list(journal.days(tmp_path / "gone")) == []


def test_the_folder_of_a_day_has_four_two_and_two_digits(tmp_path):
    assert journal.journal_path(tmp_path, date(2003, 1, 2)) == tmp_path / "2003" / "01" / "02" / "_day.jsonl"


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
