"""A ban is remembered for as long as it was heard for, whatever the clock did and whoever wrote the file."""

from datetime import timedelta

import pytest

from newsarchive.archive.record import brake
from tests.archive.making import NOON

URL = "https://finance.sina.com.cn/"
HOUR = timedelta(hours=1)
DEEP = b'{"until":' * 100_000


def test_what_was_pulled_is_read(tmp_path):
    pulled = brake.pull(tmp_path, NOON, 60, URL)
    assert brake.read(tmp_path, NOON) == pulled
    assert (pulled.until, pulled.holds(NOON), pulled.holds(NOON + HOUR)) == (NOON + HOUR, True, False)


def test_one_heard_by_a_clock_that_was_ahead_holds_no_longer_than_it_was_to(tmp_path):
    brake.pull(tmp_path, NOON + timedelta(days=115), 60, URL)
    assert brake.read(tmp_path, NOON).until == NOON + HOUR


def test_a_run_that_heeds_it_pins_it(tmp_path):
    brake.pull(tmp_path, NOON + timedelta(days=115), 60, URL)
    assert brake.heed(tmp_path, NOON).holds(NOON)
    later = NOON + HOUR
    assert not brake.heed(tmp_path, later).holds(later)


def test_heeding_an_honest_one_writes_nothing(tmp_path):
    brake.pull(tmp_path, NOON, 60, URL)
    before = (tmp_path / brake.NAME).stat()
    brake.heed(tmp_path, NOON + timedelta(minutes=1))
    after = (tmp_path / brake.NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_one_that_says_until_when_and_no_more_holds_until_then(tmp_path):
    (tmp_path / brake.NAME).write_text('{"until": "2026-11-24T12:00:00+08:00"}')
    assert brake.read(tmp_path, NOON).until == NOON + timedelta(days=1)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"{}", b'{"until": 1e999}', b'{"until": "soon"}', b"\xff\xfe", DEEP, b"x" * 200_000]
)
def test_what_is_no_brake_is_named_and_passed_over(tmp_path, data, caplog):
    (tmp_path / brake.NAME).write_bytes(data)
    assert brake.read(tmp_path, NOON) is None
    assert brake.NAME in caplog.text


def test_a_folder_of_that_name_is_passed_over(tmp_path, caplog):
    (tmp_path / brake.NAME).mkdir()
    assert brake.read(tmp_path, NOON) is None
    assert brake.NAME in caplog.text


def test_half_a_character_in_the_address_can_be_shown(tmp_path):
    (tmp_path / brake.NAME).write_text('{"until": "2026-11-24T12:00:00+08:00", "url": "\\ud800"}')
    assert brake.read(tmp_path, NOON).url.encode()
