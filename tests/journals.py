"""Journals written by hand, for tests of what reads them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from newsarchive.archive import journal

DAY = date(2026, 11, 23)


def said(root: Path, *events: dict[str, Any], day: date = DAY) -> None:
    path = journal.journal_path(root, day)
    path.parent.mkdir(parents=True, exist_ok=True)
    journal.append(path, events, journal.tail(path))


def kept(docid: str, **fields: Any) -> dict[str, Any]:
    return {"event": "kept", "docid": docid, "layout": "New2017Page", "title": "t", "media": "m", **fields}


def failed(docid: str, reason: str, detail: str) -> dict[str, Any]:
    return {"event": "failed", "docid": docid, "reason": reason, "detail": detail}
