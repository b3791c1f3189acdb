"""reading.web.feeds: what a feed reader gets, and that it sees each article once."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.reading.shelves import TUESDAY, archived, article, docid_of, revised, running, two_days
from tests.reading.web.readers import Reader, reading

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/feeds/all", "/feeds/corrections", "/feeds/channel", "/feeds/media", "/feeds/symbol")
OF = {"channel": "?of=1686", "media": "?of=%E6%96%B0%E5%8D%8E%E7%A4%BE", "symbol": "?of=sh600519"}


def address(feed: str, form: str) -> str:
    return f"{feed}.{form}{OF.get(feed.rpartition('/')[2], '')}"


def entries(reader: Reader, path: str) -> dict[str, tuple[str, str]]:
    """id → (title, updated)."""
    feed = ET.fromstring(reader.ask(path).data)
    return {
        entry.findtext(f"{ATOM}id", ""): (entry.findtext(f"{ATOM}title", ""), entry.findtext(f"{ATOM}updated", ""))
        for entry in feed.iter(f"{ATOM}entry")
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_days(tmp_path_factory.mktemp("shelf"))


@pytest.mark.parametrize("feed", FEEDS)
def test_both_forms_have_the_same_entries(root: Path, feed: str) -> None:
    with reading(root) as reader:
        atom = reader.ask(address(feed, "atom"))
        assert atom.headers["content-type"].startswith("application/atom+xml")
        told = reader.ask(address(feed, "json"))
        assert told.headers["content-type"].startswith("application/feed+json")
        assert told.json["version"] == "https://jsonfeed.org/version/1.1"
        assert [one["id"] for one in told.json["items"]] == list(entries(reader, address(feed, "atom")))
        assert told.json["items"]


def test_an_id_stays_and_updated_moves_when_a_text_is_corrected(root: Path) -> None:
    with reading(root) as reader:
        before = entries(reader, "/feeds/all.atom")
        tag = reader.ask("/feeds/all.atom").headers["etag"]
        assert reader.ask("/feeds/all.atom", if_none_match=f'W/"x", {tag}').status == 304
        with running(root) as archive:
            archived(archive, revised(article(1), "<p>又改了。</p>"))
            archived(archive, article(6, TUESDAY))
        after = entries(reader, "/feeds/all.atom")
        assert before.keys() < after.keys()
        (changed,) = (name for name in before if after[name] != before[name])
        assert changed.endswith(f"article/{docid_of(1)}")
        assert after[changed][1] > before[changed][1]
        assert reader.ask("/feeds/all.atom", if_none_match=tag).status == 200


def test_every_entry_has_an_address(root: Path) -> None:
    with reading(root) as reader:
        items = reader.ask("/feeds/all.json").json["items"]
        assert all(one["url"].startswith("https://finance.sina.com.cn/") for one in items)


def test_a_feed_of_nothing_is_a_feed(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        assert entries(reader, "/feeds/all.atom") == {}
        assert reader.ask("/feeds/corrections.json").json["items"] == []
        assert reader.ask("/feeds/channel.atom").status == 422
