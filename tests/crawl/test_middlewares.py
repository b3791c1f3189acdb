"""What a response must pass first: bans, other sites, and bodies left as bytes; with a real crawl each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from newsarchive.crawl.middlewares import MAX_RETRY_AFTER_S, retry_after_s
from newsarchive.rehearsal.answers import Answer, answer_of
from tests.conftest import Crawls

pytestmark = pytest.mark.slow  # real crawls by the dozen

Begin = Callable[..., Crawls]


def test_a_page_in_another_charset_than_its_header_says_is_read(crawls: Begin) -> None:
    def script(host: str, target: str) -> Answer | None:
        if sina.truth[4].url != f"https://{host}{target}":
            return None
        text = own(host, target).body.decode("utf-8").replace('charset="utf-8"', 'charset="gb2312"')
        return answer_of(200, "text/html; charset=iso-8859-1", text.encode("gb18030"))

    crawl = crawls(titles="plain")
    sina = crawl.sina
    own = sina.site.answer
    sina.site.answer = lambda host, target: script(host, target) or own(host, target)  # type: ignore[method-assign]
    assert crawl().report["kept"] == 40
    assert sina.truth[4].title in {event["title"] for event in crawl.events("kept")}


def test_a_redirect_to_another_site_is_not_followed(crawls: Begin) -> None:
    asked: list[str] = []

    def script(host: str, target: str) -> Answer | None:
        asked.append(host)
        moved = Answer(302, "text/html", b"", headers=(("Location", "https://elsewhere.example/"),))
        return moved if ".shtml" in target else None

    crawl = crawls(script, articles=5, titles="plain")
    run = crawl()
    assert {event["reason"] for event in crawl.events("failed")} == {"off-site"}
    assert (run.exit_code, "elsewhere.example" in asked) == (3, False)


def test_a_redirect_to_http_is_followed_over_https(crawls: Begin) -> None:
    def script(host: str, target: str) -> Answer | None:
        if ".shtml" not in target or target.endswith("?moved"):
            return None
        return Answer(302, "text/html", b"", headers=(("Location", f"http://{host}{target}?moved"),))

    crawl = crawls(script, articles=5, titles="plain")
    assert crawl().report["kept"] == 5
    assert {request.url.partition(":")[0] for request in crawl.sina.requests} == {"https"}


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 27 Nov 2026 00:01:00 GMT", 60),
        ("Thu, 26 Nov 2026 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER_S),
        ("Fri, 31 Dec 9999 23:59:59 -2359", MAX_RETRY_AFTER_S),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
        ("9" * 60_000, MAX_RETRY_AFTER_S),
        ("1e999", 0),
        ("inf", 0),
        ("-5", 0),
        ("١٢", 0),
        ("", 0),
    ],
)
def test_a_retry_after_is_a_time_that_can_be_waited_for(told: str, seconds: float) -> None:
    assert retry_after_s(told, datetime(2026, 11, 27, tzinfo=UTC)) == seconds


def test_twins_are_compared_where_they_are_asked_for(crawls: Begin) -> None:
    def script(host: str, target: str) -> Answer | None:
        return answer_of(200, "text/markdown", "别的文字".encode()) if target.endswith(".shtml.md") else None

    crawl = crawls(script, articles=8, titles="plain")
    assert crawl("-s", "SINA_USE_TWINS=1").report["kept"] == 8
    assert {event["twin"] for event in crawl.events("kept")} == {"differs"}


def test_no_twin_is_asked_for_by_default(crawls: Begin) -> None:
    crawl = crawls(articles=8, titles="plain")
    crawl()
    assert not any(request.url.endswith(".md") for request in crawl.sina.requests)
