"""Faults between the site and the crawler, the same for the same seed; called by ``proxy``, calls ``site``.

``mild``: now and then an address is slow, hangs up, breaks off or answers 503, once or twice, then works. ``hostile``: also
two bans in mid-run and four sick listings. Pages that never get better are the site's own (``truth.IMPOSTORS``).
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from newsarchive.rehearsal.answers import Answer, HangUp, answer_of
from newsarchive.rehearsal.notices import BANNED, NOT_FOUND
from newsarchive.rehearsal.site import ARTICLE_HOSTS, FEED_HOST, FEED_PATH, SinaSite

TROUBLED_SHARE = 0.12
"""Share of the addresses that have a fault: a run of 200 articles meets each kind, and still ends in seconds."""
DELAY_SECONDS = (0.2, 1.0)
BAN_SECONDS = 2.5
"""A ban ends so long after the last request; each request prolongs it (Sina: 5 to 60 minutes, sina-surface §5)."""
BANS = ((0.4, 456), (0.75, 200))
"""(share of the article requests after which a ban begins, HTTP status of the page 拒绝访问)."""

UNAVAILABLE = answer_of(503, "text/html", b"<html><body><h1>503 Service Unavailable</h1></body></html>")
EMPTY_LISTING = b'{"result":{"status":{"code":0,"msg":"succ"},"total":0,"end":0,"start":0,"data":[]}}'
FAILED_LISTING = b'{"result":{"status":{"code":10,"msg":"system error"},"data":[]}}'


class FaultLevel(StrEnum):
    """How many faults the stand-in makes."""

    NONE = "none"
    MILD = "mild"
    HOSTILE = "hostile"


class Trouble(StrEnum):
    """The faults that an address can have."""

    SLOW = "slow"
    DROPPED = "dropped"
    CUT = "cut"
    UNAVAILABLE = "503"


class Faults:
    """Gives the answer of ``site``, or a faulty one; safe to call from several threads.

    ``expected`` is the number of article requests of an untroubled run; ``sleep`` waits some seconds.
    """

    def __init__(
        self,
        site: SinaSite,
        level: FaultLevel,
        seed: int,
        *,
        expected: int,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._site, self._level, self._seed, self._sleep = site, level, seed, sleep
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.ban = Ban(expected)
        self._sick = SickListings()

    def answer(self, host: str, target: str) -> Answer:
        """The answer to a request; raises ``HangUp`` where the proxy is to close the connection."""
        if self._level is FaultLevel.NONE:
            return self._site.answer(host, target)
        if self._level is FaultLevel.HOSTILE:
            with self._lock:
                refused = self.ban.answer(host, target)
            if refused:
                return refused
        answer = self._spoilt(f"{host}{target}", self._site.answer(host, target))
        return self._sickened(host, target, answer)

    def _spoilt(self, address: str, answer: Answer) -> Answer:
        rng = random.Random(f"trouble/{self._seed}/{address}")
        if rng.random() >= TROUBLED_SHARE or address.endswith("/robots.txt"):
            return answer
        trouble, times = rng.choice(tuple(Trouble)), rng.randint(1, 2)
        with self._lock:
            self._asked[address] += 1
            if self._asked[address] > times:
                return answer
        return self._befall(trouble, answer, rng.uniform(*DELAY_SECONDS))

    def _befall(self, trouble: Trouble, answer: Answer, delay: float) -> Answer:
        match trouble:
            case Trouble.SLOW:
                self._sleep(delay)
                return answer
            case Trouble.DROPPED:
                raise HangUp
            case Trouble.CUT:
                raise HangUp(answer)
            case Trouble.UNAVAILABLE:
                return UNAVAILABLE

    def _sickened(self, host: str, target: str, answer: Answer) -> Answer:
        if self._level is not FaultLevel.HOSTILE or host != FEED_HOST:
            return answer
        with self._lock:
            return self._sick.answer(target, answer)


class Ban:
    """Refuses everything for ``BAN_SECONDS`` after the last request, twice in a run.

    ``expected`` is the number of article requests of an untroubled run; ``clock`` gives seconds.
    """

    def __init__(self, expected: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = [(max(1, int(share * expected)), status) for share, status in BANS]
        self._articles, self._until, self._status = 0, 0.0, 0

    def seconds_left(self) -> float:
        """Seconds until the ban ends if no request comes; 0 where there is none."""
        return max(0.0, self._until - self._clock())

    def answer(self, host: str, target: str) -> Answer | None:
        """The page of the ban, or None where there is none; a request for robots.txt is refused too, but starts no ban."""
        if host in ARTICLE_HOSTS and target != "/robots.txt" and not self.seconds_left():
            self._articles += 1
            if self._due and self._articles > self._due[0][0]:
                self._status = self._due.pop(0)[1]
                self._until = self._clock() + BAN_SECONDS
        if not self.seconds_left():
            return None
        self._until = self._clock() + BAN_SECONDS
        return answer_of(self._status, "text/html", BANNED)


class SickListings:
    """Four malformed answers of the listing, each once; day queries are always answered well.

    The empty one comes for a first page only: further down an empty page is the regular end of a listing.
    """

    def __init__(self) -> None:
        self._asked, self._empty_due = 0, True

    def answer(self, target: str, healthy: Answer) -> Answer:
        """``healthy``, or a malformed answer in its place."""
        place = urlsplit(target)
        query = parse_qs(place.query)
        if place.path != FEED_PATH or "etime" in query:
            return healthy
        self._asked += 1
        match self._asked:
            case 2:
                return answer_of(200, "text/html", NOT_FOUND)
            case 4:
                return answer_of(200, healthy.content_type, healthy.body[: len(healthy.body) // 2])
            case 7:
                return answer_of(200, healthy.content_type, FAILED_LISTING)
        if self._empty_due and self._asked > 8 and query.get("page", ["1"]) == ["1"]:
            self._empty_due = False
            return answer_of(200, healthy.content_type, EMPTY_LISTING)
        return healthy
