"""An archive with one document that was corrected, withdrawn and put back, written by hand."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from newsarchive.archive.format.frontmatter import Header, render
from newsarchive.archive.format.states import revision_file
from newsarchive.items import BEIJING
from tests.journals import DAY, said

DOCID = "nizpfak5450008"
URL = f"https://finance.sina.com.cn/roll/2026-11-23/doc-i{DOCID}.shtml"
FILE = "2026/11/23/平川乳业：净利润增长.md"
TITLE = "平川乳业：净利润增长"
OFFERED_AT, FIRST_AT, FIGURE_AT, GONE_AT, BACK_AT = (
    f"2026-11-23T{hour}:00:00+08:00" for hour in ("09", "10", "11", "12", "13")
)
FIRST, FIGURE = (
    "<p>净利润3.2亿元，&lt;同比&gt;增长。</p>\n<p>末段。</p>",
    "<p>净利润2.3亿元，&lt;同比&gt;增长。</p>\n<p>末段。</p>",
)


def state(root: Path, file: str, body: str, at: str, event: str, **more: Any) -> dict[str, Any]:
    header = Header(title=TITLE, channel="滚动", image="", published_at=datetime(2026, 11, 23, 9, tzinfo=BEIJING))
    data = render(header, body)
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_bytes(data)
    line = {
        "file": FILE,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "title": TITLE,
        "profile": "clean",
    }
    told = {"published_at": "2026-11-23T09:00:00+08:00", "fetched_at": at, "media": "新华财经"}
    return {"at": at, "run": "r", "event": event, "docid": DOCID, **line, **told, **more}


def lived(root: Path) -> None:
    """Offered at 9, kept at 10, its figure corrected at 11, withdrawn at 12, back as it was first at 13."""
    offered = {"title": TITLE, "url": URL, "channels": ["1686"], "lids": ["1686"], "image": ""}
    said(
        root,
        {"at": OFFERED_AT, "run": "r", "event": "offered", "docid": DOCID, **offered},
        state(root, revision_file(DAY, DOCID, 1), FIRST, FIRST_AT, "kept"),
        state(root, revision_file(DAY, DOCID, 2), FIGURE, FIGURE_AT, "revised", revision=2, kind="figure"),
        {"at": GONE_AT, "run": "r", "event": "gone", "docid": DOCID, "status": 404},
        state(root, FILE, FIRST, BACK_AT, "revised", revision=3, kind="restored"),
    )
