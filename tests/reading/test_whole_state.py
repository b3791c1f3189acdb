from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.archive.format.states import History, State
from newsarchive.errors import ArchiveDamaged
from newsarchive.reading.library import Library
from newsarchive.reading.whole_state import state_data
from tests.reading import shelves
from tests.reading.shelves import docid_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    return shelves.two_days(tmp_path / "archive")


def history(root: Path, number: int = 2) -> History:
    found = Library(root).history(docid_of(number))
    assert found
    return found


@pytest.mark.parametrize("profile", ["clean", "rsshub"])
def test_each_state_is_given_as_it_lies_there(tmp_path: Path, profile: str) -> None:
    root = shelves.two_days(tmp_path, profile)
    told = history(root)
    assert [state_data(root, told, state) for state in told.states] == [
        (root / state.file).read_bytes() for state in told.states
    ]


def test_a_state_that_became_a_former_one_meanwhile_is_found(root: Path) -> None:
    told = history(root, 1)
    data = (root / told.states[0].file).read_bytes()
    with shelves.running(root) as archive:
        shelves.archived(archive, shelves.revised(shelves.article(1), "<p>更正。</p>"))
    assert state_data(root, told, told.states[0]) == data


def test_an_altered_or_lost_file_is_told(root: Path) -> None:
    told = history(root)
    (root / told.states[0].file).write_bytes(b"other")
    (root / told.states[1].file).unlink()
    with pytest.raises(ArchiveDamaged, match=r"1\.md is not what its line of the journal says"):
        state_data(root, told, told.states[0])
    with pytest.raises(ArchiveDamaged, match=r"第2篇\.md cannot be read"):
        state_data(root, told, told.states[1])


@pytest.mark.parametrize(
    "file", ["../out.md", "/etc/passwd", "2026/11/23/_day.jsonl", "2026/11/23/a\nb.md", ".newsarchive/x.md"]
)
def test_a_line_that_names_no_article_is_refused(root: Path, file: str) -> None:
    told = history(root)
    with pytest.raises(ArchiveDamaged, match="is no file of an article"):
        state_data(root, told, State(2, file, told.states[1].line))
