from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.archive.index.days import MAX_UNANSWERED, LastPoll, Reading, SweepState
from tests.archive.making import DAY, NEXT_DAY, NOON, Clock, catalogue_path, docid_of, fill, offer, opened, said

QUIET = Reading(day=DAY, channel="1686", rows=1)
BROUGHT = Reading(day=DAY, channel="1686", rows=2, new=1)
UNANSWERED = Reading(day=DAY, channel="1686")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def archive(tmp_path, clock):
    """Polled on ``DAY``: one row that day."""
    with opened(tmp_path, clock) as archive:
        archive.offer([offer(1, published_at=NOON)]).result()
        yield archive


def due(archive, channel="1686", limit=99):
    return archive.due_sweeps(channel, limit).result()


def sealed(root, day=DAY):
    keys = ("docid", "channel", "total", "by")
    return [tuple(event[key] for key in keys) for event in said(root, day) if event["event"] == "sealed"]


# --- which days are not sealed ------------------------------------------------------------------------------------------


def test_coverage_and_days_agree_on_what_is_not_sealed(archive, clock, tmp_path):
    before, earlier = DAY - timedelta(days=1), DAY - timedelta(days=9)
    archive.offer([offer(2, day=before), offer(3, day=earlier)]).result()  # the first poll shows older rows, too
    clock.pass_by(days=3)
    days = archive.reader().days
    rows = archive.reader().coverage.rows()
    empty = [DAY + timedelta(days=2), DAY + timedelta(days=1)]  # to be swept, and without a row
    assert days.unsealed("1686", clock()) == [*empty, DAY, before, earlier]
    assert {row.day for row in rows if not row.sealed} == {DAY, before, earlier}
    assert days.unswept("1686", clock()) == [before, earlier]
    assert due(archive) == [*empty, DAY]


def test_a_day_that_was_asked_for_is_swept(archive, clock):
    before = DAY - timedelta(days=1)
    archive.offer([offer(2, day=before)]).result()
    archive.swept(Reading(day=before, channel="1686", rows=1), asked=True).result()
    assert archive.reader().days.unswept("1686", clock()) == []


# --- which days are swept ----------------------------------------------------------------------------------------------


def test_the_day_of_the_first_poll_is_due_once_it_is_over(archive, clock):
    assert due(archive) == []
    clock.pass_by(hours=12)
    assert due(archive) == [DAY]


def test_every_day_since_the_first_poll_is_due_newest_first_also_without_an_offer(archive, clock):
    clock.pass_by(days=4)
    assert due(archive) == [DAY + timedelta(days=n) for n in (3, 2, 1, 0)]
    assert due(archive, limit=2) == [DAY + timedelta(days=n) for n in (3, 2)]


def test_old_rows_that_resurface_open_no_sweep_of_their_day(archive, clock):
    archive.offer([offer(n, day=DAY - timedelta(days=100)) for n in (2, 3)]).result()
    clock.pass_by(days=1)
    assert due(archive) == [DAY]


def test_a_channel_is_swept_from_its_own_first_poll(archive, clock):
    clock.pass_by(days=2)
    archive.offer([offer(1, channels=("2509",), published_at=NOON)]).result()
    clock.pass_by(days=1)
    assert due(archive, "2509") == [DAY + timedelta(days=2)]
    assert due(archive, "1687") == []


def test_an_address_given_by_hand_opens_no_sweep(tmp_path, clock):
    with opened(tmp_path, clock) as archive:
        archive.offer([offer(1, channels=())]).result()
        clock.pass_by(days=2)
        assert due(archive) == []


def test_a_day_that_was_asked_for_is_due_though_it_lies_before_the_first_poll(archive, clock):
    old = DAY - timedelta(days=40)
    archive.swept(Reading(day=old, channel="1686", rows=9, new=9), asked=True).result()
    assert due(archive) == []
    clock.pass_by(days=1)
    assert due(archive) == [DAY, old]


def test_a_day_that_was_asked_for_in_vain_is_not_swept(archive, clock):
    archive.swept(Reading(day=DAY - timedelta(days=40), channel="1686"), asked=True).result()
    clock.pass_by(days=1)
    assert due(archive) == [DAY]


def test_a_day_is_swept_once_in_24_hours(archive, clock):
    clock.pass_by(days=1)
    archive.swept(BROUGHT).result()
    clock.pass_by(hours=23, minutes=59)
    assert DAY not in due(archive)
    clock.pass_by(minutes=1)
    assert DAY in due(archive)


def test_a_sweep_dated_ahead_of_the_clock_does_not_last_for_ever(archive, clock):
    clock.pass_by(days=400)
    archive.swept(BROUGHT).result()
    clock.pass_by(days=-399)
    assert due(archive) == [DAY]


def test_a_lost_catalogue_costs_one_more_sweep_and_keeps_the_seals(tmp_path, clock):
    fill(tmp_path, offer(1, published_at=NOON), clock=clock)
    with opened(tmp_path, clock) as archive:
        for _ in range(2):
            clock.pass_by(days=1)
            archive.swept(QUIET).result()
        archive.swept(Reading(day=NEXT_DAY, channel="1686", rows=0)).result()
        archive.swept(Reading(day=DAY - timedelta(days=9), channel="1686", rows=1, new=1), asked=True).result()
    catalogue_path(tmp_path).unlink()
    with opened(tmp_path, clock) as archive:
        assert due(archive) == [NEXT_DAY, DAY - timedelta(days=9)]


# --- seals -------------------------------------------------------------------------------------------------------------


def test_two_sweeps_without_anything_new_seal_the_day(archive, clock):
    assert archive.swept(QUIET).result() is False
    clock.pass_by(days=1)
    assert archive.swept(QUIET).result() is True
    assert sealed(archive.root) == [(None, "1686", 1, "day-query")]
    clock.pass_by(days=2)
    assert DAY not in due(archive)


def test_two_sweeps_within_24_hours_do_not_seal(archive, clock):
    for _ in range(4):
        archive.swept(QUIET).result()
        clock.pass_by(hours=6)
    assert sealed(archive.root) == []
    assert archive.swept(QUIET).result() is True  # a day after the first of them


def test_something_new_begins_the_count_again(archive, clock):
    for reading in (QUIET, BROUGHT, QUIET):
        assert archive.swept(reading).result() is False
        clock.pass_by(days=1)
    assert archive.swept(QUIET).result() is True


def test_an_unanswered_sweep_neither_seals_nor_begins_again(archive, clock):
    for reading in (QUIET, UNANSWERED):
        assert archive.swept(reading).result() is False
        clock.pass_by(days=1)
    assert archive.swept(QUIET).result() is True


def test_a_sealed_day_is_sealed_once(archive, clock):
    for _ in range(5):
        archive.swept(QUIET).result()
        clock.pass_by(days=1)
    assert len(sealed(archive.root)) == 1


def test_a_sweep_that_shows_a_few_of_the_known_rows_was_cut(archive, clock):
    archive.offer([offer(n, published_at=NOON) for n in range(2, 12)]).result()
    for _ in range(3):
        assert archive.swept(Reading(day=DAY, channel="1686", rows=5)).result() is False
        clock.pass_by(days=1)


def test_a_day_without_an_article_is_sealed_in_a_journal_of_its_own(archive, clock):
    empty = Reading(day=NEXT_DAY, channel="1686", rows=0, by="pages")
    archive.swept(empty).result()
    clock.pass_by(days=1)
    archive.swept(empty).result()
    assert sealed(archive.root, NEXT_DAY) == [(None, "1686", 0, "pages")]


def test_seven_unanswered_sweeps_leave_the_day_unsealed(archive, clock):
    clock.pass_by(days=1)
    for n in range(MAX_UNANSWERED):
        assert DAY in due(archive), n
        archive.swept(UNANSWERED).result()
        clock.pass_by(days=1)
    assert DAY not in due(archive)
    assert archive._catalogue.days.given_up() == [(DAY, "1686")]


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([QUIET, BROUGHT, UNANSWERED])), max_size=12))
def test_quiet_sweeps_that_count_lie_a_day_apart(steps):
    at, sweep, quiet_at = NOON, SweepState(NOON), []
    for hours, reading in steps:
        at += timedelta(hours=hours)
        before, sweep = sweep.quiet, sweep.after(reading, 1, at)
        quiet_at = [] if reading is BROUGHT else quiet_at + [at] * (sweep.quiet > before)
    assert len(quiet_at) == sweep.quiet
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(quiet_at))


# --- hours and polls ---------------------------------------------------------------------------------------------------


def test_rows_are_counted_by_the_hour_of_their_ctime_once_a_channel(archive):
    late = offer(2, published_at=NOON + timedelta(minutes=59))
    archive.offer([late, late, offer(3, published_at=NOON + timedelta(hours=1)), offer(4)]).result()
    archive.offer([offer(2, channels=("2509",), published_at=NOON)]).result()
    assert archive.hour("1686", NOON, 28).result() == (2, [])
    assert archive.hour("2509", NOON, 28).result() == (1, [])


def test_the_history_of_an_hour_are_the_days_that_showed_anything(archive):
    for days_ago, rows in ((30, 3), (28, 2), (2, 4)):
        at = NOON - timedelta(days=days_ago)
        archive.offer([offer(100 * days_ago + n, day=at.date(), published_at=at) for n in range(rows)]).result()
    other_hour = NOON - timedelta(days=5, hours=3)
    archive.offer([offer(9999, day=other_hour.date(), published_at=other_hour)]).result()
    assert archive.hour("1686", NOON, 28).result() == (1, [2, 0, 4])


def test_the_newest_row_of_each_polled_channel_is_remembered(archive, clock):
    archive.end_poll("1686", NOON - timedelta(hours=30)).result()
    archive.end_poll("2509").result()
    assert archive._catalogue.days.polls() == [
        LastPoll("1686", clock.now, NOON - timedelta(hours=30)),
        LastPoll("2509", clock.now, None),
    ]


def test_what_a_channel_shows_first_is_new_to_it(archive):
    (again,) = archive.offer([offer(1, title="另一标题")]).result()
    (other,) = archive.offer([offer(1, channels=("2509",))]).result()
    assert (again.new, other.new, other.docid) == (False, True, docid_of(1))
