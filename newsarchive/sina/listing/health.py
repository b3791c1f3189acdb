"""discover: whether what a listing shows can be all; pure.

What is no listing at all (empty, malformed, HTML, an error code, another channel) ``roll.parse`` refuses.  Here are the
ones that look well: stale, or far thinner than the channel used to be at this hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from newsarchive.items import BEIJING

HISTORY_DAYS = 28
"""How far back an hour is compared with itself: four weeks, so that holidays and slow changes go by."""
MIN_HISTORY_DAYS = 14
"""Fewer days tell nothing."""
MAX_HOLES = 1
"""Days of a history that are passed over: the machine was off, or the first poll did not reach so far."""
MIN_QUIET_ROWS = 5
"""Of the quiet day; where it had fewer, a fifth is less than one row, and an empty hour may be chance."""
SICK_SHARE = 0.2
"""Of the quiet day; below it, rows are missing.

The measure is the quietest day, not a usual one: weekends have a tenth of a weekday's rows (the real week), and so do
holidays in mid-week, of which no calendar tells.  Simulated years around the real week, its hours varying by a third,
give a false alarm in ten of 365 days at most (tests/sina/test_health.py); late rows, one in ten by 20 minutes, thin out
no hour so far.
"""


def is_stale(newest_at: datetime | None, now: datetime, hours: float) -> bool:
    """Whether a listing's newest row is older than ``hours`` (0: never); one that shows no time at all is stale."""
    if hours <= 0:
        return False
    return newest_at is None or (now - newest_at).total_seconds() > hours * 3600


def last_full_hour(now: datetime) -> datetime:
    """When it began, Beijing."""
    return now.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


def quiet_day(history: Sequence[int]) -> int:
    """The rows that an hour has on the quietest day, out of its counts on the days before; 0 where those are too few."""
    return sorted(history)[MAX_HOLES] if len(history) >= MIN_HISTORY_DAYS else 0


def is_thin(rows: int, history: Sequence[int]) -> bool:
    """Whether an hour has far fewer rows than even the quietest day had in that hour."""
    quiet = quiet_day(history)
    return quiet >= MIN_QUIET_ROWS and rows < quiet * SICK_SHARE


def is_out_of_reach(begin: datetime, shown: Sequence[datetime], history: Sequence[int]) -> bool:
    """Whether a listing of 50 rows, say, is full of rows after the hour from ``begin``, so that it cannot show them all.

    One that shows fewer than the quietest day had in that hour is no full one.
    """
    return len(shown) >= max(quiet_day(history), 1) and min(shown) > begin
