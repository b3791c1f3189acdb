"""Faults that last for a time of the stand-in's clock: a ban, a malformed listing, withheld pages.

``faults`` spoils single answers and is over in seconds; this lasts for as long as whoever plays a week (``week``) says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.faults import EMPTY_LISTING, FAILED_LISTING, UNAVAILABLE
from newsarchive.rehearsal.notices import BANNED, NOT_FOUND
from newsarchive.rehearsal.site import FEED_HOST, FEED_PATH, Place

CLOSED = {404: answer_of(404, "text/html", NOT_FOUND), 503: UNAVAILABLE}
"""Answers of a withheld page: 404 while it is republished, 503 while its server fails."""


@dataclass(slots=True)
class _Ban:
    requests_left: int
    """How many requests are still answered before the ban begins."""
    lasting: timedelta
    status: int
    until: datetime | None = None


class Spells:
    """Passes requests on to ``answer`` while nothing is wrong; safe to call from several threads."""

    def __init__(self, answer: Callable[[str, str], Answer], clock: Callable[[], datetime]) -> None:
        self._answer, self._clock = answer, clock
        self._lock = threading.Lock()
        self._ban: _Ban | None = None
        self._sick_until: datetime | None = None
        self._sick_answers = cycle((_as_page, _halved, _failed, _empty))
        self._closed: dict[Place, tuple[datetime, int]] = {}

    def ban(self, lasting: timedelta, *, after_requests: int, status: int) -> None:
        """After ``after_requests`` more requests refuse all, robots.txt too, until none came for ``lasting``."""
        self._ban = _Ban(after_requests, lasting, status)

    def sicken(self, lasting: timedelta) -> None:
        """For ``lasting`` the listing gives four kinds of malformed answers in turn; pages are answered well."""
        self._sick_until = self._clock() + lasting

    def close(self, place: Place, lasting: timedelta, status: int) -> None:
        """For ``lasting`` the page answers with ``status``, a key of ``CLOSED``."""
        self._closed[place] = (self._clock() + lasting, status)

    def answer(self, host: str, target: str) -> Answer:
        """The answer to a request; raises ``HangUp`` where ``faults`` does."""
        with self._lock:
            now = self._clock()
            path = target.partition("?")[0]
            if refused := self._refusal(now) or self._closure((host, path), now):
                return refused
            sick = (host, path) == (FEED_HOST, FEED_PATH) and self._sick_until is not None and now < self._sick_until
            spoil = next(self._sick_answers) if sick else None
        answer = self._answer(host, target)
        return spoil(answer) if spoil else answer

    def _refusal(self, now: datetime) -> Answer | None:
        ban = self._ban
        if ban is None or (ban.until is not None and now >= ban.until):
            self._ban = None
            return None
        if ban.requests_left > 0:
            ban.requests_left -= 1
            return None
        ban.until = now + ban.lasting
        return answer_of(ban.status, "text/html", BANNED)

    def _closure(self, place: Place, now: datetime) -> Answer | None:
        until, status = self._closed.get(place, (now, 0))
        return CLOSED[status] if now < until else None


def _as_page(_healthy: Answer) -> Answer:
    return answer_of(200, "text/html", NOT_FOUND)


def _halved(healthy: Answer) -> Answer:
    return answer_of(200, healthy.content_type, healthy.body[: len(healthy.body) // 2])


def _failed(healthy: Answer) -> Answer:
    return answer_of(200, healthy.content_type, FAILED_LISTING)


def _empty(healthy: Answer) -> Answer:
    """Malformed on a first page alone (later pages may be empty); a crawl stops at the first while the spell lasts."""
    return answer_of(200, healthy.content_type, EMPTY_LISTING)
