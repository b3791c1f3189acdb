"""An archive folder that is right, written without the project's own writer: what the judge's tests then spoil."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from itertools import groupby
from pathlib import Path

from newsarchive.rehearsal.archived import INLINE
from newsarchive.rehearsal.blocks import TextPiece
from newsarchive.rehearsal.truth import BEIJING, Fate, Story

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=BEIJING)

CELL = "<table><tr><{0}>{1}</{0}></tr></table>"
TAGS = {"quote": "<blockquote><p>{}</p></blockquote>", "heading": "<h3>{}</h3>"}


def write_archive(archive: Path, world: tuple[Story, ...]) -> None:
    for day, documents in groupby(world, key=lambda document: document.published_at.date()):
        folder = archive / f"{day:%Y/%m/%d}"
        folder.mkdir(parents=True)
        write_day(archive, folder, list(documents))


def write_day(archive: Path, folder: Path, documents: list[Story]) -> None:
    events: list[dict[str, object]] = [
        {"event": "offered", "docid": document.docid, "url": document.url} for document in documents
    ]
    events += [outcome(archive, folder, document) for document in documents]
    write_journal(folder, events)


def write_journal(folder: Path, events: list[dict[str, object]]) -> None:
    link, lines = "0" * 64, []
    for event in events:
        lines.append(json.dumps({**event, "link": link}, ensure_ascii=False).encode())
        link = hashlib.sha256(lines[-1]).hexdigest()
    (folder / "_day.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


def outcome(archive: Path, folder: Path, document: Story) -> dict[str, object]:
    if document.fate is not Fate.ARTICLE:
        return {"event": "filtered", "docid": document.docid, "reason": str(document.fate)}
    file = folder / f"{document.docid}.md"
    file.write_bytes(file_of(document))
    where = file.relative_to(archive).as_posix()
    kept = {"file": where, "sha256": digest(file), "media": document.media}
    return {"event": "kept", "docid": document.docid, **kept}


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def file_of(document: Story) -> bytes:
    title, image = (text.replace("'", "''") for text in (document.title, document.image))
    channel = "国內" if "1686" in document.lids else "滚动"
    body = "\n".join(html_of(document.pieces)).replace("{", "&#123;").replace("}", "&#125;")
    return (
        f"\n---\ntitle: '{title}'\ncategories: \n - 金融\n - 新浪财经\n - 新浪财经－{channel}\nheadimg: '{image}'\n"
        f"author: 新浪财经\ncomments: false\ndate: {format_datetime(document.dated_at.astimezone(UTC), usegmt=True)}\n"
        f"thumbnail: '{image}'\n---\n\n<div>   \n{body}  \n</div>\n            "
    ).encode()


def html_of(pieces: tuple[TextPiece, ...]) -> list[str]:
    lines: list[str] = []
    for kind, text in pieces:
        shown = escape(text, quote=False)
        if kind == "figure":
            lines.append(f'<figure><img src="{text}" referrerpolicy="no-referrer"></figure>')
        elif kind == "a":
            lines[-1] = lines[-1].replace("披露网站", f'<a href="{text}">披露网站</a>')
        elif kind in INLINE:
            lines[-1] = lines[-1].replace(shown, f"<{kind}>{shown}</{kind}>")
        elif kind in ("caption", "th", "td"):
            lines.append(f"<table><{kind}>{shown}</{kind}></table>" if kind == "caption" else CELL.format(kind, shown))
        else:
            lines.append(TAGS.get(kind, f"<{kind}>{{}}</{kind}>").format(shown))
    return lines
