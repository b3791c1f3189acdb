import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from newsarchive.archive.format import journal
from newsarchive.archive.format.frontmatter import Header, render
from newsarchive.archive.record import appending
from newsarchive.items import BEIJING
from newsarchive.settings.values import EXTRA_KEYS

PROJECT = Path(__file__).parents[1]
FORMAT = (PROJECT / "docs" / "format.md").read_text("utf-8")
FILE = "2026/11/23/央行.md"


def example(name):
    found = re.search(rf"<!-- example: {name} -->\n```\w*\n(.*?)\n```\n", FORMAT, re.DOTALL)
    assert found, name
    return found[1]


@pytest.fixture
def archive(tmp_path):
    """Two days, one article a day, as the journal's own functions write them."""
    for file in (FILE, "2026/11/24/降准.md"):
        path = tmp_path / file
        path.parent.mkdir(parents=True)
        path.write_bytes(file.encode())
        events = [
            {"event": "offered", "docid": "d1", "url": "https://finance.sina.com.cn/1"},
            {"event": "kept", "docid": "d1", "file": file, "sha256": journal.link_of(file.encode())},
            {"event": "sealed", "docid": None},
        ]
        appending.append(path.parent / "_day.jsonl", events, journal.Tail(0, journal.GENESIS_LINK))
    return tmp_path


def check(archive):
    return subprocess.run(
        [sys.executable, "-I", "-c", example("check"), archive], capture_output=True, check=False, encoding="utf-8"
    )


def test_the_article_shown_is_what_we_write():
    header = Header(
        title="央行：'降准'0.5个百分点",
        channel="国內",
        image="https://n.sinaimg.cn/finance/1.png",
        published_at=datetime(2026, 11, 23, 9, 30, tzinfo=BEIJING),
    )
    assert render(header, "<p>第一段{1}</p>\n<p>第二段</p>").decode() == example("article").replace("·", " ")


def test_the_journal_shown_is_a_chain_of_lines_as_we_write_them(tmp_path):
    path = tmp_path / "_day.jsonl"
    path.write_text(example("journal") + "\n", "utf-8", newline="\n")
    events = list(journal.read(path))
    assert [event.linked for event in events] == [True, True]
    assert b"".join(journal.encode(event.data, str(event.data["link"])) for event in events) == path.read_bytes()


def test_the_further_keys_are_told_in_their_order():
    assert f"`{' '.join(EXTRA_KEYS)}`" in FORMAT


def test_the_check_is_about_twenty_lines_of_the_standard_library():
    lines = example("check").splitlines()
    assert len(lines) <= 20
    assert {name.strip(",") for name in lines[0].split()[1:]} <= sys.stdlib_module_names


def test_the_check_finds_a_sound_archive_sound(archive):
    done = check(archive)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_check_names_an_altered_and_a_missing_file(archive):
    (archive / FILE).write_bytes(b"altered")
    (archive / "2026/11/24/降准.md").unlink()
    done = check(archive)
    assert done.returncode == 1
    assert [line.rpartition(": ")[2] for line in done.stderr.splitlines()] == ["altered", "missing"]


@pytest.mark.parametrize("keep", [[1, 2], [0, 2], [1, 0, 2], [0, 0, 1, 2]])
def test_the_check_names_a_line_taken_out_moved_or_doubled(archive, keep):
    path = archive / "2026/11/23/_day.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[number] for number in keep))
    done = check(archive)
    assert done.returncode == 1
    assert "altered, moved or taken out" in done.stderr


def test_the_check_passes_over_a_torn_last_line(archive):
    with (archive / "2026/11/23/_day.jsonl").open("ab") as file:
        file.write(b'{"event":"kept"')
    assert check(archive).returncode == 0


def test_the_readmes_commands_find_the_address_of_a_file(archive):
    text = (PROJECT / "archive" / "README.md").read_text("utf-8")
    for_file, for_docid = re.findall(r"^    grep -h '(.*)' 2026/11/23/_day\.jsonl$", text, re.MULTILINE)
    lines = (archive / "2026/11/23/_day.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if for_file.replace("2026/11/23/标题.md", FILE) in line]
    offered = [line for line in lines if for_docid.replace("nitmeav9622448", "d1") in line]
    assert ['"event":"kept"' in line for line in kept] == [True]
    assert ['"url":"https://finance.sina.com.cn/1"' in line for line in offered] == [True]
