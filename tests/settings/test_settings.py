from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from newsarchive import settings
from newsarchive.settings.values import OURS, variable_of

PROJECT = Path(settings.__file__).parents[2]
PACKAGE = PROJECT / "newsarchive"
COMPONENTS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES")


def assigned_names() -> list[str]:
    """What settings/__init__.py assigns, in its order."""
    return [name for node in ast.parse(Path(settings.__file__).read_text("utf-8")).body if (name := _target(node))]


def _target(node: ast.stmt) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return next((target.id for target in targets if isinstance(target, ast.Name)), "")


def read_names() -> set[str]:
    """The settings that some call in the package names."""
    trees = [ast.parse(file.read_text("utf-8")) for file in PACKAGE.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)}
    return {name for name in OURS if name in named}


def from_command(name: str, *options: str, **environ: str) -> str:
    """What ``scrapy settings`` says in the project's folder."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("NEWSARCHIVE_", "SCRAPY_"))}
    command = [sys.executable, "-m", "scrapy", "settings", "--get", name, *options]
    run = subprocess.run(
        command, cwd=PROJECT, env={**inherited, **environ}, capture_output=True, text=True, timeout=60, check=True
    )
    return run.stdout.strip()


# --- each of ours ----------------------------------------------------------------------------------------------------


def test_ours_stand_in_the_order_in_which_they_are_checked() -> None:
    assert [name for name in assigned_names() if name in OURS] == list(OURS)


def test_every_setting_is_read_by_some_module() -> None:
    assert set(OURS) - read_names() == set()


@pytest.mark.parametrize("name", OURS)
def test_setting_is_documented(name: str) -> None:
    page = PROJECT / "docs" / "operating.md"
    if not page.is_file():
        pytest.skip("docs/operating.md is not written yet")
    assert f"`{name}`" in page.read_text("utf-8")


# --- where a value comes from ----------------------------------------------------------------------------------------


def test_environment_beats_the_file_and_an_option_beats_both() -> None:
    name, variable = "SINA_BAN_MINUTES", {"NEWSARCHIVE_SINA_BAN_MINUTES": "7"}
    assert from_command(name) == "60.0"
    assert from_command(name, **variable) == "7"
    assert from_command(name, "-s", f"{name}=8", **variable) == "8"


def test_folder_has_a_variable_of_its_own() -> None:
    assert from_command("ARCHIVE_DIR", NEWSARCHIVE_DIR="/somewhere") == "/somewhere"
    assert (variable_of("ARCHIVE_DIR"), variable_of("RAW_STORE")) == ("NEWSARCHIVE_DIR", "NEWSARCHIVE_RAW_STORE")


# --- Scrapy's --------------------------------------------------------------------------------------------------------


def project() -> Settings:
    ours = Settings()
    ours.setmodule(settings)
    return ours


@pytest.mark.parametrize("kind", COMPONENTS)
def test_components_exist_and_what_is_switched_off_was_on(kind: str) -> None:
    """A name that is misspelt switches nothing off, and nobody hears of it."""
    named: dict[str, Any] = getattr(settings, kind)
    on_by_default = Settings().getdict(f"{kind}_BASE")
    assert all(load_object(path) for path in named)
    assert {path for path, order in named.items() if order is None} <= set(on_by_default)


def test_scrapys_promises_are_kept() -> None:
    ours = project()
    assert ours.getbool("ROBOTSTXT_OBEY")
    assert ours.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert not ours.getbool("TELNETCONSOLE_ENABLED")
    assert not ours.getbool("REMOTE_CONTROL_ENABLED")
    assert not ours.getbool("AUTOTHROTTLE_ENABLED")
    assert ours.getint("DOWNLOAD_MAXSIZE") == 20 * 2**20


def test_rate_is_two_a_second_and_two_at_once() -> None:
    ours = project()
    assert (ours.getfloat("DOWNLOAD_DELAY"), ours.getfloat("DOWNLOAD_DELAY_JITTER")) == (0.5, 0)
    assert ours.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 2
    assert not ours.getdict("DOWNLOAD_SLOTS")


def test_download_timeout_is_heard() -> None:
    """Scrapy's handler knows it from this middleware alone; without it, a page has 10 seconds."""
    active = build_component_list(project().getwithbase("DOWNLOADER_MIDDLEWARES"))
    assert "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware" in active
