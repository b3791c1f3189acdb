from datetime import date

import pytest

from newsarchive.archive.format import raw_place
from newsarchive.archive.format.raw_place import RawPlace


def test_place_is_read_as_it_is_written() -> None:
    place = RawPlace("_raw/2026/11/23-1.warc.gz", 1234, 567)
    assert str(place) == "_raw/2026/11/23-1.warc.gz:1234:567"
    assert raw_place.parse(str(place)) == place


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "_raw/../../x.warc.gz:0:9",
        "/etc/passwd:0:9",
        "_raw/x.warc.gz:0:9999999999",
        "_raw/x.warc.gz:-1:9",
        "_raw/x.warc.gz:٣:9",
        "_raw/a\0b.warc.gz:0:9",
        "_raw/x.warc.gz:0:9\n",
    ],
)
def test_what_another_hand_wrote_is_no_place(text: object) -> None:
    assert raw_place.parse(text) is None
    assert raw_place.text_or_none(text) is None


def test_file_of_a_day_is_known_by_its_name() -> None:
    day = date(2026, 11, 3)
    file = raw_place.file_of(day, 12)
    assert file == "_raw/2026/11/03-12.warc.gz"
    assert raw_place.day_of(file) == day
    assert raw_place.number_of("03-12.warc.gz", day) == 12
    assert raw_place.number_of("04-12.warc.gz", day) is None
    assert raw_place.number_of("03-12.warc.gz.bak", day) is None
    assert raw_place.day_of("_raw/2026/13/03-1.warc.gz") is None
