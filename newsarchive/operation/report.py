"""How a run ended: one exit code out of all that went wrong, and the line that is kept of it (design §4)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from newsarchive.archive.format.journal import moment, stamp
from newsarchive.archive.record import appending, files
from newsarchive.errors import NewsArchiveError
from newsarchive.items import BEIJING
from newsarchive.sina.listing.days_read import DaysRead

logger = logging.getLogger(__name__)

DONE, DEFECT, MISSING, BLOCKED, LISTING, NOT_WRITABLE, DAMAGED = 0, 1, 3, 4, 5, 7, 8
GRAVEST_FIRST = (NOT_WRITABLE, DAMAGED, DEFECT, BLOCKED, LISTING, MISSING)
"""Which of several causes decides, once the crawl has begun; none is ``DONE``."""

COUNTED = ("offered", "kept", "revised", "filtered", "failed", "gone")
"""``offered`` are new documents and those of earlier runs that this one settled, so that it is never below the others."""
_KINDS = {
    **dict.fromkeys(("run", "started_at", "ended_at", "reason"), str),
    **dict.fromkeys(("exit_code", *COUNTED, "pending", "requests", "bytes"), int),
}
"""Key of a line → its kind."""
MAX_RUNS_BYTES = 8_000_000
"""Read of a month's file, from its end: 25,000 runs, one in every two minutes."""


def code_of(error: BaseException) -> int:
    """The exit code for an error that ends a run: its own, or that of a defect where nobody expected it."""
    code = error.exit_code if isinstance(error, NewsArchiveError) else DEFECT
    return code if code in GRAVEST_FIRST else DEFECT


@dataclass(slots=True)
class RunOutcome:
    """What went wrong in a run, as it went; the gravest decides."""

    causes: dict[int, dict[str, None]] = field(default_factory=lambda: {code: {} for code in GRAVEST_FIRST})
    """By exit code, the messages in the order in which they came."""

    def note(self, code: int, message: str) -> None:
        """Remember a cause, one of ``GRAVEST_FIRST``; a message is kept once."""
        self.causes[code][message] = None

    @property
    def exit_code(self) -> int:
        """The code of the gravest cause; 0 where nothing went wrong."""
        return next((code for code in GRAVEST_FIRST if self.causes[code]), DONE)

    @property
    def reasons(self) -> list[str]:
        """All that went wrong, gravest first, a sentence each."""
        return [message for code in GRAVEST_FIRST for message in self.causes[code]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One line of ``.newsarchive/runs/<month>.jsonl``; the keys are a contract."""

    run: str
    started_at: datetime
    ended_at: datetime
    exit_code: int
    reason: str
    """The first of the gravest causes, or ``done``."""
    counts: dict[str, int]
    """Events of the run by name."""
    pending: int
    """Documents without an outcome when it ended."""
    requests: int
    bytes: int
    """Received, headers and all."""
    days: DaysRead | None = None
    """Of a run that was asked for a range of days; its line alone has this key."""

    def line(self) -> str:
        """JSON in ASCII: it must pass any terminal, pipe and locale."""
        counts = {name: self.counts.get(name, 0) for name in COUNTED}
        return json.dumps(
            {
                "run": self.run,
                "started_at": stamp(self.started_at),
                "ended_at": stamp(self.ended_at),
                "exit_code": self.exit_code,
                "reason": self.reason,
                **counts,
                "pending": self.pending,
                "requests": self.requests,
                "bytes": self.bytes,
                **({"days": self.days.told()} if self.days else {}),
            }
        )

    def keep(self, state: Path) -> None:
        """Append the line to the file of the month, Beijing; raises ``ArchiveNotWritable`` and ``ArchiveDamaged``."""
        folder = state / "runs"
        files.make_folder(folder, state)
        file = folder / f"{self.ended_at.astimezone(BEIJING):%Y-%m}.jsonl"
        appending.mend(file)  # a power cut may have torn the last line
        files.append_synced(file, f"{self.line()}\n".encode())


def kept_runs(state: Path, now: datetime) -> Iterator[dict[str, Any]]:
    """The runs as their lines say, newest first, as far as somebody asks; what is no line of ours is passed over.

    Only keys of the contract with values of their kind.  A run that ended in the future was told by a clock that was
    ahead: the newest such run comes last, where there is no better one.
    """
    ahead = None
    for file in sorted((state / "runs").glob("[0-9]*-[0-9]*.jsonl"), reverse=True):
        for said in filter(None, map(_run_of, reversed(_last_lines(file)))):
            ended_at = moment(said.get("ended_at"))
            if ended_at and ended_at > now:
                ahead = ahead or said
            else:
                yield said
    if ahead:
        yield {**ahead, "ended_at": stamp(now)}


def _last_lines(file: Path) -> list[bytes]:
    try:
        if not file.is_file():  # a pipe would be waited for
            return []
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - MAX_RUNS_BYTES))
            return opened.read(MAX_RUNS_BYTES).splitlines()
    except OSError as error:
        logger.warning("%s cannot be read (%s); its runs are passed over", file, error)
        return []


def _run_of(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    return {key: value for key, value in said.items() if type(value) is _KINDS.get(key)} or None
