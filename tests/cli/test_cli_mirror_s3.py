"""``verify --against``, ``repair --from`` and ``import`` of a copy in a real S3 store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsarchive.jobs.mirroring.s3_store import S3Store
from tests.archive.making import DAY, NEXT_DAY, day_folder, fill, offer, tree
from tests.archive.record import redacting
from tests.cli.cli_process import newsarchive
from tests.jobs.mirroring.buckets import Bucket
from tests.jobs.mirroring.mirror_scene import RAW, make, mirrored
from tests.jobs.mirroring.s3_servers import environ, moto_server, needs_s3
from tests.jobs.verifying import edit_lines, found, journal_of, path_of, revise, revision_of

pytestmark = [needs_s3, pytest.mark.slow]  # a server of S3 is started


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
