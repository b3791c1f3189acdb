"""``newsarchive raw``: what the server sent for a document, as it was received."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.content_coding import CodingError
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.raw_answer import RawAnswer, read_raw, read_request
from newsarchive.archive.format.raw_place import UNSTORED_MARK, of_here, places_in
from newsarchive.archive.format.states import STATE_EVENTS, histories
from newsarchive.cli import tables
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.cli.show import which
from newsarchive.errors import NotAnArticle, UsageError
from newsarchive.operation.report import DONE, MISSING
from newsarchive.pages.charset import decode
from newsarchive.reading.finding import FoundDocument
from newsarchive.reading.library import Library
from newsarchive.sina.page.page_reader import charset_of


class Stored(NamedTuple):
    """An answer that a line names."""

    event: str
    state: int | None
    """Number of the state that was made of it; None where none was."""
    page: int
    """Of an article with several, from 1."""
    place: str


def raw(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Docid, address, path, or a part of the title.")],
    *,
    state: Annotated[int | None, typer.Option("--state", metavar="N", help="Of this state, not of the newest.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Each answer that the journal names, oldest first.")] = False,
    headers: Annotated[bool, typer.Option("--headers", help="Request and answer, their heads as sent.")] = False,
    body: Annotated[bool, typer.Option("--body", help="The body, unpacked, as text.")] = False,
    as_bytes: Annotated[bool, typer.Option("--bytes", help="The body as it was received, to be saved.")] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the server sent for a document, from the raw store.

    Without an option: when, from where, with which status and size, and where the record lies. A document that was never
    kept has answers too: the newest is shown.

    Example: newsarchive raw nizpfak5450008 --headers | newsarchive raw 降准 --state 1 --body |
    newsarchive raw nizpfak5450008 --bytes > page.html.gz

    Exit code: 0; 2 if nothing or several are meant, or it was redacted; 3 if no answer is stored; 8 if a record is damaged.
    """
    if sum((headers, body, as_bytes, as_json)) > 1:
        raise UsageError("--headers, --body, --bytes, --json: one of them at a time")
    root = archive_folder(archive)
    found = which(Library(root), asked)
    chosen = _chosen(found, list(_stored(root, found)), state, every=every)
    for one in chosen:
        _check_own(root, found, one)
    if as_bytes:
        _write_bytes(root, chosen)
    elif as_json:
        typer.echo(json.dumps([_as_dict(one, read_raw(root, one.place)) for one in chosen], ensure_ascii=False))
    else:
        for number, one in enumerate(chosen):
            if number:
                typer.echo()
            _show(root, one, headers=headers, body=body)
    raise typer.Exit(DONE)


# --- which answers ---------------------------------------------------------------------------------------------------


def _stored(root: Path, found: FoundDocument) -> Iterator[Stored]:
    """What the lines of the document name, in their order."""
    about = of_here(journal.read_about(paths.journal_path(root, found.day), json.dumps(found.docid), UNSTORED_MARK))
    lines = [line for line in about if line.get("docid") == found.docid]
    history = histories(lines, found.day).get(found.docid)
    numbers = {id(state.line): state.number for state in history.states} if history else {}
    for line in lines:
        number = numbers.get(id(line)) if line.get("event") in STATE_EVENTS else None
        for page, place in enumerate(places_in(line), start=1):
            yield Stored(str(line.get("event")), number, page, place)


def _chosen(found: FoundDocument, stored: Sequence[Stored], state: int | None, *, every: bool) -> list[Stored]:
    """Those of a state, of all, or of the newest state; where there is none, the newest answer."""
    if every:
        chosen = list(stored)
    elif state is not None:
        chosen = [one for one in stored if one.state == state]
    else:
        newest = max((one.state for one in stored if one.state is not None), default=None)
        chosen = [one for one in stored if one.state == newest] if newest else list(stored[-1:])
    if not chosen:
        of = f"state {state} of " if state is not None else ""
        typer.echo(
            f"{of}{found.docid}: no answer is stored (see RAW_STORE; those of imported days stay in their archive)",
            err=True,
        )
        raise typer.Exit(MISSING)
    return chosen


def _check_own(root: Path, found: FoundDocument, one: Stored) -> None:
    """A line that came with a whole day of another archive names a place in that one's store, not in this one's."""
    if read_raw(root, one.place).docid not in (None, found.docid):
        typer.echo(f"{found.docid}: {one.place} lies in the archive that its day was imported from", err=True)
        raise typer.Exit(MISSING)


# --- how they are shown ----------------------------------------------------------------------------------------------


def _write_bytes(root: Path, chosen: Sequence[Stored]) -> None:
    if len(chosen) > 1:
        raise UsageError("--bytes: several answers are meant; their places stand in --json")
    if sys.stdout.isatty():
        raise UsageError("--bytes: a terminal would take them for commands; write them to a file (> page.html.gz)")
    sys.stdout.buffer.write(read_raw(root, chosen[0].place).body)
    sys.stdout.buffer.flush()


def _show(root: Path, one: Stored, *, headers: bool, body: bool) -> None:
    answer = read_raw(root, one.place)
    if headers:
        _echo(read_request(root, one.place).decode("latin-1") + answer.head.decode("latin-1").rstrip("\r\n"))
    elif body:
        _echo(_text(answer))
    else:
        for name, value in _as_dict(one, answer).items():
            typer.echo(tables.printable(f"{name}: {'' if value is None else value}"))


def _text(answer: RawAnswer) -> str:
    """Raises ``UsageError`` where the body is not what its Content-Encoding says, or no text."""
    try:
        return decode(answer.decoded(), charset_of(answer.content_type))
    except (CodingError, NotAnArticle) as error:
        raise UsageError(f"{answer.place}: {error}; --bytes gives it as it was received") from None


def _echo(text: str) -> None:
    """Line by line: control characters of the web must not reach a terminal, but for the tabs of its pages."""
    for line in text.replace("\r\n", "\n").split("\n"):
        typer.echo("\t".join(map(tables.printable, line.split("\t"))))


def _as_dict(one: Stored, answer: RawAnswer) -> dict[str, object]:
    return {
        "event": one.event,
        "state": one.state,
        "page": one.page,
        "url": answer.url,
        "fetched_at": stamp(answer.fetched_at),
        "status": answer.status,
        "content_type": answer.content_type.decode("latin-1") if answer.content_type else None,
        "bytes": len(answer.body),
        "warc": one.place,
        "original": answer.original,
    }
