"""``newsarchive backfill``: what is refused before anything is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.archive.record.lock import ArchiveLock
from tests.cli.cli_process import newsarchive

SPAN = ("--since", "2020-01-01", "--until", "2020-01-31")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--since", "2020-02-01", "--until", "2020-01-01"), "not after --until"),
        (("--since", "2020-01-01", "--until", "9999-12-31"), "not after today"),
        (("--since", "x", "--until", "2020-01-01"), "expected a day like"),
        ((*SPAN, "--channels", "no-such"), "no-such"),
        ((*SPAN, "--rate", "3"), "--yes"),
        ((*SPAN, "--workers", "3"), "--yes"),
        ((*SPAN, "--rate", "0"), "--rate"),
        ((*SPAN, "--slice", "0"), "--slice"),
        ((*SPAN, "--engine", "ray"), "expected local, dask, or dask:ADDRESS"),
    ],
)
def test_wrong_usage_is_told_and_begins_no_archive(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    ran = newsarchive("backfill", *options, "--archive", str(tmp_path / "archive"))
    assert ran.returncode == 2
    assert told in ran.stderr
    assert not (tmp_path / "archive").exists()


def test_archive_that_another_run_holds_is_told(tmp_path: Path) -> None:
    (tmp_path / ".newsarchive").mkdir()
    with ArchiveLock(tmp_path / ".newsarchive"):
        ran = newsarchive("backfill", *SPAN, "--archive", str(tmp_path))
    assert ran.returncode == 6
    assert "held by another run" in ran.stderr


def test_help_has_an_example() -> None:
    ran = newsarchive("backfill", "--help")
    assert ran.returncode == 0
    assert "Example: newsarchive backfill --since" in ran.stdout
