"""What an import did, or would do: counts, what was left, and what was mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from newsarchive.jobs.importing.source import Left

ARCHIVE, POSTS = "archive", "posts"


@dataclass(frozen=True, slots=True)
class Mended:
    """A post that is archived otherwise than it was, or under a day that it does not tell."""

    path: str
    docid: str
    file: str
    """Below the archive; empty in a dry run."""
    mended: list[str]


@dataclass(slots=True)
class ImportOutcome:
    """All of it."""

    kind: str = POSTS
    """Of the folder: ``ARCHIVE`` or ``POSTS``."""
    counts: Counter[str] = field(default_factory=Counter)
    """``days`` taken whole, ``articles`` that were not here, ``states`` of articles that were, ``lines``, ``unchanged``."""
    left: list[Left] = field(default_factory=list)
    mended: list[Mended] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        counted = {name: self.counts[name] for name in COUNTED}
        left = [{"path": one.path, "reason": one.reason} for one in self.left]
        return {"kind": self.kind, **counted, "mended": len(self.mended), "unread": left}


COUNTED = ("days", "articles", "states", "lines", "unchanged")

TellProgress = Callable[[int, int], None]
"""(done, of all): bytes of journals, or posts."""
