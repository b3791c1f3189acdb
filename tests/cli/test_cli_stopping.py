"""Ctrl-C while processes of this machine read days: soon, one line, nothing half-written, and nobody is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.cli_process import ROOT, newsarchive
from tests.cli.sessions import alive_in
from tests.conftest import wait_until
from tests.jobs.reextracting.shelf import NEXT_DAY, Shelf, page

pytestmark = [
    pytest.mark.slow,  # processes by the dozen
    pytest.mark.bounded,
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="Windows has no sessions"),
]

HOLDS = """
import os, time
from newsarchive.archive.index import processes

def serve(pipe):
    processes.begin()
    pipe.recv()
    open(os.path.join(os.environ["AT_WORK"], str(os.getpid())), "w").close()
    time.sleep(300)

serve.__module__, serve.__qualname__ = processes.__name__, "serve"
processes.serve = serve
"""
"""As ``sitecustomize``: a process that has a day tells so, and does not end it."""
ENDS = """
import os
from newsarchive.reading.export import rows

def records_of_day(*asked, ours=rows.records_of_day):
    if str(asked[-1]) == os.environ["FATAL"]:
        os._exit(1)
    return ours(*asked)

records_of_day.__module__, records_of_day.__qualname__ = rows.__name__, "records_of_day"
rows.records_of_day = records_of_day
"""
"""As ``sitecustomize``: one day ends each process that reads it."""
VERBS = (
    ("verify", "--full"),
    ("reextract",),
    ("rebuild", "--search"),
    ("stats",),
    *(("export", name, "{out}") for name in ("jsonl", "parquet")),
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "archive")
    shelf.keep_pages({1: page(1), 2: page(2)})
    shelf.keep_pages({3: page(3)}, NEXT_DAY)
    return shelf


def names_in(root: Path) -> set[str]:
    return {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file() and "lock" not in file.name}


@pytest.mark.parametrize("verb", VERBS)
def test_ctrl_c_of_a_terminal_ends_days_in_the_middle(verb: tuple[str, ...], shelf: Shelf, tmp_path: Path) -> None:
    if "parquet" in verb:
        pytest.importorskip("pyarrow", reason="the extra dataset is not installed")
    before = names_in(shelf.root)
    for name in ("site", "out", "at-work"):
        (tmp_path / name).mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(HOLDS, "utf-8")
    asked = [part.format(out=tmp_path / "out" / "whole") for part in verb]
    command = [sys.executable, "-m", "newsarchive", *asked, "--archive", str(shelf.root), "--workers", "2"]
    paths = os.pathsep.join((str(tmp_path / "site"), str(ROOT)))
    env = {**os.environ, "PYTHONPATH": paths, "AT_WORK": str(tmp_path / "at-work")}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True) as ran:
        wait_until(lambda: ran.poll() is not None or len(list((tmp_path / "at-work").iterdir())) == 2)
        os.killpg(ran.pid, signal.SIGINT)
        _, said = ran.communicate(timeout=60)
    assert (ran.returncode, said) == (3, "newsarchive: stopped by a signal\n")
    wait_until(lambda: not alive_in(ran.pid))
    assert list((tmp_path / "out").iterdir()) == []
    assert names_in(shelf.root) == before


@pytest.mark.parametrize("name", ["jsonl", "parquet"])
def test_a_day_that_ends_each_process_is_named_and_nothing_half_written_is_left(
    name: str, shelf: Shelf, tmp_path: Path
) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="the extra dataset is not installed")
    for folder in ("site", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(ENDS, "utf-8")
    paths = os.pathsep.join((str(tmp_path / "site"), str(ROOT)))
    asked = ("export", name, str(tmp_path / "out" / "whole"), "--archive", str(shelf.root), "--workers", "2")
    ran = newsarchive(*asked, PYTHONPATH=paths, FATAL=str(NEXT_DAY))
    assert ran.returncode == 1
    assert f"newsarchive: the export lacks {NEXT_DAY}: workers that read it were ended twice" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list((tmp_path / "out").iterdir()) == []
