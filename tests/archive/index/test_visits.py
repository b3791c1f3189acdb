from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.index import visits
from newsarchive.archive.index.visits import INDEXES, SCHEMA, Visit, Visits
from newsarchive.items import BEIJING

NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)
HOURS = (1.0, 6.0, 24.0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def table() -> Iterator[Visits]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.executescript(SCHEMA + INDEXES)
        yield Visits(db)


def event(name: str, at: datetime, **keys: Any) -> dict[str, Any]:
    return {"event": name, "docid": "a", "at": stamp(at), **keys}


def kept(at: datetime = NOON + MINUTE, published_at: datetime = NOON, docid: str = "a") -> Visit:
    times = {"published_at": stamp(published_at), "fetched_at": stamp(at)}
    return visits.kept(None, {"event": "kept", "docid": docid, "at": stamp(at), **times})


def due(table: Visits, at: datetime, limit: int = 9) -> list[str]:
    return table.due(at, HOURS, limit)


def test_a_page_is_due_at_each_hour_after_publication_and_not_before(table: Visits) -> None:
    visit = kept()
    for hours in (1, 6, 24):
        table.set(visit)
        assert due(table, NOON + hours * HOUR - MINUTE) == []
        assert due(table, NOON + hours * HOUR) == ["a"]
        visit = visits.seen(visit, event("checked", NOON + hours * HOUR + MINUTE))
    table.set(visit)
    assert due(table, NOON + timedelta(days=20)) == []


def test_one_visit_makes_up_for_hours_that_no_run_met(table: Visits) -> None:
    table.set(kept())
    assert due(table, NOON + 30 * HOUR) == ["a"]
    table.set(visits.seen(kept(), event("checked", NOON + 30 * HOUR)))
    assert due(table, NOON + 31 * HOUR) == []
    table.set(kept())
    assert due(table, NOON + 24 * HOUR + visits.MADE_UP_FOR + MINUTE) == []


def test_a_page_fetched_long_after_publication_is_not_due(table: Visits) -> None:
    table.set(kept(at=NOON + 48 * HOUR))
    assert due(table, NOON + 49 * HOUR) == []


def test_newest_come_first_and_no_more_than_asked_for(table: Visits) -> None:
    for number in range(5):
        at = NOON + number * MINUTE
        table.set(kept(at + MINUTE, at, docid=f"d{number}"))
    assert due(table, NOON + 2 * HOUR, limit=3) == ["d4", "d3", "d2"]


def test_a_change_in_the_listing_makes_it_due_at_once(table: Visits) -> None:
    table.set(visits.listed(kept(), event("offered", NOON + 2 * MINUTE)))
    assert due(table, NOON + 2 * MINUTE) == ["a"]


def test_a_page_that_is_gone_is_asked_again_an_hour_later(table: Visits) -> None:
    absent = visits.seen(kept(), event("failed", NOON + HOUR, reason="http-404"))
    table.set(absent)
    assert due(table, NOON + 2 * HOUR - MINUTE) == []
    assert due(table, NOON + 2 * HOUR) == ["a"]
    gone = visits.seen(absent, event("gone", NOON + 2 * HOUR, status=404))
    assert (gone.absent, gone.gone) == (None, int((NOON + 2 * HOUR).timestamp()))
    back = visits.seen(absent, event("checked", NOON + 2 * HOUR))
    assert (back.absent, back.gone) == (None, None)


def test_a_visit_that_gave_no_page_is_tried_again_by_the_table(table: Visits) -> None:
    failed = visits.failed(kept(), NOON + HOUR)
    table.set(failed)
    assert due(table, NOON + HOUR + MINUTE) == []
    assert due(table, NOON + HOUR + visits.RETRY_AFTER[0]) == ["a"]
    for _ in visits.RETRY_AFTER:
        failed = visits.failed(failed, NOON + 2 * HOUR)
    assert failed.asked is None


def test_states_and_validators_follow_the_lines(table: Visits) -> None:
    first = kept()
    further = visits.kept(first, {**event("revised", NOON + HOUR), "etag": '"x"', "last_modified": "y" * 999})
    assert (first.states, further.states, further.etag, further.last_modified) == (1, 2, '"x"', "")
    anew = visits.kept(further, event("kept", NOON + 2 * HOUR))
    assert anew.states == 2
    table.set(anew)
    assert table.of("a") == anew
    assert table.of("b") is None


def test_a_visit_by_a_clock_that_was_ahead_counts_as_none(table: Visits) -> None:
    table.set(kept(at=NOON + timedelta(days=3000)))
    assert due(table, NOON + HOUR) == ["a"]
