"""What ends the crawls of a backfill: the leash is taken off, is another's, or is touched no longer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from newsarchive.jobs.backfilling import leash
from newsarchive.jobs.backfilling.leash import LOOK_S, SILENT_S, TOUCH_S, Leash, held, is_on, take_off
from tests.conftest import wait_until

LOOKS = int(SILENT_S / LOOK_S)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "leash").write_text("ours")
    return tmp_path / "leash"


def test_is_off_when_it_was_taken_off_by_anybody(file: Path) -> None:
    seen = Leash(file, "ours")
    assert (seen.is_off(), is_on(file)) == (False, True)
    take_off(file)
    take_off(file)
    assert (seen.is_off(), is_on(file)) == (True, False)


def test_is_off_for_crawls_of_an_earlier_backfill(file: Path) -> None:
    assert Leash(file, "theirs").is_off()


@pytest.mark.parametrize("content", ["", "our", "ours\n", "\xff"])
def test_is_off_where_something_else_stands_in_it(file: Path, content: str) -> None:
    file.write_text(content, "latin-1")
    assert Leash(file, "ours").is_off()


def test_is_off_when_nobody_has_touched_it_for_so_many_looks(file: Path) -> None:
    seen = Leash(file, "ours")
    assert not any(seen.is_off() for _ in range(LOOKS))
    assert [seen.is_off() for _ in range(3)][-1]


def test_is_on_while_it_is_touched_however_long(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "TOUCH_S", TOUCH_S / 100)
    seen = Leash(file, "ours")
    with held(file):
        for _ in range(3 * LOOKS):
            assert not seen.is_off()
            time.sleep(TOUCH_S / 1000)


def test_who_holds_it_does_not_put_it_on_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "TOUCH_S", TOUCH_S / 100)
    with held(file):
        take_off(file)
        time.sleep(TOUCH_S / 10)
        assert not file.exists()


def test_holding_touches_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "TOUCH_S", TOUCH_S / 100)
    before = file.stat().st_mtime_ns
    with held(file):
        wait_until(lambda: file.stat().st_mtime_ns > before)
