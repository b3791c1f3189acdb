"""Where a document's text lies: which files hold it for certain, and which ones a person has to look at.  Looks, never writes.

A file holds it that has a digest which its lines tell, that lies where its lines name it and is an article, or in which
more than half of its text stands.  What shares less with it may be anybody's own, and is named but not touched.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from newsarchive.archive.format import journal, paths, raw_place, rsshub
from newsarchive.archive.format.chain import Line
from newsarchive.archive.format.redacting import HiddenWords, names_of, text_of, without_mentions
from newsarchive.archive.format.states import REVISIONS_NAME, STATE_EVENTS, History, histories
from newsarchive.archive.record import picture_lines, presence, raw_takedown
from newsarchive.archive.record.day_journal import is_article
from newsarchive.archive.record.raw_takedown import MOST_OF_IT
from newsarchive.errors import cause_of

MAX_BYTES = 32 << 20
"""Of a file that is looked into: pages are refused above 20 MiB."""
MAX_ALSO = 20
"""Other documents with the same title, or text, that are named."""


@dataclass(slots=True)
class Traces:
    """What was found."""

    docid: str
    days: list[date] = field(default_factory=list)
    """Whose journals have lines of it."""
    mentioned: list[date] = field(default_factory=list)
    """Other days, where related links of other documents lead to it or give its title."""
    states: int = 0
    lines: list[Line] = field(default_factory=list)
    """All that journals say of it."""
    titles: list[str] = field(default_factory=list)
    """Each that a listing or a page gave it."""
    urls: list[str] = field(default_factory=list)
    """Its addresses."""
    files: dict[str, str] = field(default_factory=dict)
    """Path below the archive → SHA-256, of the files that hold it."""
    records: list[str] = field(default_factory=list)
    """The places of its raw records: pages, twins, listings that show it, and other answers with its text that became no article."""
    left: dict[str, str] = field(default_factory=dict)
    """Path → why somebody has to look at it."""
    also_titled: list[str] = field(default_factory=list)
    """Docids of other documents whose lines carry the same title."""
    also_kept: list[str] = field(default_factory=list)
    """Docids of other documents with the very same title and text."""


@dataclass(frozen=True, slots=True)
class _Known:
    """By what a file is recognised."""

    digests: set[str]
    texts: list[HiddenWords]
    """Of each state."""
    titles: HiddenWords

    def share_in(self, text: str) -> float:
        """Which part of that state stands there of which most does."""
        return max((state.share_in(text) for state in self.texts), default=0.0)


def traces(root: Path, docid: str, is_named: Callable[[str], bool]) -> Traces:
    """Look for it in all journals and in the folders of its days.

    ``is_named`` tells whether another document's line names a file.  Raises ``ArchiveDamaged`` where a journal cannot be read.
    """
    found = Traces(docid)
    told = [(day, history) for day in paths.days(root) if (history := _history(root, day, docid, found))]
    digests = {str(line["sha256"]) for line in found.lines if isinstance(line.get("sha256"), str)}
    own = {file for _, history in told for file in _own(root, history, found.lines)}
    known = _Known(
        digests, [HiddenWords.of([text]) for text in _texts(root, own, digests)], HiddenWords.of(found.titles)
    )
    for file in sorted(own):
        if is_named(file):
            found.left[file] = "a line of another document names it, too: run newsarchive verify"
        else:
            _judge_own(root, file, known, found)
    for folder in _folders(root, own, found.days):
        _judge_strays(root, folder, lambda file: file in own or is_named(file), known, found)
    pictures = picture_lines.alone(root, docid, found.lines)
    found.files |= pictures
    raw = raw_takedown.find(root, docid, found.urls, known.texts, pictures.values())
    named = (place for line in found.lines for place in raw_place.places_in(line))
    behind_damage = raw_takedown.own(root, docid, set(named) - {*raw.places})
    found.records = [*raw.places, *behind_damage, *_of_no_article(root, raw.elsewhere)]
    found.left |= raw.left
    _look_at_others(root, found)
    return found


def _history(root: Path, day: date, docid: str, found: Traces) -> History | None:
    about = journal.read_about(paths.journal_path(root, day), json.dumps(docid))
    lines = [line for line in about if line.get("docid") == docid]
    if not lines:
        return None
    found.days.append(day)
    found.lines += lines
    told = (str(line[key]) for line in lines for key in ("title", "listed_title") if line.get(key))
    titles = [title.encode("utf-8", "ignore").decode() for title in told]  # half characters are nowhere on the disk
    found.titles += [title for title in dict.fromkeys(titles) if title not in found.titles]
    found.urls += dict.fromkeys(str(line["url"]) for line in lines if line.get("url"))
    history = histories(lines, day).get(docid) or History(docid, day)
    found.states += len(history.states)
    return history


def _folders(root: Path, own: set[str], days: list[date]) -> list[str]:
    """Where copies of it may lie: also in that of the profile rsshub, once no line names its files any more."""
    shared = {rsshub.FOLDER} if (root / rsshub.FOLDER).is_dir() else set()
    return sorted({file.rpartition("/")[0] for file in own} | {_folder(day) for day in days} | shared)


def _folder(day: date) -> str:
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def _own(root: Path, history: History, lines: list[Line]) -> Iterator[str]:
    """Where its lines, or its docid, say that it lies: newest state, earlier ones, what was put aside or is half-written."""
    told = {str(line.get("file")) for line in lines if is_article(str(line.get("file")))}
    yield from told
    revisions = f"{_folder(history.day)}/{REVISIONS_NAME}/{history.docid}"
    yield from (f"{revisions}/{name}" for name in presence.names_in(root / revisions))
    for folder in {file.rpartition("/")[0] for file in told} | {_folder(history.day)}:
        names = {file.rpartition("/")[2] for file in told if file.startswith(f"{folder}/")}
        beside = presence.names_in(root / folder) - names
        yield from (f"{folder}/{name}" for name in beside if _is_beside(name, names, history.docid))


def _is_beside(name: str, names: set[str], docid: str) -> bool:
    """Whether a name is one that ``repair`` gives to what it replaces, or that a file of ours has before it is whole."""
    if name.startswith(".") and name.endswith(".part"):
        stem = name[1:].removesuffix(".part")
        return stem == docid or stem.startswith(f"{docid}-") or any(stem.startswith(own) for own in names)
    return any(name.startswith(f"{own}.replaced-") for own in names)


def _texts(root: Path, own: set[str], digests: set[str]) -> Iterator[str]:
    """Of the files that are certainly states of it."""
    for file in own:
        data = _read(root / file)
        if isinstance(data, bytes) and hashlib.sha256(data).hexdigest() in digests:
            yield text_of(data)


def _judge_own(root: Path, file: str, known: _Known, found: Traces) -> None:
    if not os.path.lexists(root / file):
        return
    data = _read(root / file)
    if isinstance(data, str):
        found.left[file] = data
        return
    digest = hashlib.sha256(data).hexdigest()
    is_ours = digest in known.digests or not data or data.startswith(presence.HEAD) or file.endswith(".part")
    if is_ours or known.share_in(text_of(data)) > MOST_OF_IT:
        found.files[file] = digest
    else:
        found.left[file] = "it lies where the document did, but is no article, and does not hold its text"


def _judge_strays(root: Path, folder: str, is_named: Callable[[str], bool], known: _Known, found: Traces) -> None:
    for name in sorted(presence.names_in(root / folder)):
        file = f"{folder}/{name}"
        path = root / file
        if name.startswith(paths.JOURNAL_NAME) or path.is_symlink() or not path.is_file() or is_named(file):
            continue
        data = _read(path)
        if isinstance(data, str):
            found.left[file] = data
            continue
        text, digest = text_of(data), hashlib.sha256(data).hexdigest()
        share = known.share_in(text)
        if digest in known.digests or share > MOST_OF_IT:
            found.files[file] = digest
        elif share or known.titles.touches(name) or known.titles.touches(text):
            found.left[file] = "it shares words with the text or its title; it may be somebody's own"


def _read(path: Path) -> bytes | str:
    """The bytes of a plain file; else why it cannot be looked into."""
    try:
        if path.is_symlink() or not path.is_file():
            return "it is no plain file"
        if path.stat().st_size > MAX_BYTES:
            return "it is too large to be looked into"
        return path.read_bytes()
    except OSError as error:
        return f"it cannot be read: {cause_of(error)[0]}"


def _of_no_article(root: Path, places: list[str]) -> list[str]:
    """Those of these records that no state of another document was made of: its answer is that document's evidence."""
    marks = '"warc":"', raw_place.UNSTORED_MARK  # a line of another archive names a record otherwise than it lies here
    about = (
        line
        for day in (paths.days(root) if places else ())
        for line in raw_place.of_here(journal.read_about(paths.journal_path(root, day), *marks))
    )
    told = (line for line in about if line.get("event") in STATE_EVENTS)
    named = {place for line in told for place in raw_place.places_in(line)}
    return [place for place in places if place not in named]


def _look_at_others(root: Path, found: Traces) -> None:
    names = names_of(found.docid, found.titles, found.urls)
    told = [json.dumps(name, ensure_ascii=False)[1:-1] for name in (*names, *found.titles)]
    texts = {str(line["text_sha256"]) for line in found.lines if line.get("text_sha256")}
    titled, kept = dict[str, None](), dict[str, None]()
    for day in paths.days(root):
        about = journal.read_about(paths.journal_path(root, day), *told, *texts)
        others = [line for line in about if line.get("docid") not in (None, found.docid)]
        titled |= {str(line["docid"]): None for line in others if line.get("title") in found.titles}
        kept |= {str(line["docid"]): None for line in others if line.get("text_sha256") in texts and line.get("file")}
        is_mentioned = any(without_mentions(line, names) for line in others)
        if is_mentioned and day not in found.days:
            found.mentioned.append(day)
    found.also_titled, found.also_kept = [*titled][:MAX_ALSO], [*kept][:MAX_ALSO]
