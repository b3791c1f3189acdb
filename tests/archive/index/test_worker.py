"""Results of workers come in order, also where one of them is ended by something else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from newsarchive.archive.index import processes
from newsarchive.archive.index.worker import MOST_ENDED, Workers, in_order
from newsarchive.errors import WorkersEnded

ONE, TWO = Workers(1), Workers(2)


def double(number: int) -> int:
    time.sleep(0.05 if number == 0 else 0)  # the first is done last
    return 2 * number


def killed_once(asked: tuple[Path, int]) -> int:
    """Ends the worker that is the first to come here; notes who came."""
    folder, number = asked
    with (folder / str(number)).open("a") as file:
        file.write("x")
    if number == 1 and (folder / "1").stat().st_size == 1:
        os._exit(1)
    return number


def fatal(number: int) -> int:
    """Ends its worker for each odd number."""
    if number % 2:
        os._exit(1)
    return number


def damaged(number: int) -> int:
    if number == 2:
        raise ValueError("not a number that is liked")
    return number


def end_at_once(_: object) -> None:
    os._exit(1)


@pytest.mark.parametrize("workers", [ONE, TWO])
def test_results_are_given_in_the_order_of_what_was_asked(workers: Workers) -> None:
    assert list(in_order(double, range(5), workers, ahead=2, what="test")) == [0, 2, 4, 6, 8]


def test_what_an_ended_worker_leaves_is_done_again_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = [(tmp_path, number) for number in range(12)]
    assert list(in_order(killed_once, asked, TWO, ahead=2, what="test")) == list(range(12))
    assert "A worker of the test was ended by something else" in caplog.text
    times = [len((tmp_path / str(number)).read_text()) for number in range(12)]
    assert times[1] == 2
    assert max(times) == 2
    assert sum(times) <= 12 + 4  # what waited at that moment


def test_what_ends_two_workers_is_named_when_all_else_is_done() -> None:
    results = in_order(fatal, [0, 2, 3, 4, 6], TWO, ahead=2, what="test", named=lambda number: f"number {number}")
    assert [next(results) for _ in range(4)] == [0, 2, 4, 6]
    with pytest.raises(WorkersEnded, match="the test lacks number 3:"):
        next(results)


def test_where_nothing_survives_it_is_given_up_soon(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(WorkersEnded, match="lacks 1, 3, 5:"):
        list(in_order(fatal, range(1, 1001, 2), TWO, ahead=2, what="test"))
    assert caplog.text.count("is left out of the test") == MOST_ENDED


def test_where_no_worker_begins_this_process_does_all(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(processes, "serve", end_at_once)
    assert list(in_order(double, range(6), TWO, ahead=1, what="test")) == [0, 2, 4, 6, 8, 10]
    assert "No worker of the test begins" in caplog.text


@pytest.mark.parametrize("workers", [ONE, TWO])
def test_what_a_job_raises_is_raised_here_and_says_for_what(workers: Workers) -> None:
    with pytest.raises(ValueError, match="liked") as caught:
        list(in_order(damaged, range(4), workers, ahead=2, what="test"))
    assert caught.value.__notes__ == ["while the test read 2"]


def test_an_engine_that_tries_again_itself_names_what_is_lost() -> None:
    with pytest.raises(WorkersEnded, match="lacks 2:"):
        list(in_order(damaged, range(4), Workers(2, ended=(ValueError,)), ahead=2, what="test"))


def test_one_is_enough_where_more_do_not_pay_and_what_is_asked_for_is_given() -> None:
    assert Workers().of(pays=False, most=8).count == 1
    assert Workers().of(pays=True, most=1).count == 1
    assert Workers(3).of(pays=False, most=1).count == 3
