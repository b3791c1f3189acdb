from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.cli_process import newsarchive
from tests.reading import shelves, stored
from tests.reading.evidence import check_evidence
from tests.reading.shelves import docid_of

pytestmark = pytest.mark.slow  # processes by the dozen


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored.two_days(tmp_path_factory.mktemp("archive"))


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "archive")


def run(root: Path, *arguments: str) -> tuple[int, str, str]:
    ended = newsarchive("evidence", *arguments, "--archive", str(root), cwd=root.parent)
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def test_zip_is_made_and_its_digest_told(root: Path) -> None:
    code, stdout, stderr = run(root, "第2篇", "out.zip")
    data = (root.parent / "out.zip").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    assert (code, stdout, stderr) == (
        0,
        f"out.zip: 2 states, 6 raw records, 8 lines of 2026-11-23.\nSHA-256 {digest}\n",
        "",
    )
    check_evidence.check(data)
    code, stdout, _ = run(root, docid_of(2), "again.zip", "--json")
    assert (code, json.loads(stdout)["sha256"], json.loads(stdout)["without_record"]) == (0, digest, [])


def test_damaged_archive_is_exit_8_and_nothing_is_made(root: Path) -> None:
    (root / "2026/11/23/第2篇.md").write_bytes(b"other")
    code, _, stderr = run(root, docid_of(2), "out.zip")
    assert (code, "第2篇.md is not what its line of the journal says" in stderr) == (8, True)
    assert shelves.names(root.parent) == ["archive"]
    assert run(root, docid_of(1), "out.zip")[0] == 0


def test_chain_with_a_hole_that_was_accepted_gives_no_evidence(root: Path) -> None:
    journal = root / "2026/11/23/_day.jsonl"
    journal.write_bytes(journal.read_bytes().replace("第1篇".encode(), "第9篇".encode(), 1))
    assert newsarchive("rebuild", "--accept-damage", "--archive", str(root)).returncode == 0
    code, _, stderr = run(root, docid_of(2), "out.zip")
    assert (code, "is not linked to the line before; that was accepted, and proves nothing" in stderr) == (8, True)


def test_state_without_a_raw_record_is_exit_3_and_told(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    root = shelves.two_days(tmp_path / "archive")
    code, _, stderr = run(root, docid_of(1), "out.zip")
    assert (code, "State 1 has no raw record" in stderr) == (3, True)
    check_evidence.check((tmp_path / "out.zip").read_bytes())


def test_redacted_article_is_exit_3_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    root = shelves.two_days(tmp_path / "archive")
    shelves.redacted(root, docid_of(2))
    code, _, stderr = run(root, docid_of(2), "out.zip")
    assert (code, "taken out on 2026-11-24" in stderr, shelves.names(tmp_path)) == (3, True, ["archive"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "out.zip"), "no document has this"),
        (("第", "out.zip"), "5 documents have that in their title"),
        ((docid_of(2), "archive/out.zip"), "lies within the archive"),
        ((docid_of(2), "none/out.zip"), "is no folder"),
    ],
)
def test_wrong_usage_is_told(root: Path, arguments: tuple[str, str], message: str) -> None:
    code, _, stderr = run(root, *arguments)
    assert (code, message in stderr) == (2, True)
    assert shelves.names(root.parent) == ["archive"]
