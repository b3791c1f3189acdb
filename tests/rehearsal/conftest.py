"""A world, a client for the stand-in, and an archive that is right."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, build_opener

import pytest
from right_archive import NOW, write_archive

from newsarchive.rehearsal import StandIn
from newsarchive.rehearsal.invention import invent
from newsarchive.rehearsal.truth import Story


@pytest.fixture
def world() -> tuple[Story, ...]:
    return invent(articles=60, days=3, seed=5, now=NOW)


@pytest.fixture
def client() -> Callable[[StandIn], OpenerDirector]:
    def client_of(sina: StandIn) -> OpenerDirector:
        proxies = {"http": sina.env["http_proxy"], "https": sina.env["https_proxy"]}
        context = ssl.create_default_context(cafile=sina.env["SSL_CERT_FILE"])
        return build_opener(ProxyHandler(proxies), HTTPSHandler(context=context))

    return client_of


@pytest.fixture
def ideal(tmp_path: Path, world: tuple[Story, ...]) -> Path:
    """What a crawl without a fault would leave of ``world``."""
    (tmp_path / ".rehearsal").touch()
    write_archive(tmp_path, world)
    return tmp_path
