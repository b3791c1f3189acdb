"""What the polls wrote, read from journals and files alone: whole files, documents without an outcome, titles, seals.

``judge`` compares a finished archive with the truth; this module also reads an archive whose crawl was killed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsarchive.rehearsal.archived import day_folders, journal_lines, read_file

SETTLED = frozenset(("kept", "revised", "filtered", "gone"))


@dataclass(slots=True)
class Aftermath:
    """What the journals of all days say together."""

    unsettled: dict[str, str] = field(default_factory=dict)
    """Documents that are neither archived nor settled: docid → ``pending`` or ``failed``."""
    titles: dict[str, set[str]] = field(default_factory=dict)
    """docid → the titles under which it was offered."""
    sealed: set[tuple[str, str]] = field(default_factory=set)
    """Each sealed (day, channel)."""


def read_aftermath(archive: Path) -> Aftermath:
    """Read all journals of the archive; a torn or unlinked line is taken as it stands."""
    aftermath = Aftermath()
    for day in day_folders(archive):
        for line in journal_lines(archive, day):
            _take_down(aftermath, "-".join(day.parts[-3:]), line.event)
    return aftermath


def _take_down(aftermath: Aftermath, day: str, event: Mapping[str, Any]) -> None:
    docid, kind = str(event.get("docid")), event.get("event")
    if kind == "offered":
        if docid not in aftermath.titles:
            aftermath.unsettled[docid] = "pending"
        aftermath.titles.setdefault(docid, set()).add(str(event.get("title")))
    elif kind == "failed":
        aftermath.unsettled[docid] = "failed"
    elif kind in SETTLED:
        aftermath.unsettled.pop(docid, None)
    elif kind == "sealed":
        aftermath.sealed.add((day, str(event.get("channel"))))


def half_written(archive: Path) -> Iterator[str]:
    """Articles under their final name whose file is cut or malformed, a sentence each; a kill must never leave one."""
    for day in day_folders(archive):
        for file in day.glob("*.md"):
            try:
                read_file(file)
            except ValueError as error:
                yield f"{file.relative_to(archive).as_posix()} {error}"
