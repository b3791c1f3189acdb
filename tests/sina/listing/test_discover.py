from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveNotWritable
from newsarchive.sina.listing import listings
from newsarchive.sina.listing.channels import channel
from newsarchive.sina.listing.days_read import DaysRead
from newsarchive.sina.listing.discover import Discovery
from tests.sina.listing.feeds import NOW, OVERLAP, TODAY, YESTERDAY, Feed, Row, Run, docid, docids, offered, row, rows


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive.open(tmp_path / "archive", "clean", clock=lambda: NOW)
    yield opened
    opened.close()


# --- where a poll ends -----------------------------------------------------------------------------------------------


def test_first_poll_reads_to_the_empty_page_whatever_total_says(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 120))
    run = Run(archive, feed).poll()
    assert feed.pages() == [1, 2, 3, 4]
    assert run.found == docids(range(1, 121))
    assert run.errors == []


def test_poll_without_new_rows_ends_after_the_overlap(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 300))
    Run(archive, feed).poll()
    feed.pages()
    Run(archive, feed).poll()
    assert feed.pages() == [1, 2]


def test_late_row_below_known_ones_is_found_and_the_count_begins_again(archive: Archive) -> None:
    feed = Feed(lid1686=rows(11, 400))
    Run(archive, feed).poll()
    feed.pages()
    feed.listed["1686"][70:70] = rows(1, 1)  # page 2; then 29 known rows, and 50 a page
    run = Run(archive, feed).poll()
    assert docid(1) in run.found
    assert feed.pages() == [1, 2, 3, 4]


def test_late_row_further_below_than_the_overlap_is_not_looked_for(archive: Archive) -> None:
    feed = Feed(lid1686=rows(11, 400))
    Run(archive, feed).poll()
    feed.listed["1686"][OVERLAP:OVERLAP] = rows(1, 1)
    assert docid(1) not in Run(archive, feed).poll().found


def test_row_that_another_channel_has_shown_is_new_to_this_one(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 200), lid2509=rows(1, 200))
    Run(archive, feed).poll("1686")
    Run(archive, feed).poll("2509")
    assert feed.pages("2509") == [1, 2, 3, 4, 5]


def test_repeated_row_does_not_count_as_known(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 30) + rows(1, 30) + rows(1, 120))
    Run(archive, feed).poll()
    assert feed.pages() == [1, 2, 3, 4, 5]


def test_last_page_shown_for_ever_is_the_end(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 120))
    feed.last_page = 3
    run = Run(archive, feed).poll()
    assert feed.pages() == [1, 2, 3, 4]
    assert run.errors == []


def test_listing_that_goes_round_in_a_circle_is_sick(archive: Archive) -> None:
    feed = Feed(lid1686=(rows(1, 50) + rows(51, 100)) * 10)
    run = Run(archive, feed).poll()
    assert "round in a circle" in run.errors[0]
    assert feed.pages() == [1, 2, 3]


def test_listing_without_an_end_is_sick(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "MAX_PAGES", 8)
    run = Run(archive, Feed(lid1686=rows(1, 1000))).poll()
    assert "no end: 8 pages" in run.errors[0]


@pytest.mark.parametrize("fault", ["empty", "repeated"])
def test_passing_fault_in_the_middle_does_not_end_a_listing(archive: Archive, fault: str) -> None:
    feed = Feed(lid1686=rows(1, 300))
    whole = feed._answer

    def once(lid: str, page: int, query: dict[str, str]) -> bytes:
        if page == 3 and not feed.second_looks:
            return whole(lid, 99 if fault == "empty" else 2, query)
        return whole(lid, page, query)

    feed._answer = once  # type: ignore[method-assign]
    assert len(Run(archive, feed).poll().found) == 300


# --- what makes a row known ------------------------------------------------------------------------------------------


def test_poll_after_an_interrupted_one_reads_to_the_end(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 260))
    feed.broken["1686", 4] = b""
    assert Run(archive, feed).poll().errors == ["channel 1686 国内滚动: it is unreachable"]
    assert feed.pages() == [1, 2, 3, 4]
    feed.broken.clear()
    run = Run(archive, feed).poll()
    assert feed.pages() == [1, 2, 3, 4, 5, 6, 7]
    assert set(run.found) == set(docids(range(1, 261)))


def test_poll_after_a_limited_one_reads_to_the_end(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 160))
    run = Run(archive, feed, enough=lambda run: len(run.found) >= 60).poll()
    assert (feed.pages(), len(run.found)) == ([1, 2], 100)
    Run(archive, feed).poll()
    assert feed.pages() == [1, 2, 3, 4, 5]


def test_rows_of_ended_polls_stay_known_beside_an_interrupted_one(archive: Archive) -> None:
    feed = Feed(lid1686=rows(101, 400))
    Run(archive, feed).poll()
    feed.pages()
    feed.listed["1686"][:0] = rows(1, 100)
    feed.broken["1686", 2] = b""
    Run(archive, feed).poll()
    feed.broken.clear()
    feed.pages()
    Run(archive, feed).poll()
    assert feed.pages() == [1, 2, 3, 4]


def test_poll_after_a_rebuild_reads_to_the_end(tmp_path: Path) -> None:
    feed = Feed(lid1686=rows(1, 160))
    for expected in ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]):
        archive = Archive.open(tmp_path, "clean", clock=lambda: NOW)
        Run(archive, feed).poll()
        archive.close()
        for file in archive.state.glob("catalogue*"):
            file.unlink()
        assert feed.pages() == expected


# --- what is told to whom, and when ----------------------------------------------------------------------------------


def test_offer_is_in_the_journal_before_anybody_hears_of_it(archive: Archive) -> None:
    heard: list[bool] = []

    def found(wanted: list[str]) -> None:
        heard.append(set(wanted) <= set(offered(archive)))

    asyncio.run(
        Discovery(archive, Feed(lid1686=rows(1, 120)), found, lambda: False, OVERLAP).poll([channel("1686")], 0)
    )
    assert heard == [True, True, True]


def test_document_with_an_outcome_is_not_wanted_again(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 3))
    Run(archive, feed).poll()
    archive.filtered(docid(2), "video-only").result()
    assert Run(archive, feed).poll().found == docids([1, 3])


def test_write_that_fails_ends_the_reading(archive: Archive) -> None:
    (archive.root / "2026").write_text("a file where a folder belongs")
    with pytest.raises(ArchiveNotWritable):
        Run(archive, Feed(lid1686=rows(1, 3))).poll()


# --- a listing that is not healthy -----------------------------------------------------------------------------------


def test_empty_first_page_is_sick(archive: Archive) -> None:
    run = Run(archive, Feed(lid1686=[])).poll()
    assert run.errors == ["channel 1686 国内滚动: the first page of the listing is empty: nothing is offered"]


def test_sick_channel_leaves_the_others(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 3), lid1687=rows(4, 6), lid2509=rows(7, 9))
    feed.broken = {("1686", 1): b"<html>", ("1687", 1): b""}
    run = Run(archive, feed).poll("1686", "1687", "2509")
    assert run.found == docids([7, 8, 9])
    assert [error[:12] for error in run.errors] == ["channel 1686", "channel 1687"]


def test_rows_of_a_malformed_answer_are_not_offered(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 50))
    nameless = {"url": row(52)["url"], "ctime": row(52)["ctime"]}
    answer = {"result": {"status": {"code": 0}, "total": 52, "lid": 1686, "data": [row(51), nameless]}}
    feed.broken["1686", 2] = json.dumps(answer).encode()
    run = Run(archive, feed).poll()
    assert len(run.errors) == 1
    assert sorted(offered(archive)) == docids(range(1, 51))


def test_stale_listing_is_sick_but_its_rows_are_offered(archive: Archive) -> None:
    old = [row(number, NOW - timedelta(hours=30, minutes=number)) for number in (1, 2)]
    run = Run(archive, Feed(lid1686=old, lid2509=old)).poll("1686", "2509", stale_hours=24)
    assert run.errors == [
        "it is stale: no row of any channel is younger than 24 hours (newest: 2026-11-23 02:59:00+08:00)"
    ]
    assert set(offered(archive)) == set(docids([1, 2]))


@pytest.mark.parametrize(("fresh", "stale_hours"), [(True, 24), (False, 0)])
def test_listing_is_not_stale(archive: Archive, fresh: bool, stale_hours: float) -> None:
    old = [row(1, NOW - timedelta(hours=30))]
    feed = Feed(lid1686=old, lid2509=rows(2, 3) if fresh else old)
    assert Run(archive, feed).poll("1686", "2509", stale_hours=stale_hours).errors == []


def test_listing_whose_rows_have_no_time_is_stale(archive: Archive) -> None:
    timeless = [{**row(1), "ctime": "0"}]
    run = Run(archive, Feed(lid1686=timeless)).poll(stale_hours=24)
    assert run.errors[0].endswith("(newest: none has a time)")


# --- an hour far thinner than it used to be --------------------------------------------------------------------------


def eights(days_ago: range, count: int) -> list[Row]:
    """``count`` rows between 08:00 and 08:59 on each of these days, the last full hour at ``NOW``; newest first."""
    begin = NOW - timedelta(hours=1)
    return [
        row(100 * day + minute, begin - timedelta(days=day) + timedelta(minutes=minute))
        for day in days_ago
        for minute in range(count - 1, -1, -1)
    ]


def test_hour_far_thinner_than_it_used_to_be_is_sick_and_its_rows_are_offered(archive: Archive) -> None:
    feed = Feed(lid1686=eights(range(1), 3) + eights(range(1, 16), 20), lid2509=eights(range(1), 20))
    run = Run(archive, feed).poll("1686", "2509")
    assert run.errors == [
        "channel 1686 国内滚动 is far too thin: 3 rows of 2026-11-24 08:00 to 08:59, where the quietest of 15 days had 20"
    ]
    assert set(docids(range(3))) <= set(offered(archive))


@pytest.mark.parametrize(("rows_now", "days"), [(4, 15), (0, 13)])
def test_hour_is_not_thin(archive: Archive, rows_now: int, days: int) -> None:
    feed = Feed(lid1686=eights(range(1), rows_now) + eights(range(1, days + 1), 20))
    assert Run(archive, feed).poll().errors == []


def test_hour_is_judged_by_all_that_was_ever_shown_of_it(archive: Archive) -> None:
    feed = Feed(lid1686=eights(range(16), 20))
    Run(archive, feed).poll()
    del feed.listed["1686"][:18]  # they vanish; they are known
    assert Run(archive, feed).poll().errors == []


def test_hour_that_a_short_listing_does_not_reach_is_not_judged(archive: Archive) -> None:
    feed = Feed(lid1686=eights(range(1, 16), 20))
    Run(archive, feed).poll()
    feed.listed["1686"] = [row(number, NOW) for number in range(5001, 5051)]  # the last minutes fill it
    assert Run(archive, feed).poll().errors == []
    feed.listed["1686"] = [row(number, NOW) for number in range(6001, 6004)]
    assert "far too thin" in Run(archive, feed).poll().errors[0]


def test_interrupted_poll_judges_no_hour(archive: Archive) -> None:
    feed = Feed(lid1686=eights(range(1), 1) + eights(range(1, 16), 20))
    assert Run(archive, feed, enough=lambda _: True).poll().errors == []


def test_one_stale_channel_is_told_but_no_sick_listing(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    feed = Feed(lid1686=[row(1, NOW - timedelta(hours=30))], lid2509=rows(2, 3))
    assert Run(archive, feed).poll("1686", "2509", stale_hours=24).errors == []
    assert "Stale, while other channels are not: 1686 国内滚动" in caplog.text
    with closing(archive.reader()) as reader:
        polls = reader.days.polls()
    assert [(poll.channel, poll.newest_at) for poll in polls] == [
        ("1686", NOW - timedelta(hours=30)),
        ("2509", NOW - timedelta(minutes=2)),
    ]


# --- day by day ------------------------------------------------------------------------------------------------------


def test_days_of_a_range_are_read_to_their_empty_page(archive: Archive) -> None:
    of_yesterday = [row(number, NOW - timedelta(hours=12, minutes=number)) for number in range(1, 111)]
    run = Run(archive, feed := Feed(lid1686=rows(201, 260) + of_yesterday)).days(YESTERDAY, TODAY)
    assert feed.pages() == [1, 1, 2, 3, 4, 1, 2, 3]  # the undated total, 110 rows, 60 rows
    assert run.found == docids([*range(1, 111), *range(201, 261)])
    assert run.errors == []


def test_day_reads_make_no_row_known_to_a_poll(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 160))
    Run(archive, feed).days(TODAY, TODAY)
    feed.pages()
    Run(archive, feed).poll()
    assert feed.pages() == [1, 2, 3, 4, 5]


def test_ignored_day_query_is_named_and_its_rows_are_not_offered(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 60))
    feed.ignores_days = True
    run = Run(archive, feed).days(date(2026, 11, 20), date(2026, 11, 21))
    assert [error[:27] for error in run.errors] == ["2026-11-20 was not answered", "2026-11-21 was not answered"]
    assert "is ignored" in run.errors[0]
    assert offered(archive) == []


def test_day_query_with_the_undated_total_is_named(archive: Archive) -> None:
    feed = Feed(lid1686=rows(1, 60))
    feed.ignores_days = True  # and all that it shows happens to be of today
    run = Run(archive, feed).days(TODAY, TODAY)
    assert "that of the whole listing" in run.errors[0]
    assert run.found == []


@pytest.mark.parametrize("undated", [b"", b"<html>"])
def test_day_query_is_believed_where_the_undated_total_is_unknown(archive: Archive, undated: bytes) -> None:
    feed, found = Feed(lid1686=rows(1, 60)), list[str]()

    async def ask(url: str) -> bytes:
        feed.broken = {} if "etime" in url else {("1686", 1): undated}
        return await feed(url)

    discovery = Discovery(archive, ask, found.extend, lambda: False, OVERLAP)
    asyncio.run(discovery.days([channel("1686")], TODAY, TODAY))
    assert (discovery.errors, found) == ([], docids(range(1, 61)))


def test_empty_past_day_is_named(archive: Archive) -> None:
    run = Run(archive, Feed(lid1686=rows(1, 60), lid2509=rows(1, 60))).days(YESTERDAY, TODAY, "1686", "2509")
    assert run.errors == ["2026-11-23 was not answered: no channel offers anything for it"]
    assert run.discovery.days_read == DaysRead(2, empty=[YESTERDAY])


def test_past_day_that_one_channel_fills_is_answered(archive: Archive) -> None:
    of_yesterday = [row(1, NOW - timedelta(hours=12))]
    run = Run(archive, Feed(lid1686=[row(2)], lid2509=of_yesterday)).days(YESTERDAY, YESTERDAY, "1686", "2509")
    assert (run.errors, run.found) == ([], docids([1]))
    assert run.discovery.days_read == DaysRead(1)


def test_empty_today_is_no_error(archive: Archive) -> None:
    old = [row(1, NOW - timedelta(days=3))]
    run = Run(archive, Feed(lid1686=old)).days(TODAY, TODAY)
    assert (run.errors, run.discovery.days_read) == ([], DaysRead(1))


@pytest.mark.parametrize("others", [[], [row(1, NOW - timedelta(hours=12))]])
def test_sick_channel_of_a_day_is_named_once_and_leaves_the_others(archive: Archive, others: list[Row]) -> None:
    feed = Feed(lid1686=rows(2, 3), lid2509=others)
    feed.broken["1686", 1] = b""
    run = Run(archive, feed).days(YESTERDAY, YESTERDAY, "1686", "2509")
    assert run.errors == ["2026-11-23 was not answered, channel 1686 国内滚动: it is unreachable"]
    assert len(run.found) == len(others)
    assert run.discovery.days_read == DaysRead(1, unanswered=[YESTERDAY])


def test_limited_run_asks_for_no_further_day(archive: Archive) -> None:
    feed = Feed(lid1686=[row(1), *(row(number, NOW - timedelta(hours=12)) for number in (2, 3))])
    run = Run(archive, feed, enough=lambda run: bool(run.found)).days(YESTERDAY, TODAY)
    assert (feed.pages(), run.found, run.errors) == ([1, 1], docids([2, 3]), [])
    assert run.discovery.days_read == DaysRead()
