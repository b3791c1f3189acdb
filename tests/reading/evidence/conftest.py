from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.reading import stored


@pytest.fixture(scope="session")
def _stored_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored.two_days(tmp_path_factory.mktemp("stored-days"))


@pytest.fixture
def root(_stored_days: Path, tmp_path: Path) -> Path:
    """Five articles of two days with raw records: the second was corrected, and looked at once more."""
    return shutil.copytree(_stored_days, tmp_path / "archive")
