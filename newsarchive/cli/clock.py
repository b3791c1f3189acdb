"""The clock of the verbs: the machine's, moved by ``CLOCK_OFFSET_SECONDS`` as that of a run is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from newsarchive import settings
from newsarchive.errors import UsageError
from newsarchive.settings import values


def now_of() -> datetime:
    """This moment, in ``BEIJING``; raises ``UsageError``."""
    return clock()()


def clock() -> Callable[[], datetime]:
    """Raises ``UsageError`` for a setting that is no number."""
    try:
        return values.clock(vars(settings))
    except ValueError as expected:
        raise UsageError(f"a setting of CLOCK_ is wrong: expected {expected}") from None
