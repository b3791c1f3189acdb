"""Two mirrors to one place of a store: one at a time, and one that was killed is no obstacle."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from newsarchive.errors import ArchiveLocked
from newsarchive.jobs.mirroring import s3_hold
from newsarchive.jobs.mirroring.s3_store import S3Store
from tests.archive.making import tree
from tests.cli.cli_process import ROOT, RUN
from tests.jobs.mirroring.crooked_store import crooked
from tests.jobs.mirroring.mirror_scene import mirrored
from tests.jobs.mirroring.s3_servers import needs_s3

pytestmark = [needs_s3, pytest.mark.slow]  # a server of S3 is started
ELSEWHERE = {"pid": 7, "host": "another-machine", "started_at": "2026-11-23T12:00:00+08:00", "token": "x", "sign": 1}


def archived(bucket):
    return {file: data for file, data in bucket.objects().items() if not file.startswith("_mirror/")}


def sign(bucket, **more):
    bucket.flip(s3_hold.FILE, json.dumps({**ELSEWHERE, **more}).encode())


class Acting(S3Store):
    """Does something at its third act."""

    def __init__(self, address, act):
        super().__init__(address)
        self._act, self._acts = act, 0

    def put(self, file, source):
        self._step()
        super().put(file, source)

    def add(self, file, source):
        self._step()
        return super().add(file, source)

    def _step(self):
        self._acts += 1
        if self._acts == 3:
            self._act()


def test_a_second_mirror_is_told_who_is_at_work(root, bucket):
    told = []

    def second():
        with pytest.raises(ArchiveLocked) as locked:
            mirrored(root, S3Store(bucket.address))
        told.append(str(locked.value))

    assert mirrored(root, Acting(bucket.address, second)).findings == []
    assert f"process {os.getpid()} on {socket.gethostname()}" in told[0]
    assert archived(bucket) == tree(root)
    assert s3_hold.FILE not in bucket.objects()


def test_of_many_that_begin_at_once_one_goes_on(root, bucket):
    mirrored(root, S3Store(bucket.address))
    barrier, ended = threading.Barrier(6), []

    def begin():
        store = S3Store(bucket.address)
        barrier.wait()
        try:
            with store.begin():
                time.sleep(1.5)
                ended.append("held")
        except ArchiveLocked:
            ended.append("locked")

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["held", *["locked"] * 5]


def test_one_of_another_machine_is_waited_for(root, bucket):
    sign(bucket)
    with pytest.raises(ArchiveLocked, match="process 7 on another-machine"):
        mirrored(root, S3Store(bucket.address))
    assert list(bucket.objects()) == [s3_hold.FILE]


def test_one_that_was_silent_for_ten_minutes_is_succeeded(root, bucket, monkeypatch):
    sign(bucket)
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=11), usegmt=True)

    def twist(asked, passed):
        answer = passed(asked)
        return answer._replace(headers={**answer.headers, "Date": later})

    with crooked(bucket.endpoint, twist) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        assert mirrored(root, S3Store(bucket.address)).findings == []
    assert archived(bucket) == tree(root)


ENDED = 2**22 + 1  # above what Linux gives


@pytest.mark.parametrize(
    "data", [b"\xff nonsense", b"[]", b"{}", b'{"pid": 3, "host": "a\\u001b[2J", "started_at": "x"}']
)
def test_what_is_no_sign_of_ours_is_no_obstacle(root, bucket, data):
    bucket.flip(s3_hold.FILE, data)
    assert mirrored(root, S3Store(bucket.address)).findings == []


@pytest.mark.skipif(os.name == "nt", reason="nobody can tell there")
def test_one_that_was_killed_on_this_machine_is_succeeded_at_once(root, bucket):
    sign(bucket, host=socket.gethostname(), pid=ENDED)
    assert mirrored(root, S3Store(bucket.address)).findings == []


def test_one_that_was_succeeded_puts_nothing_more(root, bucket, monkeypatch):
    monkeypatch.setattr(s3_hold, "SIGN_EVERY_S", 0.02)
    before = {}

    def succeed():
        sign(bucket)
        time.sleep(0.5)
        before.update(bucket.objects())

    with pytest.raises(ArchiveLocked, match="taken over"):
        mirrored(root, Acting(bucket.address, succeed))
    assert bucket.objects() == before


def test_one_that_slept_looks_before_it_puts(root, bucket, monkeypatch):
    monkeypatch.setattr(s3_hold, "SILENT_S", -1.0)
    with pytest.raises(ArchiveLocked, match="taken over"):
        mirrored(root, Acting(bucket.address, lambda: sign(bucket)))


def test_signs_go_on_while_it_works(root, bucket, monkeypatch):
    monkeypatch.setattr(s3_hold, "SIGN_EVERY_S", 0.02)
    signs = []

    def look():
        time.sleep(0.5)
        signs.append(json.loads(bucket.objects()[s3_hold.FILE])["sign"])

    assert mirrored(root, Acting(bucket.address, look)).findings == []
    assert signs[0] > 2


def test_a_sign_that_somebody_took_away_is_given_anew(root, bucket, monkeypatch):
    monkeypatch.setattr(s3_hold, "SIGN_EVERY_S", 0.02)

    def take_away():
        bucket.client.delete_object(Bucket=bucket.name, Key=f"finance/{s3_hold.FILE}")
        time.sleep(0.5)
        assert s3_hold.FILE in bucket.objects()

    assert mirrored(root, Acting(bucket.address, take_away)).findings == []
    assert archived(bucket) == tree(root)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that can be heard")
def test_one_that_is_stopped_gives_its_place_back(root, bucket):
    command = [sys.executable, "-c", RUN, "mirror", bucket.address, "--archive", str(root), "--limit-rate", "0.02"]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE) as process:
        while not any(file.endswith(".md") for file in bucket.objects()):
            time.sleep(0.05)
        assert s3_hold.FILE in bucket.objects()
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in stderr) == (3, False), stderr
    assert s3_hold.FILE not in bucket.objects()
