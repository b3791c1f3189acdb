"""What a re-extraction makes of one state: which fields, words and pictures came, went or changed; pure."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from newsarchive.pages.changes import Edit, Told
from newsarchive.reading import difference

FIELDS = (
    "title", "published_at", "modified_at", "media", "media_url", "author", "editor", "keywords", "symbols", "markets",
    "channel_ids", "videos", "asides", "page_id", "layout",
)  # fmt: skip
"""Keys of a state's line that the page gives; the file has the rest."""
MARKUP = "markup"
"""Stands for a field where the files differ in what no reader sees: tags, addresses, the head picture."""
MAX_PARAGRAPHS = 8
"""Of one state that are shown with their changes."""
MAX_SHOWN = 400
"""Characters of one stretch, or value, that are shown."""

GAINED, LOST, ALTERED = "gained", "lost", "altered"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, as texts; empty where there was or is none."""

    name: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """``gained``, ``lost`` or ``altered``."""
        return _kind(bool(self.after), bool(self.before), both=ALTERED)


@dataclass(frozen=True, slots=True)
class StateChange:
    """One state that other rules read otherwise."""

    docid: str
    day: date
    title: str
    layout: str
    """That read it before."""
    state: int
    """Number of the state that the page gave before."""
    fields: tuple[FieldChange, ...] = ()
    gained: int = 0
    """Characters of text that came."""
    lost: int = 0
    """Characters of text that went."""
    paragraphs: tuple[tuple[Edit, ...], ...] = field(default=(), repr=False)
    """Those with changes, shortened; at most ``MAX_PARAGRAPHS``."""
    more_paragraphs: int = 0
    pictures_gone: tuple[str, ...] = ()
    pictures_come: tuple[str, ...] = ()

    @property
    def text_kind(self) -> str:
        """What became of the text; empty where it is the same."""
        return _kind(bool(self.gained), bool(self.lost), both=ALTERED)

    @property
    def what(self) -> tuple[str, ...]:
        """What changed, by name: fields, ``text``, ``pictures``."""
        pictures = self.pictures_gone or self.pictures_come
        return (
            *(one.name for one in self.fields),
            *(("text",) if self.text_kind else ()),
            *(("pictures",) if pictures else ()),
        )


def fields_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields in which two lines differ."""
    pairs = ((name, _plain(before.get(name)), _plain(after.get(name))) for name in FIELDS)
    return tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new)


def with_texts(change: StateChange, before: Told, after: Told) -> StateChange:
    """The change with what differs in the texts."""
    told = difference.difference(before, after)
    edits = [edit for paragraph in told.text for edit in paragraph if edit.is_change]
    return replace(
        change,
        gained=sum(len(edit.after) for edit in edits),
        lost=sum(len(edit.before) for edit in edits),
        paragraphs=tuple(_shown(paragraph) for paragraph in told.text[:MAX_PARAGRAPHS]),
        more_paragraphs=max(0, len(told.text) - MAX_PARAGRAPHS),
        pictures_gone=tuple(map(_cut, told.pictures_gone[:MAX_PARAGRAPHS])),
        pictures_come=tuple(map(_cut, told.pictures_come[:MAX_PARAGRAPHS])),
    )


def with_markup(change: StateChange, before: bytes, after: bytes) -> StateChange:
    """The change with the first line in which the files differ, where nothing else tells what it is."""
    if change.what:
        return change
    lines = [data.decode("utf-8", "replace").split("\n") for data in (before, after)]
    pairs = zip(*lines, strict=False)
    told = next(((old, new) for old, new in pairs if old != new), ("", ""))
    return replace(change, fields=(FieldChange(MARKUP, *map(_cut, told)),))


def _shown(paragraph: Sequence[Edit]) -> tuple[Edit, ...]:
    short = difference.shortened(list(paragraph))
    return tuple(Edit(_cut(edit.before), _cut(edit.after)) if edit.is_change else edit for edit in short)


def _plain(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "；".join(html.unescape(str(one)) for one in value)
    return str(value or "")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _kind(came: bool, went: bool, *, both: str) -> str:
    if came and went:
        return both
    return GAINED if came else LOST if went else ""


def cut(change: FieldChange) -> FieldChange:
    """The field as it is shown."""
    return FieldChange(change.name, _cut(change.before), _cut(change.after))


def told(change: StateChange) -> Iterable[str]:
    """The change in lines of text, with signs around words that went and came."""
    for one in map(cut, change.fields):
        yield f"{one.name}: {difference.plain([Edit(one.before, one.after)])}"
    for paragraph in change.paragraphs:
        yield difference.plain(paragraph)
    if change.more_paragraphs:
        yield f"… {change.more_paragraphs} more paragraphs"
    yield from (f"picture: {path.join(difference.STRUCK)}" for path in change.pictures_gone)
    yield from (f"picture: {path.join(difference.INSERTED)}" for path in change.pictures_come)
