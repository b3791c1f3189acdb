"""The program ``newsarchive`` from its first line on: signals and streams before any verb has begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SLOW_IMPORT = """
import os, signal
os.kill(os.getpid(), signal.{name})
raise SystemExit("went on")
"""
"""In place of typer, which takes long to load: a signal comes in the middle of it."""


@pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("verb", ["status", "crawl"])
def test_a_signal_while_modules_are_loaded_is_one_line_and_exit_3(tmp_path: Path, name: str, verb: str) -> None:
    (tmp_path / "typer.py").write_text(SLOW_IMPORT.format(name=name))
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "newsarchive", verb]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr.count("\n")) == (3, 1)
    assert ran.stderr.startswith("newsarchive: stopped by a signal")


@pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way")
def test_a_signal_that_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(SLOW_IMPORT.format(name="SIGHUP"))
    command = ["nohup", sys.executable, "-m", "newsarchive", "status"]
    ran = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    assert "went on" in ran.stderr + ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "gbk"])
@pytest.mark.parametrize("arguments", [["--help"], ["crawl", "--help"], ["crawl", "-a", "channels=体操"]])
def test_no_encoding_of_a_console_ends_a_verb(encoding: str, arguments: list[str], tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "newsarchive", *arguments]
    ran = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert (ran.returncode, b"Traceback" in ran.stderr) == (2 if "-a" in arguments else 0, False)
