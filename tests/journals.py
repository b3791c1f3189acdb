"""Journals written by hand, for tests of what reads them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from newsarchive.archive.format import journal, paths
from newsarchive.archive.record import appending

DAY = date(2026, 11, 23)


def said(root: Path, *events: dict[str, Any], day: date = DAY) -> None:
    path = paths.journal_path(root, day)
    path.parent.mkdir(parents=True, exist_ok=True)
    appending.append(path, events, journal.tail(path))


def kept(docid: str, **fields: Any) -> dict[str, Any]:
    return {"event": "kept", "docid": docid, "layout": "New2017Page", "title": "t", "media": "m", **fields}


def filed(docid: str, **fields: Any) -> dict[str, Any]:
    """A ``kept`` line that names its file, which need not be there."""
    return kept(docid, file=f"{DAY:%Y/%m/%d}/{docid}.md", sha256="0" * 64, **fields)


def failed(docid: str, reason: str, detail: str) -> dict[str, Any]:
    return {"event": "failed", "docid": docid, "reason": reason, "detail": detail}
