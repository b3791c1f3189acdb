import json
import shutil

import pytest
from typer.testing import CliRunner

from newsarchive.cli import main
from tests.jobs.verifying import edit_lines, journal_of, make, path_of

FIRST = "2026/11/23/第1号公告.md"


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "archive")
    return tmp_path / "archive"


def run(*arguments, text=None):
    done = CliRunner().invoke(main, [*map(str, arguments)], input=text)
    return done.exit_code, done.stdout, done.stderr


def test_a_healthy_archive_is_0_and_one_line(root):
    assert run("verify", "--archive", root)[:2] == (0, "9 files checked in 2 days: all is well.\n")


def test_a_finding_is_8_with_kind_path_and_what_to_do(root):
    path_of(root).unlink()
    code, stdout, _ = run("verify", "--fast", "--archive", root)
    assert code == 8
    assert all(word in stdout for word in ("missing", FIRST, "abcdefg0000001", "newsarchive repair --from COPY"))


def test_json_says_checked_and_findings(root):
    path_of(root).unlink()
    code, stdout, _ = run("verify", "--json", "--archive", root)
    told = json.loads(stdout)
    assert (code, told["checked"]) == (8, 9)
    assert [set(finding) for finding in told["findings"]] == [{"kind", "path", "docid", "detail"}]


@pytest.mark.parametrize("by", ["file", "stdin"])
def test_heads_are_proven_later(root, tmp_path, by):
    code, told, _ = run("heads", "--archive", root)
    (tmp_path / "heads.txt").write_text(told)
    given, text = (tmp_path / "heads.txt", None) if by == "file" else ("-", told)
    assert code == 0
    assert run("verify", "--heads", given, "--archive", root, text=text)[0] == 0
    edit_lines(root, lambda lines: lines.pop())
    code, stdout, _ = run("verify", "--heads", given, "--archive", root, text=text)
    assert code == 8
    assert "shortened" in stdout


def test_heads_are_a_line_a_day(root):
    lines = run("heads", "--archive", root)[1].splitlines()
    assert [line.split("  ")[0::2] for line in lines] == [["2026-11-23", "9"], ["2026-11-24", "8"]]
    assert [line.split("  ")[3] for line in lines] == ["4", "4"]
    assert [head["articles"] for head in json.loads(run("heads", "--json", "--archive", root)[1])["heads"]] == [4, 4]


def test_repair_takes_back_and_says_what(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    path_of(root).unlink()
    code, stdout, _ = run("repair", "--from", tmp_path / "copy", "--archive", root)
    assert (code, stdout) == (0, f"repaired: {FIRST}\n1 repaired, 0 still wrong.\n")
    assert run("verify", "--full", "--archive", root)[0] == 0


def test_against_a_copy_tells_what_it_lacks(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    path_of(tmp_path / "copy").unlink()
    code, stdout, _ = run("verify", "--against", tmp_path / "copy", "--json", "--archive", root)
    assert code == 8
    assert [finding["path"] for finding in json.loads(stdout)["findings"]] == [f"{tmp_path}/copy/{FIRST}"]


def test_wrong_usage_is_2(root, tmp_path):
    (tmp_path / "none.txt").write_text("hello\n")
    (tmp_path / "empty").mkdir()
    for arguments in (
        ("verify", "--fast", "--full"),
        ("verify", "--heads", tmp_path / "nowhere.txt"),
        ("verify", "--heads", tmp_path / "none.txt"),
        ("verify", "--against", root),
        ("repair", "--from", tmp_path / "empty"),
        ("repair", "--from", root),
    ):
        assert run(*arguments, "--archive", root)[0] == 2
    assert run("verify", "--archive", tmp_path / "empty")[0] == 2


def test_a_name_from_the_web_moves_no_cursor(root):
    (journal_of(root).parent / "\x1b[2Jx.md").write_bytes(b"x")
    assert "\x1b" not in run("verify", "--archive", root)[1]
