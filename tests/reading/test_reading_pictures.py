"""The pictures of stored articles."""

from __future__ import annotations

from pathlib import Path

from newsarchive.reading.library import Library
from newsarchive.reading.pictures import addresses_of
from newsarchive.reading.stored_file import StoredFile
from tests.reading.pictured import OWN, SHARED, media_of, pictured
from tests.reading.shelves import docid_of, two_days


def _stored(body: str, picture: str = "") -> StoredFile:
    return StoredFile(
        f"\n---\ntitle: 'x'\nheadimg: '{picture}'\n---\n<div>   {body}  \n</div>\n            ".encode(), ""
    )


def test_the_head_picture_and_those_of_the_body_are_named_once_in_their_order() -> None:
    body = '<p><img src="https://n.sinaimg.cn/b.jpg?x=1&amp;y=2"><img src="https://n.sinaimg.cn/a.jpg"></p>'
    found = addresses_of(_stored(body, "https://n.sinaimg.cn/a.jpg"))
    assert found == ["https://n.sinaimg.cn/a.jpg", "https://n.sinaimg.cn/b.jpg?x=1&y=2"]


def test_what_is_no_address_is_no_picture() -> None:
    body = '<img src="data:image/gif;base64,R0"><img src=""><img><img src="/a.jpg"><img src="https://n.sinaimg.cn/\x1b.jpg">'
    assert addresses_of(_stored(body)) == []


def test_a_body_that_no_parser_can_bear_names_none() -> None:
    assert addresses_of(_stored("<div>" * 100_000 + '<img src="https://n.sinaimg.cn/a.jpg">')) == []


def test_a_library_tells_which_pictures_are_there(tmp_path: Path) -> None:
    library = Library(pictured(tmp_path))
    entry = library.entry(docid_of(1))
    assert entry is not None
    assert library.pictures(entry).keys() == {*OWN, SHARED}
    for path in media_of(tmp_path):
        path.unlink()
    assert library.pictures(entry) == {}


def test_an_archive_without_pictures_has_none(tmp_path: Path) -> None:
    library = Library(two_days(tmp_path))
    entry = library.entry(docid_of(1))
    assert entry is not None
    assert library.pictures(entry) == {}
