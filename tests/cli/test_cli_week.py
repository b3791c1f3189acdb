"""cli.week, cli.child: a week of polls as a user asks for it, and children that are cut short."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from cli_process import newsarchive

from newsarchive.cli.child import CutShort, Stop

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
"""Ends with 0 where nobody cuts it short."""


@pytest.mark.parametrize("more", [("--faults", "mild"), ("--years",), ("--serve",), ("--articles", "20")])
def test_what_does_not_go_with_a_week_of_polls_is_exit_2(tmp_path: Path, more: tuple[str, ...]):
    done = newsarchive("rehearse", "--polls", *more, cwd=tmp_path)
    assert done.returncode == 2
    assert "--polls" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_child_is_cut_short_when_it_is_due(tmp_path: Path):
    answers = iter((False, False, True))
    cut = CutShort(lambda: next(answers), kills=True)
    with Stop() as stop:
        code = stop.run(SLEEPER, env=dict(os.environ), cwd=tmp_path, cut=cut)
    assert (code != 0, cut.done, list(answers)) == (True, True, [])


def test_a_child_that_has_ended_is_not_cut_short(tmp_path: Path):
    cut = CutShort(lambda: False, kills=True)
    with Stop() as stop:
        assert stop.run([sys.executable, "-c", "pass"], env=dict(os.environ), cwd=tmp_path, cut=cut) == 0
    assert not cut.done
