"""Nothing rude, measured at the server: bans that are remembered, probes, robots, and what a host asks for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.judge import judge
from newsarchive.rehearsal.notices import BANNED
from tests.conftest import Crawls

Begin = Callable[..., Crawls]
FINANCE = "finance.sina.com.cn"


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


def test_pages_that_robots_forbid_are_filtered(crawls: Begin) -> None:
    rules = b"User-agent: *\nDisallow: /\n"
    crawl = crawls(
        lambda host, target: answer_of(200, "text/plain", rules) if (host, target) == (FINANCE, "/robots.txt") else None
    )
    run = crawl()
    reasons = Counter(event["reason"] for event in crawl.events("filtered"))
    assert (run.exit_code, reasons["robots"] > 20) == (0, True)
    assert not any(request.host == FINANCE and ".shtml" in request.url for request in crawl.sina.requests)


@pytest.mark.parametrize("status", [500, 503])
def test_where_robots_cannot_be_had_pages_wait_for_a_later_run(crawls: Begin, status: int) -> None:
    sick = {"robots": True}

    def script(host: str, target: str) -> Answer | None:
        is_sick = sick["robots"] and (host, target) == (FINANCE, "/robots.txt")
        return answer_of(status, "text/plain", b"") if is_sick else None

    crawl = crawls(script)
    run = crawl()
    assert (run.exit_code, crawl.events("failed"), "Traceback" in run.stderr) == (3, [], False)
    assert run.report["pending"] > 20
    sick["robots"] = False
    assert crawl().exit_code == 0


def test_a_host_without_robots_has_no_rules(crawls: Begin) -> None:
    crawl = crawls(lambda _, target: answer_of(404, "text/html", b"gone") if target == "/robots.txt" else None)
    assert crawl().report["kept"] == 40


def test_crawl_delay_is_kept(crawls: Begin) -> None:
    rules = b"User-agent: *\nCrawl-delay: 0.3\n"
    crawl = crawls(
        lambda _, target: answer_of(200, "text/plain", rules) if target == "/robots.txt" else None, articles=10
    )
    assert crawl("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4").exit_code == 0
    times = [request.at.timestamp() for request in crawl.sina.requests if request.host == FINANCE][1:]
    assert (times[-1] - times[0]) / (len(times) - 1) > 0.25  # on a busy machine one gap may be short, never their mean


def test_retry_after_is_waited_for(crawls: Begin) -> None:
    seen: list[float] = []

    def script(host: str, target: str) -> Answer | None:
        if host == FINANCE and ".shtml" in target:
            seen.append(time.monotonic())
            if len(seen) == 5:
                return Answer(503, "text/html", b"later", headers=(("Retry-After", "2"),))
        return None

    crawl = crawls(script, articles=30)
    assert crawl("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1").exit_code == 0
    assert max(later - earlier for earlier, later in pairwise(seen)) > 1.9


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
