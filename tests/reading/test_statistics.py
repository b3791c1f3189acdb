from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsarchive.archive.index import view
from newsarchive.archive.index.worker import Workers
from newsarchive.archive.record.redaction import redact
from newsarchive.errors import CatalogueUnusable
from newsarchive.reading import statistics as counting
from newsarchive.reading import tally
from newsarchive.reading.library import Library
from newsarchive.reading.statistics import OF_DAYS, OF_JOURNALS, StatisticsRow, Subject, Table, spans, statistics
from tests import journals
from tests.reading import shelves
from tests.reading.shelves import MONDAY, TUESDAY, docid_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shelves.two_days(tmp_path)


def counted(root: Path, subject: Subject, **more: object) -> list[tuple[str | None, ...]]:
    table = statistics(Library(root), [subject], **more)[subject]  # type: ignore[arg-type]
    return [(row.key, *row.figures) for row in table.rows]


def by(days: list[str], *, width: int = 1) -> Table:
    return Table(Subject.DAY, tuple(StatisticsRow(day, (width, 0, 0)) for day in days), len(days))


@pytest.mark.parametrize(
    ("subject", "rows"),
    [
        (Subject.DAY, [("2026-11-23", 3, 1, 0), ("2026-11-24", 2, 0, 1)]),
        (Subject.CHANNEL, [("1686", 5), ("2509", 1)]),
        (Subject.MEDIA, [("新华社", 4), ("证券时报", 1)]),
        (Subject.SYMBOL, [("sh600519", 4), ("hk00700", 1)]),
        (Subject.COVERAGE, [("2026-11-23", 3, 3, 0, 0, 0, 0), ("2026-11-24", 3, 3, 0, 0, 0, 0)]),
        (Subject.REVISIONS, [("figure", 1), ("gone", 1)]),
    ],
)
def test_each_subject_is_counted(root: Path, subject: Subject, rows: list[tuple[str, ...]]) -> None:
    assert counted(root, subject) == rows


def test_hours_are_those_of_beijing_and_all_there(root: Path) -> None:
    hours = counted(root, Subject.HOUR)
    assert [key for key, _ in hours] == [f"{hour:02}" for hour in range(24)]
    assert [key for key, articles in hours if articles] == ["01", "02", "03", "04", "05"]


def test_days_and_names_out_of_the_range_do_not_count(root: Path) -> None:
    assert counted(root, Subject.MEDIA, until=MONDAY) == [("新华社", 3)]
    assert counted(root, Subject.REVISIONS, since=TUESDAY) == [("gone", 1)]
    assert counted(root, Subject.DAY, since=date(2027, 1, 1)) == []


def test_a_redacted_article_does_not_count(root: Path) -> None:
    redact(root, "clean", docid_of(4), "on request", keep_title=False, clock=lambda: shelves.at(TUESDAY, 23))
    assert counted(root, Subject.MEDIA) == [("新华社", 4)]


def test_articles_that_name_none_are_told_apart(root: Path) -> None:
    with shelves.running(root) as archive:
        shelves.archived(archive, shelves.article(6, media="", symbols=()))
    found = statistics(Library(root), [Subject.MEDIA, Subject.SYMBOL])
    assert [table.untold for table in found.values()] == [1, 1]
    assert None not in [row.key for table in found.values() for row in table.rows]


def test_the_rest_of_the_names_is_counted(root: Path) -> None:
    table = statistics(Library(root), [Subject.MEDIA], top=1)[Subject.MEDIA]
    assert ([row.key for row in table.rows], table.names) == (["新华社"], 2)


def test_equal_names_stand_in_their_order(root: Path) -> None:
    with shelves.running(root) as archive:
        shelves.archived(archive, *(shelves.article(20 + number, media=f"媒体{9 - number}") for number in range(9)))
    rows = counted(root, Subject.MEDIA)[1:]
    assert rows == sorted(rows)


def test_tables_come_in_one_order_and_tell_how_far_they_are(root: Path) -> None:
    told: list[tuple[int, ...]] = []
    found = statistics(Library(root), reversed(list(Subject)), tell=lambda *step: told.append(step))
    assert (list(found), told) == (list(Subject), [(1, 2, 3), (2, 2, 5)])


@pytest.mark.parametrize("subjects", [set(Subject), {Subject.MEDIA}, {Subject.REVISIONS}, {Subject.DAY}])
def test_workers_count_what_this_process_counts(root: Path, subjects: set[Subject]) -> None:
    alone, *others = (statistics(Library(root), subjects, workers=Workers(count)) for count in (1, 2, 5))
    assert others == [alone, alone]


def test_an_archive_without_days_is_counted_by_no_worker(tmp_path: Path) -> None:
    assert statistics(Library(tmp_path), workers=Workers(2)) == statistics(Library(tmp_path))


def test_what_is_forgotten_does_not_depend_on_the_order_of_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "HELD_NAMES", 2)
    one, other = tally.Names(), tally.Names()
    for names, order in ((one, "abcde"), (other, "edcba")):
        for name in order:
            names.add((name,))
    assert one == other


def test_nothing_is_written(root: Path) -> None:
    before = shelves.footprint(root)
    statistics(Library(root))
    assert shelves.footprint(root) == before


def test_without_a_catalogue_all_but_the_coverage_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = statistics(Library(root))
    monkeypatch.setattr(view, "QUICK_BYTES", 100)
    monkeypatch.setattr(view, "COPY_BYTES", 100)
    (root / ".newsarchive/catalogue.sqlite").write_bytes(b"no catalogue" * 1000)
    rest = set(Subject) - {Subject.COVERAGE}
    assert statistics(Library(root), rest) == {subject: whole[subject] for subject in Subject if subject in rest}
    with pytest.raises(CatalogueUnusable):
        statistics(Library(root), [Subject.COVERAGE])


def test_an_empty_archive_counts_nothing(tmp_path: Path) -> None:
    found = statistics(Library(tmp_path))
    assert not any(any(row.figures) for table in found.values() for row in table.rows)


# --- bounds ----------------------------------------------------------------------------------------------------------


def many_media(root: Path, names: list[str]) -> None:
    journals.said(root, *(journals.filed(f"abcdefg{n:07}", media=name) for n, name in enumerate(names)))


def test_of_more_names_than_are_held_the_frequent_ones_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "HELD_NAMES", 10)
    many_media(tmp_path, [name for number in range(100) for name in ("新华社", f"媒体{number}")])
    table = statistics(Library(tmp_path), [Subject.MEDIA], top=1)[Subject.MEDIA]
    assert (table.rows, table.is_exact) == ((StatisticsRow("新华社", (100,)),), False)
    assert table.names <= 20


def test_a_name_of_a_megabyte_is_cut(tmp_path: Path) -> None:
    many_media(tmp_path, ["长" * 300_000])
    assert counted(tmp_path, Subject.MEDIA) == [("长" * tally.NAME_CHARACTERS, 1)]


def test_names_of_many_days_do_not_fill_the_memory_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "HELD_NAMES", 10)
    for number in range(12):
        day = MONDAY + timedelta(days=number)
        names = ["新华社", "新华社", *(f"媒体{number}-{rare}" for rare in range(5))]
        journals.said(
            tmp_path,
            *(journals.filed(f"abcdef{number:02}{at:06}", media=name) for at, name in enumerate(names)),
            day=day,
        )
    table = statistics(Library(tmp_path), [Subject.MEDIA], top=1)[Subject.MEDIA]
    assert (table.rows, table.is_exact) == ((StatisticsRow("新华社", (24,)),), False)
    assert table.names <= 20


def test_names_that_never_repeat_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "HELD_NAMES", 100)
    names = tally.Names()
    tracemalloc.start()
    for number in range(50_000):
        names.add((f"name {number}",))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000


# --- spans -----------------------------------------------------------------------------------------------------------


def test_days_without_articles_have_a_place_in_a_picture() -> None:
    found = spans(by(["2026-11-23", "2026-11-26"]), 10)
    assert (found.days, [figures[0] for _, figures in found.rows]) == (1, [1, 0, 0, 1])


def test_many_days_are_put_together_and_none_is_lost() -> None:
    found = spans(by(["0001-01-01", "2026-11-23", "9999-12-31"], width=7), 60)
    assert len(found.rows) <= 60
    assert sum(figures[0] for _, figures in found.rows) == 21


def test_no_days_have_no_spans() -> None:
    assert spans(by([]), 60).rows == ()


def test_every_subject_has_its_place() -> None:
    assert set(counting.FIGURES) == set(Subject)
    assert not OF_DAYS & OF_JOURNALS
