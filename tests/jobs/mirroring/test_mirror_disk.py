"""A disk that fails, or a kill, at any call of a mirror: the copy is readable just then, and whole after the next mirror."""

import random
import shutil
import sys

import pytest

from tests.archive.making import tree
from tests.cli.cli_process import RUN
from tests.failing_disk import CALLS, ERRORS, FOR_GOOD, KILLING_CALLS, FailingDisk, Failure
from tests.jobs.mirroring.mirror_scene import articles, as_archive, change_all_kinds, make_of_all_kinds, to_folder
from tests.jobs.verifying import found

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or not shutil.which("gcc"), reason="calls are made to fail by a library of C"
    ),
]
MANY = pytest.mark.long


class Trial:
    """An archive that has changed since its copy was made, and the mirror that is disturbed."""

    def __init__(self, folder):
        self.root, self._base, self._folder = folder / "archive", folder / "base", folder
        make_of_all_kinds(self.root)
        to_folder(self.root, self._base)
        change_all_kinds(self.root)
        self.copy, self.disk = folder / "copy", FailingDisk(folder)
        self.command = [sys.executable, "-c", RUN, "mirror", str(self.copy), "--archive", str(self.root)]
        self.counts = {below: self._calls(below) for below in (self.copy, self.root)}

    def _calls(self, below):
        self.begin()
        return self.disk.kill(self.command, below, "open", 0)

    def begin(self):
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self._base, self.copy)

    def check(self):
        """The copy as it is now, and after another mirror."""
        assert found(as_archive(self.copy, self._folder / "seen")) == []
        assert to_folder(self.root, self.copy).findings == []
        assert articles(self.copy) == tree(self.root)
        assert list(self.copy.rglob("*.part")) == []

    def numbers(self, call, below, most):
        total = self.counts[below].get(call, 0)
        return random.Random(7).sample(range(1, total + 1), min(most, total))


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return Trial(tmp_path_factory.mktemp("trial"))


@pytest.mark.parametrize(
    ("call", "most"), [("write", 1), ("rename", 1), *(pytest.param(call, 8, marks=MANY) for call in CALLS)]
)
def test_a_disk_of_the_copy_that_fails(trial, call, most):
    for number in trial.numbers(call, trial.copy, most):
        for error, times in ((random.Random(number).choice(ERRORS), FOR_GOOD), ("EIO", 1)):
            trial.begin()
            ended = trial.disk.run(trial.command, trial.copy, Failure(call, error, number, times))
            assert (ended.returncode in {0, 7}, "Traceback" in ended.stderr) == (True, False), ended.stderr
            assert ended.returncode or articles(trial.copy) == tree(trial.root)
            trial.check()


@pytest.mark.parametrize("most", [2, pytest.param(25, marks=MANY)])
def test_a_disk_of_the_archive_that_fails(trial, most):
    for number in trial.numbers("read", trial.root, most):
        trial.begin()
        ended = trial.disk.run(trial.command, trial.root, Failure("read", "EIO", number, FOR_GOOD))
        assert (ended.returncode in {0, 7, 8}, "Traceback" in ended.stderr) == (True, False), ended.stderr
        trial.check()


@pytest.mark.parametrize(
    ("call", "most"), [("link", 2), *(pytest.param(call, 8, marks=MANY) for call in KILLING_CALLS)]
)
def test_a_kill(trial, call, most):
    for number in trial.numbers(call, trial.copy, most):
        trial.begin()
        trial.disk.kill(trial.command, trial.copy, call, number)
        trial.check()
