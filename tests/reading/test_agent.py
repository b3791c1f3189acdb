from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from newsarchive.archive.record.redaction import redact
from newsarchive.cli.channels import NAMES
from newsarchive.cli.show import which
from newsarchive.errors import UsageError
from newsarchive.reading.agent import MOST_CHARACTERS, MOST_HITS, MOST_LISTED, Agent
from newsarchive.reading.library import Library
from newsarchive.reading.search import index
from tests.reading import shelves
from tests.reading.shelves import TUESDAY, article, at, docid_of


def agent_of(root: Path) -> Agent:
    library = Library(root, NAMES)
    return Agent(library, NAMES, partial(which, library), lambda: at(TUESDAY, 23))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days, of which the sixth article was taken out again."""
    root = shelves.two_days(tmp_path_factory.mktemp("agent") / "archive")
    with shelves.running(root, now=at(TUESDAY, 22, 30)) as archive:
        shelves.archived(archive, article(6, TUESDAY, body=f"<p>{'长' * 9_000}</p>"), article(7, TUESDAY))
    redact(root, "clean", docid_of(7), "on request", keep_title=False, clock=lambda: at(TUESDAY, 22, 40))
    index.bring_level(root)
    return root


@pytest.fixture(scope="module")
def agent(root: Path) -> Agent:
    return agent_of(root)


def docids(answer: dict[str, Any]) -> list[str]:
    """Of the articles of an answer, each of which can be cited."""
    for told in answer["articles"]:
        assert (len(told["sha256"]), told["state"] > 0, told["url"][:8]) == (64, True, "https://")
    return [told["docid"] for told in answer["articles"]]


def test_search_finds_and_cites(agent: Agent) -> None:
    found = agent.search("正文 -更正", None, "2026-11-23", 10, 0)
    assert (docids(found), found["total"], found["not_searched"]) == ([docid_of(3), docid_of(1)], 2, [])
    assert found["articles"][0]["snippet"] == "正文3。"
    assert docids(agent.search("正文", None, None, 1, 1)) == [docid_of(4)]


def test_search_says_which_days_it_could_not_search(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path / "archive")
    assert agent_of(root).search("正文", None, None, 5, 0)["not_searched"] == ["2026-11-24", "2026-11-23"]


def test_article_is_read_as_it_is_and_as_it_was(agent: Agent) -> None:
    now = agent.read(docid_of(2), None, 0, 100)
    assert (now["state"], now["text"], now["is_whole"]) == (2, "更正后的正文。", True)
    then = agent.read(now["url"], "2026-11-23T02:30", 0, 100)
    assert (then["state"], then["text"], then["as_of"]) == (1, "正文2。", "2026-11-23T02:30:00+08:00")
    assert then["sha256"] != now["sha256"]


def test_long_text_is_read_in_parts(agent: Agent) -> None:
    first = agent.read(docid_of(6), None, 0, 8_000)
    rest = agent.read(docid_of(6), None, first["next_offset"], 8_000)
    assert (first["characters"], len(rest["text"]), rest["next_offset"]) == (9_000, 1_000, None)


@pytest.mark.parametrize(
    ("asked", "as_of", "why"),
    [
        (docid_of(7), None, "taken out of this archive on purpose"),
        (docid_of(2), "2026-11-01T00:00", "did not have it yet"),
        ("没有的文章", None, "no document"),
        (docid_of(2), "gestern", "expected a moment"),
    ],
)
def test_what_cannot_be_read_is_explained(agent: Agent, asked: str, as_of: str | None, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        agent.read(asked, as_of, 0, 100)


def listed(agent: Agent, **more: Any) -> dict[str, Any]:
    asked = {"since": None, "until": None, "channel": None, "media": None, "symbol": None, "limit": 10}
    return agent.list_articles(**{**asked, **more})


def test_list_is_newest_first_and_says_whether_there_is_more(agent: Agent) -> None:
    told = listed(agent, until="2026-11-23", limit=2)
    assert (docids(told), told["more"]) == ([docid_of(3), docid_of(2)], True)
    assert docids(listed(agent, symbol="hk00700")) == [docid_of(4)]
    assert docids(listed(agent, channel=NAMES["2509"])) == [docid_of(4)]


def test_corrections_are_those_of_a_week_with_both_states(agent: Agent) -> None:
    told = agent.corrections(None, None, 10)["corrections"]
    assert [(one["docid"], one["kind"]) for one in told] == [(docid_of(5), "gone"), (docid_of(2), "figure")]
    assert (told[0]["after"], told[1]["before"]["state"], told[1]["after"]["state"]) == (None, 1, 2)
    assert told[1]["before"]["sha256"] != told[1]["after"]["sha256"]
    assert "更正" in " ".join(told[1]["changes"])
    assert len(agent.corrections("2026-11-01", "gone", 10)["corrections"]) == 1
    assert agent.corrections(None, None, 1)["more"] is True


def test_coverage_counts_by_day_and_channel(agent: Agent) -> None:
    told = agent.coverage("2026-11-23", "2026-11-23", "1686")
    assert told["complete"] is True
    assert [(row["day"], row["offered"], row["kept"]) for row in told["days"]] == [("2026-11-23", 3, 3)]


def test_coverage_of_the_first_days_of_all_is_empty(agent: Agent) -> None:
    assert agent.coverage(None, "0001-01-03", None)["days"] == []
    assert agent.coverage("0001-01-01", "0001-01-03", None)["days"] == []


def test_limits_are_kept_and_wrong_values_explained(agent: Agent) -> None:
    for ask in (
        lambda: agent.search("正文", None, None, MOST_HITS + 1, 0),
        lambda: agent.search("正文", None, None, 1, -1),
        lambda: agent.search("正文", "2026-11-24", "2026-11-23", 1, 0),
        lambda: agent.read(docid_of(2), None, 0, MOST_CHARACTERS + 1),
        lambda: listed(agent, limit=MOST_LISTED + 1),
        lambda: listed(agent, channel="天文"),
        lambda: agent.corrections("gestern", None, 1),
        lambda: agent.coverage("2026-11-24", "2026-11-23", None),
    ):
        with pytest.raises(UsageError, match="expected"):
            ask()


def test_nothing_is_written(root: Path) -> None:
    before = shelves.footprint(root)
    agent = agent_of(root)
    agent.search("正文", None, None, 5, 0)
    agent.read(docid_of(2), None, 0, 100)
    listed(agent)
    agent.corrections("2026-11-01", None, 10)
    agent.coverage(None, None, None)
    assert shelves.footprint(root) == before
