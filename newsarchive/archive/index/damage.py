"""The catalogue's part on damage: where a day's journal is not what was written, until a person accepts it.

``unlinked`` lines stand in the journals, and a rebuild finds them again.  That lines are lost at the end of a journal
(``shortened``), or a whole journal (``missing``), only the catalogue can know: with it, that knowledge goes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from newsarchive.errors import ArchiveDamaged

SCHEMA = """
CREATE TABLE damage (
    day TEXT,
    line INTEGER,
    kind TEXT,
    expected TEXT NOT NULL,
    found TEXT,
    accepted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, line, kind, expected)
) WITHOUT ROWID;
"""

_LINK_RE = re.compile(r"[0-9a-f]{64}")

UNLINKED, SHORTENED, MISSING = "unlinked", "shortened", "missing"

_WORDS = {
    UNLINKED: "{journal} line {line} is not linked to the line before it: one of the two was altered, or one between them taken out",
    SHORTENED: "{journal} has lost lines that stood there from line {line} on",
    MISSING: "{journal} is gone",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """One place of a journal."""

    day: date
    line: int
    """From 1; of lost lines the first."""
    kind: str
    expected: str
    """SHA-256 of the line before, as it stands; of lost lines that of the last one."""
    found: str | None
    """The link that stands there; of lost lines the SHA-256 of the last line that is left.  None where there is none."""

    def __str__(self) -> str:
        return _WORDS[self.kind].format(journal=f"{self.day:%Y/%m/%d}/_day.jsonl", line=self.line)


def unlinked(day: date, line: int, expected: str, link: object) -> Damage:
    """A line whose link, whatever stands there, is not the SHA-256 of the line before."""
    return Damage(day, line, UNLINKED, expected, link if isinstance(link, str) and _LINK_RE.fullmatch(link) else None)


@contextmanager
def readable(catalogue: Path) -> Iterator[None]:
    """Within this context SQLite's errors about the catalogue's file become ``ArchiveDamaged``: callers need not know SQLite."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise ArchiveDamaged(
            f"the catalogue {catalogue} cannot be read ({error}); run again: it is rebuilt from the journals"
        ) from error


class DamageTable:
    """This table of an open catalogue, over its connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def note(self, damage: Damage, *, accepted: bool = False) -> None:
        """Remember it; once accepted, it stays accepted."""
        self._db.execute(
            "INSERT OR IGNORE INTO damage (day, line, kind, expected, found, accepted) VALUES (?, ?, ?, ?, ?, ?)",
            (damage.day.isoformat(), damage.line, damage.kind, damage.expected, damage.found, accepted),
        )

    def accept(self, day: date, event: Mapping[str, Any]) -> None:
        """Take in a ``damaged`` event."""
        self._db.execute(
            "UPDATE damage SET accepted = 1 WHERE day = ? AND line = ? AND expected = ? AND found IS ?",
            (day.isoformat(), event["line"], event["expected"], event.get("found")),
        )

    def lost(self, day: date) -> set[str]:
        """The SHA-256 of each line that was the last one when lines of the day were lost."""
        rows = self._db.execute("SELECT expected FROM damage WHERE day = ? AND kind <> ?", (day.isoformat(), UNLINKED))
        return {expected for (expected,) in rows}

    def stand_ins(self, day: date) -> set[str]:
        """The SHA-256 of each line that was last when lines were found lost: an altered one goes when these come back."""
        rows = self._db.execute("SELECT found FROM damage WHERE day = ? AND kind <> ?", (day.isoformat(), UNLINKED))
        return {found for (found,) in rows if found}

    def heal(self, day: date, link: str) -> None:
        """The line with this SHA-256 is there: what was lost up to it has come back, as from a backup."""
        self._db.execute(
            "DELETE FROM damage WHERE day = ? AND kind <> ? AND expected = ?", (day.isoformat(), UNLINKED, link)
        )

    def forget_unlinked(self, day: date) -> None:
        """The journal is read again from its first line."""
        self._db.execute("DELETE FROM damage WHERE day = ? AND kind = ?", (day.isoformat(), UNLINKED))

    def unlinked(self, day: date) -> set[int]:
        """The lines of the day known as unlinked, accepted or not."""
        rows = self._db.execute("SELECT line FROM damage WHERE day = ? AND kind = ?", (day.isoformat(), UNLINKED))
        return {line for (line,) in rows}

    def losses(self) -> list[tuple[Damage, bool]]:
        """What the journals do not tell, each with whether it was accepted."""
        rows = self._db.execute(
            "SELECT day, line, kind, expected, found, accepted FROM damage WHERE kind <> ?", (UNLINKED,)
        )
        return [(Damage(date.fromisoformat(day), *rest), bool(accepted)) for day, *rest, accepted in rows]

    def open(self) -> list[Damage]:
        """What nobody has accepted yet, oldest day first."""
        rows = self._db.execute(
            "SELECT day, line, kind, expected, found FROM damage WHERE accepted = 0 ORDER BY day, line, kind"
        )
        return [Damage(date.fromisoformat(day), *rest) for day, *rest in rows]


def summary(damages: Iterable[Damage]) -> str:
    """One sentence for all of them; empty for none."""
    all_of_them = list(damages)
    if not all_of_them:
        return ""
    more = len(all_of_them) - 1
    others = f", and {more} more" if more else ""
    return (
        f"the archive is damaged: {all_of_them[0]}{others}; put the journal back from a copy, or accept what cannot be "
        "mended with `newsarchive rebuild --accept-damage`"
    )
