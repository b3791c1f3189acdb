"""Pictures that come in with another archive."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from newsarchive.archive.index.view import look
from newsarchive.jobs.importing.run import run
from newsarchive.jobs.verify import FULL, verify
from tests.reading.pictured import DATA, media_of, pictured
from tests.reading.shelves import TUESDAY, archived, article, at, docid_of, running


def _imported(root: Path, source: Path) -> list[str]:
    outcome = run(root, source, "clean", lambda: at(TUESDAY, 21), lambda *_: None)
    return [left.path for left in outcome.left]


def _kept(root: Path) -> dict[tuple[str, str], str]:
    def told(catalogue: object) -> dict[tuple[str, str], str]:
        found = [one for number in (1, 2) for one in catalogue.pictures.of(docid_of(number))]  # type: ignore[attr-defined]
        return {(one.docid, one.url): one.state for one in found}

    return look(root, told)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    return pictured(tmp_path / "theirs")


@pytest.mark.parametrize("has_day", [False, True])
def test_pictures_come_in_with_their_documents(theirs: Path, tmp_path: Path, has_day: bool) -> None:
    root = tmp_path / "ours"
    if has_day:
        with running(root) as archive:
            archived(archive, article(7))
    assert _imported(root, theirs) == []
    assert sorted(path.read_bytes() for path in media_of(root)) == sorted(DATA.values())
    assert _kept(root) == _kept(theirs)
    assert verify(root, FULL, {}, lambda *_: None).findings == []
    shutil.rmtree(root / ".newsarchive")
    assert _kept(root) == _kept(theirs)
    before = (root / "2026/11/23/_day.jsonl").read_bytes()
    assert _imported(root, theirs) == []
    assert (root / "2026/11/23/_day.jsonl").read_bytes() == before


def test_pictures_come_in_for_documents_that_are_here_already(theirs: Path, tmp_path: Path) -> None:
    root = pictured(tmp_path / "ours", kept=False)
    _imported(root, theirs)
    assert _kept(root) == _kept(theirs)
    assert verify(root, FULL, {}, lambda *_: None).findings == []


def test_a_picture_that_no_digest_proves_stays_there(theirs: Path, tmp_path: Path) -> None:
    spoilt = media_of(theirs)[0]
    spoilt.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(60))
    assert _imported(tmp_path / "ours", theirs) == [spoilt.relative_to(theirs).as_posix()]
    assert len(media_of(tmp_path / "ours")) == len(DATA) - 1
    assert verify(tmp_path / "ours", FULL, {}, lambda *_: None).findings == []
