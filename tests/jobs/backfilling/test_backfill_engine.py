"""Backfills by the workers of a real scheduler: they give what one crawl gives, whatever is killed, and tell what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra fleet is not installed")

from tests.conftest import Crawls, tree
from tests.jobs.backfilling.fills import QUICK, WHOLE, Fills, findings, kept, single
from tests.jobs.fleet import fleet

SINA = "sina=1"


def is_as_single(ours: Crawls, fills: Fills) -> bool:
    """Whether the archive is what one crawl of the same days gives, whole and without leftovers."""
    alone = single(ours, fills)
    assert tree(ours.root) == tree(alone.root)
    assert kept(ours) == kept(alone)
    assert findings(ours.root) == []
    return fills.slice_folders() == []


@pytest.mark.slow
def test_workers_of_a_scheduler_fill_as_one_crawl_does(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
    ours = crawls(articles=20, days=4, titles="plain")
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", resources=SINA) as begun:
        filled = fills(*QUICK, "--slice", "1", "--engine", begun.engine)
    assert filled.exit_code in WHOLE, filled
    assert filled.told["slices"] >= 3
    assert is_as_single(ours, fills)
