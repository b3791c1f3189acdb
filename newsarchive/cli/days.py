"""Which days a verb is about: ``--since`` and ``--until``, both days included."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from newsarchive.errors import UsageError

SinceOption = Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, like 2026-11-01.")]
UntilOption = Annotated[str | None, typer.Option(metavar="DAY", help="Up to and with this day.")]


def one_day(text: str) -> date:
    """The day of an argument; raises ``UsageError``."""
    return _day("DAY", text, date.min)


def first_and_last(since: str | None, until: str | None) -> tuple[date, date]:
    """The range of days that was asked for; raises ``UsageError`` for what is no day, and for a range of none."""
    first, last = _day("--since", since, date.min), _day("--until", until, date.max)
    if first > last:
        raise UsageError(f"--since {since}: expected a day that is not after --until {until}")
    return first, last


def _day(option: str, text: str | None, else_day: date) -> date:
    try:
        return date.fromisoformat(text) if text else else_day
    except ValueError:
        raise UsageError(f"{option} {text}: expected a day like 2026-11-01") from None
