"""``newsarchive layouts``: how Sina's pages looked, day by day, and the pages that no layout fits."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from newsarchive.archive.layouts import FIELDS, Census, LayoutDay, census
from newsarchive.cli.folder import archive_folder
from newsarchive.errors import UsageError

EXAMPLE = "Example: newsarchive layouts --since 2026-11-01"


def layouts(
    *,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, like 2026-11-01.")] = None,
    archive: Annotated[Path | None, typer.Option(help="The archive; else NEWSARCHIVE_DIR, else ./archive.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Count, by day, layout and field, what was found on the pages; and the structures that no layout fits.

    A field that all of a layout's pages had yesterday and none has today is a change at Sina.
    """
    counted = census(archive_folder(archive), _day(since))
    if as_json:
        typer.echo(json.dumps(_plain(counted), ensure_ascii=False))
    else:
        _show(counted)


layouts.__doc__ = f"{layouts.__doc__}\n\n    {EXAMPLE}\n"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--since {text}: expected a day like 2026-11-01") from None


def _plain(counted: Census) -> dict[str, object]:
    return {
        "layouts": [
            {
                "day": entry.day.isoformat(),
                "layout": entry.layout,
                "articles": entry.articles,
                "fields": {
                    name: {"found": entry.found[name], "missing": entry.missing[name]} for name in _named(entry)
                },
            }
            for entry in counted.layouts
        ],
        "unknown": [{**asdict(entry), "day": entry.day.isoformat()} for entry in counted.unknown],
    }


def _named(entry: LayoutDay) -> list[str]:
    """The usual fields, then those whose mismatch made pages fail."""
    return [*FIELDS, *sorted(set(entry.missing) - set(FIELDS))]


def _show(counted: Census) -> None:
    table = Table("day", "layout", "articles", "found of all, by field", box=None)
    for entry in counted.layouts:
        shares = [f"{name} {entry.found[name]}/{entry.found[name] + entry.missing[name]}" for name in _named(entry)]
        table.add_row(entry.day.isoformat(), entry.layout, str(entry.articles), "  ".join(shares))
    Console().print(table)
    if not counted.unknown:
        typer.echo("Every page had a layout.")
        return
    table = Table("day", "host", "fingerprint", "pages", "one of them", box=None, title="Pages that no layout fits")
    for unknown in counted.unknown:
        table.add_row(unknown.day.isoformat(), unknown.host, unknown.fingerprint, str(unknown.pages), unknown.example)
    Console().print(table)
