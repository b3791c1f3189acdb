"""``newsarchive search``, ``list``, ``today``, ``rebuild --search``, and what ``redact`` does to the index."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsarchive.cli import main
from newsarchive.reading.search import index
from newsarchive.reading.search.shards import path_of
from tests.cli.cli_process import newsarchive
from tests.reading import shelves
from tests.reading.shelves import TUESDAY, docid_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelves.two_days(tmp_path_factory.mktemp("search") / "archive")


def run(root: Path, *words: str, code: int = 0) -> tuple[str, str]:
    """Standard output and error."""
    done = CliRunner().invoke(main, [*words, "--archive", str(root)])
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def run_apart(root: Path, *words: str, **environ: str) -> tuple[str, str]:
    """The same as a process of its own, which handles signals and has a clock."""
    done = newsarchive(*words, "--archive", str(root), **environ)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_hits_come_newest_first_with_the_words_marked(made: Path) -> None:
    out, err = run(made, "search", "正文", "-n", "2")
    assert [line for line in out.splitlines() if docid_of(5) in line or docid_of(4) in line] == [
        f"  2026-11-24 05:00  {docid_of(5)}  新华社  withdrawn",
        f"  2026-11-24 04:00  {docid_of(4)}  证券时报",
    ]
    assert "**正文**5。" in out
    assert err == "2 of 5 hits.\n"


def test_json_has_the_keys_that_scripts_read(made: Path) -> None:
    told = json.loads(run(made, "search", "正文4", "--json")[0])
    assert (told["total"], told["exact"]) == (1, True)
    (hit,) = told["hits"]
    assert {key: hit[key] for key in ("docid", "title", "published_at", "path", "snippet")} == {
        "docid": docid_of(4),
        "title": "第4篇",
        "published_at": "2026-11-24T04:00:00+08:00",
        "path": "2026/11/24/第4篇.md",
        "snippet": "正文4。",
    }
    assert [hit["snippet"][begin:end] for begin, end in hit["marks"]] == ["正文4"]


def test_count_and_paths_are_for_pipes(made: Path) -> None:
    assert run(made, "search", "正文", "-更正", "--count")[0] == "4\n"
    assert run(made, "search", "symbol:700", "--paths")[0] == f"{made / '2026/11/24/第4篇.md'}\n"


def test_days_and_channels_narrow_a_search(made: Path) -> None:
    assert run(made, "search", "正文", "--since", "2026-11-24", "--count")[0] == "2\n"
    assert run(made, "search", "正文", "--until", "2026-11-23", "--count")[0] == "3\n"
    assert run(made, "search", "正文", "--channel", "全部", "--count")[0] == "1\n"


def test_replaced_texts_are_found_on_demand_and_marked(made: Path) -> None:
    out, err = run(made, "search", "正文2")
    assert out == ""
    assert "--all-states" in err
    out, _ = run(made, "search", "正文2", "--all-states")
    assert "state 1 of 2, replaced since" in out


def test_no_hit_is_told_with_what_would_be_found(made: Path) -> None:
    assert "更正后的正文 is found: 1 hits" in run(made, "search", "更正候的正文")[1]
    assert "更正后的正文 is found: 1 hits" in run(made, "search", "更正后正文")[1]
    assert "without --since" in run(made, "search", "正文", "--until", "2020-01-01")[1]
    assert "by itself" in run(made, "search", "正文4", "正文5")[1]
    assert "without the field" in run(made, "search", "title:正文")[1]
    assert json.loads(run(made, "search", "鳄鱼", "--json")[0]) == {
        "total": 0, "exact": True, "hits": [], "hint": "Nothing has 鳄鱼.",
    }  # fmt: skip


@pytest.mark.parametrize(
    "words", [["title:", "x"], ["--josn", "x"], ["正文", "--since", "gestern"], ["x", "--channel", "天文"]]
)
def test_a_wrong_search_is_explained(made: Path, words: list[str]) -> None:
    _, err = run(made, "search", *words, code=2)
    assert err.startswith("newsarchive: ")


def test_an_archive_that_is_none_says_so(tmp_path: Path) -> None:
    run(tmp_path / "none", "search", "x", code=2)


def test_list_shows_a_day_newest_first(made: Path) -> None:
    out, _ = run(made, "list", "2026-11-23")
    assert [line.split("  ")[1] for line in out.splitlines()] == [docid_of(3), docid_of(2), docid_of(1)]
    assert "第2篇（更正）" in out
    assert "state 2" in out


def test_a_list_of_no_day_names_what_was_given(made: Path) -> None:
    assert "DAY gestern: expected a day" in run(made, "list", "gestern", code=2)[1]


def test_paths_go_with_no_other_form(made: Path) -> None:
    for other in ("--json", "--count"):
        assert "--paths goes with neither" in run(made, "search", "正文", "--paths", other, code=2)[1]


def test_list_chooses_by_source_and_security(made: Path) -> None:
    told = json.loads(run(made, "list", "--media", "证券时报", "--json")[0])
    assert [article["docid"] for article in told["articles"]] == [docid_of(4)]
    rows = list(csv.DictReader(io.StringIO(run(made, "list", "--symbol", "sh600519", "--csv", "-n", "2")[0])))
    assert [row["docid"] for row in rows] == [docid_of(5), docid_of(3)]
    assert run(made, "list", "--channel", "2509", "--paths")[0] == f"{made / '2026/11/24/第4篇.md'}\n"


def test_list_of_nothing_is_empty_in_every_form(made: Path) -> None:
    assert json.loads(run(made, "list", "2020-01-01", "--json")[0]) == {"articles": []}
    assert run(made, "list", "2020-01-01", "--paths")[0] == ""
    run(made, "list", "2020-01-01", "--since", "2020-01-01", code=2)
    run(made, "list", "--csv", "--json", code=2)


def test_today_is_the_day_in_beijing(made: Path) -> None:
    offset = str(int(shelves.at(TUESDAY, 12).timestamp() - time.time()))
    assert docid_of(5) in run_apart(made, "today", NEWSARCHIVE_CLOCK_OFFSET_SECONDS=offset)[0]
    later = str(int(offset) + 86_400)
    assert "the newest is of 2026-11-24" in run_apart(made, "today", NEWSARCHIVE_CLOCK_OFFSET_SECONDS=later)[1]


def test_an_index_is_made_anew_beside_a_running_crawl(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path / "archive")
    with shelves.running(root):
        assert json.loads(run_apart(root, "rebuild", "--search", "--json")[0])["states"] == 6
    assert index.standing(root).behind == ()
    assert run(root, "search", "正文", "--count")[0] == "5\n"
    run(root, "rebuild", "--search", "--accept-damage", code=2)


def test_a_damaged_index_is_told_and_made_anew(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path / "archive")
    run(root, "search", "正文")
    path = path_of(index.folder_of(root), 2026)
    path.write_bytes(b"rubbish" * 1000)
    assert "newsarchive rebuild --search" in run(root, "search", "正文", code=3)[1]
    run_apart(root, "rebuild", "--search")
    assert run(root, "search", "正文", "--count")[0] == "5\n"


def test_a_redacted_document_leaves_no_word_in_the_index(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path / "archive")
    run(root, "search", "正文")
    run(root, "redact", docid_of(2), "--reason", "asked", "--yes")
    assert run(root, "search", "更正", "--all-states", "--count")[0] == "0\n"
    with closing(sqlite3.connect(path_of(index.folder_of(root), 2026))) as db:
        db.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, text, row)")
        assert "更" not in {term for (term,) in db.execute("SELECT term FROM v")}


def test_what_a_terminal_would_obey_is_shown_escaped(tmp_path: Path) -> None:
    with shelves.running(tmp_path / "archive") as archive:
        shelves.archived(archive, shelves.article(1, body="<p>危险\x9b31m<b>文\u202e字</b></p>", media="\x1b[2J社"))
    out, _ = run(tmp_path / "archive", "search", "危险")
    assert not any(ord(character) < 32 or character in "\x9b\u202e" for character in out.replace("\n", ""))


def test_a_search_reads_an_archive_that_lost_its_state_folder(tmp_path: Path, made: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made, copy)
    shutil.rmtree(copy / ".newsarchive")
    assert run(copy, "search", "正文", "--count")[0] == "5\n"
