from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsarchive.archive.format import journal, paths
from newsarchive.archive.record.redaction import redact
from newsarchive.reading import day_list
from newsarchive.reading.day_cache import DayCache, Stamp, stamp_of
from newsarchive.reading.day_list import DayList, read_again, read_day
from tests.journals import said
from tests.reading import lives, shelves
from tests.reading.shelves import MONDAY, TUESDAY, docid_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shelves.two_days(tmp_path)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """The journals that were read as a whole."""
    read = journal.read_objects
    found: list[Path] = []
    monkeypatch.setattr(journal, "read_objects", lambda path, *more: found.append(path) or read(path, *more))
    return found


def held(root: Path) -> tuple[Stamp, DayList]:
    return stamp_of(root, TUESDAY), read_day(root, TUESDAY)


def test_a_day_that_grew_is_the_day_as_it_would_be_read_anew(root: Path, parsed: list[Path]) -> None:
    before = held(root)
    with shelves.running(root) as archive:
        shelves.archived(
            archive, shelves.article(6, TUESDAY), shelves.revised(shelves.article(4, TUESDAY), "<p>新。</p>")
        )
    parsed.clear()
    again = read_again(root, stamp_of(root, TUESDAY), before)
    assert parsed == []
    assert again.entries == read_day(root, TUESDAY).entries
    assert [entry.states for entry in again.entries] == [2, 1, 1]


def test_a_day_that_grew_by_many_is_read_anew(root: Path, parsed: list[Path]) -> None:
    before = held(root)
    with shelves.running(root) as archive:
        shelves.archived(archive, *(shelves.article(n, TUESDAY) for n in range(6, 6 + day_list.FEW + 1)))
    parsed.clear()
    assert len(read_again(root, stamp_of(root, TUESDAY), before).entries) == 2 + day_list.FEW + 1
    assert len(parsed) == 1


def test_a_day_whose_journal_was_replaced_is_read_anew(root: Path) -> None:
    before = held(root)
    redact(root, "clean", docid_of(4), "on request", keep_title=False, clock=lambda: shelves.at(TUESDAY, 23))
    again = read_again(root, stamp_of(root, TUESDAY), before)
    assert ([entry.docid for entry in again.entries], len(again.redacted)) == ([docid_of(5)], 1)


def test_a_line_that_was_half_written_counts_once_it_is_whole(root: Path) -> None:
    path = paths.journal_path(root, TUESDAY)
    whole = path.read_bytes()
    said(root, lives.state(root, lives.FILE, lives.FIRST, lives.FIRST_AT, "kept"), day=TUESDAY)
    line = path.read_bytes()[len(whole) :]
    path.write_bytes(whole + line[:40])
    before = held(root)
    assert len(before[1].entries) == 2
    with path.open("ab") as file:
        file.write(line[40:])
    assert len(read_again(root, stamp_of(root, TUESDAY), before).entries) == 3


def test_entries_without_a_time_of_their_own_have_that_of_their_offer_or_day(tmp_path: Path) -> None:
    bare = {"event": "kept", "file": lives.FILE, "sha256": "0" * 64}
    said(
        tmp_path,
        {**bare, "docid": "b", "published_at": "2026-11-23T08:00:00+08:00"},
        {**bare, "docid": "a", "published_at": "nonsense"},
        {"at": "2026-11-23T07:00:00+08:00", "event": "offered", "docid": "c", "title": None, "channels": None},
        {**bare, "docid": "c", "published_at": 5, "media": ["x"], "keywords": "x", "symbols": [1, "s\ud800"]},
    )
    entries = read_day(tmp_path, MONDAY).entries
    assert [(entry.docid, entry.at.hour) for entry in entries] == [("a", 0), ("c", 7), ("b", 8)]
    odd = entries[1]
    assert (odd.title, odd.media, odd.keywords, odd.symbols, odd.channels) == ("c", "", (), ("s",), ())


# --- the cache -------------------------------------------------------------------------------------------------------


def test_a_value_is_made_once_while_its_journal_stays_the_same(root: Path) -> None:
    cache, made = DayCache[int](root, 2), list[object]()

    def make(_stamp: Stamp, before: tuple[Stamp, int] | None) -> int:
        made.append(before)
        return len(made)

    assert [cache.of(MONDAY, make), cache.of(MONDAY, make), cache.held(MONDAY)] == [1, 1, 1]
    stamp = stamp_of(root, MONDAY)
    said(root, {"event": "asked", "docid": None, "channel": "1686"}, day=MONDAY)
    assert cache.held(MONDAY) is None
    assert cache.of(MONDAY, make) == 2
    assert made == [None, (stamp, 1)]


def test_the_day_that_was_asked_for_longest_ago_goes_first(root: Path) -> None:
    cache = DayCache[str](root, 2)
    for day in (MONDAY, TUESDAY, MONDAY, TUESDAY + timedelta(days=1)):
        cache.of(day, lambda *_: "made")
    assert (cache.held(MONDAY), cache.held(TUESDAY)) == ("made", None)
