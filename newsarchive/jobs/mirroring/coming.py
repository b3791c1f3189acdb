"""What a mirror puts into a copy before the journal that names it: ``_mirror/coming.json`` in the copy tells.

So whoever verifies the copy meanwhile, or after a kill, knows these files from others that no line names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from newsarchive.archive.format import paths
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.record import presence
from newsarchive.archive.record.finding import Finding

FILE = "_mirror/coming.json"
MOST_BYTES = 64 << 20
"""Of a day: 100,000 files have a tenth of that."""


class Coming:
    """Path → SHA-256 of what was put, or is about to be, of each day whose journal is not there yet."""

    def __init__(self, left: Mapping[str, str]) -> None:
        """``left``: what a mirror that did not end tells."""
        days = {day for file in left if (day := paths.day_named(file))}
        self._of_days: dict[date, Mapping[str, str]] = dict.fromkeys(days, left)

    @property
    def days(self) -> set[date]:
        return {*self._of_days}

    def begin(self, day: date, files: Mapping[str, str]) -> None:
        self._of_days[day] = {**self._of_days.get(day, {}), **files}

    def end(self, day: date) -> None:
        """Its journal is there, and names all of these."""
        self._of_days.pop(day, None)

    def told(self) -> bytes:
        files = {file: sha256 for of_day in self._of_days.values() for file, sha256 in of_day.items()}
        return json.dumps({"coming": files}, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def explained(root: Path, findings: Iterable[Finding]) -> dict[Finding, str]:
    """The findings that are but files on their way, each with a sentence."""
    files = _read(root)
    ours = [found for found in findings if found.path in files]
    sentence = "a mirror puts it there, the journal of its day comes last; newsarchive mirror goes on with that"
    return {found: f"{found.path}: {sentence}" for found in ours if _is_on_its_way(root, found, files[found.path])}


def _is_on_its_way(root: Path, found: Finding, sha256: str) -> bool:
    """Whether it is the file that is told, or the first journal of a day, which is not there yet."""
    lies = presence.look(root / found.path)
    return lies.sha256 == sha256 if lies.is_there else found.path.endswith(f"/{paths.JOURNAL_NAME}")


def _read(root: Path) -> dict[str, str]:
    with suppress(OSError), open_plain(root / FILE) as file:
        return files_in(file.read(MOST_BYTES))
    return {}


def files_in(data: bytes) -> dict[str, str]:
    """Path → SHA-256, as ``Coming.told`` wrote it; nothing for what is none of it."""
    with suppress(ValueError, RecursionError, AttributeError, TypeError):
        files = json.loads(data).get("coming")
        return {str(path): str(sha256) for path, sha256 in files.items()}
    return {}
