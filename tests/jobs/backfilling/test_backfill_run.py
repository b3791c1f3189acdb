"""What a backfill makes of what its crawls tell; the crawls are scripts that end at once, as the real ones may."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveNotWritable
from newsarchive.jobs.backfilling import crawling
from newsarchive.jobs.backfilling.orders import Crawls
from newsarchive.jobs.backfilling.run import ATTEMPTS, Backfill, BackfillOutcome
from newsarchive.jobs.backfilling.slices import Slice
from tests.archive.making import NOON, Clock

Fill = Callable[[str, Slice], BackfillOutcome]

SATURDAY = NOON.date() - timedelta(2)
TWO = Slice(SATURDAY - timedelta(1), SATURDAY, ("1686",))
"""Of one week of the grid, and younger than a week."""
LONG_AGO = Slice(date(2010, 1, 1), date(2010, 1, 2), ("1686",))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def fill(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """``fill(script, asked)`` lets each crawl be this script, which is counted in the file ``crawls``."""

    def filled(script: str, asked: Slice) -> BackfillOutcome:
        counted = f"open({str(tmp_path / 'crawls')!r}, 'a').write('x')\n{script}"
        monkeypatch.setattr(crawling, "command_of", lambda _arguments: [sys.executable, "-c", counted])
        with closing(Archive.open(root, "clean", Clock())) as archive, ThreadPoolExecutor(1) as executor:
            backfill = Backfill(archive, Crawls({}, tmp_path, 1000.0, 1), lambda *_: None)
            return backfill.run(asked, 7, executor, lambda: False)

    return filled


def crawls(tmp_path: Path) -> int:
    return len((tmp_path / "crawls").read_text())


def report(code: int, **days: object) -> str:
    """A crawl that reports this and ends with ``code``."""
    told = {"pending": 0, "reason": "why", "days": {"read": 2, "empty": [], "unanswered": [], **days}}
    return f"import json; print(json.dumps({told!r})); raise SystemExit({code})"


def names(*days: date) -> list[str]:
    return [day.isoformat() for day in days]


@pytest.mark.parametrize("code", [0, 3, 5])
def test_slice_whose_days_were_all_read_is_merged(fill: Fill, tmp_path: Path, code: int) -> None:
    outcome = fill(report(code), TWO)
    assert (outcome.done, outcome.left) == (set(TWO.days), [])
    assert fill(report(code), TWO).days == 0
    assert crawls(tmp_path) == 1


def test_crawl_that_read_fewer_days_is_tried_again_and_told_in_the_end(fill: Fill, tmp_path: Path) -> None:
    outcome = fill(report(0, read=1), TWO)
    assert (outcome.done, dict(outcome.codes)) == (set(), {3: 1})
    assert "its crawl read 1 of 2 days; see whether the clock of its machine is right" in outcome.left[0]
    assert crawls(tmp_path) == ATTEMPTS


def test_empty_day_is_asked_for_again_by_the_next_backfill_alone(fill: Fill, tmp_path: Path) -> None:
    outcome = fill(report(5, empty=names(SATURDAY)), TWO)
    assert (outcome.done, outcome.empty) == ({TWO.since}, set())
    assert outcome.left == [f"{SATURDAY}: no channel offers anything; the next backfill asks again"]
    assert crawls(tmp_path) == 1
    assert fill(report(0, read=1), TWO).days == 1


def test_empty_day_long_ago_is_done_and_told(fill: Fill) -> None:
    outcome = fill(report(5, empty=names(*LONG_AGO.days)), LONG_AGO)
    assert (outcome.done, outcome.empty, outcome.left) == (set(LONG_AGO.days), set(LONG_AGO.days), [])
    assert fill(report(5), LONG_AGO).days == 0


def test_day_that_is_not_answered_is_asked_for_again_however_old(fill: Fill, tmp_path: Path) -> None:
    outcome = fill(report(5, unanswered=names(LONG_AGO.since)), LONG_AGO)
    assert outcome.done == {LONG_AGO.until}
    assert outcome.left == [f"{LONG_AGO.since}: not answered; the next backfill asks again"]
    assert crawls(tmp_path) == ATTEMPTS
    assert fill(report(5, read=1), LONG_AGO).days == 1


def test_setting_that_no_crawl_accepts_ends_all_at_the_first(fill: Fill, tmp_path: Path) -> None:
    month = Slice(date(2026, 10, 1), date(2026, 10, 31), ("1686",))
    outcome = fill("raise SystemExit(2)", month)
    assert (dict(outcome.codes), crawls(tmp_path)) == ({2: 1}, 1)


def test_error_of_a_worker_ends_it_and_takes_the_leash_off(fill: Fill, root: Path) -> None:
    fill("raise SystemExit(1)", TWO)
    (log,) = root.glob(".newsarchive/backfill/*/crawl.log")
    log.unlink()
    log.mkdir()
    with pytest.raises(ArchiveNotWritable, match="cannot be run on"):
        fill(report(0), TWO)
    assert not (root / ".newsarchive" / "backfill" / "leash").exists()
    log.rmdir()
    assert fill(report(0), TWO).done == set(TWO.days)
