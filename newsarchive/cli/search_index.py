"""How the verbs keep the search index level, and what they show meanwhile."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from newsarchive.archive.index.worker import Workers
from newsarchive.reading.search import building, index
from newsarchive.reading.search.index import Standing, Tell

PATIENCE_S = 5.0
"""That a search gives to what is not in the index yet: some 10,000 articles; it begins with the newest."""
TELL_EVERY = 0.1
"""Of the days, between two lines where there is no terminal."""


def brought_level(root: Path) -> Standing:
    """The index as level as ``PATIENCE_S`` can make it; what is left is told on standard error."""
    until = time.monotonic() + PATIENCE_S
    if not (now := index.standing(root)).behind:
        return now
    with progress("Indexing", on_terminal_alone=True) as tell:
        now = index.bring_level(root, lambda: time.monotonic() > until, tell)
    if now.behind:
        why = f" ({now.why})" if now.why else ""
        days = f"{len(now.behind)} days, the newest {now.behind[0]},"
        typer.echo(
            f"The search index is behind{why}: {days} are not wholly in it; newsarchive rebuild --search reads them all",
            err=True,
        )
    return now


@contextmanager
def progress(what: str, *, on_terminal_alone: bool = False) -> Iterator[Tell]:
    """A bar on a terminal, else a line for each tenth, or nothing."""
    if sys.stderr.isatty():
        with _bar(what) as tell:
            yield tell
    else:
        yield (lambda *_: None) if on_terminal_alone else _lines(what)


def _lines(what: str) -> Tell:
    told_of = 0.0

    def tell(done: int, days: int) -> None:
        nonlocal told_of
        if told_of + TELL_EVERY <= done / days < 1:
            told_of = done / days
            typer.echo(f"{what}: {told_of:.0%}, {done} of {days} days", err=True)

    return tell


@contextmanager
def _bar(what: str) -> Iterator[Tell]:
    from rich.console import Console  # noqa: PLC0415 - takes longer to load than a search
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, days: bar.update(task, total=days, completed=done)


def rebuild_search(root: Path, workers: Workers, *, as_json: bool) -> None:
    """Make the index anew, and say how much is in it."""
    began = time.monotonic()
    with progress("Indexing") as tell:
        states = building.rebuild(root, tell, workers)
    seconds = time.monotonic() - began
    if as_json:
        typer.echo(json.dumps({"states": states, "seconds": round(seconds, 1)}))
    else:
        typer.echo(f"The search index has {states} texts, made in {seconds:.1f} s.")
