"""robots.txt: what is obeyed, what is bounded, and what becomes of pages whose host has none to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from protego import Protego

from newsarchive.crawl.robots import MAX_BYTES, for_agent
from newsarchive.rehearsal.answers import Answer, answer_of
from tests.conftest import Crawls
from tests.faults.scene import options

pytestmark = pytest.mark.slow  # real crawls by the dozen

Begin = Callable[..., Crawls]
FINANCE = "finance.sina.com.cn"
AGENT = "newsarchive"


def lines(text: str) -> list[str]:
    return for_agent(text.encode(), AGENT).splitlines()


# --- what is read of it ------------------------------------------------------------------------------------------------


def test_the_groups_of_others_are_left_out() -> None:
    text = "User-agent: Googlebot\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\nUser-Agent: bingbot\nDisallow: /c\n"
    assert lines(text) == ["User-agent: *", "Disallow: /b"]


def test_a_group_of_several_crawlers_is_ours_where_it_names_us() -> None:
    text = "User-agent: Googlebot\nSitemap: /s.xml\nUser-agent: NewsArchive/2.0 # us\nDisallow: /a\nCrawl-delay: 3\n"
    assert lines(text) == ["User-agent: NewsArchive", "Disallow: /a", "Crawl-delay: 3"]


@pytest.mark.parametrize("agent", ["news", "newsarchiver", "my-newsarchive"])
def test_another_crawler_whose_name_is_like_ours_is_not_us(agent: str) -> None:
    assert lines(f"User-agent: {agent}\nDisallow: /\n") == []


def test_a_rule_longer_than_any_address_is_left_out() -> None:
    assert lines(f"User-agent: *\nDisallow: /{'a' * 5000}\nDisallow: /b\n") == ["User-agent: *", "Disallow: /b"]


def test_what_stands_behind_500_kib_is_not_read() -> None:
    filler = "# filler\n" * (MAX_BYTES // 9 + 1)
    assert lines(f"User-agent: *\nDisallow: /a\n{filler}Disallow: /b\n") == ["User-agent: *", "Disallow: /a"]


def test_many_crawlers_and_many_rules_are_no_product_of_both() -> None:
    """Protego adds each rule to each crawler of its group: 20,000 times 20,000 took half a minute and all memory."""
    hostile = "".join(f"User-agent: a{n}\n" for n in range(20_000)) + "User-agent: *\n"
    hostile += "".join(f"Disallow: /{n}*x$\n" for n in range(20_000))
    parsed = Protego.parse(for_agent(hostile.encode(), AGENT))
    assert len(parsed._user_agents) == 1
    assert (parsed.can_fetch("https://h/7ax", AGENT), parsed.can_fetch("https://h/a7", AGENT)) == (False, True)


# --- what becomes of pages ---------------------------------------------------------------------------------------------


def test_pages_that_robots_forbid_are_filtered(crawls: Begin) -> None:
    rules = b"User-agent: *\nDisallow: /\n"
    crawl = crawls(
        lambda host, target: answer_of(200, "text/plain", rules) if (host, target) == (FINANCE, "/robots.txt") else None
    )
    run = crawl()
    reasons = Counter(event["reason"] for event in crawl.events("filtered"))
    assert (run.exit_code, reasons["robots"] > 20) == (0, True)
    assert not any(request.host == FINANCE and ".shtml" in request.url for request in crawl.sina.requests)


def robots_asked(crawl: Crawls) -> int:
    return sum(
        (request.host, request.url.endswith("/robots.txt")) == (FINANCE, True) for request in crawl.sina.requests
    )


SICK = {
    "500": answer_of(500, "text/plain", b""),
    "br that is none": Answer(200, "text/plain", b"User-agent: *", headers=(("Content-Encoding", "br"),)),
}


@pytest.mark.parametrize("name", SICK)
def test_where_robots_cannot_be_had_pages_await_a_retry_and_runs_say_so_once(crawls: Begin, name: str) -> None:
    is_sick = [True]
    crawl = crawls(
        lambda host, target: SICK[name] if is_sick and (host, target) == (FINANCE, "/robots.txt") else None,
        articles=30,
        titles="plain",
    )
    first = crawl(*options(RETRY_TIMES=0))
    failed = crawl.events("failed")
    assert {(event["reason"], event["attempts"]) for event in failed} == {("robots-unreachable", 1)}
    assert (first.exit_code, first.stderr.count("robots.txt"), len(failed) > 20) == (3, 1, True)
    asked = robots_asked(crawl)
    assert (crawl().exit_code, robots_asked(crawl)) == (3, asked)  # nothing is due yet
    again = crawl(*options(RETRY_TIMES=0, CLOCK_OFFSET_SECONDS=660))
    assert (again.exit_code, again.stderr.count("robots.txt"), robots_asked(crawl)) == (3, 1, asked + 1)
    is_sick.clear()
    assert crawl(*options(CLOCK_OFFSET_SECONDS=2 * 3600)).report["kept"] > 20


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
