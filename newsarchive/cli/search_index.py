"""How the verbs keep the search index level, and what they show meanwhile."""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer

from newsarchive.archive.index.worker import Workers
from newsarchive.cli.progress import progress
from newsarchive.reading.search import building, index
from newsarchive.reading.search.index import IndexStanding

PATIENCE_S = 5.0
"""That a search gives to what is not in the index yet: some 10,000 articles; it begins with the newest."""


def brought_level(root: Path) -> IndexStanding:
    """The index as level as ``PATIENCE_S`` can make it; what is left is told on standard error."""
    until = time.monotonic() + PATIENCE_S
    if not (now := index.standing(root)).behind:
        return now
    with progress("Indexing") as tell:
        now = index.bring_level(root, lambda: time.monotonic() > until, tell)
    if now.behind:
        why = f" ({now.why})" if now.why else ""
        days = f"{len(now.behind)} days, the newest {now.behind[0]},"
        typer.echo(
            f"The search index is behind{why}: {days} are not wholly in it; newsarchive rebuild --search reads them all",
            err=True,
        )
    return now


def rebuild_search(root: Path, workers: Workers, *, as_json: bool) -> None:
    """Make the index anew, and say how much is in it."""
    began = time.monotonic()
    with progress("Indexing", "texts") as tell:
        states = building.rebuild(root, tell, workers)
    seconds = time.monotonic() - began
    if as_json:
        typer.echo(json.dumps({"states": states, "seconds": round(seconds, 1)}))
    else:
        typer.echo(f"The search index has {states} texts, made in {seconds:.1f} s.")
