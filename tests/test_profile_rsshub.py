"""The profile of the original program, by real crawls: names, places and bytes are what ``render`` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from newsarchive.archive.format import rsshub
from newsarchive.pages.cheerio import description
from newsarchive.rehearsal.answers import Answer, answer_of
from tests.conftest import Crawls

pytestmark = pytest.mark.slow

Begin = Callable[..., Crawls]
PROFILE = ("-s", "ARCHIVE_PROFILE=rsshub")


def test_files_are_those_that_the_original_program_wrote(crawls: Begin) -> None:
    crawl = crawls()
    assert crawl(*PROFILE).exit_code == 0
    offered = {event["docid"]: event for event in reversed(crawl.events("offered"))}
    for event in crawl.events("kept"):
        first = offered[event["docid"]]
        place = urlsplit(first["url"])
        page = crawl.sina.site.answer(place.netloc, place.path).body.decode("utf-8")
        title, intime = first.get("listed_title") or first["title"], datetime.fromisoformat(first["listed_at"])
        made = rsshub.render(title, description(page, first["url"]), intime, rsshub.placeholder_of(event["docid"]))
        assert made is not None
        assert (crawl.root / event["file"]).read_text("utf-8") == made.content
        assert event["file"] in (f"{rsshub.FOLDER}/{made.name}", named_by_docid(made.name, event["docid"]))


def named_by_docid(name: str, docid: str) -> str:
    return f"{rsshub.FOLDER}/{rsshub.with_docid(name, docid)}"


def test_no_file_is_overwritten_by_another_of_its_name(crawls: Begin) -> None:
    crawl = crawls(articles=60)
    run = crawl(*PROFILE)
    names = Counter(path.name.casefold() for path in crawl.articles())
    assert (run.report["kept"], max(names.values())) == (len(crawl.articles()), 1)


def test_a_second_run_and_a_rebuild_change_nothing(crawls: Begin) -> None:
    crawl = crawls()
    crawl(*PROFILE)
    before, asked = crawl.articles(), len(crawl.pages_asked())
    (crawl.root / ".newsarchive" / "catalogue.sqlite").unlink()
    assert crawl(*PROFILE).exit_code == 0
    assert (crawl.articles(), len(crawl.pages_asked())) == (before, asked)


def test_an_archive_has_one_profile(crawls: Begin) -> None:
    crawl = crawls()
    crawl(*PROFILE)
    other = crawl()
    assert (other.exit_code, other.stderr.count("\n"), "rsshub" in other.stderr) == (2, 1, True)
    assert crawl(*PROFILE).exit_code == 0


def test_a_page_that_this_profile_alone_cannot_read_is_failed(crawls: Begin) -> None:
    """It prints the text, advertisements included, and reads that again: each quotation mark then takes six bytes."""
    crawl, quotes = crawls(articles=4, titles="plain"), '"' * 1_100_000
    own = crawl.sina.site.answer

    def answer(host: str, target: str) -> Answer:
        answered = own(host, target)
        if ".shtml" not in target:
            return answered
        before, mark, text = answered.body.decode().partition(' id="artibody">')
        page = f"{before}{mark}<!-- 广告 start -->{quotes}<!-- 广告 end -->{text}"
        return answer_of(200, "text/html; charset=utf-8", page.encode())

    crawl.sina.site.answer = answer  # type: ignore[method-assign]
    told = crawl(*PROFILE)
    assert (told.exit_code, "Traceback" in told.stderr) == (3, False), told.stderr
    assert {event["reason"] for event in crawl.events("failed")} == {"too-large"}
