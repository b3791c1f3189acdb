"""Takes a document out, once that is decided: the decision lies in the archive's folder until nothing of it is left.

``_redacting.json`` names what has to go.  Each start looks for it first and does what it says, so whatever is killed, the
redaction has either not begun or comes to its end.  It lies outside of ``.newsarchive``, which may be deleted at any time.
The order: the decision; the journals (words out and tombstone in by one rename each); the files; the catalogue, to its
free pages; the end of the decision.  So no text lies there whose tombstone is missing and that nothing would remove.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from newsarchive.archive.format import events, journal, paths, raw_place, raw_record
from newsarchive.archive.format.chain import Chain, Line
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.journal import encode, moment
from newsarchive.archive.format.media import is_media
from newsarchive.archive.format.redacting import (
    REDACTED,
    HiddenWords,
    names_of,
    rewritten,
    text_of,
    without_mentions,
    without_words,
)
from newsarchive.archive.format.states import REVISIONS_NAME, histories, is_docid
from newsarchive.archive.index import database
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.catch_up import bring_level
from newsarchive.archive.record import files, raw_takedown
from newsarchive.errors import ArchiveDamaged

logger = logging.getLogger(__name__)

NAME = "_redacting.json"
ASIDE = f"{paths.JOURNAL_NAME}.replaced-"
"""How a journal's name begins that ``repair`` has set aside."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be taken out, and by whom; all that is needed to go on after a kill."""

    docid: str
    days: Mapping[str, str]
    """Day (``2026-11-23``) → SHA-256 of the last line of its journal: of each that has lines of it, or related links to it."""
    reason: str
    keep_title: bool
    run: str
    at: str
    titles: Sequence[str]
    urls: Sequence[str]
    files: Sequence[Sequence[str]]
    """[path below the archive, SHA-256] of each file that holds it."""
    records: Sequence[str] = ()
    """The places of its raw records."""

    @property
    def said(self) -> Said:
        at = moment(self.at)
        if at is None:
            raise ValueError(self.at)
        return Said(self.run, at)

    def dates(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.days]

    def names(self) -> list[str]:
        """What tells of it where other documents lead to it."""
        return names_of(self.docid, self.titles, self.urls)

    def is_sound(self) -> bool:
        """Whether this may be ours: what names another place than one below the archive is none."""
        named = [PurePosixPath(file) for file, _ in self.files]
        is_below = not any(path.is_absolute() or ".." in path.parts or "\0" in str(path) for path in named)
        are_places = all(raw_place.parse(place) for place in self.records)
        return (
            is_docid(self.docid)
            and is_below
            and are_places
            and bool(self.days.values())
            and bool(self.dates())
            and bool(self.said)
        )


def decide(root: Path, decision: Decision) -> None:
    """Write it down: from now on each start does it.  Raises ``ArchiveNotWritable``."""
    data = json.dumps(asdict(decision), ensure_ascii=False).encode("utf-8", "backslashreplace")
    files.write_whole(root / NAME, data + b"\n", files.part_path(root, NAME))
    files.sync_folder(root)


def decided(root: Path) -> Decision | None:
    """The redaction that has not come to its end.  Raises ``ArchiveDamaged`` for a decision that nobody can read."""
    path = root / NAME
    if not path.exists():
        return None
    with suppress(ValueError, TypeError, AttributeError, OSError, RecursionError):
        decision = Decision(**json.loads(path.read_bytes()))
        if decision.is_sound():
            logger.info("%s is being taken out, as decided at %s", decision.docid, decision.at)
            return decision
    raise ArchiveDamaged(f"{path} is not as we write it: see what it names, take it away, then redact again")


def begin(root: Path) -> Decision | None:
    """``decided``, for a start: a decision that was not written to its end is none, and goes."""
    files.discard(files.part_path(root, NAME))
    return decided(root)


def take_out(root: Path, decision: Decision) -> None:
    """Take the words out of journals and folders; what is done already is passed over.  Raises ``ArchiveNotWritable``."""
    words = _words(root, decision)
    for day in decision.dates():
        _rewrite(root, day, decision, words)
        for path in journals_aside(root, day):
            _clean_aside(path, decision, words)
    for file, sha256 in decision.files:
        if files.is_file_of(root / file, sha256):
            files.remove(root / file)
    raw_takedown.empty(root, decision.records, decision.docid, raw_record.date_of(decision.said.at))
    for folder in {(root / file).parent for file, _ in decision.files}:
        if folder.is_dir():
            files.sync_folder(folder)
    for day in decision.dates():
        _remove_empty(paths.day_folder(root, day) / REVISIONS_NAME, decision.docid)


def forget(root: Path, catalogue: Catalogue, decision: Decision) -> None:
    """Take it out of the catalogue, and out of what SQLite leaves of former rows.  Raises ``sqlite3.Error``."""
    with catalogue.transaction():
        for day in decision.dates():
            bring_level(root, catalogue, day, mend=None)
    database.discard(catalogue.path.with_name(database.BESIDE_NAME))
    catalogue.scrub()


def end(root: Path) -> None:
    """Nothing of it is left.  Raises ``ArchiveNotWritable``."""
    files.remove(root / NAME)
    files.sync_folder(root)


def journals_aside(root: Path, day: date) -> Iterator[Path]:
    """Former journals of the day, which ``repair`` has set aside."""
    folder = paths.day_folder(root, day)
    return (path for path in sorted(folder.glob(f"{ASIDE}*")) if path.is_file() and not path.is_symlink())


def _words(root: Path, decision: Decision) -> HiddenWords:
    """Of the files that are still there; all of them are, as long as a journal is not rewritten yet."""
    texts = [(file, sha256) for file, sha256 in decision.files if not is_media(file)]
    there = [path for file, sha256 in texts if files.is_file_of(path := root / file, sha256)]
    titles = () if decision.keep_title else decision.titles
    return HiddenWords.of([*(text_of(files.read(path)) for path in there), *titles])


# --- journals --------------------------------------------------------------------------------------------------------


def _rewrite(root: Path, day: date, decision: Decision, words: HiddenWords) -> None:
    path = paths.journal_path(root, day)
    chain = Chain.of(files.read(path) if path.is_file() else b"")
    if not chain.lines:  # somebody has taken it away meanwhile
        return
    statements = list(journal.read_objects(path))
    if any(line.get("event") == REDACTED and line.get("former_link") == decision.days[str(day)] for line in statements):
        return
    new = rewritten(chain.lines, lambda line: _cleaned(line, decision, words))
    tombstone = _tombstone(statements, day, decision, new.former_link, new.replaced)
    last = hashlib.sha256(new.lines[-1]).hexdigest()
    data = b"".join(line + b"\n" for line in new.lines) + encode(tombstone, last)
    files.write_whole(path, data, files.part_path(path.parent, path.name))
    files.sync_folder(path.parent)


def _cleaned(line: Line, decision: Decision, words: HiddenWords) -> Line | None:
    if line.get("docid") != decision.docid:
        return None if decision.keep_title else without_mentions(line, decision.names())
    return without_words(line, words, keep_title=decision.keep_title)


def _tombstone(
    statements: Sequence[Line], day: date, decision: Decision, former_link: str, replaced: list[list[object]]
) -> events.Event:
    history = histories(statements, day).get(decision.docid)
    lines = [*history.lines, *history.left] if history else []
    files_ = [sha256 for _, sha256 in decision.files] if history else []
    return events.redacted(
        decision.said,
        decision.docid if history else None,
        decision.reason,
        states=len(history.lines) if history else 0,
        sha256s=list(dict.fromkeys([*(str(line["sha256"]) for line in lines), *files_])),
        text_sha256=_text_sha256(history.lines) if history else None,
        former_link=former_link,
        replaced=replaced,
    )


def _text_sha256(states: Sequence[Mapping[str, object]]) -> str | None:
    told = states[-1].get("text_sha256") if states else None
    return told if isinstance(told, str) else None


def _clean_aside(path: Path, decision: Decision, words: HiddenWords) -> None:
    """A former journal proves nothing by its links any more: its other lines stay as they are, byte for byte."""
    lines = files.read(path).split(b"\n")
    cleaned = [_cleaned_aside(line, decision, words) for line in lines]
    if cleaned != lines:
        files.write_whole(path, b"\n".join(cleaned), files.part_path(path.parent, path.name))
        files.sync_folder(path.parent)


def _cleaned_aside(line: bytes, decision: Decision, words: HiddenWords) -> bytes:
    if decision.docid.encode() not in line and not words.touches(line.decode("utf-8", "replace")):
        return line
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return b"{}"  # torn or altered: whose words these are, nobody can tell
    if not isinstance(said, dict):
        return b"{}"
    cleaned = _cleaned(said, decision, words)
    return line if cleaned is None else encode(cleaned, str(said.get("link")))[:-1]


# --- folders ---------------------------------------------------------------------------------------------------------


def _remove_empty(revisions: Path, docid: str) -> None:
    for folder in (revisions / docid, revisions):
        with suppress(OSError):  # not empty, or not there
            folder.rmdir()
