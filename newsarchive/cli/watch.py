"""``newsarchive watch``: the saved searches of an archive, what they found last, and what would be told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from newsarchive import settings
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.paths import WATCHES_NAME
from newsarchive.cli import tables
from newsarchive.cli.channels import NAMES
from newsarchive.cli.clock import now_of
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.cli.search_index import brought_level
from newsarchive.errors import UsageError
from newsarchive.operation.watch_message import WatchMessage, entries_of, message
from newsarchive.operation.watch_notes import Noted
from newsarchive.operation.watching import Watching
from newsarchive.reading import watches
from newsarchive.reading.records import record_of
from newsarchive.reading.search.searching import Hit, Searcher
from newsarchive.reading.watches import Watch
from newsarchive.settings import values

LAST_HITS = 3
"""Of each watch in the list, and of one that has nothing new in its trial."""


def watch(
    *,
    test: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show what this watch would tell now; nothing is sent or noted.")
    ] = None,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """List the saved searches of watches.toml with their last hits, or show what one of them would tell.

    watches.toml lies in the archive's folder. Each run tells what is new, to the addresses of ALERT_URLS or its own:

    \b
        [[watch]]
        name = "降准"
        query = "降准 OR 降息 -国债"
        tell = ["tgram://TOKEN/CHAT"]   # else ALERT_URLS; [] tells nobody
        digest = 8                      # told once a day at 8:00 in Beijing; else at once

    Example: newsarchive watch | newsarchive watch --test 降准

    Exit code: 0; 2 for a wrong watches.toml, with its line, and for a name that no watch has; 3 the search index is damaged.
    """  # noqa: D301 - \b keeps the lines of the example apart
    root = archive_folder(archive)
    found = watches.read(root, NAMES)
    watching = Watching(root, found, _alert_urls())
    if test is not None:
        _try(root, watching, watches.named(found, test, root), as_json=as_json)
    else:
        _list(root, watching, found, as_json=as_json)


def _alert_urls() -> str:
    try:
        return str(values.value(vars(settings), "ALERT_URLS"))
    except ValueError as expected:
        raise UsageError(f"setting ALERT_URLS (not shown): expected {expected}") from None


# --- all -------------------------------------------------------------------------------------------------------------


def _list(root: Path, watching: Watching, found: Sequence[Watch], *, as_json: bool) -> None:
    noted = watching.waiting(now_of()).watches
    if found:
        brought_level(root)
    searcher = Searcher(root)
    listed = [(one, noted[one.name], searcher.search(one.query, most=LAST_HITS).hits) for one in found]
    if as_json:
        told = [_as_dict(watching, *one) for one in listed]
        typer.echo(json.dumps({"watches": told}, ensure_ascii=False))
        return
    for one, known, hits in listed:
        _show(watching, one, known, hits)
    if not found:
        typer.echo(f"No watches: {root / WATCHES_NAME} has none. See: newsarchive watch --help", err=True)


def _told_by(watching: Watching, one: Watch) -> str:
    """Whom it tells; the addresses themselves are secrets."""
    if not watching.addresses(one):
        return "nobody"
    return "ALERT_URLS" if one.tell is None else "its own addresses"


def _told_how(watching: Watching, one: Watch) -> str:
    if not watching.addresses(one):
        return "tells nobody"
    when = "at once" if one.digest is None else f"daily at {one.digest:02}:00"
    return f"tells {_told_by(watching, one)} {when}"


def _show(watching: Watching, one: Watch, noted: Noted, hits: Sequence[Hit]) -> None:
    facts = [_told_how(watching, one), f"{len(noted.waiting)} waiting"]
    facts += [f"last told {_minute(noted.told_at)}"] if noted.told_at else []
    typer.secho(tables.printable(one.name), bold=True)
    typer.echo(tables.printable(f"  {one.query.source}{tables.GAP}({', '.join(facts)})"))
    for hit in hits:
        entry = hit.entry
        told = (_minute(entry.at), entry.docid, entry.title, *filter(None, [entry.media]))
        typer.echo(tables.printable(f"    {tables.GAP.join(told)}"))
    if not hits:
        typer.echo("    nothing yet")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _as_dict(watching: Watching, one: Watch, noted: Noted, hits: Sequence[Hit]) -> dict[str, Any]:
    return {
        "name": one.name,
        "query": one.query.source,
        "tells": _told_by(watching, one),
        "digest": one.digest,
        "waiting": len(noted.waiting),
        "told_at": stamp(noted.told_at) if noted.told_at else None,
        "hits": [record_of(hit.entry) for hit in hits],
    }


# --- one -------------------------------------------------------------------------------------------------------------


def _try(root: Path, watching: Watching, one: Watch, *, as_json: bool) -> None:
    waiting = watching.waiting(now_of()).watches[one.name].waiting
    if entries := entries_of(root, waiting):
        _show_message(one, message(one, entries), is_new=True, as_json=as_json)
        return
    brought_level(root)
    entries = [hit.entry for hit in Searcher(root).search(one.query, most=LAST_HITS).hits]
    if entries:
        _show_message(one, message(one, entries), is_new=False, as_json=as_json)
    elif as_json:
        typer.echo(json.dumps({"name": one.name, "is_new": False, "title": None, "body": None, "count": 0}))
    else:
        typer.echo("Nothing is new, and nothing in the archive is what it asks for.", err=True)


def _show_message(one: Watch, told: WatchMessage, *, is_new: bool, as_json: bool) -> None:
    if as_json:
        known = {"name": one.name, "is_new": is_new, "title": told.title, "body": told.body, "count": told.count}
        typer.echo(json.dumps(known, ensure_ascii=False))
        return
    for line in (told.title, "", *told.body.split("\n")):
        typer.echo(tables.printable(line))
    if not is_new:
        typer.echo("Nothing is new: these are its newest hits, as they would have been told.", err=True)
