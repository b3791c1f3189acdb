"""Two machines that crawled a channel each become, by ``newsarchive import``, the archive of one that crawled both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.cli_process import newsarchive
from tests.conftest import Crawls

pytestmark = pytest.mark.slow


def coverage(root: Path) -> list[dict[str, object]]:
    told = json.loads(newsarchive("coverage", "--json", "--archive", str(root)).stdout)
    return sorted(told["days"], key=lambda row: (row["day"], str(row["channel"])))


@pytest.mark.parametrize("profile", ["clean", "rsshub"])
def test_archives_crawled_apart_merge_into_that_of_one_machine(crawls: Callable[..., Crawls], profile: str) -> None:
    both = crawls(articles=30)
    one, other = (Crawls(both.sina, both.root.with_name(name)) for name in ("one", "other"))
    begin = ("-s", f"ARCHIVE_PROFILE={profile}", "-a")
    for crawl, channels in ((both, "1686,2509"), (one, "1686"), (other, "2509")):
        assert crawl(*begin, f"channels={channels}").exit_code == 0
    assert newsarchive("import", str(other.root), "--archive", str(one.root)).returncode == 0
    assert articles(one.root) == articles(both.root)
    assert coverage(one.root) == coverage(both.root)
    assert newsarchive("verify", "--full", "--archive", str(one.root)).returncode == 0


def articles(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.md")}
