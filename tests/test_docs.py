"""What the documents show is what happens: commands exist, lines agree, links lead somewhere, output is real."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import frontmatter
import pytest

from newsarchive.cli import VERBS
from newsarchive.crawl import arguments
from newsarchive.settings import values

ROOT = Path(__file__).resolve().parents[1]
READMES = ["README.md", "README.zh-CN.md"]
DOCUMENTS = [*READMES, "archive/README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def shell_lines(name: str) -> list[str]:
    """The two lines of a README's first screen."""
    return [line for line in read(name).splitlines() if line.startswith("[ .venv/ready")]


@pytest.mark.parametrize("name", READMES)
def test_the_two_lines_are_those_of_make(name: str) -> None:
    recipes = [line.strip() for line in read("Makefile").splitlines() if line.startswith("\t[")]
    assert shell_lines(name) == recipes
    assert len(recipes) == 2


@pytest.mark.parametrize("name", READMES)
def test_the_two_lines_stand_on_the_first_screen(name: str) -> None:
    assert all(read(name).splitlines().index(line) < 24 for line in shell_lines(name))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_relative_links_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", read(name))
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


PATH_RE = re.compile(
    r"(?<![\w./<*:-])(?:(?:[\w-]+/)*[\w-]+\.py|(?:docs|deploy|benchmarks|tests)/[\w./-]*\w|[A-Z]+(?:[.]zh-CN)?\.md)\b",
    re.A,
)
"""A module, a file of one of these folders, or a document of the root."""
FOLDER_RE = re.compile(r"`((?:[\w-]+/)+)`")
ELSEWHERE = {"reading/", "deploy/newsarchive.env"}
"""A room of the plan that is not built yet, and what whoever runs a container writes."""
INVENTED = "2027"
"""Stands in the names of the layout that docs/add-a-layout.md adds as an example."""


def exists(named: str) -> bool:
    """Whether a path of the project is meant: from its root, from the package or a room, or a module's bare name."""
    return (ROOT / named).exists() or any((ROOT / "newsarchive").glob(f"**/{named}"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_exists(name: str) -> None:
    text = read(name)
    rooms = {path.name for path in (ROOT / "newsarchive").rglob("*") if path.is_dir()} | {"tests", "docs", "deploy"}
    folders = {folder for folder in FOLDER_RE.findall(text) if folder.partition("/")[0] in rooms}
    named = (set(PATH_RE.findall(text)) | folders) - ELSEWHERE
    assert sorted(path for path in named if INVENTED not in path and not exists(path)) == []


@pytest.mark.parametrize("name", READMES)
def test_settings_arguments_and_keys_that_a_readme_names_exist(name: str) -> None:
    text = read(name)
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text)) | set(re.findall(r"-s ([A-Z]+_[A-Z_]+)=", text))
    known = {*values.OURS, *values.SCRAPYS, "NEWSARCHIVE_DIR", "NEWSARCHIVE_NAME", "SSL_CERT_FILE"}
    known |= {values.variable_of(setting) for setting in values.OURS}
    assert named - known == set()
    assert set(re.findall(r"-a (\w+)=", text)) == set(arguments.NAMES)
    assert " ".join(values.EXTRA_KEYS) in text


def test_both_readmes_say_the_same_in_blocks_tables_and_links() -> None:
    """Words differ; what is run, printed, set or linked does not."""
    english, chinese = map(read, READMES)
    for pattern in (r"^```.*?^```", r"^\| (?:none|\d|`[^|]*?`)", r"\]\((?!README)[^)]+\)", r"`-[a-zA-Z-][^`]*`"):
        of_one, of_other = (
            re.findall(pattern, text.replace("| 无 ", "| none "), re.M | re.S) for text in (english, chinese)
        )
        assert of_one == of_other


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_table_is_broken_by_a_blank_line(name: str) -> None:
    """A row behind a blank line begins a table, so dashes follow it."""
    lines = ["", *read(name).splitlines(), ""]
    begun = [at for at in range(1, len(lines)) if lines[at].startswith("|") and not lines[at - 1].strip()]
    assert [lines[at] for at in begun if not lines[at + 1].replace(" ", "").startswith("|-")] == []


@pytest.mark.parametrize("name", READMES)
def test_every_verb_has_a_row(name: str) -> None:
    rows = {verb for row in re.findall(r"^\| (`[^|]+) \|", read(name), re.M) for verb in re.findall(r"`([a-z-]+)", row)}
    assert set(VERBS) <= rows


def test_no_committed_file_names_the_address_of_a_package_index() -> None:
    index = re.compile("|".join(("index" + "-url", "find" + "-links", r"/sim" + r"ple/?\b", r"\bpy" + r"pi\.")), re.I)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no checkout of git")
    files = [ROOT / name for name in listed.stdout.splitlines() if not name.startswith("tests/pages/")]
    assert [file.name for file in files if file.is_file() and index.search(file.read_text("utf-8", "replace"))] == []


def shape(line: str) -> str:
    """A line of output without what differs from run to run: figures, and names of articles."""
    line = re.sub(r"\w+, \d+ \w+ (\d{4} [\d:]+ GMT)", r"DAY \1", line)
    line = re.sub(r"\S*/newsarchive serve", "newsarchive serve", line)
    line = re.sub(r"https://\S+", "URL", re.sub(r"^    (?!…|_day).*\.md$", "    …", line))
    return re.sub(r"[^\s:，。]*[\u4e00-\u9fff].*", "…", re.sub(r"\d+(?:\.\d+)?", "9", line.rstrip()))


def test_the_rehearsal_that_the_readme_shows_is_its_output(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("newsarchive"), "rehearse"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    printed = {shape(line) for line in ran.stdout.splitlines()}
    shown = re.search(r"```text\n(rehearsal-archive/.*?)```", read("README.md"), re.S)
    assert shown
    assert [line for line in shown[1].splitlines() if shape(line) not in printed and line.strip() != "…"] == []
    assert ran.stdout.rstrip().endswith("newsarchive serve --no-marks --archive rehearsal-archive")
    assert "As expected: 200 archived, 0 missing, 0 false, 0 differences" in ran.stdout


@pytest.mark.parametrize("name", READMES)
def test_the_file_that_the_readme_shows_has_the_seven_keys(name: str) -> None:
    shown = re.search(r"```text\n(---\n.*?)```", read(name), re.S)
    assert shown
    keys = ["title", "categories", "headimg", "author", "comments", "date", "thumbnail"]
    assert list(frontmatter.loads(shown[1]).metadata) == keys
