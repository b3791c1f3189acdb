"""Writes that fail under the real crawl; ``benchmarks/inject_failures.py`` goes through all of the matrix."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsarchive.rehearsal.standin import StandIn
from tests.conftest import Crawls
from tests.failing_disk import FOR_GOOD, FailingDisk, Failure, losses

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or not shutil.which("gcc"),
        reason="needs gcc and Linux to put itself before system calls",
    ),
]

SAMPLE = [
    Failure("open", "EROFS", 1, FOR_GOOD),
    Failure("open", "EIO", 9),
    Failure("read", "EIO", 12),
    Failure("write", "EIO", 250),
    Failure("write", "ENOSPC", 60, FOR_GOOD),
    Failure("write", "EDQUOT", 150, FOR_GOOD),
    Failure("fsync", "EIO", 20),
    Failure("fsync", "ENOSPC", 45, FOR_GOOD),
    Failure("rename", "EDQUOT", 1),
    Failure("rename", "ENOSPC", 8, FOR_GOOD),
    Failure("mkdir", "EROFS", 6),
]
"""Start, listing, articles and end of a crawl of twelve articles: 41 opens, 287 writes, 60 syncs, 14 renames, 9 folders."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> FailingDisk:
    return FailingDisk(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def sina() -> Iterator[StandIn]:
    with StandIn(articles=12, days=2, seed=7) as served:
        yield served


@pytest.mark.parametrize("failure", SAMPLE, ids=str)
def test_a_write_that_fails_loses_nothing(disk: FailingDisk, sina: StandIn, tmp_path: Path, failure: Failure) -> None:
    assert losses(disk, Crawls(sina, tmp_path / "archive"), failure) == []


def test_the_calls_of_the_sample_are_there_to_fail(disk: FailingDisk, sina: StandIn, tmp_path: Path) -> None:
    counted = disk.counted(Crawls(sina, tmp_path / "archive"))
    assert [str(failure) for failure in SAMPLE if counted[failure.call] < failure.first] == []


def test_a_disk_that_is_full_from_the_start_is_told_in_one_line(
    disk: FailingDisk, sina: StandIn, tmp_path: Path
) -> None:
    run = disk.crawl(Crawls(sina, tmp_path / "archive"), Failure("write", "ENOSPC", 1, FOR_GOOD))
    assert (run.returncode, run.stderr.count("\n"), "the disk is full" in run.stderr) == (7, 1, True)
