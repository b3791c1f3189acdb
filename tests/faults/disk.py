"""What the disk does: full, read-only, without inodes, without permission, away."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import Crawls, Run
from tests.failing_disk import FOR_GOOD, FailingDisk, Failure
from tests.faults.scene import (
    AtPage,
    Stage,
    by_a_user_without_privileges,
    completes,
    faults_of,
    mounted,
    run,
)

ARTICLES = 20
IN_THE_MIDST = 8
"""The fault happens when this page is asked for, counted from 1."""


def disk_full(stage: Stage) -> Run:
    return _on_a_small_disk(stage, "size=420k")


def no_inodes(stage: Stage) -> Run:
    return _on_a_small_disk(stage, "size=8m,nr_inodes=24")


def disk_read_only_in_mid_run(stage: Stage) -> Run:
    """Linux remounts a disk with errors read-only; a test cannot remount one that is in use, so ``open`` fails."""
    return _failing(stage, stage.begin(articles=ARTICLES), Failure("open", "EROFS", 30, FOR_GOOD))


def disk_read_only(stage: Stage) -> Run:
    crawl = stage.begin(articles=4)
    return _mounted(crawl, "size=8m,ro")


def quota_used_up(stage: Stage) -> Run:
    crawl = stage.begin(articles=ARTICLES)
    return _failing(stage, crawl, Failure("write", "EDQUOT", 260, FOR_GOOD))


def disk_with_errors(stage: Stage) -> Run:
    crawl = stage.begin(articles=ARTICLES)
    return _failing(stage, crawl, Failure("fsync", "EIO", 40, FOR_GOOD))


def no_locks(stage: Stage) -> Run:
    """Some network file systems have the lock call, and let it fail."""
    return _failing(stage, stage.begin(articles=4), Failure("lock", "ENOLCK", 1, FOR_GOOD))


def permission_lost_in_mid_run(stage: Stage) -> Run:
    root = stage.folder / "archive"
    crawl = stage.begin(AtPage(IN_THE_MIDST, lambda: _permit(root, 0o555)), articles=ARTICLES)
    told = run(crawl, by_a_user_without_privileges(crawl.command()))
    _permit(root, 0o755)
    completes(crawl)
    return told


def no_permission(stage: Stage) -> Run:
    crawl = stage.begin(articles=4)
    crawl.root.mkdir(mode=0o555)
    return run(crawl, by_a_user_without_privileges(crawl.command()))


def folder_removed_in_mid_run(stage: Stage) -> Run:
    """The whole archive, with the state folder into which the run would write its report."""
    root = stage.folder / "archive"
    crawl = stage.begin(AtPage(IN_THE_MIDST, lambda: shutil.rmtree(root, ignore_errors=True)), articles=ARTICLES)
    told = crawl()
    completes(crawl)
    return told


def state_folder_removed_in_mid_run(stage: Stage) -> Run:
    """With the lock in it; the articles stay where they are."""
    state = stage.folder / "archive" / ".newsarchive"
    crawl = stage.begin(AtPage(IN_THE_MIDST, lambda: shutil.rmtree(state, ignore_errors=True)), articles=ARTICLES)
    told = crawl()
    completes(crawl)
    return told


def archive_is_a_file(stage: Stage) -> Run:
    crawl = stage.begin(articles=4)
    crawl.root.write_text("no folder")
    return crawl()


def _permit(root: Path, mode: int) -> None:
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        folder.chmod(mode)


def _on_a_small_disk(stage: Stage, size: str) -> Run:
    return _mounted(stage.begin(articles=ARTICLES * 3), size)


def _mounted(crawl: Crawls, options: str) -> Run:
    """Crawl into a small file system, copy what is left to a larger one, and check that a crawl there completes it."""
    unmount = mounted(crawl.root, options)
    try:
        told = crawl()
        saved = crawl.root.with_name("saved")
        shutil.copytree(crawl.root, saved)
    finally:
        unmount()
    completes(Crawls(crawl.sina, saved))
    return told


def _failing(stage: Stage, crawl: Crawls, failure: Failure) -> Run:
    if sys.platform != "linux" or not shutil.which("gcc"):
        pytest.skip("needs gcc and Linux to put itself before system calls")
    ran = FailingDisk(stage.folder).crawl(crawl, failure)
    return Run(ran.returncode, ran.stdout, ran.stderr)


FAULTS = faults_of(
    {
        disk_full: (7, "disk is full"),
        no_inodes: (7, "cannot be written: the disk is full"),
        disk_read_only: (7, "cannot be written: the disk is mounted read-only"),
        disk_read_only_in_mid_run: (7, "cannot be written: the disk is mounted read-only"),
        quota_used_up: (7, "the disk quota is used up"),
        disk_with_errors: (7, "the disk has an I/O error"),
        no_locks: (7, "cannot be locked"),
        no_permission: (7, "cannot be written: no permission"),
        permission_lost_in_mid_run: (7, "cannot be written: no permission"),
        folder_removed_in_mid_run: (7, "was removed or replaced while this run used it"),
        state_folder_removed_in_mid_run: (7, "was removed or replaced while this run used it"),
        archive_is_a_file: (7, "a file stands where a folder is needed"),
    }
)
