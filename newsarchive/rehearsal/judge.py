"""Compares an archive folder with the truth, document by document, and says each difference in a sentence.

Last link of the rehearsal: what it does not complain about is right, as far as the stand-in can know it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from newsarchive.rehearsal.archived import (
    ArchivedFile,
    day_folders,
    journal_lines,
    loose_text,
    pieces_of,
    read_file,
)
from newsarchive.rehearsal.blocks import TextPiece
from newsarchive.rehearsal.channels import DOMESTIC, EVERYTHING, PAGEIDS
from newsarchive.rehearsal.truth import FILTERED, Fate, Story

IN_A_DAY = frozenset(("_day.jsonl", "_revisions"))
AT_THE_TOP = frozenset((".rehearsal", ".rehearsal.log", ".newsarchive", "_raw", "_images", "README.md"))
UNWANTED = ("<script", "<style", "<!--", "<iframe", "{", "}", " data-", " onclick")
KEPT = frozenset(("kept", "revised"))
OUTCOMES = KEPT | {"filtered", "failed", "gone"}
SHOWN_CHARACTERS = 40
"""How much of a text a difference quotes."""


@dataclass(slots=True)
class Verdict:
    """Counts of documents: ``kept`` as they should be, ``missing`` though they should be kept, ``false``: kept but should not be."""

    kept: int = 0
    missing: int = 0
    false: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether the archive equals the truth."""
        return not self.differences


@dataclass(slots=True)
class _Folder:
    """What the journals tell: the last outcome and the last file of each docid, the docid of each address."""

    archive: Path
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    docid_of: dict[str, str] = field(default_factory=dict)


def judge(archive: Path, documents: Sequence[Story], now: datetime) -> Verdict:
    """Compare ``archive`` with those of ``documents`` that the listing showed at ``now``."""
    verdict, folder = Verdict(), _Folder(archive)
    verdict.differences += _read_journals(folder)
    listed = [document for document in documents if document.listed_at <= now]
    for document in listed:
        verdict.differences += _about(document, folder, verdict)
    verdict.differences += _pairs(listed, folder, verdict)
    verdict.differences += _strangers(listed, folder, verdict)
    verdict.differences += _left_over(folder)
    return verdict


def _read_journals(folder: _Folder) -> Iterator[str]:
    for day in day_folders(folder.archive):
        for place, event, fault in journal_lines(folder.archive, day):
            if fault:
                yield f"{place} {fault}."
            _take_down(folder, event)


def _take_down(folder: _Folder, event: dict[str, Any]) -> None:
    docid, kind = event.get("docid"), event.get("event")
    if docid and kind == "offered":
        folder.docid_of[str(event.get("url"))] = docid
    if docid and kind in OUTCOMES:
        folder.outcomes[docid] = event
    if docid and kind in KEPT:
        folder.kept[docid] = event


def _about(document: Story, folder: _Folder, verdict: Verdict) -> Iterator[str]:
    """The differences of one document, of any fate."""
    docid = document.docid if document.fate is not Fate.OFF_SITE else folder.docid_of.get(document.url, "")
    if document.fate in (Fate.ARTICLE, Fate.SAME_TEXT):
        if docid in folder.kept:
            verdict.kept += 1
            yield from _about_file(document, folder)
    elif docid in folder.kept:
        verdict.false += 1
        yield f"{_named(document)} is archived, but it is no article: {document.fate}."
    elif docid not in folder.outcomes:
        yield f"{_named(document)} ({document.fate}) has no outcome in any journal."
    elif document.fate in FILTERED and (said := _outcome(docid, folder)) != f"filtered: {document.fate}":
        yield f"{_named(document)} ended as {said} instead of filtered: {document.fate}."


def _pairs(listed: Sequence[Story], folder: _Folder, verdict: Verdict) -> Iterator[str]:
    """Missing articles; of two documents with the same text exactly one must be kept."""
    repeats = {document.repeat_of: document for document in listed if document.repeat_of}
    for document in listed:
        if document.fate is not Fate.ARTICLE:
            continue
        repeat = repeats.get(document.docid)
        kept = [d for d in (document, repeat) if d and d.docid in folder.kept]
        if not kept:
            verdict.missing += 1
            yield f"{_named(document)} is missing ({_outcome(document.docid, folder)})."
        elif len(kept) > 1:
            verdict.false += 1
            yield f"{_named(document)} is archived twice: {kept[1].docid} has the same title and text."


def _strangers(listed: Sequence[Story], folder: _Folder, verdict: Verdict) -> Iterator[str]:
    known = {document.docid for document in listed} | {folder.docid_of.get(document.url, "") for document in listed}
    for docid in folder.kept.keys() - known:
        verdict.false += 1
        yield f"{docid} is archived, but the listing never showed it."


def _about_file(document: Story, folder: _Folder) -> Iterator[str]:
    event = folder.kept[document.docid]
    path = folder.archive / str(event.get("file"))
    if not path.is_file():
        yield f"{_named(document)}: its file {event.get('file')} does not exist."
        return
    if hashlib.sha256(path.read_bytes()).hexdigest() != event.get("sha256"):
        yield f"{_named(document)}: the digest in the journal is not that of {event['file']}."
    if path.parent != folder.archive / f"{document.published_at:%Y/%m/%d}":
        yield f"{_named(document)} lies in {event['file']}, not under its day {document.published_at:%Y-%m-%d}."
    if event.get("media") != document.media:
        yield f"{_named(document)}: the source is {_short(event.get('media'))} instead of {_short(document.media)}."
    try:
        found = read_file(path)
    except ValueError as error:
        yield f"{event['file']} {error}."
        return
    yield from (f"{_named(document)}: {fault}" for fault in _faults(document, found))


def _faults(document: Story, found: ArchivedFile) -> Iterator[str]:
    facts = (
        ("title", document.title, found.title),
        ("date", document.dated_at, found.dated_at),
        ("headimg", document.image, found.headimg),
        ("thumbnail", document.image, found.thumbnail),
    )
    for name, true, said in facts:
        if true != said:
            yield f"the {name} is {_short(said)} instead of {_short(true)}."
    yield from _channel_fault(document, found.channel)
    yield from _text_faults(document.pieces, found.body)


def _channel_fault(document: Story, said: str) -> Iterator[str]:
    named = set(document.lids) & PAGEIDS.keys()
    true = "国內" if DOMESTIC in named else "滚动" if named == {EVERYTHING} else said
    if true != said:
        yield f"the third category is 新浪财经－{said} instead of 新浪财经－{true}."


def _text_faults(true: tuple[TextPiece, ...], body: str) -> Iterator[str]:
    found = pieces_of(body)
    for number, (should, does) in enumerate(zip_longest(true, found), 1):
        if should != does:
            yield f"piece {number} of the text is {_said(does)} instead of {_said(should)}."
            return
    if rest := loose_text(body, found):
        yield f"the text holds something beside its paragraphs: {_short(rest)}."
    if body.count("<img") != body.count('referrerpolicy="no-referrer"'):
        yield "a picture is without referrerpolicy."
    for unwanted in UNWANTED:
        if unwanted in body:
            yield f"the body holds {unwanted.strip()!r}."
    if any(not line.strip() for line in body.split("\n")):
        yield "the body has a blank line."


def _left_over(folder: _Folder) -> Iterator[str]:
    files = {str(event.get("file")) for event in folder.kept.values()}
    for day in day_folders(folder.archive):
        for entry in day.iterdir():
            name = entry.relative_to(folder.archive).as_posix()
            if name not in files and entry.name not in IN_A_DAY:
                yield f"{name} is left over: no journal names it."
    for entry in folder.archive.iterdir():
        if entry.name not in AT_THE_TOP and not entry.name.isdecimal():
            yield f"{entry.name} is left over in the archive."


def _outcome(docid: str, folder: _Folder) -> str:
    if docid not in folder.docid_of.values():
        return "never offered"
    event = folder.outcomes.get(docid)
    return f"{event['event']}: {event.get('reason') or event.get('status')}" if event else "offered, no outcome"


def _named(document: Story) -> str:
    return f"{document.docid} 「{document.title[:SHOWN_CHARACTERS]}」"


def _said(piece: TextPiece | None) -> str:
    return f"{piece.kind} {_short(piece.text)}" if piece else "nothing"


def _short(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S%z}"
    text = str(value)
    return f"「{text[:SHOWN_CHARACTERS]}{'…' if len(text) > SHOWN_CHARACTERS else ''}」"
