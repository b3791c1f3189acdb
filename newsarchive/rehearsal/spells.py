"""Bad hours of the pretended Sina by its own clock: a ban, a sick listing, pages withheld; between ``faults`` and ``proxy``.

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
"""What a withheld page may answer: briefly missing while it is republished, or its server is ill."""


@dataclass(slots=True)
class _Ban:
    requests_left: int
    """Still answered before it begins."""
    lasting: timedelta
    status: int
    until: datetime | None = None


class Spells:
    """Answers as ``answer`` does while all is well; asked by the proxy's threads at the same time."""

    def __init__(self, answer: Callable[[str, str], Answer], clock: Callable[[], datetime]) -> None:
        self._answer, self._clock = answer, clock
        self._lock = threading.Lock()
        self._ban: _Ban | None = None
        self._sick_until: datetime | None = None
        self._sick_answers = cycle((_as_page, _halved, _failed, _empty))
        self._closed: dict[Place, tuple[datetime, int]] = {}

    def ban(self, lasting: timedelta, *, after_requests: int, status: int) -> None:
        """After so many more requests refuses all, robots.txt too, until nobody has asked for ``lasting``."""
        self._ban = _Ban(after_requests, lasting, status)

    def sicken(self, lasting: timedelta) -> None:
        """For so long the listing gives nonsense of four kinds in turn; pages are well."""
        self._sick_until = self._clock() + lasting

    def close(self, place: Place, lasting: timedelta, status: int) -> None:
        """For so long the page answers with ``status``, a key of ``CLOSED``."""
        self._closed[place] = (self._clock() + lasting, status)

    def answer(self, host: str, target: str) -> Answer:
        """Raises ``HangUp`` as ``faults`` does."""
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
    """Of a first page alone a sickness; no crawl comes to a second one while the first is sick."""
    return answer_of(200, healthy.content_type, EMPTY_LISTING)
