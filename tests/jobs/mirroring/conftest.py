from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jobs.mirroring.buckets import Bucket
from tests.jobs.mirroring.s3_servers import environ, moto_server


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with moto_server() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in environ(endpoint).items():
        monkeypatch.setenv(name, value)
    return Bucket(endpoint)
