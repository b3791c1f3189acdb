"""What polls left behind, from the journals and files alone: whole files, coverage, seals, rows that were read again.

Beside ``judge``, which compares with the truth at the end; this can be asked at any moment, a torn journal included.
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
    """What the journals tell."""

    unsettled: dict[str, str] = field(default_factory=dict)
    """Documents without an article and without a reason for that: docid → ``pending`` or ``failed``."""
    titles: dict[str, set[str]] = field(default_factory=dict)
    """docid → the titles under which it was offered."""
    sealed: set[tuple[str, str]] = field(default_factory=set)
    """Each (day, channel) that is."""


def read_aftermath(archive: Path) -> Aftermath:
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
    """The articles under their final name that are not whole; there must be none, whenever a crawl was killed."""
    for day in day_folders(archive):
        for file in day.glob("*.md"):
            try:
                read_file(file)
            except ValueError as error:
                yield f"{file.relative_to(archive).as_posix()} {error}"
