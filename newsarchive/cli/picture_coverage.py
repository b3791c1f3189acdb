"""``newsarchive coverage --images``: what became of the pictures that the kept articles show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import typer

from newsarchive import settings
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.pictures import DayOfPictures, Picture
from newsarchive.archive.index.view import look
from newsarchive.cli import tables
from newsarchive.settings import values

COLUMNS = DayOfPictures._fields
MOST_NAMED = 20
"""Missing pictures that are named on a terminal; JSON has all."""
GIVEN_UP = "given up"


def show(root: Path, first: date, last: date, *, as_json: bool) -> bool:
    """Print it; whether nothing is missing."""
    days, missing = look(
        root, lambda catalogue: (catalogue.pictures.coverage(first, last), list(catalogue.pictures.missing()))
    )
    missing = [picture for picture in missing if first <= picture.day <= last]
    complete = all(day.is_complete for day in days)
    if as_json:
        told = [{**day._asdict(), "day": day.day.isoformat()} for day in days]
        typer.echo(json.dumps({"days": told, "missing": list(map(_plain, missing)), "complete": complete}))
    else:
        _show(days, missing)
    return complete


def missing(root: Path) -> int:
    """How many a crawl of the gaps would ask for; none where pictures are not kept."""
    if not values.value(vars(settings), "ARCHIVE_IMAGES"):
        return 0

    def count(catalogue: Catalogue) -> int:
        gone = sum(not (root / str(picture.file)).is_file() for picture in catalogue.pictures.kept())
        return gone + sum(1 for _ in catalogue.pictures.missing())

    return look(root, count)


def _plain(picture: Picture) -> dict[str, object]:
    return {
        "docid": picture.docid,
        "url": picture.url,
        "day": picture.day.isoformat(),
        "state": picture.state,
        "reason": picture.reason,
        "attempts": picture.attempts,
        "next_try_at": picture.next_try_at,
    }


def _show(days: Sequence[DayOfPictures], missing: Sequence[Picture]) -> None:
    if not days:
        typer.echo("No article was kept in these days.")
        return
    table = [[day.day.isoformat(), *(str(count) for count in day[1:])] for day in days]
    tables.show(COLUMNS, table, right=COLUMNS[1:])
    for picture in missing[:MOST_NAMED]:
        when = picture.next_try_at or ("next run" if picture.state == "pending" else GIVEN_UP)
        typer.echo(f"{picture.docid} {picture.state} {picture.reason or 'not tried yet'}, {when}: {picture.url}")
    if len(missing) > MOST_NAMED:
        typer.echo(f"and {len(missing) - MOST_NAMED} more; --json names all")
    unread = sum(day.unread for day in days)
    if unread:
        typer.echo(
            f"{unread} articles were kept without a look for pictures: a run with ARCHIVE_IMAGES=1 looks, and fetches."
        )
    if not missing and not unread:
        typer.echo("Complete.")
