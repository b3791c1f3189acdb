"""A reader that really listens, and a client that says what it likes."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsarchive.reading.library import Library
from newsarchive.reading.web import server
from newsarchive.reading.web.app import app_of
from newsarchive.reading.web.guard import GuardRules
from newsarchive.reading.web.site import Surroundings
from tests.reading.shelves import TUESDAY, at

HOSTS = ("sinaimg.cn",)
NAMES = {"1686": "国内滚动", "2516": "财经", "2509": "全部"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.data)


@dataclass(frozen=True)
class Reader:
    """An open reader."""

    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """``headers``: ``if_none_match`` is ``If-None-Match``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        found = connection.getresponse()
        answer = Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        connection.close()
        return answer


@contextmanager
def reading(root: Path, rules: GuardRules | None = None, **around: Any) -> Iterator[Reader]:
    """A reader of this archive, on Tuesday at eight in the evening unless told otherwise."""
    told = Surroundings(**{"now": lambda: at(TUESDAY, 20), "picture_hosts": HOSTS, "query_names": NAMES, **around})
    taken, listening = server.bound("127.0.0.1", 0), threading.Event()
    app = app_of(Library(root, NAMES), told, rules or GuardRules(picture_hosts=HOSTS))
    running = server.server_of(app, listening.set)
    thread = threading.Thread(target=running.run, args=([taken],), daemon=True)
    thread.start()
    assert listening.wait(30)
    try:
        yield Reader(taken.getsockname()[1])
    finally:
        running.should_exit = True
        thread.join(30)
        taken.close()
