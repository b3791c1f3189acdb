"""``--engine`` as the verbs take it, each a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra fleet is not installed")

from distributed import Client

from tests.cli.cli_process import ROOT, RUN, newsarchive
from tests.cli.sessions import alive_in
from tests.conftest import wait_until
from tests.jobs.fleet import Fleet, fleet, held
from tests.jobs.reextracting.shelf import NEXT_DAY, Shelf, page

pytestmark = [pytest.mark.long, pytest.mark.bounded]  # a scheduler, workers and processes by the dozen


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


@pytest.mark.parametrize(
    "verb", [("verify", "--full"), ("reextract", "--dry-run"), ("rebuild", "--search"), ("stats",)]
)
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
        (("stats", "--engine", "dask:tls://user:secret@127.0.0.1:9"), "no scheduler answers there"),
        (("export", "jsonl", "o", "--engine", "dask:user:secret@127.0.0.1:9"), "no scheduler answers there"),
        (("stats", "--engine", "dask:garbage"), "no scheduler answers there"),
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


VERBS = (
    ("verify", "--full"),
    ("reextract",),
    ("rebuild", "--search"),
    ("stats",),
    *(("export", name, "{out}") for name in ("jsonl", "csv", "sqlite", "parquet")),
)


@contextmanager
def at_work(verb: tuple[str, ...], root: Path, begun: Fleet, out: Path) -> Iterator[subprocess.Popen[str]]:
    """The verb, when the one worker has its first day; it does not end that before there is a file ``go-on``."""
    asked = [part.format(out=out) for part in verb]
    command = [sys.executable, "-c", RUN, *asked, "--archive", str(root), "--workers", "1", "--engine", begun.engine]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
    ) as ran:
        with Client(begun.address, set_as_default=False) as client:
            wait_until(lambda: ran.poll() is not None or begun.is_at_work(client, 1))
        yield ran


@pytest.mark.parametrize("verb", VERBS)
def test_ctrl_c_cancels_what_waits(verb: tuple[str, ...], shelf: Shelf, tmp_path: Path) -> None:
    before = names_in(shelf.root)
    (tmp_path / "out").mkdir()
    with (
        fleet(tmp_path / "fleet", 1, **held(tmp_path)) as begun,
        at_work(verb, shelf.root, begun, tmp_path / "out" / "whole") as asked,
    ):
        asked.send_signal(signal.SIGINT)
        _, said = asked.communicate(timeout=60)
        assert (asked.returncode, said) == (3, "newsarchive: stopped by a signal\n")
        with Client(begun.address, set_as_default=False) as client:
            (tmp_path / "go-on").touch()
            wait_until(lambda: not any(client.processing().values()))
    assert list((tmp_path / "out").iterdir()) == []
    assert names_in(shelf.root) == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_scheduler_that_goes_is_told_in_one_line(verb: tuple[str, ...], shelf: Shelf, tmp_path: Path) -> None:
    before = names_in(shelf.root)
    (tmp_path / "out").mkdir()
    with (
        fleet(tmp_path / "fleet", 1, **held(tmp_path)) as begun,
        at_work(verb, shelf.root, begun, tmp_path / "out" / "whole") as asked,
    ):
        begun.scheduler.kill()
        _, said = asked.communicate(timeout=60)
    assert asked.returncode == 1
    assert re.match(r"newsarchive: the engine of the [\w -]+ has gone: begin again when it is back \(while ", said)
    assert said.count("\n") == 1
    assert list((tmp_path / "out").iterdir()) == []
    assert names_in(shelf.root) == before


def test_a_scheduler_that_stands_still_does_not_keep_ctrl_c_waiting(shelf: Shelf, tmp_path: Path) -> None:
    with (
        fleet(tmp_path / "fleet", 1, **held(tmp_path)) as begun,
        at_work(("stats",), shelf.root, begun, tmp_path) as asked,
    ):
        begun.scheduler.send_signal(signal.SIGSTOP)
        asked.send_signal(signal.SIGINT)
        _, said = asked.communicate(timeout=60)
    assert (asked.returncode, said) == (3, "newsarchive: stopped by a signal\n")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not tell which processes there are")
@pytest.mark.parametrize(("count", "after_s"), [(2, 0.0), (3, 0.0), (4, 0.0), (4, 0.5), (4, 3.0)])
def test_ctrl_c_of_a_terminal_ends_a_cluster_on_this_machine(
    count: int, after_s: float, shelf: Shelf, tmp_path: Path
) -> None:
    """A terminal sends it to workers, too, also while they begin; the verb itself and what watches its pipes are two."""
    asked = ("stats", "--archive", str(shelf.root), "--engine", "dask", "--workers", "2")
    command = [sys.executable, "-m", "newsarchive", *asked]
    env = {**os.environ, **held(tmp_path)}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True) as ran:
        wait_until(lambda: ran.poll() is not None or len(alive_in(ran.pid)) >= count)
        time.sleep(after_s)
        os.killpg(ran.pid, signal.SIGINT)
        _, said = ran.communicate(timeout=60)
    assert (ran.returncode, said) == (3, "newsarchive: stopped by a signal\n")
    wait_until(lambda: not alive_in(ran.pid))


def names_in(root: Path) -> set[str]:
    return {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file() and "lock" not in file.name}
