"""week, spells, aftermath, cli.week: a week of polls, its script and what it leaves behind."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from right_archive import NOW, write_journal

from newsarchive.cli.child import Stop
from newsarchive.cli.rehearse import emptied
from newsarchive.cli.week import MIN_ARTICLES_A_DAY, play
from newsarchive.cli.week_report import Week, summary
from newsarchive.rehearsal.aftermath import half_written, read_aftermath
from newsarchive.rehearsal.answers import Answer
from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.feed import Feed
from newsarchive.rehearsal.site import FEED_HOST, SinaSite
from newsarchive.rehearsal.spells import Spells
from newsarchive.rehearsal.truth import Fate, Story
from newsarchive.rehearsal.week import (
    BLOCKED,
    DONE,
    SICK,
    WEEK,
    BanBegins,
    Cut,
    Edits,
    PlannedPoll,
    SickListing,
    WeekDay,
    Withheld,
    late_rows,
    polls_of,
)

HOUR = timedelta(hours=1)
LISTING = "/api/roll/get?pageid=153&lid=2509&page=1"
SMALL = WeekDay(
    ("08:00", "09:00", "10:20", "10:50", "12:00", "14:00", "16:00", "18:00"),
    {
        "08:00": Cut.KILL,
        "09:00": Withheld(2, status=503, hours=0.1),
        "10:20": BanBegins(hours=1),
        "12:00": Edits(2),
        "14:00": SickListing(hours=1),
        "16:00": Cut.STOP,
    },
    off=("17:00", "20:00"),
)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spells(world: tuple[Story, ...], clock: Clock) -> Spells:
    return Spells(SinaSite(world, tuple(PAGEIDS), clock).answer, clock)


def row_count(answer: Answer) -> int:
    """Of a listing; -1 for what is none."""
    try:
        result = json.loads(answer.body)["result"]
    except ValueError:
        return -1
    return len(result["data"]) if result["status"]["code"] == 0 else -1


# --- the script --------------------------------------------------------------------------------------------------------


def test_a_week_goes_forward_and_ends_behind_its_last_midnight():
    moments = [poll.at for poll in polls_of(7)]
    assert moments == sorted(set(moments))
    assert moments[-1] > timedelta(days=7)
    assert 40 <= len(moments) <= 60


def test_every_event_of_the_week_is_in_the_script_of_seven_days():
    assert [poll.event for poll in polls_of(7) if poll.event] == [
        event for day in WEEK for event in day.events.values()
    ]


def test_a_second_week_is_like_the_first():
    first, both = polls_of(7), polls_of(14)
    assert [(poll.at + timedelta(days=7), poll.event) for poll in first] == [
        (poll.at, poll.event) for poll in both[len(first) - 1 :]
    ]


def test_while_the_machine_is_off_nothing_is_polled():
    polls = polls_of(1, [SMALL])
    assert [str(poll) for poll in polls[-3:]] == ["Day 1, 16:00", "Day 1, 20:00", "Day 2, 00:05"]
    assert [poll.after_off for poll in polls if poll.after_off] == [3 * HOUR]


def test_a_ban_and_a_sick_hour_say_what_polls_may_end_with():
    ends = [poll.may_end_with for poll in polls_of(1, [SMALL])]
    assert ends == [DONE, DONE, BLOCKED, BLOCKED, DONE, SICK, DONE, DONE, DONE]


def test_late_rows_are_those_that_appear_below_known_ones(world: tuple[Story, ...]):
    oldest = min(document.published_at for document in world)
    assert late_rows(world, [oldest, NOW]) == 0
    everything_at_once = late_rows(world, [NOW - timedelta(days=1), NOW])
    assert 0 < everything_at_once < len(world)


# --- what befalls the site ---------------------------------------------------------------------------------------------


def test_a_ban_begins_in_mid_run_and_lasts_while_somebody_asks(spells: Spells, clock: Clock):
    spells.ban(HOUR, after_requests=2, status=200)
    bodies = [spells.answer(FEED_HOST, LISTING).body.decode() for _ in range(3)]
    assert ["拒绝访问" in body for body in bodies] == [False, False, True]
    clock.now += 0.9 * HOUR
    assert "拒绝访问" in spells.answer("finance.sina.com.cn", "/robots.txt").body.decode()
    clock.now += 0.9 * HOUR
    assert "拒绝访问" in spells.answer(FEED_HOST, LISTING).body.decode()
    clock.now += HOUR
    assert row_count(spells.answer(FEED_HOST, LISTING)) > 0


def test_a_sick_hour_gives_nonsense_of_four_kinds_and_ends(spells: Spells, clock: Clock):
    spells.sicken(HOUR)
    counts = [row_count(spells.answer(FEED_HOST, LISTING)) for _ in range(8)]
    assert counts == [-1, -1, -1, 0] * 2
    assert spells.answer(FEED_HOST, "/robots.txt").status == 200
    clock.now += HOUR
    assert row_count(spells.answer(FEED_HOST, LISTING)) > 0


@pytest.mark.parametrize("status", [404, 503])
def test_a_withheld_page_comes_back(spells: Spells, clock: Clock, world: tuple[Story, ...], status: int):
    place = urlsplit(next(document.url for document in world if document.fate is Fate.ARTICLE))
    spells.close((place.netloc, place.path), HOUR, status)
    assert spells.answer(place.netloc, place.path).status == status
    clock.now += HOUR
    assert spells.answer(place.netloc, place.path).status == 200


def test_an_edited_row_has_its_new_title_and_mtime_and_its_place(world: tuple[Story, ...]):
    feed = Feed(world, tuple(PAGEIDS))
    before = [row.docid for row in feed.visible("2509", NOW)]
    feed.edit(before[3], "新标题", NOW)
    rows = feed.visible("2509", NOW)
    assert (rows[3].listed_title, rows[3].modified_at) == ("新标题", NOW)
    assert [row.docid for row in rows] == before


# --- what is left behind -----------------------------------------------------------------------------------------------


def test_a_half_written_article_is_found(ideal: Path):
    assert list(half_written(ideal)) == []
    victim = next(ideal.glob("2*/*/*/*.md"))
    victim.write_bytes(victim.read_bytes()[:-14])
    assert [half.partition(" ")[0] for half in half_written(ideal)] == [victim.relative_to(ideal).as_posix()]


def test_the_aftermath_names_what_has_no_outcome(tmp_path: Path):
    day = tmp_path / "2026/11/23"
    day.mkdir(parents=True)
    events = [{"event": "offered", "docid": docid, "title": docid} for docid in "abcd"]
    events += [{"event": "failed", "docid": docid} for docid in "bc"] + [{"event": "kept", "docid": "c"}]
    events += [{"event": "offered", "docid": "c", "title": "C"}, {"event": "filtered", "docid": "d"}]
    write_journal(day, [*events, {"event": "sealed", "docid": None, "channel": "1686"}])
    aftermath = read_aftermath(tmp_path)
    assert aftermath.unsettled == {"a": "pending", "b": "failed"}
    assert aftermath.titles["c"] == {"c", "C"}
    assert aftermath.sealed == {("2026-11-23", "1686")}


# --- a small week, played ----------------------------------------------------------------------------------------------


def played(tmp_path: Path, script: list[PlannedPoll]) -> Week:
    week = Week(3 * MIN_ARTICLES_A_DAY, 1, 5, emptied(tmp_path / "trial"), script)
    with Stop() as stop:
        play(week, stop)
    return week


@pytest.mark.slow
def test_a_small_week_is_survived(tmp_path: Path):
    week = played(tmp_path, polls_of(1, [SMALL]))
    assert week.differences == []
    assert week.exit_code == 0
    assert [poll["exit_code"] in DONE for poll in week.polls[-3:]] == [True] * 3
    expected = {"kill": 1, "stop": 1, "ban": 1, "sick hour": 1, "hour off": 3, "edit": 2, "withheld page": 2}
    assert {noun: count for noun, count in week.survived.items() if noun != "late row"} == expected
    assert "1 kill, 1 stop, 1 ban, 1 sick hour, 3 hours off, 2 edits, 2 withheld pages, " in summary(week)


@pytest.mark.slow
def test_what_was_not_survived_is_named(tmp_path: Path):
    script = [
        PlannedPoll(12 * HOUR),
        PlannedPoll(13 * HOUR, SickListing(hours=1)),
        PlannedPoll(14.5 * HOUR, Withheld(1, status=503, hours=9)),
    ]
    week = played(tmp_path, script)
    assert week.exit_code == 1
    assert week.faults[0].startswith("Day 1, 13:00: the poll ended with 5")
    assert any("is failed at the end" in fault for fault in week.faults)
