"""``newsarchive layouts`` as a person and a script call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.journals import failed, kept, said


def verb(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("newsarchive"), "layouts", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_layouts_prints_a_table_and_the_unknown(tmp_path: Path) -> None:
    said(tmp_path, kept("a", editor="某"), failed("b", "no-layout", "tech.sina.com.cn 0123456789ab"))
    ran = verb("--archive", tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "New2017Page" in ran.stdout
    assert "0123456789ab" in ran.stdout


def test_layouts_as_json_counts_by_field(tmp_path: Path) -> None:
    said(tmp_path, kept("a"), kept("b", editor="某"))
    told = json.loads(verb("--archive", tmp_path, "--json").stdout)
    assert told["layouts"][0]["fields"]["editor"] == {"found": 1, "missing": 1}


def test_layouts_of_no_folder_is_one_line_and_exit_2(tmp_path: Path) -> None:
    ran = verb("--archive", tmp_path / "none")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)


def test_layouts_since_no_day_is_one_line_and_exit_2(tmp_path: Path) -> None:
    ran = verb("--archive", tmp_path, "--since", "soon")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)


def test_layouts_counts_the_days_asked_for_alone(tmp_path: Path) -> None:
    said(tmp_path, kept("a"))
    ran = verb("--archive", tmp_path, "--until", "2000-01-01")
    assert (ran.returncode, ran.stdout) == (0, "No page was read in these days.\n")
