from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from newsarchive.reading.library import Library
from tests.reading import shelves, stored
from tests.reading.export import hostile


@pytest.fixture(scope="session")
def hostile_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The forty articles that mean harm; for tests that only read."""
    return hostile.archived(tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def hostile_library(hostile_root: Path) -> Library:
    return Library(hostile_root, {"1686": "国內"})


@pytest.fixture(scope="session")
def stored_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same two days with raw records; for tests that only read."""
    return stored.two_days(tmp_path_factory.mktemp("stored-days"))


@pytest.fixture(scope="session")
def _two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelves.two_days(tmp_path_factory.mktemp("two-days"))


@pytest.fixture
def root(_two_days: Path, tmp_path: Path) -> Path:
    """Five articles of two days: the second was corrected, the fifth withdrawn."""
    return shutil.copytree(_two_days, tmp_path / "archive")


@pytest.fixture
def library(root: Path) -> Library:
    return Library(root, {"1686": "国內", "2509": "滚动"})
