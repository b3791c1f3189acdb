"""What the scenes of the faults share: the stage, the fault, and checks of the archive after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from newsarchive.rehearsal.answers import Answer
from newsarchive.rehearsal.judge import judge
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, Run, wait_until

ARTICLE_END = b"\n</div>\n            "
SLOWLY = ("-s", "DOWNLOAD_DELAY=0.5")
"""So that a crawl of 40 articles is still under way when a test that saw the first one does something to it."""
IS_LINUX_ROOT = sys.platform == "linux" and os.geteuid() == 0


@dataclass(frozen=True)
class Stage:
    """What a scene gets: a folder, stand-ins, and an archive that is whole."""

    begin: Callable[..., Crawls]
    """A stand-in, and crawls into ``folder/archive``; as the fixture ``crawls``."""
    folder: Path
    done: Crawls
    """An archive that an undisturbed crawl filled; scenes copy it and do not change it."""
    kept: dict[str, Run]
    """Results of crawls that several scenes share, by name."""

    def settled(self) -> Crawls:
        """Crawls into a copy of an archive that is whole, over the same stand-in."""
        copy = shutil.copytree(self.done.root, self.folder / "archive")
        return Crawls(self.done.sina, copy)

    def shared(self, name: str, crawl: Callable[[], Run]) -> Run:
        """The result of the crawl ``name``; the first scene that asks for it runs it."""
        if name not in self.kept:
            self.kept[name] = crawl()
        return self.kept[name]


@dataclass(frozen=True)
class Fault:
    """One row: ``name`` is its test id; ``says`` stands in what the command says on standard error."""

    name: str
    exit_code: int
    says: str
    scene: Callable[[Stage], Run] = field(repr=False)
    shared: str = ""
    """The crawl that several rows share: they run in one worker, so that it runs once."""


def faults_of(scenes: dict[Callable[[Stage], Run], tuple[int, str]]) -> list[Fault]:
    """A fault a scene, named as the function is."""
    return [Fault(scene.__name__.replace("_", "-"), *told, scene) for scene, told in scenes.items()]


def run(crawl: Crawls, command: list[str] | None = None, **environment: str) -> Run:
    """A crawl by another command, or with more in its environment; an empty value takes a variable out."""
    merged = {**crawl.environment(), **environment}
    given = {name: value for name, value in merged.items() if value or name not in environment}
    ran = subprocess.run(
        command or crawl.command(), env=given, capture_output=True, text=True, check=False, timeout=CRAWL_TIMEOUT_S
    )
    return Run(ran.returncode, ran.stdout, ran.stderr)


def completes(crawl: Crawls, *arguments: str) -> None:
    """Whole files only, and the next run ends as an undisturbed one."""
    assert all(path.read_bytes().endswith(ARTICLE_END) for path in crawl.articles())
    healed = crawl(*arguments)
    assert (healed.exit_code, "Traceback" in healed.stderr) == (0, False), healed.stderr
    is_right(crawl)


def is_right(crawl: Crawls) -> None:
    """The archive equals the truth of the stand-in."""
    assert list(judge(crawl.root, crawl.sina.truth, crawl.sina.now()).differences) == []


def until_articles_are_there(crawl: Crawls) -> None:
    """Return when the crawl has written an article."""
    wait_until(crawl.articles)


class AtPage:
    """A script that does ``act`` once, when the page of the n-th article is asked for, and then answers as ever."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        self._left, self._act = number, act

    def __call__(self, host: str, target: str) -> Answer | None:
        if ".shtml" in target:
            self._left -= 1
            if self._left == 0:
                self._act()
        return None


def mounted(folder: Path, options: str) -> Callable[[], object]:
    """A small file system at ``folder``; returns what takes it away again.  Skips where nobody may mount."""
    folder.mkdir(exist_ok=True)
    if not (IS_LINUX_ROOT and shutil.which("mount")):
        pytest.skip("needs root on Linux to mount a small file system")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    return lambda: subprocess.run(["umount", "--lazy", folder], check=True)


def by_a_user_without_privileges(command: list[str]) -> list[str]:
    """The command without the privileges by which root ignores permissions."""
    if os.name == "nt":
        pytest.skip("permissions of folders are set the Unix way")
    if os.geteuid() != 0:
        return command
    if not shutil.which("setpriv"):
        pytest.skip("permissions do not hold for root, and setpriv is not there to take that away")
    taken = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", f"--bounding-set={taken}", f"--inh-caps={taken}", *command]


def options(**settings: Any) -> list[str]:
    """``-s NAME=VALUE`` each."""
    return [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
