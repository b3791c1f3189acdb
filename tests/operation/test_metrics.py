from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsarchive.archive.index.days import LastPoll
from newsarchive.archive.record.brake import Brake
from newsarchive.items import BEIJING
from newsarchive.operation import metrics
from newsarchive.operation.archive_state import ArchiveState
from newsarchive.operation.report import RunReport
from tests.conftest import Crawls
from tests.faults.scene import AtPage

pytestmark = pytest.mark.slow  # real crawls by the dozen

Begin = Callable[..., Crawls]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=BEIJING)
REPORT = RunReport(
    run="r", started_at=NOW - timedelta(seconds=90), ended_at=NOW, exit_code=3, reason="x",
    counts={"offered": 5, "kept": 3, "sealed": 1}, pending=2, requests=9, bytes=123,
)  # fmt: skip


@pytest.fixture(autouse=True)
def extra() -> None:
    pytest.importorskip("prometheus_client", reason="needs the extra metrics (prometheus-client)")


def told(seen: ArchiveState) -> dict[str, float]:
    lines = metrics.exposition(REPORT, seen).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#")}


def test_all_names_are_ours_and_each_has_its_help() -> None:
    text = metrics.exposition(REPORT, ArchiveState(now=NOW)).decode()
    assert {line.split("_")[0] for line in text.splitlines() if line[:1] != "#"} == {"newsarchive"}
    assert re.findall(r"# HELP \w+ *$", text) == []


def test_how_the_last_run_ended_is_told() -> None:
    lines = told(ArchiveState(now=NOW))
    assert lines["newsarchive_last_run_exit_code"] == 3
    assert lines["newsarchive_last_run_duration_seconds"] == 90
    assert lines["newsarchive_last_run_timestamp_seconds"] == NOW.timestamp()
    assert lines['newsarchive_last_run_events{event="kept"}'] == 3
    assert lines['newsarchive_last_run_events{event="gone"}'] == 0
    assert lines["newsarchive_pending"] == 2


def test_what_is_not_known_is_left_out() -> None:
    assert not {"newsarchive_articles", "newsarchive_failed", "newsarchive_disk_free_bytes"} & set(
        told(ArchiveState(now=NOW))
    )


def test_state_of_the_archive_is_told() -> None:
    polls = [LastPoll("1686", NOW, NOW - timedelta(minutes=5)), LastPoll("2509", NOW, None)]
    lines = told(ArchiveState(now=NOW, disk_free=7, documents={"kept": 10, "failed": 1}, polls=polls))
    assert (lines["newsarchive_articles"], lines["newsarchive_failed"], lines["newsarchive_disk_free_bytes"]) == (
        10,
        1,
        7,
    )
    assert lines['newsarchive_newest_row_age_seconds{channel="1686"}'] == 300
    assert 'newsarchive_newest_row_age_seconds{channel="2509"}' not in lines


@pytest.mark.parametrize(("minutes", "holds"), [(1, 1), (-1, 0)])
def test_brake_counts_while_it_holds(minutes: int, holds: int) -> None:
    lines = told(ArchiveState(now=NOW, brake=Brake(NOW + timedelta(minutes=minutes), NOW, "u")))
    assert lines["newsarchive_brake"] == holds
    assert bool(lines["newsarchive_brake_until_timestamp_seconds"]) == bool(holds)


def test_each_run_replaces_the_file_at_once(crawls: Begin) -> None:
    crawl = crawls(articles=5)
    file = crawl.root / ".newsarchive" / metrics.NAME
    kept = []
    for _ in range(2):
        assert crawl().exit_code == 0
        kept += re.findall(r'^newsarchive_last_run_events{event="kept"} (\S+)$', file.read_text(), re.M)
    assert kept == ["5.0", "0.0"]
    assert "newsarchive_articles 5.0" in file.read_text()
    assert "newsarchive_newest_row_timestamp_seconds{channel=" in file.read_text()
    assert list(file.parent.glob(".*part")) == []


def test_reading_the_catalogue_for_metrics_leaves_it_as_it_was(crawls: Begin) -> None:
    """Else the next run would take it for foreign, and rebuild it."""
    crawl = crawls(articles=5)
    crawl()
    assert "rebuilt" not in crawl().stderr


def test_file_that_cannot_be_written_is_logged_and_changes_no_exit_code(crawls: Begin) -> None:
    crawl = crawls(articles=5)
    (crawl.root / ".newsarchive" / metrics.NAME / "x").mkdir(parents=True)
    run = crawl()
    assert (run.exit_code, "The metrics are not written" in run.stderr) == (0, True)


def test_where_the_state_folder_is_gone_the_cause_is_told_and_no_metrics(crawls: Begin) -> None:
    crawl = crawls(AtPage(3, lambda: shutil.rmtree(crawl.root / ".newsarchive")), articles=6, titles="plain")
    run = crawl()
    assert (run.exit_code, "metrics" in run.stderr) == (7, False), run.stderr


def test_without_the_extra_there_is_no_file_and_no_failure(
    crawls: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_EXTRAS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    crawl = crawls(articles=5)
    run = crawl("-s", "ALERT_URLS=json://127.0.0.1/s3cret", "-s", "ALERT_DISK_FREE_MB=10000000")
    assert (run.exit_code, (crawl.root / ".newsarchive" / metrics.NAME).exists()) == (0, False)
    assert "apprise is not installed" in run.stderr
    assert "s3cret" not in run.stderr


WITHOUT_EXTRAS = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("apprise", "prometheus_client"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in ("apprise", "prometheus_client") else find(name, *rest)
"""
