"""``newsarchive crawl``: what ``scrapy crawl`` does, from a folder in which there is nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from newsarchive.rehearsal.judge import judge
from tests.conftest import CRAWL_TIMEOUT_S, Crawls

Begin = Callable[..., Crawls]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def started(crawl: Crawls, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environ = crawl.environment()
    del environ["SCRAPY_SETTINGS_MODULE"], environ["NEWSARCHIVE_DIR"]
    command = [sys.executable, "-m", "newsarchive", "crawl", "-s", "DOWNLOAD_DELAY=0", *arguments]
    return subprocess.Popen(command, env=environ, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=CRAWL_TIMEOUT_S)
    return process.returncode, said


def test_in_an_empty_folder_it_archives_into_a_folder_archive(crawls: Begin, empty: Path) -> None:
    crawl = crawls(articles=5)
    assert ended(started(crawl, empty))[0] == 0
    assert list(judge(empty / "archive", crawl.sina.truth, crawl.sina.now()).differences) == []


def test_the_spider_and_its_options_may_be_given_as_to_scrapy(crawls: Begin, empty: Path) -> None:
    crawl = crawls(articles=5)
    assert ended(started(crawl, empty, "sina_finance", "-a", "limit=1", "-s", f"ARCHIVE_DIR={crawl.root}"))[0] == 0
    assert len(crawl.articles()) == 1
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(("arguments", "says"), [
    (["sina_sports"], "spider sina_sports"), (["sina_finance", "more"], "newsarchive crawl: expected one spider"),
    (["--nolgo"], "did you mean --nolog?"), (["-s", "SINA_CHANELS=1"], "did you mean SINA_CHANNELS?"),
    (["-a", "channels=国内"], "1686"), (["-a", "url=https://finance.sina.com.cn/"], "address of an article"),
    (["-s", "ARCHIVE_DIR=https://me:s3cret@host/a"], "not an address"),
])  # fmt: skip
def test_wrong_usage_is_one_line_without_a_secret_and_exit_2(
    crawls: Begin, empty: Path, arguments: list[str], says: str
) -> None:
    code, said = ended(started(crawls(articles=1), empty, *arguments))
    assert (code, said.count("\n"), "s3cret" in said) == (2, 1, False)
    assert says in said


def test_help_is_of_this_command() -> None:
    command = [sys.executable, "-m", "newsarchive", "crawl", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "newsarchive crawl [SPIDER] [options]" in said
    assert "scrapy crawl" not in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_crawl_which_ends_cleanly(crawls: Begin, empty: Path, number: int) -> None:
    process_of: list[subprocess.Popen[str]] = []

    def script(_host: str, target: str) -> None:
        if ".shtml" in target and process_of:
            process_of.pop().send_signal(number)

    crawl = crawls(script, articles=20)
    process_of.append(process := started(crawl, empty))
    code, said = ended(process)
    assert (code, "Traceback" in said, "; ended: " in said) == (3, False, True)
