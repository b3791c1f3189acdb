"""How far a verb of many days is: days done and in all, what was read of them, how quickly, and how long it will take."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from newsarchive.archive.index.worker import TellDays

REDRAW_S = 0.1
"""Between two pictures: a day may take a millisecond."""


@contextmanager
def progress(what: str, read: str = "") -> Iterator[TellDays]:
    """A bar on a terminal, on standard error, taken away at the end; nothing elsewhere, where nobody looks.

    ``what`` is done; ``read``: what the third number counts, as ``articles``.
    """
    if not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console  # noqa: PLC0415 - takes longer to load than a small archive to verify
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    told = TextColumn("{task.fields[told]}")
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"), told
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True, auto_refresh=False
    ) as bar:
        yield _Bar(bar, what, read)


def _nothing(_done: int, _days: int, _read: int = 0, /) -> None:
    """For whoever does not look."""


class _Bar:
    """Drawn by hand, where there is something to draw: no thread beside the work."""

    def __init__(self, bar: Any, what: str, read: str) -> None:
        self._bar, self._read = bar, read
        self._task, self._began, self._due = bar.add_task(what, total=None, told=""), time.monotonic(), 0.0

    def __call__(self, done: int, days: int, read: int = 0, /) -> None:
        now = time.monotonic()
        if now >= self._due or done == days:
            told = rate(done, read, self._read, now - self._began)
            self._bar.update(self._task, completed=done, total=days, told=told, refresh=True)
            self._due = now + REDRAW_S


def rate(done: int, read: int, of: str, seconds: float) -> str:
    """What was read and how quickly; where nothing is, how quickly days are done.

    >>> rate(3, 4500, "articles", 3.0)
    '4,500 articles, 1,500 a second,'
    >>> rate(3, 0, "", 360.0)
    '30 an hour,'
    """
    if not done or seconds <= 0:
        return ""
    if read:
        return f"{read:,} {of}, {_a_second(read / seconds)},"
    return f"{_a_second(done / seconds)},"


def _a_second(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate >= 1 else f"{3600 * rate:,.0f} an hour"
