from datetime import date

from newsarchive.archive.format import paths


def test_days_are_those_with_a_journal_oldest_first(tmp_path):
    for day in (date(2026, 11, 23), date(2003, 1, 2), date(2026, 2, 28)):
        paths.day_folder(tmp_path, day).mkdir(parents=True)
        paths.journal_path(tmp_path, day).write_bytes(b"")
    for name in ("2026/02/31", "2026/11/24", "_raw/2026", "2026/13", "20261/11/23", ".newsarchive"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "2026" / "02" / "31" / "_day.jsonl").write_bytes(b"")
    (tmp_path / "2025").write_bytes(b"a file")
    assert list(paths.days(tmp_path)) == [date(2003, 1, 2), date(2026, 2, 28), date(2026, 11, 23)]
    assert list(paths.days(tmp_path / "gone")) == []


def test_the_folder_of_a_day_has_four_two_and_two_digits(tmp_path):
    assert paths.journal_path(tmp_path, date(2003, 1, 2)) == tmp_path / "2003" / "01" / "02" / "_day.jsonl"


def test_days_of_a_range_are_those_that_lie_in_it(tmp_path):
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 27), date(2026, 3, 1), date(2027, 1, 1)]
    for day in days:
        paths.day_folder(tmp_path, day).mkdir(parents=True)
        paths.journal_path(tmp_path, day).touch()
    for since in (date.min, *days):
        for until in (*days, date.max):
            assert list(paths.days(tmp_path, since, until)) == [day for day in days if since <= day <= until]
