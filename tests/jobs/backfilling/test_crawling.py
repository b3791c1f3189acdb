"""One crawl as a worker runs it: with whose variables, when it does not begin, and what it tells where it cannot."""

from __future__ import annotations

import os
import pickle
import platform
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.errors import ArchiveNotWritable
from newsarchive.jobs.backfilling import crawling
from newsarchive.jobs.backfilling.crawling import LOCKED, Crawled, Order, certificates_in, crawl, environment_of
from newsarchive.jobs.backfilling.crawling import variables_of as told_of

REPORT = '{"pending":2,"reason":"why","days":{"read":3,"empty":["2026-11-01"],"unanswered":["2026-11-02"]}}'


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Of a slice into ``tmp_path``, with the leash on."""
    (tmp_path / ".newsarchive").mkdir()
    (tmp_path / "leash").write_text("ours")
    return Order(
        arguments=(),
        variables={"https_proxy": "http://me:s3cret@10.0.0.1:3128"},
        directory=str(tmp_path),
        state=str(tmp_path / ".newsarchive"),
        log=str(tmp_path / "crawl.log"),
        leash=str(tmp_path / "leash"),
        word="ours",
        pause_s=0.0,
    )


def said_by(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """The crawl is this script instead."""
    monkeypatch.setattr(crawling, "command_of", lambda _arguments: [sys.executable, "-c", script])


def test_what_a_crawl_tells_is_read_from_its_report(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    said_by(monkeypatch, f"print('nothing'); print('''{REPORT}'''); raise SystemExit(5)")
    days = {"empty": (date(2026, 11, 1),), "unanswered": (date(2026, 11, 2),)}
    assert crawl(order) == Crawled(5, pending=2, reason="why", days_read=3, **days)


@pytest.mark.parametrize("said", ["", "[]", "no json", '{"days":5,"pending":"x"}', '{"days":{"read":null,"empty":5}}'])
def test_a_crawl_that_tells_nothing_of_use_has_read_no_day(
    order: Order, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    said_by(monkeypatch, f"print('''{said}''')")
    assert crawl(order) == Crawled(0)


def test_no_crawl_begins_once_the_leash_is_off(order: Order) -> None:
    assert crawl(replace(order, word="theirs")) == Crawled(None, was_told_to_stop=True)


def test_a_crawl_waits_for_the_one_that_still_holds_its_folder(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "ORPHAN_END_S", 0.3)
    with ArchiveLock(Path(order.state)):
        ended = crawl(order)
    assert (ended.exit_code, f"process {os.getpid()}" in ended.reason) == (LOCKED, True)


def test_a_folder_that_this_machine_has_not_is_told_with_its_name(order: Order, tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotWritable, match=rf"nowhere.*on {platform.node()}: its folder does not exist"):
        crawl(replace(order, log=str(tmp_path / "nowhere" / "crawl.log")))


def test_a_ban_that_a_crawl_ends_with_takes_the_leash_off(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    said_by(monkeypatch, "raise SystemExit(4)")
    assert crawl(order).exit_code == 4
    assert not Path(order.leash).exists()


# --- variables -------------------------------------------------------------------------------------------------------


def test_settings_proxies_and_certificates_come_along_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = {"NEWSARCHIVE_RAW_STORE": "none", "SCRAPY_PROJECT": "x", "HTTPS_PROXY": "http://p:1", "no_proxy": ""}
    others = {"PATH": "/bin", "HOME": "/root", "AWS_SECRET_ACCESS_KEY": "x", "NEWSARCHIVE_ALERT_URLS": "tgram://token"}
    told = told_of({**mine, **others, "SSL_CERT_FILE": "own.pem"})
    assert told == {**mine, "SSL_CERT_FILE": str(tmp_path / "own.pem")}
    assert certificates_in(told) == (tmp_path / "own.pem",)


def test_a_worker_has_its_own_way_out_only_where_the_user_told_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower() in crawling.PROXIES | crawling.CERTIFICATES:
            monkeypatch.delenv(name)
    of_worker = {
        "http_proxy": "http://w:1",
        "no_proxy": "w",
        "SSL_CERT_FILE": "/w.pem",
        "NEWSARCHIVE_RAW_STORE": "none",
    }
    for name, value in of_worker.items():
        monkeypatch.setenv(name, value)
    here = environment_of({"https_proxy": "http://u:1"})
    assert (here["https_proxy"], here["SSL_CERT_FILE"], here["PATH"]) == ("http://u:1", "/w.pem", os.environ["PATH"])
    assert not {"http_proxy", "no_proxy", "NEWSARCHIVE_RAW_STORE"} & here.keys()
    assert environment_of({})["http_proxy"] == "http://w:1"


def test_an_order_travels_and_shows_no_credential(order: Order) -> None:
    assert pickle.loads(pickle.dumps(order)) == order  # noqa: S301 - ours
    assert "s3cret" not in repr(order)
