from datetime import date, datetime

import pytest

from newsarchive.archive.format.states import histories, state_at
from newsarchive.items import BEIJING

DAY = date(2026, 11, 23)
FILE = "2026/11/23/降准.md"


def line(event, hour, digest="a", docid="d1", **more):
    at = f"2026-11-23T{hour:02}:00:00+08:00"
    state = {"file": FILE, "sha256": digest, "bytes": 3000, "fetched_at": at}
    return {"event": event, "docid": docid, "at": at, **(state if digest else {}), **more}


def states(*lines):
    return histories(lines, DAY)["d1"].states


def digests(*lines):
    return [state.sha256 for state in states(*lines)]


def at(hour):
    return datetime(2026, 11, 23, hour, tzinfo=BEIJING)


def test_the_newest_state_lies_at_the_documents_path_and_the_earlier_ones_by_their_number():
    found = states(line("kept", 9), line("revised", 10, "b"), line("revised", 11, "c"))
    revisions = "2026/11/23/_revisions/d1"
    assert [(state.number, state.file) for state in found] == [
        (1, f"{revisions}/1.md"),
        (2, f"{revisions}/2.md"),
        (3, FILE),
    ]


def test_documents_are_told_apart_and_come_in_the_order_of_their_first_lines():
    found = histories([line("offered", 8, "", "d2"), line("kept", 9), line("kept", 10, "b", "d2")], DAY)
    assert list(found) == ["d2", "d1"]
    assert found["d2"].states[0].sha256 == "b"


def test_a_document_kept_anew_elsewhere_has_one_state_still():
    history = histories([line("kept", 9), line("kept", 10, "b", file="other.md")], DAY)["d1"]
    assert [(state.number, state.file) for state in history.states] == [(1, "other.md")]
    assert [left["file"] for left in history.left] == [FILE]


def test_an_imported_state_stands_where_its_time_is():
    assert digests(line("kept", 9), line("revised", 12, "c"), line("imported", 10, "b")) == ["a", "b", "c"]
    assert digests(line("kept", 9), line("imported", 10, "b")) == ["a", "b"]
    assert digests(line("imported", 9)) == ["a"]


def test_a_clock_that_was_set_back_does_not_change_the_order_of_what_was_seen_here():
    assert digests(line("kept", 9), line("revised", 7, "b")) == ["a", "b"]


def test_nothing_is_owed_for_a_redacted_document():
    history = histories([line("kept", 9), line("redacted", 10, "")], DAY)["d1"]
    assert history.states == []
    assert history.redacted


def test_a_document_is_gone_until_it_is_seen_again():
    lines = [line("kept", 9), line("gone", 10, "")]
    assert histories(lines, DAY)["d1"].gone
    assert not histories([*lines, line("revised", 11)], DAY)["d1"].gone


@pytest.mark.parametrize("damage", [{"file": None}, {"sha256": 7}, {"docid": None}, {"docid": 7}])
def test_a_line_that_names_no_file_is_no_state(damage):
    assert "d1" not in histories([{**line("kept", 9), **damage}], DAY)


def test_as_of_a_moment_is_the_last_state_fetched_by_then():
    found = states(line("kept", 9), line("revised", 11, "b"))
    assert state_at(found, at(8)) is None
    assert [state_at(found, at(hour)).number for hour in (9, 10, 11, 12)] == [1, 1, 2, 2]


def test_a_state_whose_page_was_never_fetched_is_known_from_its_line_on():
    assert states(line("kept", 9, fetched_at=None))[0].known_at == at(9)
    assert states(line("kept", 9, fetched_at="soon", at="then"))[0].known_at is None


def again(hour, warc, digest, **more):
    """Read again at 20 o'clock, from the page of ``hour``."""
    told = line("revised", hour, digest, kind="reextracted", warc=warc, **more)
    return {**told, "at": "2026-11-23T20:00:00+08:00"}


def test_a_state_that_was_read_again_stands_behind_the_one_that_its_page_gave():
    first, second = line("kept", 9, "a", warc="w1"), line("revised", 11, "b", kind="typo", warc="w2")
    told = [first, second, again(9, "w1", "c", earlier=True), again(11, "w2", "d")]
    assert digests(*told) == ["a", "c", "b", "d"]
    assert digests(*told, again(9, "w1", "e", earlier=True)) == ["a", "c", "e", "b", "d"]
    assert [state.file.rpartition("/")[2] for state in states(*told)] == ["1.md", "2.md", "3.md", "降准.md"]


def test_what_the_page_said_then_is_told_by_the_rules_that_read_it_last():
    told = [line("kept", 9, "a", warc="w1"), line("revised", 11, "b", kind="typo", warc="w2"), again(9, "w1", "c")]
    assert [state_at(states(*told), at(hour)).sha256 for hour in (9, 10, 11)] == ["c", "c", "b"]
    assert states(*told)[1].reextracted_at == at(20)
    assert states(*told)[0].reextracted_at is None


def test_a_withdrawn_document_is_not_back_when_it_is_read_again():
    told = [line("kept", 9, "a", warc="w1"), line("gone", 10, None), again(9, "w1", "c")]
    history = histories(told, DAY)["d1"]
    assert history.gone
    assert (len(history.states), history.own_states) == (2, 1)


def test_clocks_that_went_back_do_not_move_a_state_that_was_read_again():
    told = [line("kept", 9, "a", warc="w1"), line("revised", 7, "b", kind="typo", warc="w2"), again(7, "w2", "c")]
    assert digests(*told) == ["a", "b", "c"]
