"""The wheel alone, in a new environment and an empty folder: what ``pip install``, ``pipx`` and ``uv tool install`` give."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from newsarchive.rehearsal.judge import judge
from tests.conftest import Crawls

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "newsarchive"
OURS = ("NEWSARCHIVE_", "SCRAPY_", "PYTHONPATH", "COVERAGE_", "COV_CORE_")
"""Variables of this checkout and of the test run, which a stranger's machine has not."""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]  # one environment for all: it takes a minute to make


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``newsarchive`` as installed from the wheel, with the pinned set beside it."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    scripts = Path(sysconfig.get_path("scripts", "venv", {"base": str(home), "installed_base": str(home)}))
    suffix = ".exe" if os.name == "nt" else ""
    install = [scripts / f"python{suffix}", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel]
    subprocess.run(install, check=True)
    return scripts / f"newsarchive{suffix}"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def ran(program: Path, folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [program, *arguments], cwd=folder, env={**inherited, "PYTHONUTF8": "1", **environ},
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=180,
    )  # fmt: skip


def test_every_file_of_the_package_and_the_licence_are_in_the_wheel(wheel: Path) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*") if path.is_file()}
    packed = set(ZipFile(wheel).namelist())
    assert {file for file in files if "__pycache__" not in file} <= packed
    assert "newsarchive/py.typed" in packed
    assert any(name.endswith("/licenses/LICENSE") for name in packed)


def test_it_rehearses_in_an_empty_folder(program: Path, empty: Path) -> None:
    done = ran(program, empty, "rehearse", "--articles", "20")
    assert (done.returncode, "As expected: 20 archived" in done.stdout) == (0, True), done.stderr


@pytest.mark.long
def test_it_crawls_into_a_folder_archive_and_tells_its_status(
    program: Path, empty: Path, crawls: Callable[..., Crawls]
) -> None:
    sina = crawls(articles=10).sina
    done = ran(program, empty, "crawl", "-s", "DOWNLOAD_DELAY=0", **sina.env)
    assert done.returncode == 0, done.stderr
    assert list(judge(empty / "archive", sina.truth, sina.now()).differences) == []
    assert ran(program, empty, "status").returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no crontab")
def test_its_lines_for_cron_use_what_is_installed(program: Path, empty: Path) -> None:
    printed = ran(program, empty, "install-cron", HOME=str(empty)).stdout
    lines = [line for line in printed.splitlines() if not line.startswith("#")]
    assert [f"cd {empty} && " in line for line in lines] == [True] * 3
    assert ["-m newsarchive crawl sina_finance >>" in line for line in lines] == [True, True, False]
    assert all(f"NEWSARCHIVE_DIR={empty / 'archive'} " in line for line in lines)
