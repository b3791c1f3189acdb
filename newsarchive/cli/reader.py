"""The web reader as the verb ``serve`` sets it up: what reading itself may not know of Sina, the crawl's health and the clock."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from newsarchive.cli import status
from newsarchive.cli.channels import NAMES
from newsarchive.cli.clock import clock
from newsarchive.cli.health import observe, verdict
from newsarchive.reading.library import Library
from newsarchive.reading.web import server
from newsarchive.reading.web.app import app_of
from newsarchive.reading.web.guard import GuardRules
from newsarchive.reading.web.site import Health, Surroundings
from newsarchive.sina.listing.channels import CHANNELS
from newsarchive.sina.page.picture_hosts import PICTURE_HOSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How the reader is opened."""

    host: str
    port: int
    """0: a free one."""
    names: Collection[str] = ()
    """Host names to answer to, beside addresses and ``localhost``."""
    password: str = ""
    """Empty: none is asked for."""
    has_marks: bool = True
    workers: int = 1
    """Processes that answer."""


@dataclass(frozen=True, slots=True)
class Application:
    """What each process that answers makes for itself."""

    root: Path
    opening: Opening

    def __call__(self) -> ASGIApp:
        around = Surroundings(
            now=clock(),
            picture_hosts=PICTURE_HOSTS,
            health=lambda: health_of(self.root),
            query_names=NAMES,
            has_marks=self.opening.has_marks,
        )
        rules = GuardRules(self.opening.names, self.opening.password, PICTURE_HOSTS)
        return app_of(Library(self.root, channel_names()), around, rules)


def read(root: Path, opening: Opening, listening: Callable[[int], None]) -> None:
    """Answers until a signal comes; ``listening`` hears the port once requests are taken.

    Raises ``UsageError`` for an address that cannot be used.
    """
    make = Application(root, opening)
    with closing(server.bound(opening.host, opening.port)) as taken:
        port: int = taken.getsockname()[1]
        if opening.workers > 1:
            server.run_many(make, opening.workers, taken, lambda: listening(port))
            return
        app = make()
        for number in (signal.SIGINT, signal.SIGTERM):  # how it ends: uvicorn raises it again after the last answer
            signal.signal(number, lambda *_: None)
        server.server_of(app, lambda: listening(port)).run([taken])


def channel_names() -> dict[str, str]:
    """What a reader calls each channel; of those that share a name, each with its lid."""
    shared = Counter(channel.name for channel in CHANNELS)
    return {
        channel.lid: f"{channel.name} {channel.lid}" if shared[channel.name] > 1 else channel.name
        for channel in CHANNELS
    }


def health_of(root: Path) -> Health:
    """What ``newsarchive status`` says."""
    seen = observe(root)
    return Health(list(status.lines_of(seen)), list(verdict(seen).values()))
