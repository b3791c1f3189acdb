"""What people do: signals, two runs at once, wrong arguments and settings, another machine."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.conftest import CRAWL_TIMEOUT_S, Crawls, Run
from tests.faults.scene import SLOWLY, Stage, faults_of, is_right, run, until_articles_are_there


def sigterm(stage: Stage) -> Run:
    return _signalled(stage, lambda process: process.terminate())


def sigint(stage: Stage) -> Run:
    return _signalled(stage, lambda process: process.send_signal(signal.SIGINT))


def sighup(stage: Stage) -> Run:
    """As when a terminal is closed."""
    return _signalled(stage, lambda process: process.send_signal(signal.SIGHUP))


def sigint_twice(stage: Stage) -> Run:
    def twice(process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)

    return _signalled(stage, twice)


def _signalled(stage: Stage, send: Callable[[subprocess.Popen[str]], None]) -> Run:
    if sys.platform == "win32":
        pytest.skip("signals are sent the Unix way")
    crawl = stage.begin(articles=300)
    process = crawl.start(*SLOWLY)
    until_articles_are_there(crawl)
    send(process)
    stdout, stderr = process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert len(crawl.events("kept")) == len(crawl.articles())
    return Run(process.returncode, stdout, stderr)


def another_run_holds_it(stage: Stage) -> Run:
    crawl = stage.begin(articles=300)
    owner = crawl.start(*SLOWLY)
    until_articles_are_there(crawl)
    told = crawl()
    owner.terminate()
    owner.communicate(timeout=CRAWL_TIMEOUT_S)
    assert (told.stderr.count("\n"), f"process {owner.pid} on " in told.stderr) == (1, True)
    return told


def another_time_zone(stage: Stage) -> Run:
    """Days, names and bytes are Beijing's, and so is the log."""
    crawl = stage.begin(articles=8)
    told = run(crawl, TZ="America/New_York")
    is_right(crawl)
    assert "+08:00 INFO" in told.stderr
    return told


def another_profile(stage: Stage) -> Run:
    return _refused(stage.settled(), "-s", "ARCHIVE_PROFILE=rsshub")


def wrong_setting(stage: Stage) -> Run:
    return _refused(stage.settled(), "-s", "SINA_BAN_MINUTES=soon")


def unknown_setting(stage: Stage) -> Run:
    return _refused(stage.settled(), "-s", "SINA_CHANELS=1686")


def unknown_channel(stage: Stage) -> Run:
    return _refused(stage.settled(), "-a", "channels=football")


def wrong_argument(stage: Stage) -> Run:
    return _refused(stage.settled(), "-a", "since=yesterday")


def foreign_address(stage: Stage) -> Run:
    return _refused(stage.settled(), "-a", "url=https://example.com/")


def unknown_spider(stage: Stage) -> Run:
    return run(stage.settled(), [sys.executable, "-m", "scrapy", "crawl", "sina_sports"])


def _refused(crawl: Crawls, *arguments: str) -> Run:
    """Crawl with wrong usage, and check that it ends with one line on stderr and without a request."""
    asked = len(crawl.sina.requests)
    told = crawl(*arguments)
    assert (told.stderr.count("\n"), len(crawl.sina.requests)) == (1, asked), told.stderr
    return told


FAULTS = faults_of(
    {
        sigterm: (3, "documents are pending or await a retry"),
        sigint: (3, "documents are pending or await a retry"),
        sighup: (3, "documents are pending or await a retry"),
        sigint_twice: (3, "documents are pending or await a retry"),
        another_run_holds_it: (6, "is held by another run"),
        another_time_zone: (0, ""),
        another_profile: (2, "newsarchive: ARCHIVE_PROFILE=rsshub"),
        wrong_setting: (2, "newsarchive: setting SINA_BAN_MINUTES"),
        unknown_setting: (2, "newsarchive: setting SINA_CHANELS"),
        unknown_channel: (2, "newsarchive: unknown channel"),
        wrong_argument: (2, "newsarchive: argument since=yesterday"),
        foreign_address: (2, "newsarchive: url: "),
        unknown_spider: (2, "newsarchive: spider sina_sports"),
    }
)
