"""A BagIt bag (RFC 8493, extra ``bag``) for libraries: the archive's own files, with digests that any BagIt program checks.

The payload is laid out as the archive is, each file byte for byte as its line says: articles, all earlier states, pictures, and the
journals of their days whole, since only a whole chain proves anything.  Of whole days it also has their raw files, and is
an archive itself.  Of another selection the records of its articles are cut out, a file a day: ``records/<day>.warc.gz``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

import bagit

from newsarchive import __version__
from newsarchive.archive.format import media, paths, raw_place
from newsarchive.archive.format.journal import parse
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.format.states import History, Line, histories
from newsarchive.archive.record import folder_readme
from newsarchive.errors import ArchiveDamaged, cause_of
from newsarchive.pages.text import printable
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.place import whole_folder
from newsarchive.reading.export.source import ExportSource, everything
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.raw_members import RawMember, exchange_at, members_of, places_of, whole_until, with_answers
from newsarchive.reading.whole_state import state_data

RECORDS_FOLDER = "records"
DIGEST = "sha256"
_UNLISTED_RE = re.compile("%(?:0[AaDd]|25)|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""In a manifest the first means another character (RFC 8493 §2.1.3), and the package takes the others for ends of lines.  The
profile rsshub has names with them."""
_CHUNK_BYTES = 1 << 20
"""Copied at a time."""

logging.getLogger("bagit").addHandler(logging.NullHandler())  # what goes wrong is raised, too


@dataclass(slots=True)
class _Laid:
    """What lies in the bag so far."""

    days: list[date] = field(default_factory=list)
    newest: str = ""
    """``at`` of the newest line of its journals."""
    raw_ends: dict[str, int] = field(default_factory=dict)
    """Raw files that lines of the journals name, and up to where."""


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_folder`` does, and ``ArchiveDamaged``."""
    root, laid = source.library.root, _Laid()
    with whole_folder(out, "bag") as part:
        for day, articles in groupby(source.articles(), key=lambda article: article.entry.day):
            _lay_day(source, part, laid, day, articles)
        for file, end in sorted(laid.raw_ends.items()) if _has_whole_days(source) else ():
            try:
                _lay_raw(root, part, file, end)
            except ArchiveDamaged as error:
                source.note(str(error))
        (part / folder_readme.NAME).write_bytes(folder_readme.text())
        bagit.make_bag(str(part), _info(source, laid), checksums=[DIGEST])
        _sort_tags(part)


def _has_whole_days(source: ExportSource) -> bool:
    """Whether nothing but days was selected."""
    return source.is_wanted is everything and source.selection == Selection(
        since=source.selection.since, until=source.selection.until
    )


# --- a day -----------------------------------------------------------------------------------------------------------


def _lay_day(source: ExportSource, part: Path, laid: _Laid, day: date, articles: Iterable[KeptArticle]) -> None:
    """Its journal as it is now, all whole lines of it, and the files of these articles that the journal names."""
    journal = _journal(source.library.root, day)
    lines = raw_place.of_here(event.data for event in parse(journal))
    _lay(paths.journal_path(part, day), journal)
    laid.days.append(day)
    laid.newest = max([laid.newest, *(str(line.get("at") or "") for line in lines[-1:])])
    answers, found, pictures = with_answers(lines), histories(lines, day), _pictures(lines)
    _note_raw_files(laid, (line for of_document in answers.values() for line in of_document))
    for article in articles:
        docid = article.entry.docid
        places = [] if _has_whole_days(source) else places_of(answers.get(docid, []))
        try:
            records = _lay_article(source.library.root, part, found[docid], places)
        except ArchiveDamaged as error:
            source.leave_out(str(error))
            continue
        _append(part / RECORDS_FOLDER / f"{day}{raw_place.SUFFIX}", records)
        _lay_pictures(source, part, pictures.get(docid, []))


def _journal(root: Path, day: date) -> bytes:
    data = _read(paths.journal_path(root, day))
    return data[: data.rfind(b"\n") + 1]


def _read(path: Path) -> bytes:
    try:
        with open_plain(path) as file:
            return file.read()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> ArchiveDamaged:
    return ArchiveDamaged(f"{path} cannot be read: {cause_of(error)[0]} ({error})")


def _lay_article(root: Path, part: Path, told: History, places: Sequence[str]) -> list[RawMember]:
    """Lay its states, and give the records at these places; nothing is laid where anything of it is not whole."""
    if _UNLISTED_RE.search(told.states[-1].file):
        name = printable(told.states[-1].file)
        raise ArchiveDamaged(f"{name} cannot be in a bag: its name has what the lists of a bag cannot hold")
    files = [(state.file, state_data(root, told, state)) for state in told.states]
    exchanges = [exchange_at(root, place, told.docid) for place in places]
    for file, data in files:
        _lay(part / file, data)
    return members_of(exchanges)


def _pictures(lines: Iterable[Line]) -> dict[str, list[str]]:
    """The files of pictures that the lines of each document name."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.get("event") == "image" and media.is_media(line.get("file")):
            found.setdefault(str(line.get("docid")), []).append(line["file"])
    return found


def _lay_pictures(source: ExportSource, part: Path, files: Sequence[str]) -> None:
    """Each once, and only with the bytes that its name tells; another is told."""
    for file in files:
        if (part / file).exists():
            continue
        try:
            data = _read(source.library.root / file)
        except ArchiveDamaged as error:
            source.note(str(error))
            continue
        if media.sha256_of(data) == media.digest_of(file):
            _lay(part / file, data)
        else:
            source.note(
                f"{source.library.root / file} has not the bytes that its name tells; newsarchive verify --full"
            )


def _lay(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _append(path: Path, members: Sequence[RawMember]) -> None:
    if members:
        path.parent.mkdir(exist_ok=True)
        with path.open("ab") as records:
            records.writelines(member.data for member in members)


# --- raw files -------------------------------------------------------------------------------------------------------


def _note_raw_files(laid: _Laid, lines: Iterable[Line]) -> None:
    for place in map(raw_place.parse, places_of(lines)):
        if place:
            laid.raw_ends[place.file] = max(place.offset + place.length, laid.raw_ends.get(place.file, 0))


def _lay_raw(root: Path, part: Path, file: str, end: int) -> None:
    """All whole records of a raw file.  Raises ``ArchiveDamaged`` where it cannot be read, or ends before ``end``."""
    (part / file).parent.mkdir(parents=True, exist_ok=True)
    try:
        left = whole_until(root / file, end)
        given = open_plain(root / file)
    except OSError as error:
        raise _unreadable(root / file, error) from error
    with given, (part / file).open("wb") as taken:
        while left and (chunk := given.read(min(left, _CHUNK_BYTES))):
            taken.write(chunk)
            left -= len(chunk)
    if left:
        raise ArchiveDamaged(f"{root / file} ends before a record that a line names; newsarchive verify --full")


# --- the bag ---------------------------------------------------------------------------------------------------------


def _info(source: ExportSource, laid: _Laid) -> dict[str, str]:
    """Of ``bag-info.txt``; the same for the same archive, so its date is that of the newest line, not of today."""
    days = f"{laid.days[0]} to {laid.days[-1]}" if laid.days else "no day"
    about = f"news of Sina Finance (新浪财经), {days}, {source.exported} articles, laid out as README.md in data/ tells"
    told = {"External-Description": about, "Bag-Software-Agent": f"newsarchive {__version__}, bagit.py {bagit.VERSION}"}
    return told | {"Bagging-Date": laid.newest[: len("2026-11-23")] or "1970-01-01"}


def _sort_tags(part: Path) -> None:
    """The package lists tag files in the order that the disk gives them."""
    tags = part / f"tagmanifest-{DIGEST}.txt"
    lines = tags.read_text("utf-8").splitlines(keepends=True)
    tags.write_text("".join(sorted(lines)), "utf-8", newline="\n")
