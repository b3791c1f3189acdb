"""Nothing rude, measured at the server: bans that are remembered, probes, and pauses that a host asks for."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from newsarchive.archive.record.store import Archive
from newsarchive.crawl.gate import Gate
from newsarchive.crawl.site_wishes import SiteWishes
from newsarchive.operation import report
from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.judge import judge
from newsarchive.rehearsal.notices import BANNED
from tests.conftest import Crawls, asked_at

pytestmark = pytest.mark.slow

Begin = Callable[..., Crawls]
FINANCE = "finance.sina.com.cn"
IN_FLIGHT = 12
"""The spider's window: so many documents at most are asked for at a time."""
BUSY_PAGE = 5
"""The page of a host that is answered with a Retry-After."""


def banned_once(after: int) -> Callable[[str, str], Answer | None]:
    """The 456 page for one request, after so many."""
    asked = Counter[str]()

    def script(host: str, target: str) -> Answer | None:
        asked["all"] += 1
        return answer_of(456, "text/html", BANNED) if asked["all"] == after else None

    return script


def test_while_a_ban_is_remembered_nothing_is_sent_and_the_message_says_until_when(crawls: Begin) -> None:
    crawl = crawls(banned_once(after=10))
    assert crawl().exit_code == 4
    asked = len(crawl.sina.requests)
    again = crawl()
    assert (again.exit_code, len(crawl.sina.requests), again.stderr.count("\n")) == (4, asked, 1)
    assert "+08:00" in again.stderr


def test_after_a_ban_one_request_goes_first_and_ten_more_one_at_a_time(crawls: Begin) -> None:
    under_way, most, answers = Counter[str](), Counter[str](), Counter[str]()
    ban = banned_once(after=12)

    def script(host: str, target: str) -> Answer | None:
        answer = ban(host, target)
        under_way["now"] += 1
        if not target.endswith("/robots.txt") and crawl.root.joinpath(".newsarchive/probing").exists():
            answers["all"] += 1
            most["first" if answers["all"] <= 11 else "later"] = max(most["first"], under_way["now"])
        time.sleep(0.05)
        under_way["now"] -= 1
        return answer

    crawl = crawls(script, articles=60)
    assert crawl("-s", "SINA_BAN_MINUTES=0").exit_code == 4
    (crawl.root / ".newsarchive" / "probing").touch()
    assert crawl().exit_code == 0
    assert most["first"] == 1
    assert not (crawl.root / ".newsarchive" / "brake.json").exists()
    assert list(judge(crawl.root, crawl.sina.truth, crawl.sina.now()).differences) == []


def test_a_probe_that_is_banned_too_pulls_the_brake_again(crawls: Begin) -> None:
    state = Counter[str]()

    def script(host: str, target: str) -> Answer | None:
        if target.endswith("/robots.txt"):
            return None
        state["asked"] += 1
        return answer_of(456, "text/html", BANNED) if state["asked"] >= 8 else None

    crawl = crawls(script)
    assert crawl("-s", "SINA_BAN_MINUTES=0", "-s", "CONCURRENT_REQUESTS=1").exit_code == 4
    asked = len(crawl.sina.requests)
    assert crawl("-s", "SINA_BAN_MINUTES=60").exit_code == 4
    assert [request.status for request in crawl.sina.requests[asked:] if "robots" not in request.url] == [456]
    assert crawl().exit_code == 4


def test_retry_after_is_waited_for(crawls: Begin) -> None:
    """Those under way when the answer is heard still arrive; all others come after the pause."""
    pages = Counter[str]()

    def script(host: str, target: str) -> Answer | None:
        pages[host] += ".shtml" in target
        if host == FINANCE and pages[host] == BUSY_PAGE and ".shtml" in target:
            return Answer(503, "text/html", b"later", headers=(("Retry-After", "2"),))
        return None

    crawl = crawls(script, articles=40, titles="plain")
    assert crawl().exit_code == 0
    _, *times = asked_at(crawl.sina, FINANCE)
    answered_at, *after = times[BUSY_PAGE - 1 :]
    assert sum(at < answered_at + 2 for at in after) <= IN_FLIGHT < len(after) / 2


def wished(root: Path, *waits: tuple[str, float]) -> list[int]:
    """With which exit codes these Retry-Afters, heard at one moment, end a run."""
    ended: list[int] = []

    async def scene() -> None:
        with closing(Archive.open(root, "clean")) as archive:
            wishes = SiteWishes(archive, gate := Gate(), lambda code, error: ended.append(code) or gate.shut(error), 60)
            for host, seconds in waits:
                wishes.heard_wait(host, seconds)

    asyncio.run(scene())
    return ended


def test_the_pauses_of_a_run_have_a_sum(tmp_path: Path) -> None:
    hosts = [(f"h{number}", 120.0) for number in range(6)]
    assert wished(tmp_path, *hosts[:5]) == []
    assert wished(tmp_path, *hosts) == [report.MISSING]


class Spaced(Gate):
    """A gate that tells what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.spaces: dict[str, float] = {}

    def space(self, host: str, seconds: float) -> None:
        self.spaces[host] = seconds
        super().space(host, seconds)


def test_a_delay_between_requests_is_one_of_all_crawls_at_once(tmp_path: Path) -> None:
    with closing(Archive.open(tmp_path, "clean")) as archive:
        gate = Spaced()
        SiteWishes(archive, gate, lambda *_: None, 60, crawls_at_once=3).heard_delay(FINANCE, 5.0)
    assert gate.spaces == {FINANCE: 15.0}


def test_pauses_that_answers_ask_for_at_the_same_time_are_one(tmp_path: Path) -> None:
    assert wished(tmp_path, *[(FINANCE, 120.0)] * 50) == []


def test_a_retry_after_longer_than_a_run_has_ends_it(crawls: Begin) -> None:
    busy = {"is": True}

    def script(host: str, target: str) -> Answer | None:
        too_long = Answer(429, "text/html", b"later", headers=(("Retry-After", "3600"),))
        return too_long if busy["is"] and host == FINANCE and ".shtml" in target else None

    crawl = crawls(script)
    run = crawl()
    assert (run.exit_code, "3600" in run.stderr, crawl.events("failed")) == (3, True, [])
    assert len(crawl.pages_asked()) <= 8
    busy["is"] = False
    assert crawl().exit_code == 0


def test_a_network_that_is_gone_ends_the_run_and_costs_few_attempts(crawls: Begin) -> None:
    crawl = crawls(articles=60)
    crawl("-a", "limit=1")
    environment = {**crawl.environment(), "https_proxy": "http://127.0.0.1:9"}
    process = crawl.start("-s", "RETRY_TIMES=0", environment=environment)
    process.communicate(timeout=60)
    assert (process.returncode, len(crawl.events("failed")) <= 8) == (5, True)
