"""archive: one line a day that binds its journal, to be kept elsewhere (mail, git, a timestamp service); pure.

``2026-11-23  <link of the last line>  <lines>  <articles>``: whoever has it can prove later that none of these lines was
altered or taken away since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from newsarchive.errors import UsageError

_HEAD_RE = re.compile(r"(\d{4}-\d\d-\d\d)\s+([0-9a-f]{64})\s+(\d{1,9})\s+(\d{1,9})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal of a day ended."""

    day: date
    link: str
    """SHA-256 of the last line; 64 zeros where there is none."""
    lines: int
    articles: int
    """Documents with a file."""

    def __str__(self) -> str:
        return f"{self.day.isoformat()}  {self.link}  {self.lines}  {self.articles}"


def parse(lines: Iterable[str], source: str) -> dict[date, Head]:
    """Read what ``newsarchive heads`` wrote; empty lines and those with ``#`` in front are passed over.

    Of a day that is told twice, the longer journal counts.  Raises ``UsageError``, which names ``source`` and the line,
    for one that is none.
    """
    told: dict[date, Head] = {}
    for number, line in enumerate(lines, 1):
        text = line.lstrip("\ufeff").strip()
        if not text or text.startswith("#"):
            continue
        head = _head(text, f"{source} line {number}")
        if head.day not in told or head.lines > told[head.day].lines:
            told[head.day] = head
    return told


def _head(text: str, where: str) -> Head:
    found = _HEAD_RE.fullmatch(text)
    try:
        if found:
            return Head(date.fromisoformat(found[1]), found[2], int(found[3]), int(found[4]))
    except ValueError:  # a day that no calendar has
        pass
    raise UsageError(f"{where}: expected a line of `newsarchive heads`: day, link, lines, articles")
