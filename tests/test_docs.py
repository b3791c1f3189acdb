"""What the documents show is what happens: commands exist, lines agree, links lead somewhere, output is real."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import frontmatter
import pytest

from newsarchive import configuration
from newsarchive.spiders import arguments

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


@pytest.mark.parametrize("name", READMES)
def test_settings_arguments_and_keys_that_a_readme_names_exist(name: str) -> None:
    text = read(name)
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text)) | set(re.findall(r"-s ([A-Z]+_[A-Z_]+)=", text))
    known = {*configuration.OURS, *configuration.SCRAPYS, "NEWSARCHIVE_DIR", "NEWSARCHIVE_NAME", "SSL_CERT_FILE"}
    known |= {configuration.variable_of(setting) for setting in configuration.OURS}
    assert named - known == set()
    assert set(re.findall(r"-a (\w+)=", text)) == set(arguments.NAMES)
    assert " ".join(configuration.EXTRA_KEYS) in text


def shape(line: str) -> str:
    """A line of output without what differs from run to run: figures, and names of articles."""
    line = re.sub(r"\w+, \d+ \w+ (\d{4} [\d:]+ GMT)", r"DAY \1", line)
    line = re.sub(r"https://\S+", "URL", re.sub(r"^    (?!…|_day).*\.md$", "    …", line))
    return re.sub(r"[^\s:，。]*[\u4e00-\u9fff].*", "…", re.sub(r"\d+(?:\.\d+)?", "9", line.rstrip()))


def test_the_rehearsal_that_the_readme_shows_is_its_output(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("newsarchive"), "rehearse"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    printed = {shape(line) for line in ran.stdout.splitlines()}
    shown = re.search(r"```text\n(rehearsal-archive/.*?)```", read("README.md"), re.S)
    assert shown
    assert [line for line in shown[1].splitlines() if shape(line) not in printed and line.strip() != "…"] == []
    assert "As expected: 200 archived, 0 missing, 0 false, 0 differences" in ran.stdout


@pytest.mark.parametrize("name", READMES)
def test_the_file_that_the_readme_shows_has_the_seven_keys(name: str) -> None:
    shown = re.search(r"```text\n(---\n.*?)```", read(name), re.S)
    assert shown
    keys = ["title", "categories", "headimg", "author", "comments", "date", "thumbnail"]
    assert list(frontmatter.loads(shown[1]).metadata) == keys
