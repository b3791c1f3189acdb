"""The stand-in as a whole: truth, site, faults and proxy, started in a thread and stopped again."""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from newsarchive.rehearsal.certificate import Authority
from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.faults import FaultLevel, Faults
from newsarchive.rehearsal.invention import invent
from newsarchive.rehearsal.lives import Lives
from newsarchive.rehearsal.pictures import PictureServer
from newsarchive.rehearsal.proxy import Proxy, Request
from newsarchive.rehearsal.site import HOSTS, SinaSite
from newsarchive.rehearsal.spells import Spells
from newsarchive.rehearsal.truth import BEIJING, Story
from newsarchive.rehearsal.years import past_documents

POLL_SECONDS = 0.05
"""How often the serving loop checks whether to stop."""


class StandIn:
    """``with StandIn(articles=200, days=3, seed=7) as sina:`` serves; run a crawl with ``sina.env`` in its environment.

    ``faults``: none, mild or hostile (``faults.FaultLevel``). ``titles="plain"`` leaves out awkward headlines and the rows that must
    not be kept. ``years``: also documents of 2004 to 2022 under every layout and charset, shown by the day query alone, on
    ``past_days``. ``channels``: the lids that exist. ``now``: the moment the world was made (default: the real one);
    ``advance`` moves the stand-in's clock, and so lets late rows appear. ``pictures_fail``: some pictures are none, or not to be had
    (``pictures.Fate``). ``port`` 0 takes a free one.
    """

    def __init__(
        self,
        *,
        articles: int = 200,
        days: int = 3,
        seed: int = 7,
        faults: str = "none",
        titles: str = "awkward",
        years: bool = False,
        channels: tuple[str, ...] = tuple(PAGEIDS),
        now: datetime | None = None,
        pictures_fail: bool = False,
        port: int = 0,
    ) -> None:
        level = FaultLevel(faults)
        made_at = (now or datetime.now(BEIJING)).replace(microsecond=0)
        past = past_documents(seed, channels) if years else ()
        self.past_days: tuple[date, ...] = tuple(dict.fromkeys(document.published_at.date() for document in past))
        present = invent(
            articles=articles,
            days=days,
            seed=seed,
            now=made_at,
            titles=titles,
            impostors=level is FaultLevel.HOSTILE,
            channels=channels,
        )
        self.truth: tuple[Story, ...] = (*past, *present)
        self._made_at, self._started, self._shift = made_at, time.monotonic(), timedelta()
        self.site = SinaSite(self.truth, channels, self.now, PictureServer(fail=pictures_fail))
        self._faults = Faults(self.site, level, seed, expected=articles)
        self.spells = Spells(self._faults.answer, self.now)
        self.lives = Lives(self.site, self.spells.answer, self.now)
        self._port = port

    def now(self) -> datetime:
        """The stand-in's clock: it goes on from the moment the world was made, and as ``advance`` moves it."""
        return self._made_at + self._shift + timedelta(seconds=time.monotonic() - self._started)

    def advance(self, step: timedelta) -> None:
        """Move the stand-in's clock by ``step``, which may be negative; it decides which rows the listing shows."""
        self._shift += step

    def __enter__(self) -> Self:
        with ExitStack() as started:
            folder = started.enter_context(tempfile.TemporaryDirectory(prefix="rehearsal-"))
            self._authority = Authority(Path(folder))
            self._proxy = Proxy(self.lives.answer, HOSTS, self._authority.context_for, self._port)
            thread = threading.Thread(target=self._proxy.serve_forever, args=(POLL_SECONDS,), name="stand-in")
            thread.start()
            started.callback(thread.join)
            started.callback(self._proxy.stop)
            self._started_parts = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started_parts.close()

    @property
    def env(self) -> dict[str, str]:
        """Environment variables that send all requests of a client to the stand-in."""
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), self._proxy.address)
        return {**proxies, "no_proxy": "", "NO_PROXY": "", "SSL_CERT_FILE": str(self._authority.file)}

    @property
    def requests(self) -> list[Request]:
        """The requests so far, oldest first, without CONNECT."""
        return list(self._proxy.requests)

    def ban_seconds_left(self) -> float:
        """Seconds until the present ban ends if no request comes; 0 where there is none."""
        return self._faults.ban.seconds_left()
