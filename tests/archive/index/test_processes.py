"""Processes of this machine answer each by itself: one that is killed takes its own job with it, and nothing else."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import BrokenExecutor, Executor, wait
from pathlib import Path

import pytest

from newsarchive.archive.index.processes import processes
from newsarchive.errors import ArchiveDamaged

LARGE_BYTES = 8_000_000
"""Of an answer: a hundred times what a pipe holds, so that it is written for a while."""
ENOUGH_S = 60.0
"""For what takes a second, on a machine that does other things."""


def large(number: int) -> tuple[int, bytes]:
    return os.getpid(), bytes(LARGE_BYTES)


def damaged(_: int) -> None:
    raise ArchiveDamaged("a journal", "一份日志")


def not_to_be_sent(_: int) -> object:
    return lambda: None


def sleep_long(folder: Path) -> None:
    (folder / str(os.getpid())).touch()
    time.sleep(10 * ENOUGH_S)


def pids(folder: Path, count: int) -> list[int]:
    until = time.monotonic() + ENOUGH_S
    while len(found := list(folder.iterdir())) < count:
        assert time.monotonic() < until
        time.sleep(0.02)
    return [int(file.name) for file in found]


def is_running(pid: int) -> bool:
    if os.name == "nt":
        pytest.skip("there is no way to ask there that ends nothing")
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("after_s", [0.0, 0.003, 0.006, 0.009])
def test_one_that_is_killed_while_it_answers_takes_no_other_job_with_it(after_s: float) -> None:
    with processes(2) as pool:
        pid = pool.submit(large, 0).result()[0]
        answers = [pool.submit(large, number) for number in range(20)]
        time.sleep(after_s)
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        assert wait(answers, ENOUGH_S).not_done == set()
        ended = [answer for answer in answers if isinstance(answer.exception(), BrokenExecutor)]
        assert len(ended) <= 1
        assert pid not in {answer.result()[0] for answer in answers[10:] if answer not in ended}


def test_what_a_job_raises_is_raised_here_whole_and_shows_where() -> None:
    with processes(1) as pool, pytest.raises(ArchiveDamaged, match="a journal") as caught:
        pool.submit(damaged, 1).result()
    assert caught.value.chinese == "一份日志"
    assert "in damaged" in str(caught.value.__cause__)


def test_an_answer_that_cannot_be_sent_is_an_error_of_its_job_alone() -> None:
    with processes(1) as pool:
        wrong, right = pool.submit(not_to_be_sent, 1), pool.submit(abs, -2)
        assert "pickle" in str(wrong.exception())
        assert right.result() == 2


def test_where_the_work_is_left_they_end_in_the_middle(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), processes(2) as pool:
        begin_four_and_stop(pool, tmp_path)
    assert time.monotonic() - begun < ENOUGH_S
    found = pids(tmp_path, 2)
    assert len(found) == 2  # what waited was not begun
    assert not any(map(is_running, found))


def begin_four_and_stop(pool: Executor, folder: Path) -> None:
    for _ in range(4):
        pool.submit(sleep_long, folder)
    pids(folder, 2)
    raise KeyboardInterrupt


def test_no_more_begin_than_there_are_jobs(tmp_path: Path) -> None:
    with processes(16) as pool:
        assert len({pool.submit(os.getpid).result() for _ in range(3)}) <= 3


def test_they_are_gone_when_the_work_is_done() -> None:
    with processes(2) as pool:
        found = [pool.submit(os.getpid).result() for _ in range(2)]
    assert not any(map(is_running, found))
