"""cli: the command itself, as a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cli_process import ROOT, newsarchive


def test_help_lists_the_verbs():
    done = newsarchive("--help")
    assert done.returncode == 0
    assert "rehearse" in done.stdout


def test_a_verbs_help_has_an_example():
    assert "Example: newsarchive rehearse" in newsarchive("rehearse", "--help").stdout


def test_version_is_said():
    assert newsarchive("--version").stdout.startswith("newsarchive ")


def test_an_unknown_option_is_exit_2():
    assert newsarchive("rehearse", "--nonsense").returncode == 2


def test_a_usage_error_is_one_plain_line_and_exit_2(tmp_path: Path):
    (tmp_path / "mine.txt").touch()
    done = newsarchive("rehearse", "--archive", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("newsarchive: ")
    assert done.stderr.count("\n") == 1


def test_no_verb_imports_scrapy():
    check = (
        "import sys, importlib, newsarchive.cli as cli\n"
        "for name in cli.VERBS.values(): importlib.import_module(f'newsarchive.cli.{name}')\n"
        "sys.exit('scrapy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_an_unknown_verb_is_exit_2():
    done = newsarchive("nonsense")
    assert done.returncode == 2
    assert "No such command" in done.stderr
