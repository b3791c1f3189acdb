"""Moments as Chinese pages write them, always aware and in China's time; used by the layouts' fields.

A pattern for the few shapes in use, not a date guesser: those miss half of them and cost 300 times as much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from newsarchive.items import BEIJING

_SHOWN_RE = re.compile(
    r"(\d{4})\s*+[年./-]\s*+(\d{1,2})\s*+[月./-]\s*+(\d{1,2})\s*+日?\s*+T?\s*+(\d{1,2})\s*+[:：]\s*+(\d{2})(?:\s*+[:：]\s*+(\d{2}))?"
    r"(?:\.\d++)?(Z|[+-]\d\d:?\d\d)?"
)
_YEARS = range(1996, 2100)
"""Sina's predecessor went online in 1996. The years 1 and 9999 have moments that no other zone can tell."""


def china_time(text: str) -> datetime:
    """The moment in ``text`` (``2026年09月29日 00:34``, ``2012年06月08日01:31``, ``2026-09-29T00:34:05+08:00``).

    Raises ``ValueError`` where there is none to the minute, or one in which there was no site; a time without an offset is China's.

    >>> china_time("2012年06月08日01:31").isoformat()
    '2012-06-08T01:31:00+08:00'
    """
    found = _SHOWN_RE.search(text)
    if not found:
        msg = f"no date with hour and minute in {text[:80]!r}"
        raise ValueError(msg)
    *numbers, offset = found.groups()
    if int(numbers[0]) not in _YEARS:
        msg = f"no year of Sina's in {found[0][:80]!r}"
        raise ValueError(msg)
    moment = datetime(*(int(number or 0) for number in numbers), tzinfo=BEIJING)  # type: ignore[arg-type,misc]
    if offset:
        moment = moment.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo)
    return moment.astimezone(BEIJING)


def after_time(text: str) -> str:
    """What stands behind the moment in ``text``, where pages put the source; empty without one.

    >>> after_time("http://www.sina.com.cn 2005年03月21日 11:21  某周刊")
    '某周刊'
    """
    found = _SHOWN_RE.search(text)
    return text[found.end() :].strip() if found else ""


def with_seconds(shown: datetime, others: Iterable[datetime | None]) -> datetime:
    """The time that the page shows to the minute, with the seconds of the first of ``others`` in the same minute.

    The metas alone are no publication time: they move with edits, up to hours (docs: peers' minutes, 3 of 6 right).
    """
    for other in others:
        if other and other.replace(second=0) == shown:
            return other
    return shown
