"""Backfills of the stand-in by the real command: they give what one crawl gives, at the stated rate, whatever is killed."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from newsarchive.archive.record.state_file import read_object
from newsarchive.items import BEIJING
from newsarchive.rehearsal.answers import Answer, answer_of
from tests.cli.cli_process import newsarchive
from tests.conftest import Crawls, tree, wait_until
from tests.jobs.backfilling.fills import QUICK, WHOLE, Fills, answers, busiest, children_of, findings, kept, single

pytestmark = pytest.mark.slow


def test_slices_come_to_what_one_crawl_gives_with_the_raw_records(crawls: Callable[..., Crawls]) -> None:
    ours = crawls(articles=40, days=6, titles="plain")
    fills = Fills(ours)
    filled = fills(*QUICK, "--slice", "2")
    assert filled.exit_code in WHOLE, filled
    assert filled.told["slices"] >= 3
    alone = single(ours, fills)
    assert tree(ours.root) == tree(alone.root)
    assert kept(ours) == kept(alone)
    assert answers(ours.root) == answers(alone.root)
    assert answers(ours.root).keys() >= kept(ours).keys()
    assert findings(ours.root) == []
    for docid in (min(kept(ours)), max(kept(ours))):
        ran = newsarchive("raw", docid, "--archive", str(ours.root))
        assert (ran.returncode, docid in ran.stdout) == (0, True)
    assert fills.slice_folders() == []
    again = fills(*QUICK)
    assert str(fills.until) in again.told["done"]  # a day that is not over is asked for again
    assert tree(ours.root) == tree(alone.root)


@pytest.mark.parametrize(
    ("rate", "window_s", "days"), [(8.0, 2.5, 6), pytest.param(2.0, 10.0, 60, marks=pytest.mark.long)]
)
def test_rate_holds_for_all_crawls_together(
    crawls: Callable[..., Crawls], rate: float, window_s: float, days: int
) -> None:
    ours = crawls(articles=days, days=days, titles="plain")
    filled = Fills(ours)("--rate", str(rate), "--yes", "--slice", "2", "--workers", "2")
    assert filled.exit_code in WHOLE, filled
    assert busiest(ours.sina, window_s) <= window_s * rate


def killed_now_and_then(fills: Fills, times: int, *options: str) -> None:
    """Kill it with SIGKILL at moments spread over its work, and sometimes one of its crawls before."""
    sina, chance = fills.sina, random.Random(times)
    for number in range(times):
        process = fills.start(*options)
        for kill in (children_of, None) if number % 3 == 0 else (None,):
            further = len(sina.requests) + chance.randint(1, 12)
            wait_until(lambda: process.poll() is not None or len(sina.requests) >= further)  # noqa: B023
            for child in kill(process.pid)[:1] if kill else ():
                os.kill(child, signal.SIGKILL)
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("times", "articles", "days"), [(3, 30, 6), pytest.param(10, 120, 60, marks=pytest.mark.long)])
def test_backfill_that_is_killed_comes_to_what_one_crawl_gives(
    crawls: Callable[..., Crawls], times: int, articles: int, days: int
) -> None:
    ours = crawls(articles=articles, days=days, titles="plain")
    fills = Fills(ours)
    killed_now_and_then(fills, times, *QUICK, "--slice", "2")
    filled = fills(*QUICK, "--slice", "2")
    assert filled.exit_code in WHOLE, filled
    alone = single(ours, fills)
    assert tree(ours.root) == tree(alone.root)
    assert kept(ours) == kept(alone)
    assert answers(ours.root).keys() >= kept(ours).keys()
    assert findings(ours.root) == []
    assert fills.slice_folders() == []


@dataclass
class Ban:
    """Refuses everything from the ``first``-th article on, until it is ``over``."""

    first: int
    asked: int = 0
    over: bool = False

    def __call__(self, _host: str, target: str) -> Answer | None:
        self.asked += ".shtml" in target
        return answer_of(456, "text/html", b"") if self.asked >= self.first and not self.over else None


def test_ban_stops_all_crawls_until_its_brake_is_released(crawls: Callable[..., Crawls]) -> None:
    ban = Ban(first=8)
    ours = crawls(ban, articles=30, days=6, titles="plain")
    fills = Fills(ours)
    filled = fills(*QUICK, "--slice", "1", NEWSARCHIVE_SINA_BAN_MINUTES="60")
    assert (filled.exit_code, filled.told["exit_code"]) == (4, 4)
    assert filled.told["blocked_until"]
    assert brake_of(ours.root)
    assert all(map(brake_of, (folder for folder in fills.slice_folders() if (folder / ".newsarchive").is_dir())))
    sent = len(ours.sina.requests)
    waiting = fills(*QUICK)
    assert waiting.exit_code == 4
    assert "no request is sent before" in waiting.stderr
    assert len(ours.sina.requests) == sent
    ban.over = True
    assert newsarchive("status", "--release", "--archive", str(ours.root)).returncode != 2
    done = fills(*QUICK, "--slice", "1")
    assert done.exit_code in WHOLE, done
    assert brake_of(ours.root) is None
    assert tree(ours.root) == tree(single(ours, fills).root)
    assert findings(ours.root) == []


@dataclass
class BanOfPages:
    """Refuses everything from the moment when one of these pages is asked for, until it is ``over``."""

    pages: frozenset[str] = frozenset()
    heard_at: datetime | None = None
    over: bool = False

    def __call__(self, host: str, target: str) -> Answer | None:
        if self.heard_at is None and f"{host}{target}" in self.pages:
            self.heard_at = datetime.now(BEIJING)
        return answer_of(456, "text/html", b"") if self.heard_at and not self.over else None


UNDER_WAY = 2
"""Requests of two crawls, each with one connection, that may be answered behind the one that hears the ban: each one's own,
and one that the other sends before it is told (``LOOK_S``)."""


def test_ban_at_the_third_slice_stops_both_crawls_and_is_waited_for(crawls: Callable[..., Crawls]) -> None:
    ban = BanOfPages()
    ours = crawls(ban, articles=40, days=6, titles="plain")
    fills = Fills(ours)
    third = fills.until - timedelta(2)
    urls = (urlsplit(story.url) for story in ours.sina.truth if story.published_at.date() == third)
    ban.pages = frozenset(f"{url.hostname}{url.path}" for url in urls)
    both = ("--slice", "1", "--workers", "2")
    filled = fills("--rate", "4", "--yes", *both, NEWSARCHIVE_SINA_BAN_MINUTES="60")
    assert (filled.exit_code, filled.told["exit_code"]) == (4, 4), filled
    assert filled.told["days"] >= 5
    assert any(f"{third}_{third}: Sina has banned this address" in left for left in filled.told["left"])
    assert ban.heard_at
    late = [request for request in ours.sina.requests if request.at > ban.heard_at + timedelta(seconds=0.05)]
    assert len(late) <= UNDER_WAY, late
    assert all(map(brake_of, (folder for folder in fills.slice_folders() if (folder / ".newsarchive").is_dir())))
    sent = len(ours.sina.requests)
    waiting = fills(*QUICK, *both)
    assert waiting.exit_code == 4
    until = datetime.fromisoformat(filled.told["blocked_until"])
    assert f"no request is sent before {until.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" in waiting.stderr
    assert len(ours.sina.requests) == sent
    ban.over = True
    done = fills(*QUICK, *both, NEWSARCHIVE_CLOCK_OFFSET_SECONDS="3700")
    assert done.exit_code in WHOLE, done
    assert (brake_of(ours.root), fills.slice_folders()) == (None, [])
    alone = single(ours, fills)
    assert tree(ours.root) == tree(alone.root)
    assert kept(ours) == kept(alone)
    assert findings(ours.root) == []


def brake_of(root: Path) -> dict[str, object] | None:
    return read_object(root / ".newsarchive" / "brake.json")


def test_crawl_and_second_backfill_wait_for_the_first(crawls: Callable[..., Crawls]) -> None:
    ours = crawls(articles=20, days=6, titles="plain")
    fills = Fills(ours)
    process = fills.start("--rate", "1", "--slice", "1")
    wait_until(lambda: ours.sina.requests)
    assert fills(*QUICK).exit_code == 6
    assert ours().exit_code == 6
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate()
    assert process.returncode == 3
    assert json.loads(stdout)["left"]
    assert fills(*QUICK).exit_code in WHOLE


def test_day_without_anything_is_told_and_keeps_no_other_from_being_merged(crawls: Callable[..., Crawls]) -> None:
    ours = crawls(articles=60, days=4, titles="plain")
    fills = Fills(ours)
    fills.since -= timedelta(2)
    empty = [str(fills.since), str(fills.since + timedelta(1))]
    filled = fills(*QUICK, "--slice", "30")
    assert filled.exit_code == 5, filled
    assert filled.told["left"][0].startswith(" to ".join(empty))
    assert tree(ours.root) == tree(single(ours, fills).root)
    assert fills.slice_folders() == []
    again = fills(*QUICK)
    assert again.exit_code == 5
    assert 3 <= again.told["days"] < 6  # these two, and the day that is not over


def test_empty_day_so_long_ago_that_nothing_comes_is_done_and_not_asked_for_again(
    crawls: Callable[..., Crawls],
) -> None:
    ours = crawls(articles=30, days=3, titles="plain")
    fills = Fills(ours)
    fills.until = fills.since - timedelta(8)
    fills.since = fills.until - timedelta(2)
    filled = fills(*QUICK, "--slice", "30")
    assert (filled.exit_code, filled.told["left"]) == (0, []), filled
    assert filled.told["empty"] == [f"{fills.since} to {fills.until}"]
    sent = len(ours.sina.requests)
    assert fills(*QUICK).told["days"] == 0
    assert len(ours.sina.requests) == sent
