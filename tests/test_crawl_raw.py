"""What the servers sent, kept by real crawls and read again without them."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from newsarchive.archive.format.raw_answer import read_raw, read_request
from newsarchive.rehearsal.answers import Answer
from tests.archive.making_raw import kinds, raw_files
from tests.cli.cli_process import newsarchive
from tests.conftest import Crawls, wait_until
from tests.raw_evidence import wrong_in_raw_store

pytestmark = pytest.mark.slow

Begin = Callable[..., Crawls]


def test_each_kept_article_is_read_again_to_the_same_bytes(crawls: Begin) -> None:
    crawl = crawls(articles=30)
    assert crawl().exit_code == 0
    lines = crawl.events("kept")
    assert len(lines) > 20
    assert wrong_in_raw_store(crawl) == []
    assert all(read_request(crawl.root, line["warc"]).startswith(b"GET /") for line in lines)
    assert newsarchive("verify", "--full", "--archive", str(crawl.root)).returncode == 0


@pytest.mark.parametrize(("articles", "kills"), [(60, 6), pytest.param(1_000, 20, marks=pytest.mark.long)])
def test_after_sigkills_each_kept_article_has_its_record_and_warcio_passes_each_file(
    crawls: Begin, articles: int, kills: int
) -> None:
    crawl = crawls(articles=articles, faults="mild")
    for number in range(kills):
        _kill_when_kept(crawl, (number + 1) * articles // (kills + 4))
    crawl()
    assert len(crawl.events("kept")) > articles * 0.9
    assert len(raw_files(crawl.root)) > 1
    assert wrong_in_raw_store(crawl) == []


def _kill_when_kept(crawl: Crawls, wanted: int) -> None:
    process = crawl.start("-s", "DOWNLOAD_DELAY=0.02")
    wait_until(lambda: len(crawl.events("kept")) >= wanted or process.poll() is not None)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_answers_that_became_no_article_are_kept_and_named(crawls: Begin) -> None:
    broken = Answer(500, "text/html", b"<html>out of order</html>")
    crawl = crawls(lambda _, target: broken if ".shtml" in target else None, articles=3)
    crawl("-s", "RETRY_TIMES=1")
    lines = crawl.events("failed")
    assert lines
    assert [read_raw(crawl.root, line["warc"]).status for line in lines] == [500] * len(lines)


def test_page_that_is_looked_at_again_unchanged_is_a_revisit(crawls: Begin) -> None:
    crawl = crawls(articles=4)
    crawl()
    line = crawl.events("kept")[0]
    url = next(event["url"] for event in crawl.events("offered") if event["docid"] == line["docid"])
    crawl("-a", f"url={url}")
    assert "revisit" in kinds(raw_files(crawl.root)[-1])
    (checked,) = crawl.events("checked")
    assert read_raw(crawl.root, checked["warc"]).original == line["warc"]


def test_ban_page_is_kept_once_an_hour(crawls: Begin) -> None:
    ban = Answer(456, "text/html", "<html><title>拒绝访问</title></html>".encode())
    crawl = crawls(lambda _, target: ban if ".shtml" in target else None, articles=12)
    for _ in range(2):
        assert crawl("-s", "SINA_BAN_MINUTES=0").exit_code == 4
    statuses = []
    for file in raw_files(crawl.root):
        statuses += [status for status in statuses_in(file) if status == "456"]
    assert statuses == ["456"]


def statuses_in(file: Path) -> list[str]:
    with file.open("rb") as stream:
        return [one.http_headers.get_statuscode() for one in ArchiveIterator(stream) if one.rec_type == "response"]


def test_without_raw_store_lines_name_no_record(crawls: Begin) -> None:
    crawl = crawls(articles=4)
    assert crawl("-s", "RAW_STORE=none").exit_code == 0
    assert {line["warc"] for line in crawl.events("kept")} == {None}
    assert not (crawl.root / "_raw").exists()
