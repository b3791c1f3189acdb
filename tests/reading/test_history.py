from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsarchive.archive.format.states import History
from newsarchive.errors import ArchiveDamaged
from newsarchive.reading import history
from tests.journals import DAY, said
from tests.reading import lives

HALF = timedelta(minutes=30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lives.lived(tmp_path)
    return tmp_path


def told(root: Path) -> History:
    found = history.history_of(root, DAY, lives.DOCID)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("at", "number", "withdrawn"),
    [
        (lives.OFFERED_AT, None, False),
        (lives.FIRST_AT, 1, False),
        (lives.FIGURE_AT, 2, False),
        (lives.GONE_AT, 2, True),
        (lives.BACK_AT, 3, False),
    ],
)
def test_each_moment_has_the_state_that_was_known_then(
    root: Path, at: str, number: int | None, withdrawn: bool
) -> None:
    for moment in (datetime.fromisoformat(at), datetime.fromisoformat(at) + HALF):
        state = history.as_of(told(root), moment)
        assert (state and state.number, history.is_withdrawn(told(root), moment)) == (number, withdrawn)


def test_a_second_before_a_state_the_one_before_it_was_known(root: Path) -> None:
    state = history.as_of(told(root), datetime.fromisoformat(lives.FIGURE_AT) - timedelta(seconds=1))
    assert state is not None
    assert history.read_state(root, state).body == lives.FIRST
    assert history.first_sight(told(root)) == datetime.fromisoformat(lives.OFFERED_AT)


@pytest.mark.parametrize("event", ["imported", "kept"])
def test_a_state_older_than_the_first_offer_is_a_sight_too(tmp_path: Path, event: str) -> None:
    said(
        tmp_path,
        {"at": lives.FIGURE_AT, "run": "r", "event": "offered", "docid": lives.DOCID, "title": lives.TITLE},
        lives.state(tmp_path, lives.FILE, lives.FIRST, lives.FIRST_AT, event),
    )
    assert history.first_sight(told(tmp_path)) == datetime.fromisoformat(lives.FIRST_AT)


def test_a_first_state_that_an_older_one_came_before_has_the_kind_that_the_texts_tell(tmp_path: Path) -> None:
    older = lives.state(tmp_path, "2026/11/23/_revisions/nizpfak5450008/1.md", lives.FIRST, lives.FIRST_AT, "imported")
    said(tmp_path, lives.state(tmp_path, lives.FILE, lives.FIGURE, lives.FIGURE_AT, "kept"), older)
    assert [one.kind for one in history.corrections(tmp_path)] == ["figure"]
    assert [one.kind for one in history.corrections(tmp_path, kinds=frozenset({"figure"}))] == ["figure"]


def test_text_is_without_markup_and_references(root: Path) -> None:
    text = history.read_state(root, told(root).states[1])
    assert (text.title, text.told.paragraphs) == (lives.TITLE, ("净利润2.3亿元，<同比>增长。", "末段。"))


def test_corrections_are_the_same_read_one_by_one_and_all_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = list(history.corrections(root))
    monkeypatch.setattr(history, "LOOKED_UP", 0)
    assert one_by_one
    assert list(history.corrections(root)) == one_by_one


def test_corrections_are_revisions_and_withdrawals_in_order(root: Path) -> None:
    kinds = [(one.kind, one.after and one.after.number) for one in history.corrections(root)]
    assert kinds == [("figure", 2), ("restored", 3), ("gone", None)]
    since = datetime.fromisoformat(lives.GONE_AT)
    assert [one.kind for one in history.corrections(root, since)] == ["restored", "gone"]
    assert [one.kind for one in history.corrections(root, kinds=frozenset(["gone"]))] == ["gone"]


def test_a_state_whose_file_is_gone_is_damage(root: Path) -> None:
    (root / lives.FILE).unlink()
    with pytest.raises(ArchiveDamaged, match="gaps --fill"):
        history.read_state(root, told(root).states[-1])
