from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.mirroring.buckets import Bucket
from tests.jobs.mirroring.mirror_scene import make
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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "archive"
    make(folder)
    return folder


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """An archive of its own for each test."""
    return shutil.copytree(made, tmp_path / "archive")
