"""An import that is killed anywhere, and run again, ends as one that was not."""

import multiprocessing
import os
import random
import shutil
import signal
import sys

import pytest

from tests.archive.making import NEXT_DAY, essence, opened
from tests.jobs.importing.machines import fetched, live, lost, offered, states_of, take_in, text_of
from tests.jobs.verifying import verdict

KILLS = 20
STEPS = ("open", "os.rename", "os.remove", "os.mkdir", "os.truncate")
"""What Python says before it asks the system to change a folder or a file."""

OURS = [offered(0, 1), fetched(20, 1, "二"), fetched(40, 1, "四"), offered(0, 2), lost(3, "failed", 2)]
THEIRS = [
    *(offered(1, 1), fetched(10, 1, "一"), fetched(30, 1, "三"), fetched(50, 1, "五")),
    *(offered(2, 2), fetched(12, 2, "甲"), fetched(22, 2, "乙"), offered(2, 3), fetched(13, 3, "丙")),
    *(offered(3, 4, day=NEXT_DAY), fetched(4, 4, "丁", day=NEXT_DAY), fetched(9, 4, "丁二", day=NEXT_DAY)),
    *(offered(3, 5, day=NEXT_DAY), fetched(4, 5, "戊", day=NEXT_DAY)),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Our archive, theirs, and what is to become of ours; the posts of somebody, and what is to become of ours with them."""
    made = tmp_path_factory.mktemp("made")
    live(made / "ours", *OURS)
    live(made / "theirs", *THEIRS)
    (made / "posts").mkdir()
    for number in range(30):
        (made / f"posts/{number}.md").write_bytes(text_of(number, "文"))
    for name in ("theirs", "posts"):
        shutil.copytree(made / "ours", made / f"done-{name}")
        take_in(made / f"done-{name}", made / name)
    return made


def count_or_die(root, folder, at, told):
    """Import; be killed before the step ``at`` below ``root``, or tell how many steps there were."""
    steps = 0

    def step(name, arguments):
        nonlocal steps
        if name in STEPS and str(arguments[0]).startswith(str(root)):
            steps += 1
            if steps == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    take_in(root, folder)
    told.send(steps)


def import_until(root, folder, at):
    """The number of steps; None where it was killed before the step ``at``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=count_or_die, args=(root, folder, at, telling))
    process.start()
    telling.close()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return told.recv() if process.exitcode == 0 else None


def assert_done(root, done):
    """But for the times of the lines, which all are the same here, both say the same."""
    assert essence(root) == essence(done)
    assert states_of(root) == states_of(done)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["theirs", "posts"])
def test_killed_twenty_times_it_ends_as_one_that_was_not(folders, tmp_path, name):
    root, chance = tmp_path / "root", random.Random(name)
    shutil.copytree(folders / "ours", root)
    steps = import_until(tmp_path / "probe", folders / name, 0)
    for _ in range(KILLS):
        import_until(root, folders / name, chance.randrange(1, steps))
    take_in(root, folders / name)
    assert_done(root, folders / f"done-{name}")


def steps_to_try():
    """Each of the 91 steps of the import; every seventh where time is short."""
    return [pytest.param(at, marks=[] if at % 7 == 1 else pytest.mark.long) for at in range(1, 92)]


@pytest.mark.parametrize("at", steps_to_try())
def test_killed_at_a_step_the_next_start_ends_whole_and_the_next_import_done(folders, tmp_path, at):
    root = tmp_path / "root"
    shutil.copytree(folders / "ours", root)
    import_until(root, folders / "theirs", at)
    with opened(root):
        pass
    assert verdict(root).findings == []
    assert list(root.rglob(".*.part")) == []
    take_in(root, folders / "theirs")
    assert_done(root, folders / "done-theirs")
