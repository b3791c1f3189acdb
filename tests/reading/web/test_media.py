"""Pictures that the archive has itself, as the reader shows them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsarchive.archive.format import media
from tests.reading.pictured import DATA, LOST, OWN, SHARED, media_of, pictured
from tests.reading.shelves import docid_of
from tests.reading.web.readers import Reader, reading


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pictured(tmp_path / "archive")


@pytest.fixture
def reader(root: Path) -> Iterator[Reader]:
    with reading(root) as found:
        yield found


def _address(data: bytes) -> str:
    return f"/media/{media.file_of(media.sha256_of(data), media.ending_of(data)).partition('/')[2]}"


def test_an_article_shows_its_own_pictures_and_sina_s_where_there_is_none(reader: Reader) -> None:
    first, second = (reader.ask(f"/article/{docid_of(number)}").text for number in (1, 2))
    assert all(f'src="{_address(DATA[url])}"' in first for url in (*OWN, SHARED))
    assert "sinaimg" not in first.partition('<div class="text">')[2]
    assert f'src="{_address(DATA[SHARED])}"' in second
    assert f'src="{LOST}"' in second


def test_the_file_keeps_the_original_address(reader: Reader) -> None:
    assert OWN[0] in reader.ask(f"/article/{docid_of(1)}/file").text


@pytest.mark.parametrize("url", DATA)
def test_a_picture_comes_as_it_was_received_with_its_type_and_nothing_to_guess_at(reader: Reader, url: str) -> None:
    found = reader.ask(_address(DATA[url]))
    assert (found.status, found.data) == (200, DATA[url])
    assert found.headers["content-type"] == media.TYPES[media.ending_of(DATA[url])]
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "img-src 'self'" in found.headers["content-security-policy"]
    assert "immutable" in found.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/media/ab/x.png",
        "/media/..%2f2026/x.md",
        "/media/%2e%2e/2026%2f11%2f23%2f_day.jsonl",
        f"/media/00/{'0' * 64}.png",
    ],
)
def test_nothing_else_of_the_archive_is_a_picture(reader: Reader, path: str) -> None:
    assert reader.ask(path).status == 404


def test_a_link_in_the_place_of_a_picture_leads_nowhere(reader: Reader, root: Path) -> None:
    path = next(path for path in media_of(root) if path.suffix == ".jpg")
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert reader.ask(f"/media/{path.parent.name}/{path.name}").status == 404


def test_pictures_that_are_switched_off_are_not_shown(reader: Reader) -> None:
    page = reader.ask(f"/article/{docid_of(1)}", cookie="newsarchive=light.3.space.sans.off").text
    assert "/media/" not in page
