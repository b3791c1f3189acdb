"""A day of the real feed, poll by poll: what ``benchmarks/replay_week.py`` claims of the week."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "replay_week.py"


@pytest.mark.slow
def test_every_row_of_a_real_day_is_offered_once_and_the_day_is_sealed(shared: Path) -> None:
    """At polls of 30 and 120 minutes; what a feed of 50 rows did not show any more, the day query tells."""
    command = [sys.executable, SCRIPT, "--json", "--days", "1", "--minutes", "30", "120", "--week"]
    week = shared / "feed" / "week-2024-03-04.json.gz"
    ran = subprocess.run([*command, week], capture_output=True, text=True, check=False, timeout=100)
    deep, deep_seldom, window, window_seldom = (json.loads(line) for line in ran.stdout.splitlines())
    assert (ran.returncode, ran.stderr) == (0, "")
    for result in (deep, deep_seldom, window, window_seldom):
        assert result["shown"] == result["by_polls"] + result["by_sweeps"] > 800
        assert [result[key] for key in ("missed", "never", "twice", "sick", "unsealed")] == [0] * 5
    assert deep["by_sweeps"] == 0
    assert window_seldom["by_sweeps"] > window["by_sweeps"] > 0
