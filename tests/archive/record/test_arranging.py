"""Files that change their numbers: what somebody else put there meanwhile stays."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from newsarchive.archive.record.arranging import Arrangement, Move, finish, prepare
from newsarchive.errors import ArchiveNotWritable

FILE = "2026/11/24/题.md"
OLD, NEW = "旧".encode(), "新".encode()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    return path


def _arrangement() -> Arrangement:
    old, new = (hashlib.sha256(data).hexdigest() for data in (OLD, NEW))
    return Arrangement(date(2026, 11, 24), "nizvyqe5450008", [Move(FILE, new, NEW, replaces=old)])


@pytest.mark.parametrize("lying", [OLD, NEW, None])
def test_state_of_ours_gets_its_new_content(tmp_path: Path, target: Path, lying: bytes | None) -> None:
    if lying is not None:
        target.write_bytes(lying)
    prepare(tmp_path, tmp_path, [_arrangement()])
    finish(tmp_path, tmp_path, [_arrangement()])
    assert [path.read_bytes() for path in target.parent.iterdir()] == [NEW]


def test_file_that_was_changed_since_the_job_looked_stays(tmp_path: Path, target: Path) -> None:
    target.write_bytes(b"mine")
    with pytest.raises(ArchiveNotWritable, match="was changed by another program"):
        prepare(tmp_path, tmp_path, [_arrangement()])
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"mine"]


def test_link_that_was_put_there_stays(tmp_path: Path, target: Path) -> None:
    target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ArchiveNotWritable, match="was changed by another program"):
        prepare(tmp_path, tmp_path, [_arrangement()])
    assert target.is_symlink()
