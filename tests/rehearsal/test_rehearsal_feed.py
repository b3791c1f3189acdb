"""feed: the roll API's answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from right_archive import NOW

from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.feed import Feed
from newsarchive.rehearsal.truth import BEIJING, Story


@pytest.fixture
def feed(world: tuple[Story, ...]) -> Feed:
    return Feed(world, tuple(PAGEIDS))


def ask(feed: Feed, now: datetime = NOW, **query: str) -> dict[str, Any]:
    result = json.loads(feed.answer({"pageid": "153", "lid": "2509", **query}, now))["result"]
    assert isinstance(result, dict)
    return result


def test_rows_come_newest_first_and_pages_do_not_overlap(feed: Feed, world: tuple[Story, ...]):
    rows = [row for page in range(1, 8) for row in ask(feed, num="10", page=str(page))["data"]]
    times = [int(row["ctime"]) for row in rows]
    assert all(a >= b for a, b in pairwise(times))
    assert {row["docid"] for row in rows} == {f"comos:{document.docid}" for document in world}


def test_num_above_fifty_is_cut(feed: Feed):
    assert len(ask(feed, num="80")["data"]) == 50


def test_beyond_the_end_data_is_empty(feed: Feed, world: tuple[Story, ...]):
    result = ask(feed, page="9")
    assert (result["data"], result["total"], result["status"]["code"]) == ([], len(world), 0)


@pytest.mark.parametrize(("pageid", "lid"), [("153", "1686"), ("155", "2509"), ("153", "295"), ("", "")])
def test_a_wrong_pair_is_code_11_under_http_200(feed: Feed, pageid: str, lid: str):
    result = ask(feed, pageid=pageid, lid=lid)
    assert (result["status"]["code"], result["data"]) == (11, [])


def test_scalars_are_strings_and_pictures_flip_their_type(feed: Feed):
    rows = [row for page in "12" for row in ask(feed, page=page)["data"]]
    assert all(isinstance(value, str) for row in rows for key, value in row.items() if key not in ("img", "images"))
    assert {type(row["img"]) for row in rows} == {list, dict}
    assert {"mlids" in row for row in rows} == {True, False}
    assert {row["url"].split(":")[0] for row in rows} == {"http", "https"}


def test_a_day_query_gives_that_day_and_its_total(feed: Feed, world: tuple[Story, ...]):
    midnight = datetime(2026, 11, 23, tzinfo=BEIJING)
    bounds = {"etime": str(int(midnight.timestamp())), "stime": str(int(midnight.timestamp()) + 86_400)}
    own = {f"comos:{d.docid}" for d in world if d.published_at.date() == midnight.date()}
    result = ask(feed, **bounds)
    assert {row["docid"] for row in result["data"]} == own
    assert result["total"] == len(own)


def test_a_callback_makes_it_jsonp(feed: Feed):
    text = feed.answer({"pageid": "153", "lid": "2509", "callback": "f"}, NOW).decode()
    assert text.startswith("try{f({")
    assert text.endswith(");}catch(e){};")


def test_slashes_are_escaped_as_php_does(feed: Feed):
    assert b"https:\\/\\/finance" in feed.answer({"pageid": "153", "lid": "2509"}, NOW)


def test_a_row_is_listed_from_its_intime_on(feed: Feed, world: tuple[Story, ...]):
    late = max(world, key=lambda document: document.listed_at - document.published_at)
    before = feed.visible("2509", late.listed_at - timedelta(seconds=1))
    assert late not in before
    assert late in feed.visible("2509", late.listed_at)
