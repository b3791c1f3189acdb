"""``--engine`` as the verbs take it, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra fleet is not installed")

from distributed import Client

from tests.cli.cli_process import ROOT, RUN, newsarchive
from tests.conftest import wait_until
from tests.jobs.fleet import Fleet, fleet
from tests.jobs.reextracting.shelf import NEXT_DAY, Shelf, page

WAITS = """
import os, time
from newsarchive.jobs.reextracting import day
read = day.read_day_again
def read_day_again(*asked):
    while not os.path.exists(os.environ["GO_ON"]):
        time.sleep(0.05)
    return read(*asked)
day.read_day_again = read_day_again
"""
"""As ``sitecustomize``: a worker reads no day before there is a file."""

pytestmark = pytest.mark.long  # a scheduler, workers and processes by the dozen


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with fleet(tmp_path_factory.mktemp("two") / "fleet") as begun:
        yield begun


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "archive")
    shelf.keep_pages({1: page(1), 2: page(2)})
    shelf.keep_pages({3: page(3)}, NEXT_DAY)
    return shelf


def told(*arguments: str) -> dict[str, object]:
    shown = newsarchive(*arguments, "--json")
    assert shown.returncode == 0, shown.stderr
    assert "distributed" not in shown.stderr
    found: dict[str, object] = json.loads(shown.stdout)
    found.pop("seconds", None)
    return found


@pytest.mark.parametrize("verb", [("verify", "--full"), ("reextract", "--dry-run"), ("rebuild", "--search")])
def test_verbs_tell_the_same_by_workers_of_a_scheduler(verb: tuple[str, ...], shelf: Shelf, two: Fleet) -> None:
    asked = (*verb, "--archive", str(shelf.root))
    assert told(*asked, "--engine", two.engine) == told(*asked) == told(*asked, "--workers", "2")


def test_two_copies_are_compared_by_workers_of_a_scheduler(shelf: Shelf, two: Fleet, tmp_path: Path) -> None:
    other = Shelf(tmp_path / "other")
    other.keep_pages({1: page(1)})
    asked = ("verify", "--archive", str(shelf.root), "--against", str(other.root), "--json")
    shown = newsarchive(*asked, "--engine", two.engine)
    assert (shown.returncode, shown.stderr) == (8, "")
    assert shown.stdout == newsarchive(*asked).stdout


@pytest.mark.parametrize("name", ["jsonl", "csv", "sqlite", "parquet"])
def test_exports_have_the_same_bytes(name: str, shelf: Shelf, two: Fleet, tmp_path: Path) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="the extra dataset is not installed")
    asked = ("--archive", str(shelf.root), "--json")
    for engine in ("local", two.engine):
        out = tmp_path / engine[:4] / "out"
        out.parent.mkdir()
        assert told("export", name, str(out), *asked, "--engine", engine)["articles"] == 3
    one, other = (
        {file.name: file.read_bytes() for file in (tmp_path / engine).rglob("*") if file.is_file()}
        for engine in ("loca", "dask")
    )
    assert one == other


def test_a_relative_folder_is_the_same_for_all(shelf: Shelf, two: Fleet) -> None:
    asked = ("rebuild", "--search", "--archive", "archive", "--engine", two.engine, "--json")
    shown = newsarchive(*asked, cwd=shelf.root.parent)
    assert json.loads(shown.stdout)["states"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--engine", "ray"), "expected local, dask, or dask:ADDRESS"),
        (("verify", "--engine", "dask:tcp://user:secret@127.0.0.1:9"), "no scheduler answers there"),
        (("rebuild", "--workers", "2"), "give them with --search"),
        (("export", "jsonl", "o", "--workers", "2", "--search", "纸船"), "give them without --search"),
        (("export", "epub", "o", "--workers", "2"), "epub is made by one process"),
    ],
)
def test_wrong_usage_is_exit_2(shelf: Shelf, arguments: tuple[str, ...], said: str) -> None:
    shown = newsarchive(*arguments, "--archive", str(shelf.root))
    assert shown.returncode == 2
    assert said in shown.stderr
    assert "secret" not in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.fixture
def waiting(shelf: Shelf, tmp_path: Path) -> Iterator[tuple[Fleet, subprocess.Popen[str]]]:
    """A re-extraction whose first day a worker has begun, and does not end before there is a file ``go-on``."""
    (tmp_path / "sitecustomize.py").write_text(WAITS)
    slow = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))), "GO_ON": str(tmp_path / "go-on")}
    command = [sys.executable, "-c", RUN, "reextract", "--archive", str(shelf.root), "--workers", "1", "--engine"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        fleet(tmp_path / "fleet", 1, **slow) as begun,
        subprocess.Popen([*command, begun.engine], env=env, stderr=subprocess.PIPE, text=True) as asked,
    ):
        with Client(begun.address, set_as_default=False) as client:
            wait_until(lambda: asked.poll() is not None or begun.is_at_work(client, 1))
        yield begun, asked


def test_ctrl_c_cancels_what_waits(waiting: tuple[Fleet, subprocess.Popen[str]], tmp_path: Path) -> None:
    begun, asked = waiting
    asked.send_signal(signal.SIGINT)
    _, said = asked.communicate(timeout=60)
    assert (asked.returncode, said) == (3, "newsarchive: stopped by a signal\n")
    with Client(begun.address, set_as_default=False) as client:
        (tmp_path / "go-on").touch()
        wait_until(lambda: not any(client.processing().values()))


def test_a_scheduler_that_goes_is_told_in_one_line(waiting: tuple[Fleet, subprocess.Popen[str]]) -> None:
    begun, asked = waiting
    begun.scheduler.kill()
    _, said = asked.communicate(timeout=60)
    assert asked.returncode == 1
    assert said.startswith("newsarchive: the engine of the re-extraction has gone: begin again when it is back")
    assert said.count("\n") == 1
