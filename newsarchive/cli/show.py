"""``newsarchive show``: one document as it is, as it was, what changed, and what this archive could have known when."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.states import History, State
from newsarchive.cli import tables
from newsarchive.cli.folder import ArchiveOption, archive_folder
from newsarchive.errors import UsageError
from newsarchive.items import BEIJING
from newsarchive.operation.report import DONE, MISSING
from newsarchive.pages.changes import Edit
from newsarchive.reading import difference, finding, history
from newsarchive.reading.finding import FoundDocument
from newsarchive.reading.history import StateText
from newsarchive.reading.library import Library
from newsarchive.sina.listing import urls


def show(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Docid, address, path, or a part of the title.")],
    *,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="T", help="What was known then, like 2026-11-23T10:00.")
    ] = None,
    history_of: Annotated[bool, typer.Option("--history", help="Its states, with times, kinds and digests.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="What changed between two states; the newest two unless told.")
    ] = False,
    states: Annotated[list[int] | None, typer.Argument(metavar="[A B]", help="With --diff: which two states.")] = None,
    as_html: Annotated[bool, typer.Option("--html", help="The body as it is archived.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    path: Annotated[bool, typer.Option("--path", help="The path of its file alone.")] = False,
    archive: ArchiveOption = None,
) -> None:
    """Show one archived document: its text, its history, or what changed.

    --as-of tells what the page said then. Where that was read again by other rules (newsarchive reextract), its text is that
    of the rules of now, and says so.

    ID may be a docid, an address, the path of a file, or a part of a title that only one document has.

    Example: newsarchive show nizpfak5450008 | newsarchive show 降准 --history | newsarchive show 降准 --diff 1 2 |
    newsarchive show nizpfak5450008 --as-of 2026-11-23T10:00

    Exit code: 0; 2 if nothing or several are meant; 3 if the archive does not have it, or did not know it at that time.
    """
    library = Library(archive_folder(archive))
    at = _moment(as_of) if as_of else None
    if states and not diff:
        raise UsageError(f"{' '.join(map(str, states))}: states are named with --diff alone")
    told = _history(library, which(library, asked))
    if told.redacted is not None:
        _leave(f"{told.docid} was taken out on {told.redacted.get('at')}: {told.redacted.get('reason')}")
    if history_of:
        _show_history(library.root, told, as_json=as_json)
    elif diff:
        _show_difference(library, told, states or [], as_json=as_json)
    else:
        state = _state(told, at)
        _show_text(library, told, state, at, as_html=as_html, as_json=as_json, path=path)
    raise typer.Exit(DONE)


# --- which document, which state -------------------------------------------------------------------------------------


def which(library: Library, asked: str) -> FoundDocument:
    """The one document that is meant.  Raises ``UsageError`` where it is none, or several, which it lists."""
    return _one(library.find(asked, _docid_of(asked)), asked)


def _docid_of(asked: str) -> str | None:
    """The docid of an address; None for what is none."""
    with suppress(ValueError):
        if asked.startswith(("http://", "https://")):
            return urls.docid_of(urls.canonical(asked))
    return None


def _one(found: Sequence[FoundDocument], asked: str) -> FoundDocument:
    if not found:
        raise UsageError(f"{asked}: no document has this docid, address, path, or part of a title")
    if len(found) > 1:
        listed = "\n".join(f"  {match.docid}  {match.day}  {tables.printable(match.title)}" for match in found)
        more = ", and perhaps more" if len(found) == finding.MOST else ""
        raise UsageError(
            f"{asked}: {len(found)} documents have that in their title{more}; ask for one by its docid:\n{listed}"
        )
    return found[0]


def _history(library: Library, found: FoundDocument) -> History:
    told = library.history(found.docid, found.day)
    if told is None:
        raise UsageError(f"{found.docid}: its day's journal ({found.day}) does not tell of it; run newsarchive verify")
    return told


def _moment(text: str) -> datetime:
    """A moment as people write it, Beijing's where no zone stands; a day alone means its end."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo:
            at = at.astimezone(BEIJING)
    except (ValueError, OverflowError):  # the latter: a moment before the year 1, or after 9999, in Beijing
        raise UsageError(
            f"--as-of {text}: expected a moment like 2026-11-23T10:00 or 2026-11-23 10:00:00+08:00"
        ) from None
    if len(text) <= len("2026-11-23"):
        at = datetime.combine(at, time.max)
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)


def _state(told: History, at: datetime | None) -> State | None:
    if at is None:
        if not told.states:
            _leave(f"{told.docid} was offered and is not archived; newsarchive gaps tells why")
        return told.states[-1]
    seen_at = history.first_sight(told)
    if seen_at is None or at < seen_at:
        _leave(f"{told.docid} was not known on {stamp(at)}; it was first seen on {stamp(seen_at) if seen_at else '?'}")
    return history.as_of(told, at)


def _leave(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(MISSING)


# --- text ------------------------------------------------------------------------------------------------------------


def _show_text(
    library: Library,
    told: History,
    state: State | None,
    at: datetime | None,
    *,
    as_html: bool,
    as_json: bool,
    path: bool,
) -> None:
    text = library.text(state) if state else None
    if text is not None and not text.is_whole:
        file = library.root / text.state.file
        altered = f"{file} is not what the journal says of it: altered since; see newsarchive verify"
        typer.echo(tables.printable(altered), err=True)
    if as_json:
        typer.echo(json.dumps(_as_dict(told, text, at), ensure_ascii=False))
    elif text is None and (path or as_html):
        _leave(f"{told.docid} was listed, and not fetched yet at that time")
    elif text is None:
        typer.echo(f"{_listed_title(told)}\nListed, and not fetched yet at that time.")
    elif path:
        typer.echo(library.root / text.state.file)
    elif as_html:
        typer.echo(text.body)
    else:
        _print_text(told, text, at)


def _print_text(told: History, text: StateText, at: datetime | None) -> None:
    line = text.state.line
    typer.secho(tables.printable(text.title), bold=True)
    facts = [str(line.get("media") or ""), f"published {line.get('published_at')}", f"fetched {line.get('fetched_at')}"]
    if len(told.states) > 1:
        facts.append(f"state {text.state.number} of {len(told.states)}")
    if again := text.state.reextracted_at:
        facts.append(f"as the page of that time reads by the rules of {stamp(again)}; the source changed nothing")
    if history.is_withdrawn(told, at or datetime.now(BEIJING)):
        facts.append("withdrawn by the source")
    typer.echo(tables.printable(" · ".join(filter(None, facts))))
    typer.echo(tables.printable(str((told.offered or {}).get("url") or "")))
    for paragraph in text.told.paragraphs:
        typer.echo(f"\n{tables.printable(paragraph)}")


def _as_dict(told: History, text: StateText | None, at: datetime | None) -> dict[str, Any]:
    moment = at or datetime.now(BEIJING)
    common = {
        "docid": told.docid,
        "url": (told.offered or {}).get("url"),
        "title": text.title if text else _listed_title(told),
        "as_of": stamp(at) if at else None,
        "withdrawn": history.is_withdrawn(told, moment),
        "states": len(told.states),
    }
    if text is None:
        return {**common, "state": None}
    body = {"text": "\n".join(text.told.paragraphs), "html": text.body, "pictures": list(text.told.pictures)}
    return {**common, **_state_dict(text.state), "altered": not text.is_whole, **body}


def _state_dict(state: State) -> dict[str, Any]:
    line = state.line
    keys = ("published_at", "modified_at", "fetched_at", "media", "editor", "keywords", "symbols", "sha256")
    return {
        "state": state.number,
        "kind": line.get("kind"),
        "path": state.file,
        "known_at": _known(state) or None,
        "reextracted_at": stamp(state.reextracted_at) if state.reextracted_at else None,
        **{key: line.get(key) for key in keys},
    }


def _listed_title(told: History) -> str:
    return str((told.offered or {}).get("title") or told.docid)


# --- history and difference ------------------------------------------------------------------------------------------


def _show_history(root: Path, told: History, *, as_json: bool) -> None:
    if as_json:
        withdrawals = [line.get("at") for line in told.withdrawals]
        states = [
            {**_state_dict(state), "kind": kind if state.number > 1 else None, "title": _title(state)}
            for state, kind in ((state, _kind(root, told, state)) for state in told.states)
        ]
        typer.echo(json.dumps({"docid": told.docid, "states": states, "withdrawn": withdrawals}, ensure_ascii=False))
        return
    rows = [
        [str(state.number), _known(state), _kind_shown(root, told, state), _title(state), state.sha256[:12]]
        for state in told.states
    ]
    rows += [["", str(line.get("at")), "gone", "", ""] for line in told.withdrawals]
    tables.show(
        ("state", "known at", "kind", "title", "sha256"), sorted(rows, key=lambda row: row[1]), right=("state",)
    )


def _known(state: State) -> str:
    return stamp(state.known_at) if state.known_at else ""


def _title(state: State) -> str:
    return str(state.line.get("title") or "")


def _kind(root: Path, told: History, state: State) -> str:
    return "first" if state.number == 1 else history.kind_between(root, told.states[state.number - 2], state)


def _kind_shown(root: Path, told: History, state: State) -> str:
    """With the moment, for what other rules made of the page: ``known at`` tells when the page itself was had."""
    kind, again = _kind(root, told, state), state.reextracted_at
    return f"{kind} {stamp(again)}" if again else kind


def _show_difference(library: Library, told: History, asked: Sequence[int], *, as_json: bool) -> None:
    numbers = list(asked) or [len(told.states) - 1, len(told.states)]
    if len(numbers) != 2 or not all(1 <= number <= len(told.states) for number in numbers):
        raise UsageError(f"--diff {' '.join(map(str, asked))}: expected two states from 1 to {len(told.states)}")
    before, after = (library.text(told.states[number - 1]) for number in numbers)
    changed = difference.difference(before.told, after.told)
    if as_json:
        typer.echo(
            json.dumps(
                {"docid": told.docid, "before": numbers[0], "after": numbers[1], **_changes(changed)},
                ensure_ascii=False,
            )
        )
        return
    typer.echo(f"{told.docid}: state {numbers[0]} [-struck-] → state {numbers[1]} {{+inserted+}}")
    for edits in ([changed.title] if changed.title else []) + changed.text:
        _print_edits(difference.shortened(edits))
    if changed.time:
        typer.echo(f"published: {difference.plain([changed.time])}")
    for sign, pictures in (("[-", changed.pictures_gone), ("{+", changed.pictures_come)):
        for picture in pictures:
            typer.echo(f"picture: {sign}{tables.printable(picture)}{'-]' if sign == '[-' else '+}'}")
    if not changed:
        typer.echo("Nothing that a reader would see differs.")


def _print_edits(edits: Sequence[Edit]) -> None:
    """One paragraph, the changes struck or underlined where there is a terminal, with their signs everywhere."""
    typer.echo()
    for edit in edits:
        if not edit.is_change:
            typer.echo(tables.printable(edit.after), nl=False)
            continue
        if edit.before:
            typer.secho(
                tables.printable(edit.before.join(difference.STRUCK)), nl=False, strikethrough=True, fg="yellow"
            )
        if edit.after:
            typer.secho(tables.printable(edit.after.join(difference.INSERTED)), nl=False, underline=True, fg="cyan")
    sys.stdout.write("\n")


def _changes(changed: difference.Difference) -> dict[str, Any]:
    return {
        "title": difference.plain(changed.title) or None,
        "published_at": [changed.time.before, changed.time.after] if changed.time else None,
        "text": [difference.plain(edits) for edits in changed.text],
        "pictures": {"gone": changed.pictures_gone, "come": changed.pictures_come},
    }
