import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from newsarchive.archive.format.journal import moment
from newsarchive.archive.record import lock as locking
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.errors import ArchiveLocked, ArchiveNotWritable

PROJECT = Path(__file__).parents[2]
HOLD = """
import sys; from pathlib import Path; from newsarchive.archive.record.lock import ArchiveLock; from newsarchive.errors import ArchiveLocked
try:
    with ArchiveLock(Path(sys.argv[1])):
        print("held", flush=True); sys.stdin.read()
except ArchiveLocked as error:
    print(error, flush=True)
"""


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / ".newsarchive"
    folder.mkdir()
    return folder


def another_process(state: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(state)]
    return subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_the_owner_is_written_down_and_taken_away(state):
    with ArchiveLock(state) as lock:
        owner = lock.owner()
        assert owner is not None
        assert (owner.pid, owner.host) == (os.getpid(), socket.gethostname())
        assert owner.started_at.endswith("+08:00")
        assert moment(owner.started_at) is not None
    assert lock.owner() is None


def test_a_second_run_is_told_who_holds_the_archive(state):
    with another_process(state) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ArchiveLocked) as told:
            ArchiveLock(state).acquire()
        said = str(told.value)
        assert str(state.parent) in said
        assert f"process {other.pid} on {socket.gethostname()}, since 20" in said
        assert "start again" in said
        other.communicate("")
    ArchiveLock(state).acquire()


def test_of_runs_started_together_one_holds_the_archive(state):
    others = [another_process(state) for _ in range(3)]
    said = [other.stdout.readline() for other in others if other.stdout]
    holder = others[said.index("held\n")]
    assert said.count("held\n") == 1
    assert sum(f"process {holder.pid} on" in line for line in said) == 2
    for other in others:
        other.communicate("")


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of Unix")
def test_a_killed_owner_frees_the_archive_by_itself(state):
    with another_process(state) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.send_signal(signal.SIGKILL)
    lock = ArchiveLock(state)
    old = lock.owner()
    assert old is not None
    assert old.pid == other.pid
    with lock:
        new = lock.owner()
        assert new is not None
        assert new.pid == os.getpid()


def test_two_locks_of_one_process_exclude_each_other(state):
    with ArchiveLock(state), pytest.raises(ArchiveLocked):
        ArchiveLock(state).acquire()


def test_a_released_lock_can_be_taken_again_and_released_twice(state):
    lock = ArchiveLock(state)
    lock.acquire()
    lock.release()
    lock.release()
    with lock:
        pass


def test_an_owner_that_left_no_name_is_told_as_such(state):
    with ArchiveLock(state):
        for said in ("", "{}", "[", '{"pid":"x"}'):
            (state / "lock.json").write_text(said)
            assert ArchiveLock(state).owner() is None
        with pytest.raises(ArchiveLocked, match="one that left no name"):
            ArchiveLock(state).acquire()


def test_a_place_that_cannot_be_locked_is_told(tmp_path):
    (tmp_path / ".newsarchive").write_bytes(b"a file")
    with pytest.raises(ArchiveNotWritable, match=r"lock cannot be locked: .*put the archive where locks work") as told:
        ArchiveLock(tmp_path / ".newsarchive").acquire()
    assert isinstance(told.value.__cause__, OSError)


def test_a_lock_whose_owner_cannot_be_written_is_given_back(state):
    (state / "lock.json").mkdir()
    with pytest.raises(ArchiveNotWritable, match=r"lock\.json cannot be written"):
        ArchiveLock(state).acquire()
    (state / "lock.json").rmdir()
    with ArchiveLock(state):
        pass


def test_a_missing_lock_system_call_has_plain_words(state):
    said = ArchiveLock(state)._impossible(OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)))
    assert os.strerror(errno.ENOSYS) in said


def test_a_second_run_is_refused_also_where_the_folder_of_the_lock_was_deleted_meanwhile(state):
    with another_process(state) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        shutil.rmtree(state)
        state.mkdir()
        with pytest.raises(ArchiveLocked, match="held by another run"):
            ArchiveLock(state).acquire()
        other.communicate("")
    ArchiveLock(state).acquire()


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"pid": 1e999, "host": "h", "started_at": "s"}',
        b'{"pid": 99999999999999999999, "host": "h", "started_at": "s"}',
        b'{"pid": -1, "host": "h", "started_at": "s"}',
        b'{"pid": true, "host": "h", "started_at": "s"}',
        b'{"pid": 1, "host": [], "started_at": "s"}',
        b'{"pid": 1, "host": "h"}',
        b"null",
        b"x" * 200_000,
    ],
)
def test_an_owner_that_another_hand_wrote_is_none(tmp_path, data):
    (tmp_path / "lock.json").write_bytes(data)
    assert ArchiveLock(tmp_path).owner() is None
    with ArchiveLock(tmp_path):
        pass


def test_an_owner_that_holds_it_for_moments_is_waited_for(state):
    brief = ArchiveLock(state, is_brief=True)
    brief.acquire()
    assert brief.owner().is_brief
    freed = threading.Timer(0.1, brief.release)
    freed.start()
    with ArchiveLock(state) as lock:
        assert not lock.owner().is_brief
    freed.join()


def test_an_owner_that_holds_it_for_moments_is_not_waited_for_without_end(state, monkeypatch):
    monkeypatch.setattr(locking, "BRIEF_PATIENCE_SECONDS", 0.05)
    with ArchiveLock(state, is_brief=True), pytest.raises(ArchiveLocked, match="held by another run: process"):
        ArchiveLock(state).acquire()
