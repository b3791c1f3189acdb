"""``newsarchive stats`` as a person and a script call it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from newsarchive.reading.statistics import Subject
from tests.cli.cli_process import RUN, newsarchive
from tests.journals import filed, said
from tests.reading import shelves

pytestmark = pytest.mark.slow  # processes by the dozen

HOSTILE = "坏\x1b[31m媒\u202e体=$\\frac{1}{0}$\U000e0041"
"""A colour, a right-to-left mark, a formula and an invisible character."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelves.two_days(tmp_path_factory.mktemp("archive"))


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    root = tmp_path / "hostile"
    root.mkdir()
    said(root, filed("abcdefg0000001", media=HOSTILE, symbols=[HOSTILE]), filed("abcdefg0000002", media="新华社"))
    return root


def stats(root: Path, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    return newsarchive("stats", "--archive", str(root), *map(str, arguments), **environ)


def on_a_terminal(root: Path, *arguments: str) -> str:
    """What a terminal gets."""
    pty = pytest.importorskip("pty", reason="Windows has no such terminals")
    main, end = pty.openpty()
    command = [sys.executable, "-c", RUN, "stats", "--archive", str(root), *arguments]
    with subprocess.Popen(
        command, stdout=end, stderr=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(end)
        told = b""
        while piece := _read(main):
            told += piece
        assert process.wait(60) == 0
    os.close(main)
    return told.decode()


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # how Linux says that the other end was closed
        return b""


def test_all_tables_are_shown_with_bars_in_line(root: Path) -> None:
    ran = stats(root)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout
    assert all(f"by {subject}" in ran.stdout for subject in Subject)
    lines = ran.stdout.split("by media\n")[1].splitlines()[1:3]
    assert [line.split()[:2] for line in lines] == [["新华社", "4"], ["证券时报", "1"]]
    assert len({cell_len(line.rstrip("▏▎▍▌▋▊▉█")) for line in lines}) == 1


def test_one_subject_in_a_range_is_shown_alone(root: Path) -> None:
    ran = stats(root, "--by", "symbol", "--since", "2026-11-24")
    assert (ran.returncode, "by day" in ran.stdout) == (0, False)
    assert [line.split()[:2] for line in ran.stdout.splitlines()[2:]] == [["hk00700", "1"], ["sh600519", "1"]]


def test_json_tells_every_table(root: Path) -> None:
    told = json.loads(stats(root, "--json", "--until", "2026-11-23").stdout)
    assert (told["since"], told["until"], list(told["by"])) == (None, "2026-11-23", list(Subject))
    assert told["by"]["day"]["rows"] == [{"day": "2026-11-23", "kept": 3, "revised": 1, "withdrawn": 0}]
    assert told["by"]["channel"]["rows"] == [{"channel": "1686", "name": "国内滚动", "articles": 3}]
    assert told["by"]["media"] == {
        "rows": [{"media": "新华社", "articles": 3}],
        "names": 1,
        "untold": 0,
        "exact": True,
    }


def test_csv_of_one_subject_is_its_table(root: Path) -> None:
    rows = list(csv.DictReader(stats(root, "--by", "coverage", "--csv").stdout.splitlines()))
    assert [(row["day"], row["offered"], row["kept"]) for row in rows] == [
        ("2026-11-23", "3", "3"),
        ("2026-11-24", "3", "3"),
    ]


def test_csv_of_several_subjects_is_a_line_a_figure(root: Path) -> None:
    rows = list(csv.reader(stats(root, "--by", "channel", "--by", "revisions", "--csv").stdout.splitlines()))
    assert rows[0] == ["by", "key", "name", "figure", "count"]
    assert rows[1:3] == [["channel", "1686", "国内滚动", "articles", "5"], ["channel", "2509", "全部", "articles", "1"]]
    assert rows[3] == ["revisions", "figure", "", "corrections", "1"]


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_no_name_reaches_a_terminal_raw(hostile: Path, form: tuple[str, ...]) -> None:
    told = on_a_terminal(hostile, *form)
    assert "坏" in told
    assert not {"\u202e", "\U000e0041"} & set(told)
    assert "\x1b[31m" not in told
    assert ("\x1b[36m" in told) == (form == ())  # the bars
    if form == ("--json",):
        assert HOSTILE.replace("\x1b", "") in [row["media"] for row in json.loads(told)["by"]["media"]["rows"]]


def test_a_cell_that_excel_would_compute_is_guarded(tmp_path: Path) -> None:
    said(tmp_path, filed("abcdefg0000001", media="=HYPERLINK(1)"))
    assert stats(tmp_path, "--by", "media", "--csv").stdout.splitlines()[1] == "'=HYPERLINK(1),1"


def test_where_no_blocks_can_be_written_bars_are_plain(root: Path) -> None:
    ran = stats(root, "--by", "hour", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ("####" in ran.stdout, "\\u25" in ran.stdout) == (True, False)


def test_where_a_terminal_is_narrow_the_figures_alone_are_shown(root: Path) -> None:
    lines = stats(root, "--by", "coverage", COLUMNS="60").stdout.splitlines()[2:]
    assert [line.split() for line in lines] == [
        [day, "3", "3", "0", "0", "0", "0"] for day in ("2026-11-23", "2026-11-24")
    ]


def test_an_archive_without_articles_says_so(tmp_path: Path) -> None:
    ran = stats(tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "Nothing of that is archived in these days.\n")


def test_without_a_catalogue_the_rest_is_told_and_exit_3(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    (root / ".newsarchive/catalogue.sqlite").write_bytes(b"no catalogue" * 1000)
    _grow(root)
    ran = stats(root, "--json")
    assert (ran.returncode, "newsarchive rebuild" in ran.stderr) == (3, True)
    told = json.loads(ran.stdout)["by"]
    assert (told["coverage"], told["media"]["names"]) == (None, 2)
    alone = stats(root, "--by", "coverage")
    assert (alone.returncode, alone.stdout) == (3, "")


def _grow(root: Path) -> None:
    """Beyond what is indexed for one look."""
    said(root, *(filed(f"abcdefh{number:07}", media="新华社", editor="编" * 2000) for number in range(2500)))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--csv", "--json"), "exclude each other"),
        (("--since", "soon"), "expected a day"),
        (("-n", "0"), "--top"),
        (("--plot", "picture.bmp"), ".png or .svg"),
    ],
)
def test_wrong_usage_is_exit_2(root: Path, arguments: tuple[str, ...], told: str) -> None:
    ran = stats(root, *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_workers_tell_the_same_to_the_letter(root: Path, form: tuple[str, ...]) -> None:
    alone, two = stats(root, *form), stats(root, *form, "--workers", 2)
    assert (two.returncode, two.stderr) == (0, "")
    assert two.stdout == alone.stdout


def test_no_archive_is_exit_2(tmp_path: Path) -> None:
    assert stats(tmp_path / "none").returncode == 2


def test_a_plot_is_drawn_beside_the_tables(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    ran = stats(root, "--by", "day", "--by", "hour", "--plot", tmp_path / "counts.PNG")
    assert (ran.returncode, "by day" in ran.stdout) == (0, True)
    assert (tmp_path / "counts.PNG").read_bytes().startswith(b"\x89PNG")


def test_a_plot_without_matplotlib_names_the_extra(root: Path, tmp_path: Path) -> None:
    without = f"import sys; sys.modules['matplotlib'] = None; {RUN}"
    command = [sys.executable, "-c", without, "stats", "--archive", str(root), "--plot", str(tmp_path / "x.png")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "newsarchive[plot]" in ran.stderr
