"""Results of workers come in order, also where one of them is ended by something else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from newsarchive.archive.index.worker import in_order


def double(number: int) -> int:
    time.sleep(0.05 if number == 0 else 0)  # the first is done last
    return 2 * number


def killed_once(asked: tuple[Path, int]) -> int:
    """Ends the worker that is the first to come here."""
    mark, number = asked
    if number == 1 and not mark.exists():
        mark.touch()
        os._exit(1)
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_are_given_in_the_order_of_what_was_asked(workers: int) -> None:
    assert list(in_order(double, range(5), workers, ahead=2, what="test")) == [0, 2, 4, 6, 8]


def test_what_a_broken_worker_leaves_is_done_here(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    asked = [(tmp_path / "mark", number) for number in range(4)]
    assert list(in_order(killed_once, asked, 2, ahead=1, what="test")) == [0, 1, 2, 3]
    assert "A worker of the test was ended by something else" in caplog.text
