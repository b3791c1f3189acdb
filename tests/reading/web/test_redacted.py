"""reading.web: what was taken out of the archive is in no page, feed, list or answer any more; a tombstone stays."""

from __future__ import annotations

from pathlib import Path

from newsarchive.archive.record.redaction import redact
from tests.reading.shelves import TUESDAY, at, docid_of, two_days
from tests.reading.web.readers import reading

PATHS = (
    "/day/2026-11-23",
    "/day/2026-11-23.json",
    "/feeds/all.atom",
    "/media?of=%E6%96%B0%E5%8D%8E%E7%A4%BE",
    "/corrections",
    "/starred",
)


def test_a_redacted_article_leaves_a_tombstone_alone(tmp_path: Path) -> None:
    two_days(tmp_path)
    docid = docid_of(2)
    with reading(tmp_path) as reader:
        reader.ask("/marks", method="POST", body=f"docid={docid}&verb=starred")
        assert [path for path in PATHS if "第2篇" not in reader.ask(path).text] == []
        redact(tmp_path, "clean", docid, "on request", keep_title=False, clock=lambda: at(TUESDAY, 23))
        for path in PATHS:
            assert "第2篇" not in reader.ask(path).text, path
        for path in ("", "/history", "/difference", "/file", "?state=1"):
            found = reader.ask(f"/article/{docid}{path}")
            assert "更正后" not in found.text
            assert found.status in (200, 404)
        assert "<title>（标题已移除） · " in reader.ask(f"/article/{docid}").text
        assert "依要求从档案里移除" in reader.ask(f"/article/{docid}").text
        assert "依要求移除 1" in reader.ask("/day/2026-11-23").text
        assert reader.ask(f"/api/articles/{docid}").status == 404
