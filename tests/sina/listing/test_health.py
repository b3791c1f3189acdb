from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.items import BEIJING
from newsarchive.sina.listing.health import (
    HISTORY_DAYS,
    MIN_HISTORY_DAYS,
    MIN_QUIET_ROWS,
    is_stale,
    is_thin,
    last_full_hour,
    quiet_day,
)

SEEN_AT = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)
WEEKDAYS_AND_WEEKENDS = [60, 71, 55, 80, 66, 9, 12] * 2


@pytest.mark.parametrize(
    ("age_hours", "hours", "stale"), [(25, 24, True), (24, 24, False), (-1, 24, False), (1, 0.5, True), (999, 0, False)]
)
def test_listing_is_stale_when_its_newest_row_is_older(age_hours: float, hours: float, stale: bool) -> None:
    assert is_stale(SEEN_AT - timedelta(hours=age_hours), SEEN_AT, hours) is stale


def test_listing_without_a_time_is_stale_unless_staleness_is_off() -> None:
    assert is_stale(None, SEEN_AT, 24)
    assert not is_stale(None, SEEN_AT, 0)


# --- an hour that is far too thin ------------------------------------------------------------------------------------


def test_last_full_hour_is_over_and_in_beijing() -> None:
    assert last_full_hour(datetime(2026, 11, 23, 16, 59, tzinfo=BEIJING)) == SEEN_AT.replace(hour=15)
    utc = SEEN_AT - timedelta(hours=9, minutes=-1)
    assert last_full_hour(utc) == datetime(2026, 11, 22, 23, tzinfo=BEIJING)


@pytest.mark.parametrize(("rows", "thin"), [(0, True), (1, True), (2, False), (12, False), (80, False)])
def test_hour_is_thin_below_a_fifth_of_the_quietest_day(rows: int, thin: bool) -> None:
    assert quiet_day(WEEKDAYS_AND_WEEKENDS) == 9  # the second lowest: one day may be a hole
    assert is_thin(rows, WEEKDAYS_AND_WEEKENDS) is thin


def test_holiday_with_the_rows_of_a_weekend_is_not_thin() -> None:
    assert not is_thin(min(WEEKDAYS_AND_WEEKENDS) // 2, WEEKDAYS_AND_WEEKENDS)


def test_short_history_tells_nothing() -> None:
    assert not is_thin(0, [50] * (MIN_HISTORY_DAYS - 1))
    assert is_thin(0, [50] * MIN_HISTORY_DAYS)


def test_hour_that_is_sometimes_almost_empty_is_never_thin() -> None:
    assert not is_thin(0, [MIN_QUIET_ROWS - 1] * 28)


def test_one_hole_in_the_history_does_not_switch_the_check_off() -> None:
    assert is_thin(0, [0, *[50] * 13])


@given(st.lists(st.integers(0, 500), max_size=40), st.integers(0, 500))
def test_more_rows_never_make_an_hour_thin(history: list[int], rows: int) -> None:
    assert not is_thin(rows + 1, history) or is_thin(rows, history)


def _hours_of(week: Path) -> Counter[tuple[int, int]]:
    """Rows by weekday and hour of the real week, by the time at which each was first seen: it knows no ctime."""
    data = json.loads(gzip.decompress(week.read_bytes()))
    first_seen: dict[int, int] = {}
    for at, rows in data["snaps"][1:]:
        for row in rows:
            first_seen.setdefault(row, at)
    moments = (datetime.fromtimestamp(at, BEIJING) for at in first_seen.values())
    return Counter((moment.weekday(), moment.hour) for moment in moments)


def test_years_like_the_real_week_raise_hardly_a_false_alarm(shared: Path) -> None:
    """Each hour of 2 years around its count in the real week, with the deviation of a third and that of counting."""
    hours, chance, years = _hours_of(shared / "feed" / "week-2024-03-04.json.gz"), random.Random(20240304), 2
    alarms = checked = 0
    for hour in range(24):
        means = [hours[day % 7, hour] * chance.gammavariate(9, 1 / 9) for day in range(years * 365)]
        counts = [max(0, round(chance.gauss(mean, mean**0.5))) for mean in means]
        for day in range(HISTORY_DAYS, len(counts)):
            history = counts[day - HISTORY_DAYS : day]
            checked += quiet_day(history) >= MIN_QUIET_ROWS
            alarms += is_thin(counts[day], history)
    assert alarms / years < 10
    assert checked / years > 365 * 6
