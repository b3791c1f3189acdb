"""Signals at each moment of a crawl, sent by the process to itself where CPython says what it is about to do."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Crawls, wait_until
from tests.faults.scene import run

pytestmark = [
    pytest.mark.slow,  # real crawls by the dozen
    pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the Unix way"),
]

PREPARED = Path(__file__).with_name("prepared.py")
AT_EVENT = """
import os, sys
left = [{event!r}]
def hook(event, arguments):
    if left and (event, *arguments)[: len(left[0])] == left[0]:
        left.clear()
        os.kill(os.getpid(), {number})
sys.addaudithook(hook)
"""
# a module is named where another imports it by a statement: what Scrapy loads by name is not audited
WHILE_IMPORTS_RUN = ("import", "newsarchive.crawl.run")
WHILE_THE_ARCHIVE_IS_OPENED = ("sqlite3.connect",)
BEFORE_THE_SPIDER_OPENS = ("import", "newsarchive.pages.likeness")
SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"]


def signalled(crawl: Crawls, event: tuple[str, ...], number: int) -> tuple[int, str]:
    """Exit code and standard error of a crawl that is sent the signal at this event of ``sys.audit``."""
    preparation = AT_EVENT.format(event=event, number=int(number))
    told = run(crawl, [sys.executable, str(PREPARED), preparation, "-s", "DOWNLOAD_DELAY=0"])
    return told.exit_code, told.stderr


@pytest.mark.parametrize("name", SIGNALS)
def test_while_imports_run_nothing_is_begun(crawls: Callable[..., Crawls], name: str) -> None:
    crawl = crawls(articles=4)
    told = signalled(crawl, WHILE_IMPORTS_RUN, signal.Signals[name])
    assert told == (3, "newsarchive: stopped by a signal before anything was begun\n")
    assert not crawl.root.exists()


@pytest.mark.parametrize("name", SIGNALS)
def test_while_the_archive_is_opened_its_lock_is_released(crawls: Callable[..., Crawls], name: str) -> None:
    crawl = crawls(articles=4)
    code, stderr = signalled(crawl, WHILE_THE_ARCHIVE_IS_OPENED, signal.Signals[name])
    assert (code, stderr.count("\n"), "while the archive was opened" in stderr) == (3, 1, True)
    assert not (crawl.root / ".newsarchive" / "lock.json").exists()


@pytest.mark.parametrize("name", SIGNALS)
def test_before_the_spider_opens_it_ends_in_order_and_asks_nothing(crawls: Callable[..., Crawls], name: str) -> None:
    crawl = crawls(articles=4, titles="plain")
    code, stderr = signalled(crawl, BEFORE_THE_SPIDER_OPENS, signal.Signals[name])
    assert (code, "Traceback" in stderr, crawl.sina.requests) == (3, False, [])
    assert "stopped by a signal before the listing was read" in stderr
    assert not (crawl.root / ".newsarchive" / "lock.json").exists()
    assert crawl().report["kept"] == 4


def test_a_signal_that_nohup_ignores_is_ignored(crawls: Callable[..., Crawls]) -> None:
    crawl = crawls(articles=4, titles="plain")
    ignored = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    preparation = ignored + AT_EVENT.format(event=BEFORE_THE_SPIDER_OPENS, number=int(signal.SIGHUP))
    assert run(crawl, [sys.executable, str(PREPARED), preparation, "-s", "DOWNLOAD_DELAY=0"]).exit_code == 0


def test_end_of_standard_input_ends_the_crawl_where_that_is_asked_for(crawls: Callable[..., Crawls]) -> None:
    crawl = crawls(articles=40, titles="plain")
    command = crawl.command("-s", "FETCH_ENDS_WITH_INPUT=1", "-s", "DOWNLOAD_DELAY=1")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=crawl.environment(), text=True, **pipes) as process:
        wait_until(crawl.pages_asked)
        _, stderr = process.communicate()  # closes standard input
    assert process.returncode == 3
    assert "Stopped by a signal" in stderr
    assert crawl().exit_code == 0
