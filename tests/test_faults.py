"""Every fault of the table in ``docs/operating.md``, induced in a real crawl: exit code, message, no traceback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from newsarchive.rehearsal.standin import StandIn
from tests.conftest import Crawls, Run
from tests.faults import disk, network, pages, people, site, state
from tests.faults.scene import Fault, Stage

OPERATING = Path(__file__).parents[1] / "docs" / "operating.md"
FAULTS: list[Fault] = [fault for part in (site, pages, network, disk, state, people) for fault in part.FAULTS]
ROW_RE = re.compile(r"^\| `(?P<name>[\w-]+)` \| [^|]+ \| (?P<code>\d) \| (?:`(?P<says>[^|]+)`|none) \| [^|]+ \|$", re.M)
"""Of the section "Faults": test id, fault, exit code, what the message says, remedy."""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawls]:
    """One archive that is whole, for all the scenes that begin with one."""
    with StandIn(articles=12, days=2, seed=7, titles="plain") as sina:
        crawl = Crawls(sina, tmp_path_factory.mktemp("done") / "archive")
        assert crawl().exit_code == 0
        yield crawl


@pytest.fixture(scope="module")
def kept() -> dict[str, Run]:
    return {}


def _row(fault: Fault) -> ParameterSet:
    marks = [pytest.mark.xdist_group(f"fault-{fault.shared}")] if fault.shared else []
    return pytest.param(fault, id=fault.name, marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [_row(fault) for fault in FAULTS])
def test_a_fault_ends_with_its_code_and_says_what_it_is(
    fault: Fault, crawls: Callable[..., Crawls], tmp_path: Path, done: Crawls, kept: dict[str, Run]
) -> None:
    run = fault.scene(Stage(crawls, tmp_path, done, kept))
    assert (run.exit_code, "Traceback" in run.stderr) == (fault.exit_code, False), run.stderr
    assert fault.says in run.stderr


def test_the_table_of_the_document_is_what_is_tested() -> None:
    section = OPERATING.read_text("utf-8").partition("\n## Faults\n")[2].partition("\n## ")[0]
    rows = [(row["name"], int(row["code"]), row["says"] or "") for row in ROW_RE.finditer(section)]
    assert rows == [(fault.name, fault.exit_code, fault.says) for fault in FAULTS]
    assert len(re.findall(r"^\| `", section, re.M)) == len(rows) >= 30
