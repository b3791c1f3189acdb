"""``newsarchive layouts``: how Sina's pages looked, day by day, and the pages that no layout fits."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from newsarchive.archive.index.census import FIELDS, Census, LayoutDay, census
from newsarchive.cli import tables
from newsarchive.cli.days import SinceOption, UntilOption, first_and_last
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder


def layouts(
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count, by day, layout and field, what was found on the pages; and the structures that no layout fits.

    A field that all of a layout's pages had yesterday and none has today is a change at Sina.

    Example: newsarchive layouts --since 2026-11-01

    Exit code: 0, also where no layout fits some pages; 2 for wrong usage.
    """
    counted = census(archive_folder(archive), *first_and_last(since, until))
    if as_json:
        typer.echo(json.dumps(_plain(counted), ensure_ascii=False))
    else:
        _show(counted)


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
    if not counted.layouts and not counted.unknown:
        typer.echo("No page was read in these days.")
        return
    rows = []
    for entry in counted.layouts:
        shares = [f"{name} {entry.found[name]}/{entry.found[name] + entry.missing[name]}" for name in _named(entry)]
        rows.append((entry.day.isoformat(), entry.layout, str(entry.articles), "  ".join(shares)))
    tables.show(("day", "layout", "articles", "found of all, by field"), rows, right=("articles",))
    if not counted.unknown:
        typer.echo("Every page had a layout.")
        return
    typer.echo("\nPages that no layout fits:")
    strange = [(of.day.isoformat(), of.host, of.fingerprint, str(of.pages), of.example) for of in counted.unknown]
    tables.show(("day", "host", "fingerprint", "pages", "one of them"), strange, right=("pages",))
