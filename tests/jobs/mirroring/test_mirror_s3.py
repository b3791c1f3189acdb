import os
import random
import signal
import subprocess
import sys
import time

import pytest

from newsarchive.errors import UsageError
from newsarchive.jobs.mirroring.places import store_of
from newsarchive.jobs.mirroring.s3_store import S3Store
from newsarchive.jobs.mirroring.store import MARKER
from tests.archive.making import PATHS, fill, offer, tree
from tests.archive.record import redacting
from tests.cli.cli_process import newsarchive
from tests.jobs.mirroring.mirror_scene import RAW, make, mirrored
from tests.jobs.mirroring.s3_servers import KEY, SECRET, TOKEN, bad_server, environ, needs_s3
from tests.jobs.verifying import found, path_of, revise

pytestmark = [needs_s3, pytest.mark.slow]  # a server of S3 is started
INSTANTS = 20


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "archive")
    return tmp_path / "archive"


def archived(bucket):
    return {file: data for file, data in bucket.objects().items() if not file.startswith("_mirror/")}


def grow(root):
    fill(root, offer(5, title="第5号公告"))
    revise(root, 2)
    with (root / RAW).open("ab") as file:
        file.write(b"more records")


def test_the_copy_is_the_archive_and_a_second_run_puts_nothing(root, bucket):
    assert mirrored(root, S3Store(bucket.address)).findings == []
    assert archived(bucket) == tree(root)
    assert mirrored(root, S3Store(bucket.address)).files == 0


def test_what_is_new_or_changed_goes_there(root, bucket):
    mirrored(root, S3Store(bucket.address))
    grow(root)
    assert mirrored(root, S3Store(bucket.address)).files == 4
    assert archived(bucket) == tree(root)


def test_objects_carry_their_sha256(root, bucket):
    mirrored(root, S3Store(bucket.address))
    store = S3Store(bucket.address)
    for file, data in tree(root).items():
        told = bucket.client.head_object(Bucket=bucket.name, Key=f"finance/{file}")
        assert told["Metadata"]["sha256"] == store.told_sha256(file), file
        assert len(data) == told["ContentLength"]


def test_a_prefix_with_somebodys_objects_is_refused(root, bucket):
    bucket.client.put_object(Bucket=bucket.name, Key="finance/thesis.txt", Body=b"mine")
    with pytest.raises(UsageError, match="no mirror put there"):
        mirrored(root, S3Store(bucket.address))
    assert bucket.objects() == {"thesis.txt": b"mine"}


def test_an_object_that_no_mirror_put_there_stays_and_is_told(root, bucket):
    mirrored(root, S3Store(bucket.address))
    file = path_of(root, 2).relative_to(root).as_posix()
    bucket.flip(file, b"somebody's own words")
    grow(root)
    assert [finding.path for finding in mirrored(root, S3Store(bucket.address)).findings] == [file]
    assert bucket.objects()[file] == b"somebody's own words"


def test_a_redaction_reaches_it(tmp_path, bucket):
    root = tmp_path / "archive"
    redacting.make(root)
    mirrored(root, S3Store(bucket.address))
    redacting.take_out(root)
    assert len(mirrored(root, S3Store(bucket.address)).left) == 3
    assert len(mirrored(root, S3Store(bucket.address), prune=True).pruned) == 3
    assert archived(bucket) == tree(root)


class Watched(S3Store):
    at_once = 1

    def __init__(self, address, look, at):
        super().__init__(address)
        self._look, self._at, self.acts = look, at, 0

    def put(self, file, source):
        super().put(file, source)
        self.acts += 1
        if self.acts in self._at:
            self._look()


def downloaded(bucket, folder):
    for file, data in bucket.objects().items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_no_instant_has_a_finding(root, bucket, tmp_path):
    kinds = []

    def look():
        kinds.extend(found(downloaded(bucket, tmp_path / f"seen-{len(list(tmp_path.iterdir()))}")))

    at = random.Random(7).sample(range(1, 18), 12)
    mirrored(root, Watched(bucket.address, look, at))
    grow(root)
    mirrored(root, Watched(bucket.address, look, range(1, INSTANTS - 11)))
    assert kinds == []
    assert len([path for path in tmp_path.iterdir() if path.name.startswith("seen-")]) >= 17


SLOWLY = """
import sys
from pathlib import Path
from newsarchive.jobs.mirroring.s3_store import S3Store
from newsarchive.jobs.mirroring.mirror import mirror
from newsarchive.jobs.mirroring.store import Pace
mirror(Path(sys.argv[1]), S3Store(sys.argv[2]), lambda *_: None, pace=Pace(8000.0))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_and_run_again_it_is_whole(root, bucket, tmp_path):
    for files in (2, 5):
        command = [sys.executable, "-c", SLOWLY, str(root), bucket.address]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": PATHS})
        while process.poll() is None and len(bucket.objects()) < files:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert found(downloaded(bucket, tmp_path / f"seen-{files}")) in ([], [("missing", "2026/11/23")])
    assert mirrored(root, S3Store(bucket.address)).findings == []
    assert archived(bucket) == tree(root)


# --- a store that does not answer as it should -----------------------------------------------------------------------


def error(code):
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><AWSAccessKeyId>{KEY}</AWSAccessKeyId></Error>"


BAD = [
    ((503, error("SlowDown"), {}), 7, "refuses for now (SlowDown)"),
    ((500, "<html>" + SECRET, {}), 7, "refuses for now"),
    ((403, error("InvalidAccessKeyId"), {}), 2, "AWS_ACCESS_KEY_ID"),
    ((403, error("SignatureDoesNotMatch"), {}), 2, "AWS_SECRET_ACCESS_KEY"),
    ((404, error("NoSuchBucket"), {}), 2, "no such bucket"),
    ((400, error("<b>"), {}), 7, "refuses for now"),
    ((200, "", {"x-amz-checksum-sha256": "A" * 43 + "="}), 8, "another SHA-256"),
]


@pytest.mark.parametrize(("answer", "code", "told"), BAD)
def test_a_bad_answer_has_a_cause_and_a_next_step_and_no_secret(root, answer, code, told):
    with bad_server(*answer) as endpoint:
        ended = newsarchive("mirror", "s3://copies/finance", "--archive", str(root), **environ(endpoint))
    assert (ended.returncode, told in ended.stderr) == (code, True), ended.stderr
    assert not [secret for secret in (KEY, SECRET, TOKEN) if secret in ended.stderr + ended.stdout]
    assert "Traceback" not in ended.stderr


def test_a_store_that_is_not_there_is_told(root):
    ended = newsarchive("mirror", "s3://copies/x", "--archive", str(root), **environ("http://user:hush@127.0.0.1:9"))
    assert (ended.returncode, "does not answer" in ended.stderr) == (7, True), ended.stderr
    assert "hush" not in ended.stderr + ended.stdout


def test_without_credentials_it_says_which_variables_count(root):
    named = {**environ("http://127.0.0.1:9"), "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    ended = newsarchive("mirror", "s3://copies/x", "--archive", str(root), **named)
    assert (ended.returncode, "AWS_ACCESS_KEY_ID" in ended.stderr) == (2, True), ended.stderr


@pytest.mark.parametrize("address", [f"s3://{KEY}:{SECRET}@copies/x", "s3://", "s3://copies/../x", "s3://Copies/a//b"])
def test_what_is_no_address_is_wrong_usage_and_not_repeated(root, address):
    with pytest.raises(UsageError, match="s3://bucket/prefix") as told:
        store_of(address, root)
    assert SECRET not in str(told.value)


def test_errors_name_the_place(root, bucket):
    with pytest.raises(UsageError, match="no such bucket"):
        mirrored(root, S3Store("s3://no-such-bucket-here/x"))


def test_the_marker_proves_it(root, bucket):
    mirrored(root, S3Store(bucket.address))
    assert MARKER in bucket.objects()
