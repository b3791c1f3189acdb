"""The difference of two states as a reader sees it: title, times, pictures, and the text with its words struck and inserted."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

from newsarchive.archive.format.journal import stamp
from newsarchive.pages.changes import Edit, Told, edits_of, paragraph_edits

CONTEXT = 24
"""Characters of unchanged text that are shown on either side of a change; the rest is left out as ``…``."""

STRUCK, INSERTED = ("[-", "-]"), ("{+", "+}")
"""Signs around words that went and that came: a difference must be readable without colours."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two states; empty lists where nothing did."""

    title: list[Edit]
    time: Edit | None
    text: list[list[Edit]]
    """Paragraph by paragraph, each a list of edits that make it up; only those with a change."""
    pictures_gone: list[str]
    pictures_come: list[str]

    def __bool__(self) -> bool:
        return bool(self.title or self.time or self.text or self.pictures_gone or self.pictures_come)


def difference(before: Told, after: Told) -> Difference:
    """Compare two states."""
    title = list(edits_of(before.title, after.title))
    times = [stamp(told.published_at) if told.published_at else "" for told in (before, after)]
    return Difference(
        title=title if any(map(_is_change, title)) else [],
        time=Edit(*times) if times[0] != times[1] else None,
        text=[edits for edits in paragraph_edits(before.paragraphs, after.paragraphs) if any(map(_is_change, edits))],
        pictures_gone=[path for path in before.pictures if path not in after.pictures],
        pictures_come=[path for path in after.pictures if path not in before.pictures],
    )


def _is_change(edit: Edit) -> bool:
    return edit.is_change


def shortened(edits: list[Edit]) -> list[Edit]:
    """The edits with long unchanged stretches cut down to ``CONTEXT`` on either side of a change."""
    return [edit if edit.is_change else _short(edit.after, n > 0, n < len(edits) - 1) for n, edit in enumerate(edits)]


def _short(text: str, has_before: bool, has_after: bool) -> Edit:
    if len(text) <= 2 * CONTEXT:
        return Edit(text, text)
    head, tail = text[:CONTEXT] if has_before else "", text[-CONTEXT:] if has_after else ""
    return Edit(f"{head}…{tail}", f"{head}…{tail}")


def plain(edits: Iterable[Edit]) -> str:
    """Text with signs: ``净利润[-3.2-]{+2.3+}亿元``."""
    return "".join(_signed(edit) for edit in edits)


def _signed(edit: Edit) -> str:
    if not edit.is_change:
        return edit.after
    struck = edit.before.join(STRUCK) if edit.before else ""
    return struck + (edit.after.join(INSERTED) if edit.after else "")


def marked_up(edits: Iterable[Edit]) -> str:
    """HTML with ``del`` and ``ins``; the text itself is escaped."""
    return "".join(_tagged(edit) for edit in edits)


def _tagged(edit: Edit) -> str:
    if not edit.is_change:
        return html.escape(edit.after)
    struck = f"<del>{html.escape(edit.before)}</del>" if edit.before else ""
    return struck + (f"<ins>{html.escape(edit.after)}</ins>" if edit.after else "")
