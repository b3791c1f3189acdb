"""How a run ended: one exit code out of all that went wrong, and the line that is kept of it (design §4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from newsarchive.archive import files, journal
from newsarchive.archive.journal import stamp
from newsarchive.items import BEIJING

DONE, DEFECT, MISSING, BLOCKED, LISTING, NOT_WRITABLE = 0, 1, 3, 4, 5, 7
GRAVEST_FIRST = (NOT_WRITABLE, DEFECT, BLOCKED, LISTING, MISSING)
"""Which of several causes decides, once the crawl has begun; none is ``DONE``."""

COUNTED = ("offered", "kept", "revised", "filtered", "failed", "gone")


@dataclass(slots=True)
class Outcome:
    """What went wrong in a run, as it went; the gravest decides."""

    causes: dict[int, dict[str, None]] = field(default_factory=lambda: {code: {} for code in GRAVEST_FIRST})
    """By exit code, the messages in the order in which they came."""

    def note(self, code: int, message: str) -> None:
        """Remember a cause, one of ``GRAVEST_FIRST``; a message is kept once."""
        self.causes[code][message] = None

    @property
    def exit_code(self) -> int:
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
            }
        )

    def keep(self, state: Path) -> None:
        """Append the line to the file of the month, Beijing; raises ``ArchiveNotWritable`` and ``ArchiveDamaged``."""
        folder = state / "runs"
        files.make_folder(folder, state)
        file = folder / f"{self.ended_at.astimezone(BEIJING):%Y-%m}.jsonl"
        journal.mend(file)  # a power cut may have torn the last line
        files.append_synced(file, f"{self.line()}\n".encode())


def kept_runs(state: Path) -> Iterator[dict[str, Any]]:
    """The runs as their lines say, newest first, as far as somebody asks; a line that is torn or none is passed over."""
    for file in sorted((state / "runs").glob("[0-9]*-[0-9]*.jsonl"), reverse=True):
        for line in reversed(file.read_bytes().splitlines()):
            with suppress(ValueError):
                said = json.loads(line)
                if isinstance(said, dict):
                    yield said
