import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from newsarchive.errors import UsageError
from newsarchive.jobs.mirroring.places import store_of
from newsarchive.jobs.mirroring.s3_store import S3Store
from newsarchive.jobs.mirroring.store import MARKER
from tests.archive.making import PATHS, fill, offer, tree
from tests.archive.record import redacting
from tests.cli.cli_process import newsarchive
from tests.jobs.mirroring.mirror_scene import RAW, change_all_kinds, make_of_all_kinds, mirrored, more
from tests.jobs.mirroring.s3_servers import KEY, SECRET, TOKEN, bad_server, environ, needs_s3
from tests.jobs.verifying import found, path_of, revise

pytestmark = [needs_s3, pytest.mark.slow]  # a server of S3 is started
INSTANTS = 20


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


def test_the_empty_object_that_a_console_makes_for_a_folder_is_none_of_somebody(root, bucket):
    bucket.client.put_object(Bucket=bucket.name, Key="finance/", Body=b"")
    bucket.client.put_object(Bucket=bucket.name, Key="financial-records.txt", Body=b"mine")
    assert mirrored(root, S3Store(bucket.address)).findings == []


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


def test_a_bucket_that_keeps_former_versions_of_what_was_redacted_is_told(tmp_path, bucket):
    bucket.client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    root = tmp_path / "archive"
    redacting.make(root)
    assert not mirrored(root, S3Store(bucket.address)).former_kept
    redacting.take_out(root)
    ended = newsarchive("mirror", bucket.address, "--prune", "--archive", str(root))
    assert (ended.returncode, "former versions" in ended.stdout) == (3, True), ended.stdout
    assert not mirrored(root, S3Store(bucket.address), prune=True).former_kept


# --- at each instant -------------------------------------------------------------------------------------------------


class Watched(S3Store):
    """Shows the copy after each act of a mirror; its threads act one after the other."""

    def __init__(self, address, look):
        super().__init__(address)
        self._look, self._gate, self.instants = look, threading.Lock(), 0

    def put(self, file, source):
        self._do(super().put, file, source)

    def add(self, file, source):
        return self._do(super().add, file, source)

    def remove(self, file):
        self._do(super().remove, file)

    def _do(self, act, *arguments):
        with self._gate:
            done = act(*arguments)
            self.instants += 1
            self._look()
            return done


def test_no_instant_of_any_mirror_has_a_finding(tmp_path, bucket):
    root, seen = tmp_path / "archive", tmp_path / "seen"
    make_of_all_kinds(root)
    for change in (lambda _: None, change_all_kinds, change_all_kinds_and_redact):
        change(root)
        told = []
        store = Watched(bucket.address, lambda told=told: told.extend(found(bucket.copied_to(seen))))
        assert mirrored(root, store, prune=True).findings == []
        assert (store.instants >= INSTANTS, told) == (True, []), change
        assert archived(bucket) == tree(root)
    assert redacting.found_in(seen, redacting.words()) == []


def change_all_kinds_and_redact(root):
    more(root, range(70, 85))
    redacting.take_out(root)


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
        assert found(bucket.copied_to(tmp_path / "seen")) == []
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
