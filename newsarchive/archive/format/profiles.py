"""The dialects of an archive: how its files are named and where they lie; an archive has one for its life (design §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsarchive.archive.format import names, paths, rsshub


@dataclass(frozen=True, slots=True)
class Profile:
    """Names and places; what the bytes are is ``article`` and ``rsshub``."""

    name: str
    stem_of: Callable[[str], str]
    """The plain name, without ``.md``, for the title of the first offer; empty if nothing of it remains."""
    with_docid: Callable[[str, str], str]
    """(stem, docid) → the name of a document whose plain name is taken."""
    folder_of: Callable[[Path, date], Path]
    """(root of the archive, day of the document) → where its file lies; the journal always lies in the day's folder."""
    scope_of: Callable[[date], str]
    """Within what names are unique: documents of one scope lie in one folder."""
    is_literal: bool
    """Whether names are made of the listing's title letter by letter."""


CLEAN = Profile("clean", names.file_stem, names.with_docid, paths.day_folder, date.isoformat, is_literal=False)
RSSHUB = Profile(
    "rsshub",
    rsshub.stem_of,
    lambda stem, docid: rsshub.with_docid(stem, docid).removesuffix(".md") if stem else docid,
    lambda root, _day: root / rsshub.FOLDER,
    lambda _day: rsshub.FOLDER,
    is_literal=True,
)
PROFILES = {profile.name: profile for profile in (CLEAN, RSSHUB)}
