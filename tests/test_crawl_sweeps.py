"""Finished days are swept by the real command: its clock moves, the stand-in's listing stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from newsarchive.rehearsal.answers import answer_of
from tests.conftest import Crawls, Run

pytestmark = pytest.mark.slow

Begin = Callable[..., Crawls]
HOUR_S = 3600


def at_hour(crawl: Crawls, hours: float) -> Run:
    """A run without arguments, so many hours from now."""
    return crawl("-s", f"CLOCK_OFFSET_SECONDS={hours * HOUR_S:.0f}", "-s", "DISCOVER_STALE_HOURS=0")


def to_noon(crawl: Crawls, days: int) -> float:
    """Hours from now to noon in Beijing, so many days ahead: between two runs about then no day ends."""
    now = crawl.sina.now()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return (noon - now) / timedelta(hours=1)


def days_asked(crawl: Crawls) -> list[tuple[str, str]]:
    """Lid and day of all day queries so far."""
    queries = [parse_qs(urlsplit(request.url).query) for request in crawl.sina.requests if "/roll/get" in request.url]
    return [(query["lid"][0], query["date"][0]) for query in queries if "date" in query and query["page"] == ["1"]]


def test_finished_day_is_swept_by_the_next_polls_and_sealed_in_its_journal(crawls: Begin) -> None:
    crawl = crawls(articles=60)
    today = crawl.sina.now().date().isoformat()
    assert [at_hour(crawl, 0).exit_code, days_asked(crawl)] == [0, []]
    tomorrow = to_noon(crawl, 1)
    assert [at_hour(crawl, hours).exit_code for hours in (tomorrow, tomorrow + 1)] == [0, 0]
    assert days_asked(crawl) == [("1686", today), ("2509", today)]
    at_hour(crawl, to_noon(crawl, 2) + 1)  # a sweep a day
    sealed = [(event["docid"], event["channel"], event["by"]) for event in crawl.events("sealed")]
    assert sealed == [(None, "1686", "day-query"), (None, "2509", "day-query")]


def test_dead_day_query_leaves_the_exit_code_alone(crawls: Begin) -> None:
    crawl = crawls(lambda _, target: answer_of(200, "text/html", b"<html>") if "etime=" in target else None)
    runs = [at_hour(crawl, hours) for hours in (0, 25, 50)]
    assert [run.exit_code for run in runs] == [0, 0, 0]
    assert {event["by"] for event in crawl.events("sealed")} == {"pages"}


def test_asked_range_is_swept_by_later_polls(crawls: Begin) -> None:
    crawl = crawls(articles=60, days=4)
    day = (crawl.sina.now() - timedelta(days=2)).date().isoformat()
    assert crawl("-a", f"since={day}", "-a", f"until={day}").exit_code == 0
    assert [(event["docid"], event["channel"]) for event in crawl.events("asked")] == [(None, "1686"), (None, "2509")]
    asked = len(days_asked(crawl))
    at_hour(crawl, 25)
    assert ("2509", day) in days_asked(crawl)[asked:]
