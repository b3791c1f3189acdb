"""Days are cut into the slices of a grid, newest first, and each wanted day is in one of them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsarchive.jobs.backfilling.slices import Slice, cut, days_of, told

FIRST = date(2026, 1, 1)
CHANNELS = ("1686",)
wanted_days = st.sets(st.integers(0, 400).map(lambda number: FIRST + timedelta(number)))


@given(wanted_days, st.integers(1, 60))
def test_each_wanted_day_is_in_one_slice_and_no_other_day_in_any(wanted: set[date], size: int) -> None:
    found = cut(wanted, size, CHANNELS)
    assert sorted(day for one in found for day in one.days) == sorted(wanted)
    assert all(len(one.days) <= size for one in found)
    assert found == sorted(found, key=lambda one: one.since, reverse=True)


def test_another_range_cuts_the_same_slices() -> None:
    year = set(days_of(FIRST, date(2026, 12, 31)))
    longer = set(days_of(date(2025, 6, 1), date(2027, 3, 31)))
    inner = [one for one in cut(year, 7, CHANNELS) if one.since > FIRST and one.until < date(2026, 12, 31)]
    assert set(inner) - set(cut(longer, 7, CHANNELS)) == set()


def test_days_are_told_as_ranges() -> None:
    days = [date(2026, 1, 3), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 9)]
    assert told(days) == ["2026-01-01 to 2026-01-03", "2026-01-09"]
    assert str(Slice(days[1], days[0], CHANNELS)) == "2026-01-01_2026-01-03"
