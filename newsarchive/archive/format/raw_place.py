"""Where a raw record lies: ``<file below the archive>:<offset>:<length>``, as lines of the journal name it (``warc``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

RAW_NAME = "_raw"
"""Folder below the archive; what the servers sent."""
SUFFIX = ".warc.gz"

ANSWER_KEYS = ("warc", "warc_further")
"""Of a line: where the answer lies that it tells of, and those of an article's further pages."""
MAX_NUMBER = 999_999
"""Of a file of a day: ``_FILE_RE`` reads no longer one."""

_PLACE_RE = re.compile(r"(?P<file>_raw(?:/[^/\\\0:]+)+\.warc\.gz):(?P<offset>\d{1,15}):(?P<length>\d{1,9})", re.ASCII)
_FILE_RE = re.compile(r"_raw/(\d{4})/(\d\d)/(\d\d)-\d{1,6}\.warc\.gz", re.ASCII)
_NUMBER_RE = re.compile(r"(?P<day>\d\d)-(?P<number>\d{1,6})\.warc\.gz", re.ASCII)


class RawPlace(NamedTuple):
    """One gzip member of a file of records."""

    file: str
    """Below the archive, with ``/``."""
    offset: int
    """Of its first byte."""
    length: int
    """Bytes."""

    def __str__(self) -> str:
        return f"{self.file}:{self.offset}:{self.length}"


def parse(text: object) -> RawPlace | None:
    """The place that a line names; None for what is none, or lies outside of the raw store."""
    found = _PLACE_RE.fullmatch(text) if isinstance(text, str) else None
    if found is None or ".." in found["file"].split("/"):
        return None
    return RawPlace(found["file"], int(found["offset"]), int(found["length"]))


def places_in(line: Mapping[str, Any]) -> list[str]:
    """Where the answers lie that a line of a journal tells of, page by page, each as it is written there."""
    named = (line.get(key) for key in ANSWER_KEYS)
    places = (place for value in named for place in (value if isinstance(value, list) else [value]))
    return [place for place in places if isinstance(place, str)]


UNSTORED = "unstored"
"""Event of a line: what the lines before it name lies in the raw store of the archive that they were imported from, but for
the files that its ``files`` tells of: those came along, each under a name of ours."""
UNSTORED_MARK = f'"event":"{UNSTORED}"'
"""How such a line is found in a journal."""


def of_here(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a day in their order, each place as it is here; without those that name another archive's raw store."""
    found: list[dict[str, Any]] = []
    for line in lines:
        if line.get("event") == UNSTORED:
            files = files_in(line)
            found = [_of_here(one, files) for one in found]
        found.append(line if isinstance(line, dict) else dict(line))  # whoever knows a line finds it again
    return found


def files_in(line: Mapping[str, Any]) -> dict[str, str]:
    """Their file of records → ours, of those that came along, as a line of ``UNSTORED`` tells; what is no such file is passed over."""
    told = line.get("files")
    pairs = told.items() if isinstance(told, dict) else ()
    return {theirs: ours for theirs, ours in pairs if isinstance(ours, str) and parse(f"{ours}:0:1")}


def moved(line: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """``ANSWER_KEYS`` of a line of another archive as the answers lie here; empty unless all of them came along."""
    places = places_in(line)
    ours = [_moved(place, files) for place in places]
    if not places or None in ours or not isinstance(line.get("warc"), str):
        return {}
    first, *further = ours
    return {"warc": first, **({"warc_further": further} if further else {})}


def named_here(line: Mapping[str, Any], files: Mapping[str, str] | None) -> dict[str, Any]:
    """What a line that is said again tells of its raw records: where they lie here, else (``source_warc``) where there."""
    if here := moved(line, files or {}):
        return here
    place = line.get("source_warc") or line.get("warc")
    return {"source_warc": place} if place else {}


def _moved(place: str, files: Mapping[str, str]) -> str | None:
    where = parse(place)
    file = files.get(where.file) if where else None
    return str(where._replace(file=file)) if where and file else None


def _of_here(line: dict[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    if not line.get("warc"):
        return line
    return {**line, "warc": None, "warc_further": None, **moved(line, files)}


def text_or_none(value: object) -> str | None:
    """The place as text, where ``value`` is one."""
    return str(value) if parse(value) else None


def file_of(day: date, number: int) -> str:
    """The path below the archive of the ``number``-th file of a day (Beijing), from 1."""
    return f"{RAW_NAME}/{day.year:04}/{day.month:02}/{day.day:02}-{number}{SUFFIX}"


def number_of(name: str, day: date) -> int | None:
    """Which file of the day has this name (of a file in the folder of its month); None for one of another day, or none of ours."""
    found = _NUMBER_RE.fullmatch(name)
    return int(found["number"]) if found and int(found["day"]) == day.day else None


def day_of(file: str) -> date | None:
    """The day of a file as ``file_of`` names it; None for one of another name."""
    found = _FILE_RE.fullmatch(file)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
