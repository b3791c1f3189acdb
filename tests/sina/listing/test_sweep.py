from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from newsarchive.archive.format import journal, paths
from newsarchive.archive.index.days import MAX_UNANSWERED
from newsarchive.archive.record.store import Archive
from newsarchive.sina.listing import sweep
from tests.sina.listing.feeds import NOW, PAGE, YESTERDAY, Feed, Row, Run, docid, docids, offered, row, rows

EVE = YESTERDAY - timedelta(days=1)


class World:
    """An archive whose clock the test turns; it begins to poll the day before yesterday, at noon."""

    def __init__(self, root: Path) -> None:
        self.now = NOW - timedelta(days=2) + timedelta(hours=3)
        self.archive = Archive.open(root, "clean", clock=lambda: self.now)

    def pass_by(self, **delta: float) -> World:
        self.now += timedelta(**delta)
        return self

    def run(self, feed: Feed, *lids: str) -> Run:
        return Run(self.archive, feed).sweep(*lids)

    def sealed(self) -> list[tuple[date, str, int, str]]:
        return [
            (day, event.data["channel"], event.data["total"], event.data["by"])
            for day in paths.days(self.archive.root)
            for event in journal.read(paths.journal_path(self.archive.root, day))
            if event.data["event"] == "sealed"
        ]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened = World(tmp_path / "archive")
    yield opened
    opened.archive.close()


def of_day(day: date, first: int, last: int) -> list[Row]:
    """Rows of one day, newest first, one in five minutes from midnight on."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=NOW.tzinfo)
    return [row(number, midnight + timedelta(minutes=5 * (number - first))) for number in range(last, first - 1, -1)]


def days_asked(feed: Feed) -> list[str]:
    asked = [day for _, day, page in feed.days_asked if page == 1]
    feed.days_asked.clear()
    return asked


# --- what is swept, and when -----------------------------------------------------------------------------------------


def test_first_day_of_polling_sweeps_nothing(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 140))
    world.run(feed)
    assert days_asked(feed) == []


def test_row_that_came_too_late_for_every_poll_is_found_when_its_day_is_swept(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 250))
    world.run(feed)
    feed.listed["1686"].append(late := row(999, NOW - timedelta(days=1, hours=32)))
    feed.listed["1686"][:0] = of_day(YESTERDAY, 300, 302)
    assert late["ctime"] < feed.listed["1686"][200]["ctime"]
    run = world.pass_by(days=1).run(feed)
    assert (days_asked(feed), run.errors) == (["2026-11-22"], [])
    assert docid(999) in run.found


def test_day_is_swept_once_in_24_hours_and_sealed_after_two_quiet_sweeps(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 120))
    world.run(feed)
    asked = []
    for hours in (12, 12, 11, 1, 24, 24):
        feed.listed["1686"].insert(0, row(500 + len(asked), world.pass_by(hours=hours).now))
        world.run(feed)
        asked.append("2026-11-22" in days_asked(feed))
    assert asked == [True, False, False, True, False, False]
    assert (EVE, "1686", 120, "day-query") in world.sealed()


def test_nothing_is_asked_but_the_poll_once_all_is_sealed(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 120))
    world.run(feed)
    for _ in range(2):
        world.run(feed)
        world.pass_by(days=1)
        feed.listed["1686"][:0] = of_day(world.now.date() - timedelta(days=1), 200, 201)
    feed.pages()
    world.run(feed)
    assert feed.pages()[:2] == [1, 2]
    assert "2026-11-22" not in [day for day, *_ in feed.days_asked]


def test_machine_that_was_off_catches_up_the_days_between(world: World) -> None:
    world.run(Feed(lid1686=of_day(EVE, 1, 20)))
    listed = [
        entry
        for back in range(10)
        for entry in of_day(date(2026, 12, 3) - timedelta(days=back), 1000 + 300 * back, 1070 + 300 * back)
    ]
    feed = Feed(lid1686=listed)
    feed.reach = 4  # the poll itself sees the last days alone
    run = world.pass_by(days=12).run(feed)
    assert set(offered(world.archive)) >= {entry["url"][-20:-6] for entry in listed}
    assert (run.errors, len(days_asked(feed))) == ([], 12)


def test_old_row_that_resurfaces_opens_no_sweep(world: World) -> None:
    old = row(7, NOW - timedelta(days=900))
    feed = Feed(lid1686=[old, *of_day(EVE, 10, 30)])
    world.run(feed)
    world.pass_by(days=1).run(feed)
    assert days_asked(feed) == ["2026-11-22"]


def test_range_that_was_asked_is_swept_until_it_is_sealed(world: World) -> None:
    asked = date(2026, 10, 1)
    feed = Feed(lid1686=[*of_day(EVE, 100, 120), *of_day(asked, 1, 60)])
    Run(world.archive, feed).days(asked, asked)
    world.run(feed)
    assert days_asked(feed) == ["2026-10-01"]
    for expected in (["2026-11-22", "2026-10-01"], ["2026-11-23", "2026-11-22", "2026-10-01"]):
        world.pass_by(days=1).run(feed)
        assert days_asked(feed) == expected
    assert (asked, "1686", 60, "day-query") in world.sealed()


def test_many_days_are_swept_newest_first_some_each_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_DAYS", 3)
    listed = [
        entry for back in range(8) for entry in of_day(EVE + timedelta(days=7 - back), 300 * back, 300 * back + 4)
    ]
    world.run(Feed(lid1686=listed[-5:]))
    feed = Feed(lid1686=listed)
    world.pass_by(days=8)
    seen = []
    for _ in range(3):
        world.run(feed)
        seen.append(days_asked(feed))
    assert seen == [
        ["2026-11-29", "2026-11-28", "2026-11-27"],
        ["2026-11-26", "2026-11-25", "2026-11-24"],
        ["2026-11-23", "2026-11-22"],
    ]


def test_limited_run_sweeps_nothing(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 60))
    world.run(feed)
    world.pass_by(days=1)
    feed.listed["1686"][:0] = of_day(YESTERDAY, 100, 160)
    Run(world.archive, feed, enough=lambda run: bool(run.found)).sweep()
    assert days_asked(feed) == []


# --- a day query that is not answered --------------------------------------------------------------------------------


@pytest.mark.parametrize("dead", ["ignores_days", "empties_days"])
def test_dead_day_query_is_no_sick_listing_and_the_day_is_sealed_through_the_pages(world: World, dead: str) -> None:
    feed = Feed(lid1686=[*of_day(EVE, 1, 140), *of_day(EVE - timedelta(days=1), 200, 280)])
    setattr(feed, dead, True)
    world.run(feed)
    feed.listed["1686"].insert(139, late := row(999, datetime(2026, 11, 22, 0, 4, tzinfo=NOW.tzinfo)))
    for _ in range(3):
        run = world.pass_by(days=1).run(feed)
        assert run.errors == []
    assert late["url"][-20:-6] in offered(world.archive)
    assert (EVE, "1686", 141, "pages") in world.sealed()


def test_dead_day_query_costs_one_question_and_one_deep_reading_a_channel(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 60))
    feed.ignores_days = True
    world.run(feed)
    world.pass_by(days=6)
    world.run(feed)
    assert days_asked(feed) == ["2026-11-27"]
    feed.pages()
    world.pass_by(hours=1).run(feed)
    assert (days_asked(feed), feed.pages()) == ([], [1, 2, 3])  # the poll alone


def test_day_beyond_the_reach_of_the_pages_stays_unsealed_and_is_given_up_after_seven_times(world: World) -> None:
    world.run(Feed(lid1686=of_day(EVE, 1, 60)))
    feed = Feed(lid1686=of_day(YESTERDAY, 100, 287))
    feed.ignores_days, feed.reach = True, 2
    for _ in range(MAX_UNANSWERED + 2):
        assert world.pass_by(days=1).run(feed).errors == []
    with closing(world.archive.reader()) as reader:
        assert reader.days.given_up()[0] == (EVE, "1686")
    assert EVE not in [day for day, *_ in world.sealed()]


@pytest.mark.slow
def test_sweeps_of_a_run_send_no_more_than_the_stated_requests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_REQUESTS", 5)
    monkeypatch.setattr(sweep, "MAX_DEEP_PAGES", 7)
    feed = Feed(lid1686=rows(1, 3000), lid2509=rows(1, 3000))
    feed.ignores_days = True
    world.run(feed, "1686", "2509")
    feed.asked.clear()
    world.pass_by(days=9).run(feed, "1686", "2509")
    assert len(feed.asked) <= 2 * 2 + 5 + 7  # two polls of two pages, the sweeps


# --- one channel and the others --------------------------------------------------------------------------------------


def test_sick_channel_is_not_swept_and_stops_no_other(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 20), lid2509=of_day(EVE, 1, 20))
    world.run(feed, "1686", "2509")
    feed.broken["1686", 1] = b"<html>"
    run = world.pass_by(days=1).run(feed, "1686", "2509")
    assert [lid for lid, *_ in feed.days_asked] == ["2509", "2509"]
    assert [error[:12] for error in run.errors] == ["channel 1686"]


def test_sweep_that_breaks_stops_no_other_channel_and_is_no_sick_listing(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 120), lid2509=of_day(EVE, 1, 120))
    world.run(feed, "1686", "2509")
    feed.listed["1686"][:0] = of_day(YESTERDAY, 200, 201)
    answer = feed._answer

    def cut(lid: str, page: int, query: dict[str, str]) -> bytes:
        return b'{"result": {"st' if lid == "1686" and "date" in query else answer(lid, page, query)

    feed._answer = cut  # type: ignore[method-assign]
    run = world.pass_by(days=1).run(feed, "1686", "2509")
    assert (run.errors, {lid for lid, *_ in feed.days_asked}) == ([], {"1686", "2509"})


# --- the feed's oddities are harmless --------------------------------------------------------------------------------


def test_rows_that_vanish_and_rows_that_change_neither_lose_nor_repeat_a_document(world: World) -> None:
    listed = of_day(EVE, 1, 140)
    feed = Feed(lid1686=list(listed))
    world.run(feed)
    del feed.listed["1686"][10:14]
    feed.listed["1686"][0] = {**listed[0], "title": "改过的标题"}
    feed.listed["1686"][1] = {**listed[1], "url": listed[1]["url"].replace("/roll/", "/china/")}
    for _ in range(2):
        assert world.pass_by(days=1).run(feed).errors == []
    counts = {name: offered(world.archive).count(name) for name in docids(range(1, 141))}
    assert sorted(counts.values()) == [1] * 138 + [2, 2]
    assert (EVE, "1686", 136, "day-query") in world.sealed()


def test_pages_of_a_day_query_are_asked_to_the_empty_one(world: World) -> None:
    feed = Feed(lid1686=of_day(EVE, 1, 2 * PAGE))
    world.run(feed)
    world.pass_by(days=1).run(feed)
    assert feed.days_asked == [("1686", "2026-11-22", page) for page in (1, 2, 3)]
