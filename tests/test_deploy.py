"""What ``deploy/`` names exists here, and what it promises stands there; what can be run without root, is run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from configparser import RawConfigParser
from pathlib import Path, PurePosixPath

import pytest
import yaml

from newsarchive.cli.install_cron import CronJob, lines_of, schedule
from newsarchive.crawl.spiders.sina_finance import SinaFinanceSpider
from newsarchive.settings import values
from tests.conftest import CRAWL_TIMEOUT_S, wait_until

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
HARDENED = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes", "ProtectControlGroups": "yes", "RestrictSUIDSGID": "yes",
    "RestrictNamespaces": "yes", "LockPersonality": "yes", "CapabilityBoundingSet": "", "SystemCallArchitectures": "native",
}  # fmt: skip
POSIX = pytest.mark.skipif(os.name == "nt", reason="shell scripts and crontabs are not Windows'")


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


class Unit(RawConfigParser):
    """A unit file; of a key that comes twice, the last value."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",), interpolation=None)
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read_string(text(name))


def tool(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def is_verb(name: str) -> bool:
    command = [sys.executable, "-m", "newsarchive", name, "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60).returncode == 0


# --- what is named exists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_verbs_and_commands_that_are_run_exist(file: Path) -> None:
    lines = [line for line in text(file.name).splitlines() if not line.lstrip().startswith("#")]
    verbs = {found for line in lines for found in re.findall(r"(?:-m newsarchive|CMD newsarchive) ([\w-]+)", line)}
    spiders = {found for line in lines for found in re.findall(r"scrapy crawl (\w+)", line)}
    assert [verb for verb in verbs if not is_verb(verb)] == []
    assert spiders <= {SinaFinanceSpider.name}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_variables_of_ours_are_settings_of_ours(file: Path) -> None:
    known = {values.variable_of(name) for name in (*values.OURS, *values.SCRAPYS)}
    of_compose = {"NEWSARCHIVE_FOLDER"}
    assert set(re.findall(r"NEWSARCHIVE_[A-Z_]+", text(file.name))) <= known | of_compose


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", text("Dockerfile"), re.M)
    copied = {name for line in copies for name in line.split()}
    ignored = text("Dockerfile.dockerignore").splitlines()
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert copied == {line[1:] for line in ignored if line.startswith("!")}


def test_crontab_example_is_what_install_cron_writes() -> None:
    if os.name == "nt":
        pytest.skip("Windows' paths have backslashes")
    paths = ("/opt/newsarchive/.venv/bin/python", "/opt/newsarchive", "/srv/newsarchive",
             "/etc/newsarchive/environment.sh", "/var/log/newsarchive/crawl.log")  # fmt: skip
    written = lines_of(CronJob(*map(Path, paths)), schedule(10), {"any": "thing"})
    assert text("crontab.example").splitlines()[-len(written) :] == written


def test_paths_are_absolute_everywhere() -> None:
    unit = Unit("newsarchive.service")["Service"]
    environment = unit["Environment"].partition("=")[2]
    for path in (
        unit["WorkingDirectory"],
        unit["ExecStart"].split()[0],
        environment,
        unit["EnvironmentFile"].lstrip("-"),
    ):
        assert PurePosixPath(path).is_absolute()


# --- what is promised stands there -----------------------------------------------------------------------------------


def test_unit_is_hardened_and_runs_as_a_user_of_its_own() -> None:
    unit = Unit("newsarchive.service")["Service"]
    assert {name: unit.get(name) for name in HARDENED} == HARDENED
    assert unit["User"] == "newsarchive"


def test_unit_stops_by_one_sigterm_with_more_time_than_the_slowest_download_takes() -> None:
    from newsarchive import settings

    unit = Unit("newsarchive.service")["Service"]
    assert (unit["KillSignal"], unit["KillMode"]) == ("SIGTERM", "mixed")
    assert int(unit["TimeoutStopSec"]) > settings.DOWNLOAD_TIMEOUT


def test_timer_catches_up_and_names_its_time_zone() -> None:
    timer = Unit("newsarchive.timer")["Timer"]
    assert timer["Persistent"] == "true"
    assert timer["OnCalendar"].split()[-1] == "Asia/Shanghai"


def test_container_is_read_only_has_an_init_and_keeps_the_archive_outside() -> None:
    service = yaml.safe_load(text("compose.yaml"))["services"]["newsarchive"]
    assert (service["read_only"], service["init"], service["cap_drop"]) == (True, True, ["ALL"])
    assert service["stop_signal"] == "SIGTERM"
    assert service["volumes"][0].endswith(":/archive")
    assert service["user"].split(":")[0] in text("Dockerfile")


def test_image_has_its_user_signal_volume_and_health_check() -> None:
    lines = text("Dockerfile").splitlines()
    assert {"USER newsarchive", "STOPSIGNAL SIGTERM", "VOLUME /archive"} <= set(lines)
    assert "CMD newsarchive status" in text("Dockerfile")


# --- what runs here --------------------------------------------------------------------------------------------------


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    for name in ("newsarchive.service", "newsarchive.timer"):
        here = text(name).replace("/opt/newsarchive/.venv/bin/python", sys.executable)
        (tmp_path / name).write_text(here, "utf-8")
    ran = subprocess.run(
        [analyze, "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


def test_logrotate_understands_its_file(tmp_path: Path) -> None:
    program, log = tool("logrotate"), tmp_path / "crawl.log"
    log.write_text("a line\n")
    config = tmp_path / "conf"
    here = (
        text("logrotate.conf")
        .replace("/var/log/newsarchive/*.log", f"{tmp_path}/*.log")
        .replace("    su newsarchive newsarchive\n", "")
    )
    config.write_text(here)
    config.chmod(0o644)
    ran = subprocess.run(
        [program, "--force", "--state", tmp_path / "state", config], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (tmp_path / "crawl.log.1").read_text() == "a line\n"


CRAWL = """#!/bin/sh
trap '/bin/sleep 0.3; echo stopped >> "$TRACE"; exit 3' TERM
echo "$*" >> "$TRACE"
i=0; while [ "$i" -lt "${TENTHS:-0}" ]; do /bin/sleep 0.1; i=$((i + 1)); done
"""
SLEEP = """#!/bin/sh
[ "$1" = 0 ] || echo "sleep $1" >> "$TRACE"
exec /bin/sleep "$1"
"""


def polling(folder: Path, **environ: str) -> subprocess.Popen[bytes]:
    """``poll.sh`` with a crawl and a pause that write into ``trace`` that they ran."""
    for name, script in (("scrapy", CRAWL), ("sleep", SLEEP)):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        ["/bin/sh", DEPLOY / "poll.sh"], env={"PATH": path, "TRACE": str(folder / "trace"), **environ}
    )
    await_lines(folder / "trace", 1)
    return process


def await_lines(trace: Path, count: int) -> None:
    wait_until(lambda: trace.exists() and len(trace.read_text().splitlines()) >= count)


@POSIX
def test_container_loop_polls_again_and_again(tmp_path: Path) -> None:
    process = polling(tmp_path, POLL_MINUTES="0")
    await_lines(tmp_path / "trace", 3)
    process.send_signal(signal.SIGTERM)
    killed_before_its_trap = 128 + signal.SIGTERM
    assert process.wait(timeout=CRAWL_TIMEOUT_S) in (0, 3, killed_before_its_trap)
    assert (tmp_path / "trace").read_text().count("crawl sina_finance") > 2


@POSIX
def test_container_loop_hands_its_first_signal_to_the_crawl_and_waits_for_its_end(tmp_path: Path) -> None:
    process = polling(tmp_path, TENTHS="600")
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
    assert process.wait(timeout=CRAWL_TIMEOUT_S) == 3
    assert (tmp_path / "trace").read_text().splitlines() == ["crawl sina_finance", "stopped"]


@POSIX
def test_container_loop_ends_at_once_between_two_polls(tmp_path: Path) -> None:
    process = polling(tmp_path)
    await_lines(tmp_path / "trace", 2)
    assert (tmp_path / "trace").read_text().splitlines()[1] == "sleep 600"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=CRAWL_TIMEOUT_S) == 0
