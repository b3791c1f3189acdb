"""A folder of texts that follows the archive: ``OUT/2026/11/23/…``; a second export changes only what changed.

A list in each day's folder tells which files an export wrote, with their digests.  So a file that a person changed or made
is never touched, but for an article that was redacted, which goes in any case; texts of earlier selections stay.  A day is in
memory at a time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from newsarchive.archive.format.paths import day_folder, day_folders
from newsarchive.errors import UsageError
from newsarchive.reading.export.local_pictures import FollowedPictures
from newsarchive.reading.export.place import cleared, digest_of, part_of, told
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.kept_article import KeptArticle


class FolderText(NamedTuple):
    """One file of a day's folder."""

    name: str
    data: bytes


class WrittenFile(NamedTuple):
    """A file that an export wrote."""

    docid: str
    sha256: str


Listing = dict[str, WrittenFile]
"""By the file's name."""


@dataclass
class FolderChange:
    """What an export did to the folder; texts that were right already are not in it."""

    written: int = 0
    removed: int = 0
    left_alone: list[Path] = field(default_factory=list)
    """Files that somebody else made or changed."""


class PicturePlace(NamedTuple):
    """Where pictures of these texts lie."""

    folder: Path
    address: str
    """How a text names the folder, with a slash at its end."""


def follow(
    source: ExportSource,
    out: Path,
    kind: str,
    text_of: Callable[[KeptArticle], FolderText],
    place: PicturePlace | None = None,
) -> FolderChange:
    """Bring ``out`` up to date; no text in it is touched before all that is new lies beside it.

    ``place``: where pictures go, if they go along; those of an earlier export are looked after in any case.

    Raises ``UsageError`` where a file stands there, ``ArchiveNotWritable``, ``ArchiveDamaged``.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; this format is a folder: give the name of a folder")
    part = part_of(out)
    with told(out), cleared(part):
        part.mkdir()
        plan = _Plan(out, part, f".newsarchive-{kind}")
        pictures = _pictures(source, out, kind, place)
        for day, articles in groupby(source.articles(), key=lambda article: article.entry.day):
            plan.take(day, ((article.entry.docid, text_of(article)) for article in articles))
        for day in plan.days():
            plan.take_out(day, {entry.docid for entry in source.library.day(day).redacted})
        plan.carry_out()
        if pictures:
            plan.change.removed += pictures.take_out(lambda docid: _is_redacted(source, docid))
    return plan.change


def _pictures(source: ExportSource, out: Path, kind: str, place: PicturePlace | None) -> FollowedPictures | None:
    listing = out / f".newsarchive-{kind}-media"
    if place is None or not (source.has_pictures or listing.is_file()):
        return None
    pictures = FollowedPictures(source.library.root, place.folder, place.address, listing)
    source.take_picture = pictures.take
    return pictures


def _is_redacted(source: ExportSource, docid: str) -> bool:
    entry = source.library.entry(docid)
    return entry is not None and entry.is_redacted


class _Plan:
    """What is to be done to ``out``, laid ready in ``part``."""

    def __init__(self, out: Path, part: Path, list_name: str) -> None:
        self.out, self.part, self.list_name = out, part, list_name
        self.change = FolderChange()
        self.to_remove: list[Path] = []

    def days(self) -> list[date]:
        """Those that an export's list is there of, or will be."""
        folders = [of_day for root in (self.out, self.part) if root.is_dir() for of_day in day_folders(root)]
        return sorted({day for day, folder in folders if (folder / self.list_name).is_file()})

    def take(self, day: date, texts: Iterable[tuple[str, FolderText]]) -> None:
        folder, staged = day_folder(self.out, day), day_folder(self.part, day)
        known = _read(folder / self.list_name)
        listing = dict(known)
        for docid, text in texts:
            here, wanted = _digest(folder / text.name), hashlib.sha256(text.data).hexdigest()
            if here not in (None, wanted, known.get(text.name, WrittenFile("", "")).sha256):
                self.change.left_alone.append(folder / text.name)
                continue
            listing[text.name] = WrittenFile(docid, wanted)
            if here != wanted:
                staged.mkdir(parents=True, exist_ok=True)
                (staged / text.name).write_bytes(text.data)
                self.change.written += 1
        if listing != known:
            self._lay(day, listing)

    def take_out(self, day: date, docids: set[str]) -> None:
        """Also what somebody changed since, and what was laid ready before it was redacted: it is the text that must go."""
        folder, staged = day_folder(self.out, day), day_folder(self.part, day)
        newest = staged if (staged / self.list_name).is_file() else folder
        listing = _read(newest / self.list_name)
        going = {name for name, listed in listing.items() if listed.docid in docids}
        for name in sorted(going):
            (staged / name).unlink(missing_ok=True)
            self.to_remove.append(folder / name)
        if going:
            self._lay(day, {name: listed for name, listed in listing.items() if name not in going})

    def carry_out(self) -> None:
        """Each file whole, each day's list behind its files: after a kill the next export goes on."""
        for path in self.to_remove:
            self.change.removed += path.is_file()
            path.unlink(missing_ok=True)
        self.out.mkdir(exist_ok=True)
        for day, staged in sorted(day_folders(self.part)):
            folder = day_folder(self.out, day)
            folder.mkdir(parents=True, exist_ok=True)
            known = _read(folder / self.list_name)
            for path in sorted(staged.iterdir(), key=lambda path: (path.name == self.list_name, path.name)):
                if path.name == self.list_name or self._may_replace(folder / path.name, known):
                    path.replace(folder / path.name)

    def _may_replace(self, path: Path, known: Listing) -> bool:
        """Looked at once more: an export may take minutes, and people work meanwhile."""
        here = _digest(path)
        if here in (None, known.get(path.name, WrittenFile("", "")).sha256):
            return True
        self.change.left_alone.append(path)
        self.change.written -= 1
        return False

    def _lay(self, day: date, listing: Listing) -> None:
        folder = day_folder(self.part, day)
        folder.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps([name, *listed], ensure_ascii=False) + "\n" for name, listed in sorted(listing.items()))
        (folder / self.list_name).write_text("".join(lines), "utf-8", newline="\n")


def _read(path: Path) -> Listing:
    """An export's list; a line that another hand spoilt is passed over: its file is then left alone."""
    if not path.is_file():
        return {}
    found = map(_listed, path.read_text("utf-8", "replace").split("\n"))
    return dict(filter(None, found))


def _listed(line: str) -> tuple[str, WrittenFile] | None:
    try:
        name, docid, sha256 = json.loads(line)
    except (ValueError, TypeError):
        return None
    is_name = isinstance(name, str) and name == Path(name).name and "\\" not in name and name not in ("", "..")
    return (name, WrittenFile(str(docid), str(sha256))) if is_name else None


def _digest(path: Path) -> str | None:
    """None where nothing stands; empty for what is no plain file."""
    return (digest_of(path) or "") if os.path.lexists(path) else None
