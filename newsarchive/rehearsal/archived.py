"""Reads an archive folder without the code that wrote it: journals, files, and the pieces of a text.

For ``judge``. It repeats the formats of design §3 on purpose: a mistake in the archive's own reader must not hide here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsarchive.rehearsal.blocks import TextPiece, squash

FIRST_LINK = "0" * 64
_QUOTED = r"'((?:[^'\n]|'')*)'"
_SHAPE_RE = re.compile(
    rf"\A\n---\ntitle: {_QUOTED}\n"
    r"categories: \n - 金融\n - 新浪财经\n - 新浪财经－([^\n]+)\n"
    rf"headimg: {_QUOTED}\nauthor: 新浪财经\ncomments: false\ndate: ([^\n]+ GMT)\nthumbnail: {_QUOTED}\n"
    r"(?:[a-z0-9_]+: [^\n]*\n)*---\n\n<div>   \n(.*)  \n</div>\n {12}\Z",
    re.DOTALL,
)
_DATE_FORMAT = "%a, %d %b %Y %H:%M:%S GMT"
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **{tag: tag for tag in ("p", "li", "caption", "th", "td", "figcaption", "strong", "em")},
    "b": "strong",
    "i": "em",
}
INLINE = frozenset(("strong", "em", "a"))
"""Kinds of piece that lie inside another piece, so that their text occurs in both."""


class JournalLine(NamedTuple):
    """One line of a journal: ``fault`` is empty, or says what is wrong with the line as such."""

    place: str
    event: dict[str, Any]
    fault: str


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """What one article's file says."""

    title: str
    channel: str
    headimg: str
    thumbnail: str
    dated_at: datetime
    body: str


def read_file(path: Path) -> ArchivedFile:
    """ValueError where the file has not the seed's shape, OSError where it cannot be read."""
    match = _SHAPE_RE.match(path.read_bytes().decode())
    if not match:
        message = "is not in the seed's shape"
        raise ValueError(message)
    title, channel, headimg, date, thumbnail, body = match.groups()
    dated_at = datetime.strptime(date, _DATE_FORMAT).replace(tzinfo=UTC)
    return ArchivedFile(_unquoted(title), channel, _unquoted(headimg), _unquoted(thumbnail), dated_at, body)


def day_folders(archive: Path) -> list[Path]:
    """The folders ``2026/11/23`` of the archive, oldest first."""
    return sorted(day for day in archive.glob("[0-9]*/[0-9]*/[0-9]*") if day.is_dir())


def journal_lines(archive: Path, day: Path) -> Iterator[JournalLine]:
    """The lines of a day's journal, each checked against the chain of links."""
    journal = day / "_day.jsonl"
    if not journal.is_file():
        return
    link, name = FIRST_LINK, journal.relative_to(archive).as_posix()
    *whole, rest = journal.read_bytes().split(b"\n")
    for number, raw in enumerate(whole, 1):
        yield _line(f"{name}:{number}", raw, link)
        link = hashlib.sha256(raw).hexdigest()
    if rest:
        yield JournalLine(f"{name}:{len(whole) + 1}", {}, "is torn")


def _line(place: str, raw: bytes, link: str) -> JournalLine:
    try:
        event = json.loads(raw)
    except ValueError:
        return JournalLine(place, {}, "is no JSON")
    if event.get("link") != link or list(event)[-1] != "link":
        return JournalLine(place, event, "is not linked to the line before it")
    return JournalLine(place, event, "")


def pieces_of(body: str) -> tuple[TextPiece, ...]:
    """The pieces of a clean body, in document order (``blocks.TextPiece``)."""
    root = LexborHTMLParser(body).body
    return tuple(piece for node in root.traverse() if (piece := _piece(node))) if root else ()


def loose_text(body: str, pieces: tuple[TextPiece, ...]) -> str:
    """The text of the body that belongs to no piece, without white space; empty where there is none."""
    root = LexborHTMLParser(body).body
    rest = "".join(root.text(deep=True).split()) if root else ""
    for piece in pieces:
        if piece.kind not in INLINE and piece.kind != "figure":
            rest = rest.replace("".join(piece.text.split()), "", 1)
    return rest


def _piece(node: LexborNode) -> TextPiece | None:
    tag, attributes = node.tag or "", node.attributes
    if tag == "img":
        return TextPiece("figure", attributes.get("src") or "")
    if tag == "a":
        return TextPiece("a", attributes.get("href") or "")
    kind, text = _KINDS.get(tag), squash(node.text(deep=True))
    if not kind or not text:
        return None
    if kind == "p" and _inside(node, "blockquote"):
        return TextPiece("quote", text)
    return TextPiece(kind, text)


def _inside(node: LexborNode, tag: str) -> bool:
    parent = node.parent
    while parent and parent.tag != tag:
        parent = parent.parent
    return parent is not None


def _unquoted(text: str) -> str:
    return text.replace("''", "'")
