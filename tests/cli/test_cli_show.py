from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.cli_process import newsarchive
from tests.journals import said
from tests.reading import lives

pytestmark = pytest.mark.slow  # processes by the dozen


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lives.lived(tmp_path)
    return tmp_path


def shown(root: Path, *arguments: str, verb: str = "show") -> tuple[int, str, str]:
    run = newsarchive(verb, *arguments, "--archive", str(root))
    return run.returncode, run.stdout, run.stderr


@pytest.mark.parametrize(
    "asked", [lives.DOCID, lives.URL, lives.URL.replace("https", "http"), lives.FILE, "净利润增长"]
)
def test_a_document_is_meant_by_docid_address_path_or_title(root: Path, asked: str) -> None:
    code, stdout, _ = shown(root, asked, "--json")
    told = json.loads(stdout)
    assert (code, told["docid"], told["state"], told["states"]) == (0, lives.DOCID, 3, 3)


def test_an_earlier_states_path_means_its_document(root: Path) -> None:
    file = next((root / "2026/11/23/_revisions").rglob("1.md"))
    assert json.loads(shown(root, str(file), "--json")[1])["docid"] == lives.DOCID


def test_several_matches_are_listed_and_none_is_told(root: Path) -> None:
    said(
        root,
        {
            "at": lives.BACK_AT,
            "event": "offered",
            "docid": "other",
            "url": lives.URL,
            "title": "净利润增长了",
            "channels": ["1"],
            "lids": [],
        },
    )
    code, _, stderr = shown(root, "净利润")
    assert (code, lives.DOCID in stderr, "other" in stderr) == (2, True, True)
    assert shown(root, "没有这样的标题")[0] == 2


def test_text_has_title_source_and_times(root: Path) -> None:
    _, stdout, _ = shown(root, lives.DOCID)
    assert stdout.splitlines()[0] == lives.TITLE
    assert [word in stdout for word in ("新华财经", "state 3 of 3", "净利润3.2亿元，<同比>增长。")] == [True] * 3


def test_as_of_a_moment_it_is_what_was_known_then(root: Path) -> None:
    assert "2.3亿元" in shown(root, lives.DOCID, "--as-of", "2026-11-23T11:30")[1]
    assert json.loads(shown(root, lives.DOCID, "--as-of", "2026-11-23 12:30", "--json")[1])["withdrawn"] is True
    assert json.loads(shown(root, lives.DOCID, "--as-of", "2026-11-23T09:30", "--json")[1])["state"] is None
    assert shown(root, lives.DOCID, "--as-of", "2026-11-23T08:59:59")[0] == 3
    assert shown(root, lives.DOCID, "--as-of", "gestern")[0] == 2


def test_an_altered_state_is_shown_with_a_warning(root: Path) -> None:
    (root / lives.FILE).write_bytes(b"")
    code, stdout, stderr = shown(root, lives.DOCID, "--json")
    assert (code, json.loads(stdout)["altered"], "altered" in stderr) == (0, True, True)
    assert json.loads(shown(root, lives.DOCID, "--json", "--as-of", lives.FIRST_AT)[1])["altered"] is False


def test_an_earlier_state_that_is_gone_comes_from_a_copy_not_from_a_crawl(root: Path) -> None:
    (root / "2026/11/23/_revisions" / lives.DOCID / "1.md").unlink()
    code, _, stderr = shown(root, lives.DOCID, "--as-of", lives.FIRST_AT)
    assert (code, "repair --from" in stderr, "--fill" in stderr) == (8, True, False)


@pytest.mark.parametrize("at", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_a_moment_that_no_calendar_of_beijing_has_is_a_mistake(root: Path, at: str) -> None:
    assert shown(root, lives.DOCID, "--as-of", at)[0] == 2


def test_of_a_moment_without_a_file_no_path_and_no_body_is_told(root: Path) -> None:
    for what in ("--path", "--html"):
        run = newsarchive("show", lives.DOCID, what, "--as-of", lives.OFFERED_AT, "--archive", str(root))
        assert (run.returncode, run.stdout) == (3, "")


def test_states_without_diff_are_a_mistake(root: Path) -> None:
    run = newsarchive("show", lives.DOCID, "1", "2", "--archive", str(root))
    assert (run.returncode, run.stdout) == (2, "")


def test_history_lists_states_and_withdrawals(root: Path) -> None:
    _, stdout, _ = shown(root, lives.DOCID, "--history")
    assert [
        word in line
        for word, line in zip(("first", "figure", "gone", "restored"), stdout.splitlines()[1:], strict=True)
    ] == [True] * 4
    told = json.loads(shown(root, lives.DOCID, "--history", "--json")[1])
    assert [state["kind"] for state in told["states"]] == [None, "figure", "restored"]
    assert told["withdrawn"] == [lives.GONE_AT]


def test_difference_has_signs_beside_the_colours(root: Path) -> None:
    assert "净利润[-3.2-]{+2.3+}亿元" in shown(root, lives.DOCID, "--diff", "1", "2")[1]
    assert "净利润[-2.3-]{+3.2+}亿元" in shown(root, lives.DOCID, "--diff")[1]
    assert shown(root, lives.DOCID, "--diff", "1", "9")[0] == 2


def test_path_and_html_are_the_file_and_its_body(root: Path) -> None:
    assert shown(root, lives.DOCID, "--path")[1].strip() == str(root / lives.FILE)
    assert shown(root, lives.DOCID, "--html")[1].strip() == lives.FIRST


def test_corrections_have_before_and_after(root: Path) -> None:
    told = json.loads(shown(root, "--json", verb="corrections")[1])["corrections"]
    assert [one["kind"] for one in told] == ["restored", "gone", "figure"]
    assert ("3.2" in told[2]["before"]["text"], "2.3" in told[2]["after"]["text"], told[1]["after"]) == (
        True,
        True,
        None,
    )
    only = json.loads(shown(root, "--kind", "figure", "--json", verb="corrections")[1])["corrections"]
    assert [one["kind"] for one in only] == ["figure"]
    assert shown(root, "--kind", "odd", verb="corrections")[0] == 2


def test_corrections_are_a_feed(root: Path) -> None:
    feed = ET.fromstring(shown(root, "--atom", verb="corrections")[1])
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 3
