from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsarchive.archive.format import paths
from newsarchive.archive.record.redaction import redact
from newsarchive.reading.following import Changes
from newsarchive.reading.library import Library
from tests.journals import said
from tests.reading import lives, shelves
from tests.reading.shelves import MONDAY, TUESDAY, docid_of


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(shelves.two_days(tmp_path))


def told(changes: Changes) -> list[tuple[str, int]]:
    return [(change.event, int(change.entry.docid[-7:])) for change in changes.changes]


def test_nothing_has_changed_while_nothing_was_written(library: Library) -> None:
    mark = library.mark()
    changes = library.changes_since(mark)
    assert (changes.changes, changes.days, changes.mark.token) == ((), (), mark.token)


def test_each_line_is_told_once_with_what_its_document_is_now(library: Library) -> None:
    mark = library.mark()
    with shelves.running(library.root) as archive:
        shelves.archived(archive, shelves.article(6, TUESDAY))
        first = library.changes_since(mark)
        shelves.archived(archive, shelves.revised(shelves.article(1), "<p>新。</p>"))
    shelves.withdrawn(library.root, docid_of(6))
    second = library.changes_since(first.mark)
    assert (told(first), first.days) == ([("kept", 6)], (TUESDAY,))
    assert told(second) == [("revised", 1), ("gone", 6)]
    assert [change.entry.is_withdrawn for change in second.changes] == [False, True]
    assert len({mark.token, first.mark.token, second.mark.token}) == 3
    assert told(library.changes_since(second.mark)) == []


def test_a_day_that_is_new_is_told_as_a_whole(library: Library) -> None:
    another = library.root.parent / "another"
    another.mkdir()
    empty = Library(another)
    mark = empty.mark()
    shelves.two_days(empty.root)
    assert [number for _, number in told(empty.changes_since(mark))] == [3, 1, 2, 2, 4, 5, 5]


def test_a_journal_that_was_replaced_is_named_and_not_told_line_by_line(library: Library) -> None:
    mark = library.mark()
    redact(library.root, "clean", docid_of(2), "on request", keep_title=False, clock=lambda: shelves.at(TUESDAY, 23))
    changes = library.changes_since(mark)
    assert (changes.days, changes.replaced, changes.changes) == ((MONDAY,), (MONDAY,), ())


def test_a_day_that_was_taken_away_is_named(library: Library) -> None:
    mark = library.mark()
    paths.day_folder(library.root, MONDAY).rename(library.root / "away")
    changes = library.changes_since(mark)
    assert (changes.replaced, library.days()) == ((MONDAY,), [TUESDAY])


def test_a_line_half_written_at_the_mark_is_told_when_it_is_whole(library: Library) -> None:
    path = paths.journal_path(library.root, TUESDAY)
    before = path.stat().st_size
    said(library.root, lives.state(library.root, lives.FILE, lives.FIRST, lives.FIRST_AT, "kept"), day=TUESDAY)
    line = path.read_bytes()[before:]
    os.truncate(path, before + 50)
    mark = library.mark()
    with path.open("ab") as file:
        file.write(line[50:])
    assert [change.entry.docid for change in library.changes_since(mark).changes] == [lives.DOCID]
