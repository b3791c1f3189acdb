"""Runs ``newsarchive`` as a process of its own, from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = "import sys; from newsarchive.cli import main; main(prog_name='newsarchive')"


def newsarchive(*arguments: str, cwd: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environ}
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.run(
        command, env=env, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
