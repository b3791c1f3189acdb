"""The brake: a ban that one run has heard and the next ones heed, in ``.newsarchive/brake.json`` (design §4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsarchive.archive import files
from newsarchive.archive.journal import moment, stamp

NAME = "brake.json"


@dataclass(frozen=True, slots=True)
class Brake:
    """Until when nothing is sent; once that is past, the next run begins with a probe."""

    until: datetime
    heard_at: datetime
    url: str
    """What was asked for when the site refused us."""

    def holds(self, now: datetime) -> bool:
        return now < self.until


def pull(state: Path, heard_at: datetime, minutes: float, url: str) -> Brake:
    """Remember a ban for ``minutes``; raises ``ArchiveNotWritable``."""
    brake = Brake((heard_at + timedelta(minutes=minutes)).replace(microsecond=0), heard_at, url)
    told = {"until": stamp(brake.until), "heard_at": stamp(heard_at), "url": url}
    data = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    files.write_whole(state / NAME, data, files.part_path(state, NAME))
    files.sync_folder(state)
    return brake


def read(state: Path) -> Brake | None:
    """The brake that is pulled, or was and is not released yet; None where there is none, or nobody can read it."""
    try:
        told = json.loads((state / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    until, heard_at = (moment(told.get(key)) if isinstance(told, dict) else None for key in ("until", "heard_at"))
    return Brake(until, heard_at or until, str(told.get("url"))) if until else None


def release(state: Path) -> None:
    """Let go: the site answers again, or somebody knows better."""
    files.discard(state / NAME)
