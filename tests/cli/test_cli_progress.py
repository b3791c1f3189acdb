"""The bar of verbs that read many days, as a terminal shows it; elsewhere nothing is shown."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from newsarchive.cli import progress
from tests.cli.cli_process import ROOT, RUN, newsarchive
from tests.jobs.reextracting.shelf import NEXT_DAY, Shelf, page

pty = pytest.importorskip("pty", reason="Windows has no such terminals")

VERBS = {
    ("verify", "--full"): "files",
    ("rebuild", "--search"): "texts",
    ("stats", "--by", "media"): "articles",
    ("reextract", "--dry-run"): "pages",
    ("export", "jsonl", "{out}"): "articles",
}
"""Verb → what its bar counts."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shelf = Shelf(tmp_path_factory.mktemp("pages") / "archive")
    shelf.keep_pages({1: page(1), 2: page(2)})
    shelf.keep_pages({3: page(3)}, NEXT_DAY)
    return shelf.root


def on_a_terminal(*arguments: str) -> str:
    """What standard error shows, a terminal of 100 columns."""
    main, end = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    told: list[bytes] = []
    reader = threading.Thread(target=_read, args=(main, told))
    with subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments], stdout=subprocess.DEVNULL, stderr=end, env=env
    ) as ran:
        os.close(end)
        reader.start()
        assert ran.wait(60) == 0
    reader.join()
    os.close(main)
    return b"".join(told).decode()


def _read(main: int, told: list[bytes]) -> None:
    try:
        while piece := os.read(main, 65536):
            told.append(piece)
    except OSError:  # how Linux says that the other end was closed
        pass


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_days_pages_rate_and_time_left_are_shown(verb: tuple[str, ...], root: Path, tmp_path: Path) -> None:
    asked = [part.format(out=tmp_path / "out") for part in verb]
    shown = on_a_terminal(*asked, "--archive", str(root))
    assert "2/2 days" in shown.replace("\x1b[0m", "").replace("\x1b[32m", "")
    assert f" {VERBS[verb]}, " in shown
    assert "a second," in shown
    assert "0:00:00" in shown


@pytest.mark.slow
@pytest.mark.parametrize("verb", [("rebuild", "--search"), ("export", "jsonl", "{out}")])
def test_nothing_is_shown_where_nobody_looks(verb: tuple[str, ...], root: Path, tmp_path: Path) -> None:
    asked = [part.format(out=tmp_path / "out") for part in verb]
    ran = newsarchive(*asked, "--archive", str(root))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_counts_days_alone_tells_how_quickly_days_are_done() -> None:
    assert progress.rate(3, 0, "", 360.0) == "30 an hour,"
    assert progress.rate(90, 0, "", 30.0) == "3 a second,"


def test_before_a_first_day_is_done_nothing_is_told() -> None:
    assert progress.rate(0, 0, "files", 3.0) == ""
    assert progress.rate(1, 8, "files", 0.0) == ""


def test_it_may_be_told_of_days_alone() -> None:
    with progress.progress("backfill") as tell:
        tell(0, 0)
        tell(1, 2)
        tell(2, 2, 40)
