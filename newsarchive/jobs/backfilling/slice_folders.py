"""The folders of slices below ``.newsarchive/backfill/``, and what is written down of them: which are begun, which merged.

    slices.jsonl          a line when a slice is begun, before its folder is made, and one when it is merged, before that is removed
    leash                 while it is there, crawls of slices go on (``leash.py``)
    <days>_<token>/       an archive of its own; slice.json in it has the same token as its line

So whatever is killed: a slice that is begun goes on where its crawl was, one that is merged is only removed, and nothing is
removed but out of a folder that a line and its own token prove to be a slice's, and of that only what a crawl wrote.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from newsarchive.archive.format import paths
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.record import files
from newsarchive.archive.record.state_file import read_object
from newsarchive.errors import ArchiveNotWritable, cause_of
from newsarchive.jobs.backfilling.clearing import LOG_NAME, MARK_NAME, clear
from newsarchive.jobs.backfilling.leash import is_on, take_off
from newsarchive.jobs.backfilling.slices import Slice

FOLDER = "backfill"
NOTES_NAME, LEASH_NAME = "slices.jsonl", "leash"
TOKEN_BYTES = 4
"""Of chance in a folder's name: two slices of the same days are two folders; and in the word of a backfill."""
MAX_NOTES_BYTES = 64 << 20
"""A hundred years in slices of a day, ten times over, are a tenth of it."""
_NAME_RE = re.compile(r"(\d{4}-\d\d-\d\d)_(\d{4}-\d\d-\d\d)_([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpenSlice:
    """A slice that is begun and not merged yet."""

    slice: Slice
    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / paths.STATE_NAME

    @property
    def log(self) -> Path:
        """What its crawls say."""
        return self.folder / LOG_NAME


class SliceFolders:
    """Those of one archive, whose lock the caller holds; each method raises ``ArchiveNotWritable``."""

    def __init__(self, state: Path) -> None:
        self.root = state / FOLDER
        self.leash, self.word = self.root / LEASH_NAME, secrets.token_hex(TOKEN_BYTES)
        self._notes = self.root / NOTES_NAME
        files.make_folder(self.root, state)
        self._begun: dict[str, Slice] = {}
        self._merged: dict[str, date] = {}
        """Name → the day on which its crawl began."""
        self._unanswered: dict[str, set[date]] = {}
        self._bans: set[str] = set()
        self._read()

    def open_slices(self) -> list[OpenSlice]:
        """Newest days first; those whose folder is gone, or is not the slice's, are not among them."""
        names = [name for name in self._begun if name not in self._merged and self._is_marked(name)]
        found = [OpenSlice(self._begun[name], self.root / name) for name in names]
        return sorted(found, key=lambda one: one.slice.since, reverse=True)

    def done(self, channels: tuple[str, ...]) -> set[date]:
        """The days that were answered for at least these channels when they were over, and are merged."""
        merged = ((self._begun[name], self._answered(name)) for name in self._merged if name in self._begun)
        wanted = set(channels)
        return {day for one, days in merged if wanted <= set(one.channels) for day in days}

    def begin(self, one: Slice) -> OpenSlice:
        """Make its folder, to be crawled into."""
        name = f"{one}_{secrets.token_hex(TOKEN_BYTES)}"
        told = {"begun": name, "channels": list(one.channels)}
        self._note(told)
        self._begun[name] = one
        folder = self.root / name
        files.make_folder(folder, self.root)
        mark = folder / MARK_NAME
        files.write_whole(mark, json.dumps(told).encode() + b"\n", files.part_path(folder, MARK_NAME))
        files.sync_folder(folder)
        return OpenSlice(one, folder)

    def merged(self, one: OpenSlice, began: date, unanswered: Collection[date] = ()) -> set[date]:
        """All of it is in the archive: from now on it is only to be removed; the result are the days that are done.

        ``began``: the day when it was asked for; ``unanswered``: days that are to be asked for again.
        """
        name, again = one.folder.name, [day.isoformat() for day in sorted(unanswered)]
        self._note({"merged": name, "began": began.isoformat(), **({"unanswered": again} if again else {})})
        self._merged[name], self._unanswered[name] = began, set(unanswered)
        return set(one.slice.days) - set(unanswered)

    def _answered(self, name: str) -> set[date]:
        began, unanswered = self._merged[name], self._unanswered.get(name, set())
        return {day for day in self._begun[name].days if day < began and day not in unanswered}

    def note_ban(self, until: datetime) -> None:
        """The archive is told of it: from now on it is the archive that says whether it still holds."""
        if not self.is_ban_noted(until):
            self._note({"banned": stamp(until)})
            self._bans.add(stamp(until))

    def is_ban_noted(self, until: datetime) -> bool:
        return stamp(until) in self._bans

    def sweep(self) -> list[tuple[Path, list[str]]]:
        """Remove the folders of merged slices; the result are those in which lies what is not a slice's, and what that is."""
        for name in self._begun.keys() - self._merged.keys():
            self._drop_unmarked(self.root / name)
        folders = [self.root / name for name in self._merged if name in self._begun]
        swept = ((folder, self._left_in(folder)) for folder in folders if folder.is_dir() and not folder.is_symlink())
        return [(folder, left) for folder, left in swept if left]

    def put_leash_on(self) -> None:
        """From now on crawls may begin, and none of an earlier backfill goes on."""
        take_off(self.leash)
        files.append_synced(self.leash, self.word.encode())

    @property
    def is_stopped(self) -> bool:
        """Whether the leash was taken off."""
        return not is_on(self.leash)

    def _drop_unmarked(self, folder: Path) -> None:
        """A folder that was made when a kill or a full disk kept its mark from it: nothing was crawled into it."""
        if folder.is_dir() and not folder.is_symlink() and not self._is_marked(folder.name):
            files.discard(files.part_path(folder, MARK_NAME))
            with suppress(OSError):  # it is not empty, and so it is somebody's
                folder.rmdir()

    def _left_in(self, folder: Path) -> list[str]:
        """What is not removed of a merged slice: all of it, where its mark is not its own."""
        names = [path.name for path in folder.iterdir()]
        if names and not self._is_marked(folder.name):
            return names
        try:
            return clear(folder)
        except OSError as error:
            cause, step = cause_of(error)
            raise ArchiveNotWritable(f"{folder} cannot be removed: {cause} ({error}); {step}") from error

    def _is_marked(self, name: str) -> bool:
        folder = self.root / name
        if folder.is_symlink() or not folder.is_dir():
            return False
        return (read_object(folder / MARK_NAME) or {}).get("begun") == name

    # --- notes -------------------------------------------------------------------------------------------------------

    def _note(self, told: dict[str, Any]) -> None:
        is_new = not self._notes.exists()
        files.append_synced(self._notes, json.dumps(told).encode() + b"\n")
        if is_new:
            files.sync_folder(self.root)

    def _read(self) -> None:
        for told in self._lines():
            if isinstance(began := told.get("merged"), str) and (day := _day(told.get("began"))):
                self._merged[began] = day
                again = told.get("unanswered")
                days = map(_day, again) if isinstance(again, list) else ()
                self._unanswered[began] = {day for day in days if day}
            elif isinstance(until := told.get("banned"), str):
                self._bans.add(until)
            elif one := _slice(told):
                self._begun[str(told["begun"])] = one

    def _lines(self) -> Iterator[dict[str, Any]]:
        """What a kill tore, or is no line of ours, is passed over; the next line begins on a line of its own."""
        if not self._notes.is_file():
            return
        with files.reading(self._notes), self._notes.open("rb") as opened:
            data = opened.read(MAX_NOTES_BYTES)
        if not data.endswith(b"\n") and data:
            files.append_synced(self._notes, b"\n")
        for line in data.splitlines():
            with suppress(ValueError, RecursionError):
                if isinstance(told := json.loads(line), dict):
                    yield told


def _slice(told: dict[str, Any]) -> Slice | None:
    name, channels = told.get("begun"), told.get("channels")
    found = _NAME_RE.fullmatch(name) if isinstance(name, str) else None
    if found is None or not isinstance(channels, list) or not all(isinstance(one, str) for one in channels):
        return None
    since, until = _day(found[1]), _day(found[2])
    return Slice(since, until, tuple(channels)) if since and until and since <= until else None


def _day(text: object) -> date | None:
    with suppress(ValueError, TypeError):
        return date.fromisoformat(text)  # type: ignore[arg-type]  # anything else is none
    return None
