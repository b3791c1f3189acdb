"""``verify --against``, ``repair --from`` and ``import`` of a copy in a real S3 store."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from newsarchive.archive.format import journal as journal_format
from newsarchive.jobs.mirroring.s3_store import S3Store
from tests.archive.making import DAY, NEXT_DAY, day_folder, fill, offer, tree
from tests.archive.record import redacting
from tests.cli.cli_process import ROOT, RUN, newsarchive
from tests.jobs.mirroring.buckets import Bucket
from tests.jobs.mirroring.crooked_store import Answer, Asked, Pass, crooked
from tests.jobs.mirroring.mirror_scene import RAW, make, mirrored
from tests.jobs.mirroring.s3_servers import environ, moto_server, needs_s3
from tests.jobs.verifying import edit_lines, found, journal_of, path_of, revise, revision_of

pytestmark = [needs_s3, pytest.mark.slow]  # a server of S3 is started
LIE = b"\n---\ntitle: 'a lie'\n---\n"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with moto_server() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in environ(endpoint).items():
        monkeypatch.setenv(name, value)
    return Bucket(endpoint)


@pytest.fixture
def root(tmp_path: Path, bucket: Bucket) -> Path:
    make(tmp_path / "archive")
    assert mirrored(tmp_path / "archive", S3Store(bucket.address)).findings == []
    return tmp_path / "archive"


def run(root: Path, verb: str, *arguments: str) -> tuple[int, dict[str, object]]:
    ended = newsarchive(verb, *arguments, "--archive", str(root), "--json")
    assert "Traceback" not in ended.stderr
    return ended.returncode, json.loads(ended.stdout) if ended.stdout else {"stderr": ended.stderr}


def against(root: Path, bucket: Bucket, *more: str) -> tuple[int, list[tuple[str, str]]]:
    code, told = run(root, "verify", "--against", bucket.address, *more)
    findings: list[dict[str, str]] = told["findings"]  # type: ignore[assignment]
    return code, [(one["kind"], one["path"].removeprefix(f"{bucket.address}/")) for one in findings]


def below(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


# --- verify ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [(), ("--full",), ("--fast",)])
def test_a_copy_that_is_level_has_no_finding(root: Path, bucket: Bucket, more: tuple[str, ...]) -> None:
    assert against(root, bucket, *more) == (0, [])


@pytest.mark.parametrize("more", [(), ("--full",)])
def test_a_flipped_object_is_named(root: Path, bucket: Bucket, more: tuple[str, ...]) -> None:
    for path in (path_of(root, 1), root / RAW):
        data = path.read_bytes()
        bucket.flip(below(root, path), bytes([data[0] ^ 1]) + data[1:])
    assert against(root, bucket, *more) == (8, [("altered", below(root, path_of(root, 1))), ("altered", RAW)])


def test_a_lost_object_and_a_strangers_object_are_named(root: Path, bucket: Bucket) -> None:
    lost, stray = below(root, revision_of(root)), below(root, day_folder(root, DAY)) + "/别人.md"
    bucket.client.delete_object(Bucket=bucket.name, Key=f"finance/{lost}")
    bucket.flip(stray, b"mine")
    assert against(root, bucket) == (8, [("missing", lost), ("stray", stray)])


def test_a_copy_that_is_behind_is_shortened(root: Path, bucket: Bucket) -> None:
    fill(root, offer(5, title="第5号公告"))
    assert against(root, bucket) == (8, [("shortened", below(root, journal_of(root)))])


def test_what_the_archive_lost_is_told_to_be_there(root: Path, bucket: Bucket) -> None:
    path_of(root, 1).unlink()
    ended = newsarchive("verify", "--against", bucket.address, "--archive", str(root))
    assert (ended.returncode, "has it" in ended.stdout) == (8, True), ended.stdout


def test_an_empty_prefix_is_no_copy(root: Path, bucket: Bucket) -> None:
    code, told = run(root, "verify", "--against", f"s3://{bucket.name}/elsewhere")
    assert (code, "no copy" in str(told)) == (2, True)


# --- repair ----------------------------------------------------------------------------------------------------------


def test_repair_mends_from_it(root: Path, bucket: Bucket) -> None:
    text, former = path_of(root, 1).read_bytes(), revision_of(root).read_bytes()
    path_of(root, 1).unlink()
    revision_of(root).write_bytes(b"rot")
    edit_lines(root, lambda lines: lines.pop(2))
    code, told = run(root, "repair", "--from", bucket.address)
    assert (code, told["findings"]) == (0, [])
    assert (path_of(root, 1).read_bytes(), revision_of(root).read_bytes()) == (text, former)
    assert found(root) == []


def test_repair_takes_no_object_that_was_altered(root: Path, bucket: Bucket) -> None:
    path_of(root, 1).unlink()
    bucket.flip(below(root, path_of(root, 1)), b"rot")
    code, told = run(root, "repair", "--from", bucket.address)
    assert (code, told["repaired"]) == (8, [])
    assert not path_of(root, 1).exists()


def test_repair_takes_no_journal_and_no_text_of_a_store_that_lies(root: Path, bucket: Bucket) -> None:
    """All that it tells fits together, but not to what the archive's own lines prove."""
    path_of(root, 1).unlink()
    edit_lines(root, lambda lines: lines.pop(2))
    before = tree(root)
    with bucket_of_lies(root, bucket) as address:
        ended = newsarchive("repair", "--from", bucket.address, "--archive", str(root), AWS_ENDPOINT_URL=address)
    assert (ended.returncode, "Traceback" in ended.stderr) == (8, False), ended.stderr
    assert {file: data for file, data in tree(root).items() if file in before} == before
    assert not path_of(root, 1).exists()


def bucket_of_lies(root: Path, bucket: Bucket) -> AbstractContextManager[str]:
    """Each text is another, and the journal is one that tells of these, its links all right."""
    lies = root.with_name("lies")
    shutil.copytree(root, lies, ignore=shutil.ignore_patterns(".newsarchive", "_raw"))
    journal = journal_of(lies)
    made = [json.loads(line) for line in journal_of(root).read_bytes().splitlines()]
    journal.unlink()
    link = journal_format.GENESIS_LINK
    with journal.open("wb") as out:
        for said in made:
            data = journal_format.encode({**said, "sha256": hashlib.sha256(LIE).hexdigest(), "bytes": len(LIE)}, link)
            link = hashlib.sha256(data[:-1]).hexdigest()
            out.write(data)

    def twist(asked: Asked, passed: Pass) -> Answer:
        if asked.method != "GET" or asked.is_listing:
            return passed(asked)
        return Answer(200, {}, journal.read_bytes() if asked.file.endswith("jsonl") else LIE)

    return crooked(bucket.endpoint, twist)


# --- import ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(tmp_path: Path, bucket: Bucket) -> Path:
    """An archive all of whose lines are as the archive writes them, which an import wants."""
    fill(tmp_path / "other", offer(1), offer(2, title="另一篇"), offer(3, day=NEXT_DAY))
    assert mirrored(tmp_path / "other", S3Store(bucket.address)).findings == []
    return tmp_path / "other"


def test_an_archive_is_made_from_it(other: Path, bucket: Bucket, tmp_path: Path) -> None:
    code, told = run(tmp_path / "new", "import", bucket.address)
    assert (code, told["days"], told["articles"]) == (0, 2, 3), told
    texts = {path: data for path, data in tree(other).items() if path.endswith(".md") and path != "README.md"}
    assert texts.items() <= tree(tmp_path / "new").items()
    assert found(tmp_path / "new") == []


def test_keys_that_lead_elsewhere_are_passed_over(other: Path, bucket: Bucket, tmp_path: Path) -> None:
    for key in ("2026/11/23/../../../../../escaped.md", "_raw/../../escaped.warc.gz", "2026/11/23/notes.txt"):
        bucket.flip(key, b"hostile")
    assert run(tmp_path / "new", "import", bucket.address)[0] == 0
    assert not list(tmp_path.rglob("*escaped*"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_import_that_is_ended_in_the_middle_is_run_again(
    other: Path, bucket: Bucket, tmp_path: Path, number: signal.Signals
) -> None:
    begun, temporary = threading.Event(), tmp_path / "for-a-while"
    temporary.mkdir()

    def twist(asked: Asked, passed: Pass) -> Answer:
        if asked.file.endswith("_day.jsonl") and not begun.is_set():
            begun.set()
            time.sleep(0.5)
        return passed(asked)

    with crooked(bucket.endpoint, twist) as address:
        command = [sys.executable, "-c", RUN, "import", bucket.address, "--archive", str(tmp_path / "new")]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "AWS_ENDPOINT_URL": address, "TMPDIR": str(temporary)}
        with subprocess.Popen(command, env=env, stderr=subprocess.PIPE) as process:
            assert begun.wait(60)
            process.send_signal(number)
            _, stderr = process.communicate(timeout=60)
    assert process.returncode == (3 if number == signal.SIGTERM else -number)
    assert b"Traceback" not in stderr
    if number == signal.SIGTERM:
        assert list(temporary.iterdir()) == []
    code, told = run(tmp_path / "new", "import", bucket.address)
    assert (code, told["articles"]) == (0, 3), told
    assert found(tmp_path / "new") == []


# --- a redaction -----------------------------------------------------------------------------------------------------


def test_a_redacted_document_is_a_stray_there_until_it_is_pruned(tmp_path: Path, bucket: Bucket) -> None:
    root = tmp_path / "archive"
    redacting.make(root)
    assert run(root, "mirror", bucket.address)[0] == 0
    redacting.take_out(root)
    revise_other(root)
    assert run(root, "mirror", bucket.address)[0] == 3
    assert [kind for kind, _ in against(root, bucket)[1]] == ["stray"] * 3
    assert run(root, "mirror", bucket.address, "--prune")[0] == 0
    assert against(root, bucket) == (0, [])


def revise_other(root: Path) -> None:
    """A state that came after the redaction goes there with it."""
    revise(root, 2)
