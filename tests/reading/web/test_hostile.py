"""reading.web: articles written against whoever shows them run nothing, load nothing and break nothing."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsarchive.reading.web.body import ShownPictures, shown
from tests.reading.web.hostile import BODIES, TITLES, hostile
from tests.reading.web.readers import HOSTS, Reader, reading

BARRED = "script:not([src^='/static/']), style, iframe, object, embed, base, meta[http-equiv], math, form[action^='http'], [style]"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("hostile")
    return root, hostile(root)


@pytest.fixture(scope="module")
def reader(shelf: tuple[Path, list[str]]) -> Iterator[Reader]:
    with reading(shelf[0]) as found:
        yield found


def wrong(html: str) -> list[str]:
    """What a page may not have."""
    tree = LexborHTMLParser(html)
    found = [node.html or "" for node in tree.css(BARRED)]
    for node in tree.css("*"):
        found += [f"{node.tag} {name}" for name in node.attributes if name.startswith("on")]
    for node in tree.css("[href], [src]"):
        address = node.attributes.get("href") or node.attributes.get("src") or ""
        if urlsplit(address).scheme not in ("", "http", "https"):
            found.append(address)
        if node.tag == "img" and not address.startswith(("/static/", "https://n.sinaimg.cn/")):
            found.append(address)
    return [one[:200] for one in found]


def test_no_page_of_theirs_has_what_could_run_or_load(shelf: tuple[Path, list[str]], reader: Reader) -> None:
    for docid in shelf[1]:
        for tab in ("", "/history", "/file", "/raw"):
            found = reader.ask(f"/article/{docid}{tab}")
            assert (found.status, wrong(found.text)) == (200, []), docid
            assert len(LexborHTMLParser(found.text).css("main")) == 1


@pytest.mark.parametrize(
    "path", ["/", "/day/2026-11-23", "/media", "/statistics", "/feeds", "/channel?of=1686", "/corrections"]
)
def test_no_list_of_theirs_has(reader: Reader, path: str) -> None:
    found = reader.ask(path)
    assert (found.status, wrong(found.text)) == (200, [])


@pytest.mark.parametrize("title", TITLES)
def test_their_source_has_a_page_and_a_feed(reader: Reader, title: str) -> None:
    from urllib.parse import quote

    name = quote(title[:50], safe="")
    found = reader.ask(f"/media?of={name}")
    assert (found.status, wrong(found.text)) == (200, [])
    ET.fromstring(reader.ask(f"/feeds/media.atom?of={name}").data)
    assert reader.ask(f"/feeds/media.json?of={name}").json["version"]


def test_their_cells_compute_nothing(reader: Reader) -> None:
    table = reader.ask("/day/2026-11-23.csv").text.removeprefix("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert len(cells) > 400
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_their_json_is_whole(reader: Reader) -> None:
    assert len(reader.ask("/day/2026-11-23.json").json["articles"]) == len(TITLES) + len(BODIES)
    assert len(reader.ask("/feeds/all.json").json["items"]) == len(TITLES) + len(BODIES)


@pytest.mark.parametrize(
    ("address", "is_shown"),
    [
        ("https://n.sinaimg.cn/a.jpg", True),
        ("https://sinaimg.cn/a.jpg", True),
        ("http://n.sinaimg.cn/a.jpg", False),
        ("https://n.sinaimg.cn:444/a.jpg", False),
        ("https://notsinaimg.cn/a.jpg", False),
        ("https://n.sinaimg.cn@evil.example/a.jpg", False),
        ("https://[::1/a.jpg", False),
        ("//n.sinaimg.cn/a.jpg", False),
        ("data:image/png,x", False),
        ("/static/icon.svg", False),
    ],
)
def test_pictures_come_from_sina_alone(address: str, is_shown: bool) -> None:
    found = shown(f'<img src="{address}" alt="图">', ShownPictures(HOSTS))
    assert (f'src="{address}"' in found.html) is is_shown
    assert found.left_out in ((0,) if is_shown else (0, 1))  # none where the sanitiser took the address before
    assert 'referrerpolicy="no-referrer"' in found.html


@pytest.mark.parametrize("body", ["<div>" * 300, "<p>" + "<b>" * 300 + "<p>x" * 300, "&amp;" * 60_001])
def test_what_the_sanitiser_cannot_bear_is_shown_as_text(body: str) -> None:
    assert shown(body, ShownPictures(HOSTS)).html == f"<pre>{html.escape(body)}</pre>"


def test_pictures_can_be_turned_off() -> None:
    found = shown('<img src="https://n.sinaimg.cn/a.jpg">', ShownPictures(HOSTS, wanted=False))
    assert "src" not in found.html
    assert found.left_out == 1
