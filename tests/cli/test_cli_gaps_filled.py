"""What is withheld is named and nothing else, and comes when it is asked for: the real crawl against the stand-in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsarchive.archive.record import brake
from newsarchive.items import BEIJING
from newsarchive.rehearsal.answers import Answer
from newsarchive.rehearsal.standin import StandIn
from newsarchive.rehearsal.truth import Fate
from tests.conftest import Crawls, tree

pytestmark = pytest.mark.slow

Begin = Callable[..., Crawls]
ARTICLES = 110


class Withheld:
    """Some pages are not given out: missing, overloaded, cut in the middle, or another one's; until they are ``back``."""

    def __init__(self) -> None:
        self.sina: StandIn | None = None
        self.ways: dict[str, Callable[[Answer, Answer], Answer]] = {}
        self.back = False

    def choose(self, sina: StandIn) -> set[str]:
        """Ten pages of the plain kind, none with another's text, spread over the listing."""
        models = {document.repeat_of for document in sina.truth}
        articles = [document for document in sina.truth if document.fate is Fate.ARTICLE]
        plain = [document for document in articles if not document.repeat_of and document.docid not in models]
        chosen = plain[5:25:2]
        ways = [
            lambda _page, _other: Answer(404, "text/html", b"<html>none</html>"),
            lambda _page, _other: Answer(503, "text/html", b"<html>overloaded</html>"),
            lambda page, _other: Answer(200, page.content_type, page.body[: len(page.body) // 2]),
            lambda _page, other: other,
        ]
        self.sina = sina
        self.ways = {document.docid: ways[number % 4] for number, document in enumerate(chosen)}
        self.other = sina.truth[0].url
        return set(self.ways)

    def __call__(self, host: str, target: str) -> Answer | None:
        way = next((way for docid, way in self.ways.items() if docid in target), None)
        if way is None or self.back or self.sina is None:
            return None
        return way(self._own(host, target), self._own(*self.other.removeprefix("https://").partition("/")[::2]))

    def _own(self, host: str, target: str) -> Answer:
        site = self.sina.site
        return type(site).answer(site, host, target if target.startswith("/") else f"/{target}")


def verb(crawl: Crawls, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "newsarchive", *arguments]
    return subprocess.run(command, env=crawl.environment(), capture_output=True, text=True, check=False, timeout=120)


def told(crawl: Crawls, *arguments: str) -> tuple[int, Any]:
    ran = verb(crawl, *arguments, "--json")
    return ran.returncode, json.loads(ran.stdout)


def sums(days: list[dict[str, Any]]) -> list[int]:
    states = ("kept", "filtered", "failed", "gone", "pending")
    return [day["offered"] - sum(day[state] for state in states) for day in days]


def without_either_repeat(crawl: Crawls) -> dict[str, bytes]:
    """The files of documents that are alone with their text: which of two is kept depends on the order of arrival."""
    repeats = {docid for event in crawl.events("filtered") for docid in (event["docid"], event["of"])}
    of_repeats = {event["file"] for event in crawl.events("kept") if event["docid"] in repeats}
    return {path: data for path, data in tree(crawl.root).items() if path not in of_repeats}


def test_withheld_pages_are_named_and_come_when_the_gaps_are_filled(crawls: Begin) -> None:
    withheld = Withheld()
    crawl = crawls(withheld, articles=ARTICLES)
    chosen = withheld.choose(crawl.sina)
    assert crawl().exit_code == 3

    code, listed = told(crawl, "gaps")
    assert (code, {gap["docid"] for gap in listed["gaps"]}) == (3, chosen)
    assert {gap["reason"] for gap in listed["gaps"]} == {"http-404", "http-503", "truncated", "other-document"}
    assert all(gap["state"] == "failed" and gap["attempts"] == 1 and gap["next_try_at"] for gap in listed["gaps"])
    code, counted = told(crawl, "coverage", "--channel", "2509")
    assert (code, counted["complete"], set(sums(counted["days"]))) == (3, False, {0})
    assert sum(day["failed"] for day in counted["days"]) == len(chosen)
    assert sum(day["kept"] for day in counted["days"]) == ARTICLES - len(chosen)
    assert verb(crawl, "status").returncode == 3

    withheld.back = True
    asked, offers = len(crawl.pages_asked()), crawl.events("offered")
    filled = verb(crawl, "gaps", "--fill")
    assert (filled.returncode, filled.stdout) == (0, "Nothing is missing.\n")
    assert {url.rpartition("-i")[2].removesuffix(".shtml") for url in crawl.pages_asked()[asked:]} == chosen
    assert crawl.events("offered") == offers
    code, counted = told(crawl, "coverage")
    assert (code, counted["complete"], set(sums(counted["days"]))) == (0, True, {0})
    assert verb(crawl, "status").returncode == 0


def test_an_archive_whose_gaps_were_filled_is_the_one_that_had_none(crawls: Begin, tmp_path: Path) -> None:
    withheld = Withheld()
    crawl = crawls(withheld)
    withheld.choose(crawl.sina)
    crawl()
    withheld.back = True
    verb(crawl, "gaps", "--fill")
    undisturbed = Crawls(crawl.sina, tmp_path / "undisturbed")
    assert undisturbed().exit_code == 0
    assert len(crawl.articles()) == len(undisturbed.articles())
    assert without_either_repeat(crawl) == without_either_repeat(undisturbed)


def test_gaps_that_stay_are_listed_after_the_fill_with_one_attempt_more(crawls: Begin) -> None:
    withheld = Withheld()
    crawl = crawls(withheld)
    chosen = withheld.choose(crawl.sina)
    crawl()
    code, listed = told(crawl, "gaps", "--fill")
    assert (code, {gap["docid"] for gap in listed["gaps"]}) == (3, chosen)
    assert {gap["attempts"] for gap in listed["gaps"]} == {2}


def test_a_fill_sends_nothing_while_the_brake_holds(crawls: Begin) -> None:
    withheld = Withheld()
    crawl = crawls(withheld)
    withheld.choose(crawl.sina)
    crawl()
    brake.pull(crawl.root / ".newsarchive", crawl.sina.now().astimezone(BEIJING), 60, "https://finance.sina.com.cn/")
    asked = len(crawl.sina.requests)
    filled = verb(crawl, "gaps", "--fill")
    assert (filled.returncode, len(crawl.sina.requests)) == (4, asked)
    assert "missing" in filled.stdout
    assert verb(crawl, "status").returncode == 4
    assert verb(crawl, "status", "--release").returncode == 3


@pytest.mark.parametrize("given", ["a", "b"])
def test_an_address_given_by_hand_has_a_row_of_its_own(crawls: Begin, given: str) -> None:
    crawl = crawls(articles=12)
    url = crawl.sina.truth[3].url
    if given == "b":
        crawl()
    assert crawl("-a", f"url={url}").exit_code == 0
    _, counted = told(crawl, "coverage", "--channel", "null")
    assert sum(day["kept"] for day in counted["days"]) == (given == "a")
