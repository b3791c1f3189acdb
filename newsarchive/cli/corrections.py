"""``newsarchive corrections``: what the source changed or withdrew after it was archived, each with before and after."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

import typer

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.states import REEXTRACTED
from newsarchive.cli import tables
from newsarchive.cli.folder import ArchiveOption, archive_folder
from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.items import BEIJING
from newsarchive.pages.changes import Kind
from newsarchive.reading.atom import FeedEntry, atom
from newsarchive.reading.changes_told import changes_told
from newsarchive.reading.history import GONE, Correction
from newsarchive.reading.library import Library

KINDS = (*Kind, "restored", GONE, REEXTRACTED)
SHOWN_EDITS = 3
"""Changed paragraphs of one correction in the table and the feed; the rest is told by `newsarchive show --diff`."""


def corrections(
    *,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, like 2026-11-01.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(KINDS)}.")] = None,
    as_atom: Annotated[bool, typer.Option("--atom", help="An Atom feed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    archive: ArchiveOption = None,
) -> None:
    """List revisions and withdrawals, newest first, each with what stood there before and after.

    What other rules made of a stored page (newsarchive reextract) is no correction of the source's: it is listed with --kind
    reextracted alone.

    Example: newsarchive corrections --since 2026-11-01 --kind figure --kind gone

    Exit code: 0, also where there are none; 2 for a wrong day or kind.
    """
    if unknown := [name for name in kind or [] if name not in KINDS]:
        raise UsageError(f"--kind {unknown[0]}: expected one of {', '.join(KINDS)}")
    library = Library(archive_folder(archive))
    found = sorted(library.corrections(_begin(since), kind or ()), key=lambda one: one.at, reverse=True)
    if as_atom:
        typer.echo(
            atom("更正与撤稿 · newsarchive", "corrections", [_entry(library, one) for one in found]).decode(), nl=False
        )
    elif as_json:
        typer.echo(json.dumps({"corrections": [_as_dict(library, one) for one in found]}, ensure_ascii=False))
    else:
        _show(library, found)


def _begin(since: str | None) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(since), time.min, BEIJING) if since else None
    except ValueError:
        raise UsageError(f"--since {since}: expected a day like 2026-11-01") from None


def _show(library: Library, found: Sequence[Correction]) -> None:
    if not found:
        typer.echo("No corrections.")
        return
    for one in found:
        typer.echo(tables.printable(f"{stamp(one.at)}  {one.kind:9}  {one.docid}  {one.title}"))
        for told in changes_told(library, one)[:SHOWN_EDITS]:
            typer.echo(f"    {tables.printable(told)}")


def _as_dict(library: Library, one: Correction) -> dict[str, Any]:
    return {
        "at": stamp(one.at),
        "docid": one.docid,
        "day": one.day.isoformat(),
        "kind": one.kind,
        "title": one.title,
        "before": _side(library, one, is_after=False),
        "after": _side(library, one, is_after=True),
        "changes": changes_told(library, one),
    }


def _side(library: Library, one: Correction, *, is_after: bool) -> dict[str, Any] | None:
    state = one.after if is_after else one.before
    if state is None:
        return None
    told = {"state": state.number, "path": state.file, "sha256": state.sha256, "title": state.line.get("title")}
    try:
        text = "\n".join(library.text(state).told.paragraphs)
    except ArchiveDamaged:
        text = None
    return {**told, "published_at": state.line.get("published_at"), "text": text}


def _entry(library: Library, one: Correction) -> FeedEntry:
    number = one.after.number if one.after else f"gone-{stamp(one.at)}"
    changes = "".join(f"<p>{html.escape(told)}</p>" for told in changes_told(library, one)[:SHOWN_EDITS])
    return FeedEntry(
        id=f"corrections/{one.docid}/{number}",
        title=f"[{one.kind}] {one.title}",
        updated=one.at,
        url=one.url,
        html=changes or f"<p>{html.escape(one.kind)}</p>",
    )
