"""What a worker lacks is told by name: places, folders to write into, packages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from newsarchive.jobs.worker_needs import lacking, need_of


def test_what_is_there_is_not_lacking(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_bytes(b"")
    need = need_of(tmp_path, packages=("scrapy",))
    assert lacking(replace(need, places=(*need.places, tmp_path / "own.pem"), written=(tmp_path,))) == []


def test_each_place_folder_and_package_that_is_not_there_is_named(tmp_path: Path) -> None:
    need = replace(need_of(tmp_path / "gone", packages=("no_such_package",)), written=(tmp_path / "there",))
    assert lacking(need) == [
        "the package no_such_package is not installed",
        f"{tmp_path / 'gone'} is not there",
        f"it may not write into {tmp_path / 'there'}",
    ]
