"""The brake: a ban that one run has heard and the next ones heed, in ``.newsarchive/brake.json`` (design §4)."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsarchive.archive.format.journal import moment, stamp
from newsarchive.archive.record import files
from newsarchive.archive.record.state_file import read_object, text_of

logger = logging.getLogger(__name__)

NAME = "brake.json"


@dataclass(frozen=True, slots=True)
class Brake:
    """Until when nothing is sent; once that is past, the next run begins with a probe."""

    until: datetime
    heard_at: datetime
    url: str
    """What was asked for when the site refused us."""

    def holds(self, now: datetime) -> bool:
        """Whether the ban lasts at ``now``; no request may be sent then."""
        return now < self.until


def pull(state: Path, heard_at: datetime, minutes: float, url: str) -> Brake:
    """Remember a ban for ``minutes``; raises ``ArchiveNotWritable``."""
    brake = Brake((heard_at + timedelta(minutes=minutes)).replace(microsecond=0), heard_at, url)
    _write(state, brake)
    return brake


def pass_on(state: Path, pulled: Brake) -> None:
    """Let the next run of another archive heed it, too; raises ``ArchiveNotWritable``."""
    _write(state, pulled)


def read(state: Path, now: datetime) -> Brake | None:
    """The brake, whether it still holds or not, until it is released; None where there is none, or its file is unreadable.

    A ban noted in the future was noted by a clock that was ahead: it counts as noted ``now``, and lasts as long as it was to.
    """
    if (told := read_object(state / NAME)) is None:
        return None
    until, heard_at = moment(told.get("until")), moment(told.get("heard_at"))
    if until is None:
        logger.warning("%s does not say until when; it is passed over", state / NAME)
        return None
    if heard_at and heard_at > now:
        until, heard_at = now + (until - heard_at), now
    return Brake(until, heard_at or until, text_of(told.get("url")))


def heed(state: Path, now: datetime) -> Brake | None:
    """As ``read``; for a run: what counts as heard now is written down so, or it would count anew at each look.

    Raises ``ArchiveNotWritable``.
    """
    pulled = read(state, now)
    if pulled and pulled.heard_at == now:
        _write(state, pulled)
    return pulled


def release(state: Path) -> None:
    """Let go: the site answers again, or somebody knows better."""
    files.discard(state / NAME)


def _write(state: Path, brake: Brake) -> None:
    told = {"until": stamp(brake.until), "heard_at": stamp(brake.heard_at), "url": brake.url}
    data = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    files.write_whole(state / NAME, data, files.part_path(state, NAME))
    files.sync_folder(state)
