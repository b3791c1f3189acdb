"""faults: what goes wrong, and that it ends."""

from __future__ import annotations

from html import unescape
from urllib.parse import urlsplit

import pytest
from right_archive import NOW

from newsarchive.rehearsal.answers import Answer, HangUp
from newsarchive.rehearsal.blocks import squash
from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.faults import BAN_SECONDS, Ban, FaultLevel, Faults, SickListings
from newsarchive.rehearsal.invention import invent
from newsarchive.rehearsal.site import FEED_HOST, SinaSite
from newsarchive.rehearsal.truth import Fate, Story

WORLD = invent(articles=200, days=3, seed=7, now=NOW, impostors=True)
SITE = SinaSite(WORLD, tuple(PAGEIDS), lambda: NOW)
LISTING = "/api/roll/get?pageid=153&lid=2509&page={}"


def mild(waits: list[float]) -> Faults:
    return Faults(SITE, FaultLevel.MILD, 7, expected=200, sleep=waits.append)


def ask(faults: Faults, document: Story) -> str:
    place = urlsplit(document.url)
    try:
        return str(faults.answer(str(place.hostname), place.path).status)
    except HangUp as end:
        return "cut" if end.answer else "dropped"


def test_a_mild_run_meets_every_trouble_and_mostly_none():
    waits: list[float] = []
    faults = mild(waits)
    answers = [ask(faults, document) for document in WORLD if document.fate is Fate.ARTICLE]
    assert {"200", "503", "cut", "dropped"} == set(answers)
    assert all(0.2 <= seconds <= 1.0 for seconds in waits)
    assert waits
    assert answers.count("200") > 150


def test_trouble_passes_after_two_times():
    faults = mild([])
    articles = [document for document in WORLD if document.fate is Fate.ARTICLE]
    for _ in range(2):
        [ask(faults, document) for document in articles]
    assert {ask(faults, document) for document in articles} == {"200"}


def test_the_same_seed_brings_the_same_trouble():
    one, other = mild([]), mild([])
    assert [ask(one, document) for document in WORLD] == [ask(other, document) for document in WORLD]


def test_robots_is_never_troubled():
    faults = Faults(SITE, FaultLevel.MILD, 1, expected=1)
    assert {faults.answer(f"{host}", "/robots.txt").status for host in ("finance.sina.com.cn", FEED_HOST)} == {200}


def test_a_ban_refuses_every_host_and_lasts_while_somebody_asks():
    now = [0.0]
    ban = Ban(expected=10, clock=lambda: now[0])
    refused = [ban.answer("finance.sina.com.cn", f"/{n}") for n in range(5)]
    assert [bool(answer) for answer in refused] == [False] * 4 + [True]
    assert refused[4]
    assert refused[4].status == 456
    assert "拒绝访问" in refused[4].body.decode()
    now[0] += BAN_SECONDS / 2
    assert ban.answer(FEED_HOST, "/robots.txt")
    assert ban.seconds_left() == BAN_SECONDS


def test_a_ban_ends_when_nobody_asks():
    now = [0.0]
    ban = Ban(expected=1, clock=lambda: now[0])
    while not ban.seconds_left():
        ban.answer("finance.sina.com.cn", "/")
    now[0] += ban.seconds_left()
    assert ban.answer(FEED_HOST, "/robots.txt") is None


def test_four_listings_are_sick_each_once_and_no_day_query_is():
    sick = SickListings()
    healthy = Answer(200, "application/json", b'{"result":{"data":[1]}}')
    spoilt = [sick.answer(LISTING.format(1), healthy) for _ in range(12)]
    assert sum(answer is not healthy for answer in spoilt) == 4
    assert spoilt[1].content_type == "text/html"
    assert all(SickListings().answer(LISTING.format(1) + "&etime=1&stime=2", healthy) is healthy for _ in range(12))


def test_an_empty_listing_comes_for_a_first_page_only():
    sick, healthy = SickListings(), Answer(200, "application/json", b"{}")
    further = [sick.answer(LISTING.format(2), healthy) for _ in range(20)]
    assert sum(answer is not healthy for answer in further) == 3
    assert b'"data":[]' in sick.answer(LISTING.format(1), healthy).body


@pytest.mark.parametrize(
    ("fate", "status", "marker"),
    [
        (Fate.GONE, 404, "页面没有找到"),
        (Fate.NOT_FOUND_200, 200, "页面没有找到"),
        (Fate.LOGIN, 200, "请登录"),
        (Fate.EMPTY_SHELL, 200, "特别声明"),
        (Fate.OTHER_DOCUMENT, 200, "</html>"),
    ],
)
def test_impostors_answer_for_the_article(fate: Fate, status: int, marker: str):
    document = next(document for document in WORLD if document.fate is fate)
    place = urlsplit(document.url)
    answer = SITE.answer(str(place.hostname), place.path)
    assert answer.status == status
    assert marker in answer.body.decode()
    assert document.pieces[0].text not in answer.body.decode()


def test_a_page_cut_short_ends_inside_its_body_and_tells_no_length():
    document = next(document for document in WORLD if document.fate is Fate.CUT_SHORT)
    place = urlsplit(document.url)
    answer = SITE.answer(str(place.hostname), place.path)
    assert not answer.announced
    assert document.pieces[0].text in squash(unescape(answer.body.decode()))
    assert "</html>" not in answer.body.decode()
