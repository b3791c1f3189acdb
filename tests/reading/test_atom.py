from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree as ET

from newsarchive.items import BEIJING
from newsarchive.reading.atom import EMPTY_AT, NAMESPACE, FeedEntry, atom

NS = {"a": NAMESPACE}
AT = datetime(2026, 11, 23, 9, tzinfo=BEIJING)


def test_a_feed_has_what_rfc_4287_asks_for() -> None:
    feed = ET.fromstring(
        atom("标题", "corrections", [FeedEntry("corrections/a/2", "甲<&>\x07", AT, "https://s.cn/?a&b", "<p>乙</p>")])
    )
    assert [feed.findtext(f"a:{name}", namespaces=NS) for name in ("title", "updated")] == [
        "标题",
        "2026-11-23T09:00:00+08:00",
    ]
    assert feed.findtext("a:author/a:name", namespaces=NS)
    entry = feed.find("a:entry", NS)
    assert entry is not None
    assert entry.findtext("a:title", namespaces=NS) == "甲<&>"
    assert entry.findtext("a:content", namespaces=NS) == "<p>乙</p>"
    assert entry.find("a:link", NS).get("href") == "https://s.cn/?a&b"  # type: ignore[union-attr]
    assert (entry.findtext("a:id", namespaces=NS) or "").startswith("tag:")


def test_an_empty_feed_never_changes() -> None:
    assert ET.fromstring(atom("标题", "x", [])).findtext("a:updated", namespaces=NS) == EMPTY_AT
