"""What ends a run or one document of it, and with which code; real crawls, some with a defect built in."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from newsarchive.operation import report
from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.page import page_of
from newsarchive.rehearsal.truth import Story
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, Run
from tests.faults.scene import AtPage, completes, options, run

pytestmark = pytest.mark.slow  # real crawls by the dozen

Begin = Callable[..., Crawls]
HALF_A_SECOND = 0.5
PREPARED = Path(__file__).with_name("prepared.py")
ELEVEN_MINUTES_LATER = options(CLOCK_OFFSET_SECONDS=660)

DEFECTS = {
    "asking": ("newsarchive.sina.listing.urls", "is_sina", 'ValueError("no address")'),
    "the download": ("newsarchive.crawl.gate", "host_of", 'KeyError("host")'),
    "extraction, as if a file were missing": ("newsarchive.sina.page.page_reader", "article_of", 'OSError("no file")'),
    "extraction, as if a number were none": (
        "newsarchive.sina.page.page_reader",
        "article_of",
        'ValueError("no number")',
    ),
    "extraction, too deep": ("newsarchive.sina.page.page_reader", "article_of", "RecursionError()"),
    "cleaning": ("newsarchive.sina.page.page_reader", "cleaned", 'KeyError("p")'),
    "the file": ("newsarchive.crawl.exporters", "file_of", 'UnicodeEncodeError("utf-8", "\\udc80" * 9999, 0, 1, "?")'),
    "the writer": ("newsarchive.archive.format.events", "kept", 'OverflowError("int too large to convert")'),
}
"""Stage → module, function and what it raises for one document."""

WITH_A_DEFECT = """
import sys
from importlib import import_module
def defective(*given, **named):
    if any({docid!r} in repr(part) for part in given):
        raise {error}
    return own(*given, **named)
module = import_module({module!r})
own, module.{function} = module.{function}, defective
"""


def crawl_with_a_defect(crawl: Crawls, name: str, document: Story, **settings: int) -> Run:
    module, function, error = DEFECTS[name]
    preparation = WITH_A_DEFECT.format(module=module, function=function, error=error, docid=document.docid)
    return run(crawl, [sys.executable, str(PREPARED), preparation, *options(DOWNLOAD_DELAY=0, **settings)])


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_in_one_page_costs_that_page_a_try_and_the_run_its_exit_code(crawls: Begin, name: str) -> None:
    crawl = crawls(articles=8, titles="plain")
    ill = crawl.sina.truth[3]
    told = crawl_with_a_defect(crawl, name, ill)
    assert (told.exit_code, told.stderr.count("Traceback (most recent")) == (1, 1), told.stderr
    failed = [(event["docid"], event["reason"], event["attempts"]) for event in crawl.events("failed")]
    assert (failed, len(crawl.articles())) == ([(ill.docid, "defect", 1)], 7)
    completes(crawl, *ELEVEN_MINUTES_LATER)


def test_a_text_whose_article_was_dropped_is_free_for_the_next(crawls: Begin) -> None:
    """Of two documents with one title and text the first fails on its way: the second is no copy of one that is kept."""
    crawl = crawls(articles=6, titles="plain")
    second, first = crawl.sina.truth[2:4]  # the listing shows the newest first, and the truth the oldest
    own = crawl.sina.site.answer
    twin = page_of(first).replace(first.docid.encode(), second.docid.encode())

    def answer(host: str, target: str) -> Answer:
        return answer_of(200, "text/html", twin) if second.docid in target else own(host, target)

    crawl.sina.site.answer = answer  # type: ignore[method-assign]
    assert crawl_with_a_defect(crawl, "the writer", first, CONCURRENT_REQUESTS=1).exit_code == 1
    assert (len(crawl.articles()), [event["docid"] for event in crawl.events("failed")]) == (5, [first.docid])
    assert crawl(*ELEVEN_MINUTES_LATER).exit_code == 0
    assert [(event["docid"], event["of"]) for event in crawl.events("filtered")] == [(first.docid, second.docid)]


@pytest.mark.parametrize("is_late", [True, False])
def test_of_two_documents_with_one_text_the_one_offered_first_is_kept(crawls: Begin, is_late: bool) -> None:
    """Whichever page comes first: else a run that was killed and begun again might keep the other."""
    crawl = crawls(articles=6, titles="plain")
    second, first = crawl.sina.truth[2:4]  # the listing shows the newest first
    own, second_was_asked = crawl.sina.site.answer, Event()
    twin = page_of(first).replace(first.docid.encode(), second.docid.encode())

    def answer(host: str, target: str) -> Answer:
        if second.docid in target:
            second_was_asked.set()
            return answer_of(200, "text/html", twin)
        if is_late and first.docid in target:
            assert second_was_asked.wait(CRAWL_TIMEOUT_S)
            time.sleep(HALF_A_SECOND)  # the second one's page is read meanwhile, and waits
        return own(host, target)

    crawl.sina.site.answer = answer  # type: ignore[method-assign]
    assert crawl("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4").exit_code == 0
    assert [(event["docid"], event["of"]) for event in crawl.events("filtered")] == [(second.docid, first.docid)]


def test_a_document_that_waits_for_another_of_its_title_is_left_to_the_next_run_when_this_one_is_stopped(
    crawls: Begin,
) -> None:
    crawl = crawls(articles=6, titles="plain")
    second, first = crawl.sina.truth[2:4]  # the listing shows the newest first
    own, second_was_asked = crawl.sina.site.answer, Event()
    twin = page_of(first).replace(first.docid.encode(), second.docid.encode())

    def answer(host: str, target: str) -> Answer:
        if second.docid in target:
            second_was_asked.set()
            return answer_of(200, "text/html", twin)
        if first.docid in target and process.poll() is None:
            assert second_was_asked.wait(CRAWL_TIMEOUT_S)
            time.sleep(HALF_A_SECOND)  # the second one's page is read meanwhile, and waits
            process.send_signal(signal.SIGTERM)
            time.sleep(HALF_A_SECOND)
        return own(host, target)

    crawl.sina.site.answer = answer  # type: ignore[method-assign]
    process = crawl.start("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4")
    _, stderr = process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert process.returncode == 3, stderr
    assert second.docid not in {event["docid"] for name in ("kept", "filtered") for event in crawl.events(name)}
    assert crawl().exit_code == 0
    assert [(event["docid"], event["of"]) for event in crawl.events("filtered")] == [(second.docid, first.docid)]


def test_damage_in_mid_run_is_damage(crawls: Begin) -> None:
    def write() -> None:
        for journal in crawl.root.glob("*/*/*/_day.jsonl"):
            with journal.open("ab") as file:
                file.write(b"{}\n")

    crawl = crawls(AtPage(3, write), articles=8, titles="plain")
    told = crawl()
    assert (told.exit_code, "another program wrote to it" in told.stderr) == (report.DAMAGED, True)
    assert "Traceback" not in told.stderr


def test_an_endless_address_makes_no_endless_line(crawls: Begin) -> None:
    def script(_: str, target: str) -> Answer | None:
        there = (("Location", f"https://finance.sina.com.cn/{'a' * 30_000}"),)
        return Answer(302, "text/html", b"", headers=there) if ".shtml" in target else None

    told = crawls(script, articles=2, titles="plain")()
    assert "is not archived, off-site" in told.stderr
    assert max(map(len, told.stderr.splitlines())) < 500


def test_a_run_stops_for_one_cause_in_one_line(crawls: Begin) -> None:
    asked = Counter[str]()

    def script(_: str, target: str) -> Answer | None:
        asked["pages"] += ".shtml" in target
        late = Answer(429, "text/html", b"", headers=(("Retry-After", "3600"),))
        return late if ".shtml" in target else None

    crawl = crawls(script, articles=8, titles="plain")
    told = crawl()
    assert (told.exit_code, told.stderr.count("3600 seconds")) == (3, 1)
