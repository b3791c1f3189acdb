"""What the notes of an import may do at a start, and what not."""

import hashlib
import json

import pytest

from newsarchive.archive.record import arranging, taking
from tests.archive.making import day_folder, docid_of, fill, offer, opened, tree


@pytest.fixture
def root(tmp_path):
    fill(tmp_path, offer(1))
    return tmp_path


def note(root, name, *lines):
    path = root / ".newsarchive" / name
    path.write_bytes(b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines))


def start(root):
    with opened(root):
        pass


def digest(data):
    return hashlib.sha256(data).hexdigest()


RUBBISH = [
    b"\xff\n",
    b"[]\n",
    b"{}\n",
    b'{"day": 5, "docid": [], "moves": 7, "files": [[1]]}\n',
    b"[" * 9999 + b"\n",
    b"torn",
]


@pytest.mark.parametrize("name", [arranging.NOTES_NAME, taking.NOTES_NAME])
def test_rubbish_in_the_notes_changes_nothing(root, name):
    before = tree(root)
    note(root, name, *RUBBISH)
    start(root)
    assert tree(root) == before
    assert not (root / ".newsarchive" / name).exists()


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-24"])
def test_an_article_with_a_journal_stays_whatever_the_notes_of_a_day_say(root, day):
    before = tree(root)
    (file,) = [path for path in before if path.endswith(".md") and path.startswith("2")]
    note(root, taking.NOTES_NAME, {"day": day, "files": [[file, digest(before[file]), docid_of(1)]]})
    start(root)
    assert tree(root) == before


@pytest.mark.parametrize("file", ["../away.md", "2026/11/24/../../../away.md", "/away.md", "README.md"])
def test_notes_reach_nothing_outside_of_the_days(root, file):
    away = root.parent / "away.md"
    away.write_bytes(b"x")
    before = tree(root)
    note(root, taking.NOTES_NAME, {"day": "2026-11-24", "files": [[file, digest(b"x"), docid_of(1)]]})
    note(root, arranging.NOTES_NAME, {"day": "2026-11-23", "docid": docid_of(1), "moves": [[file, digest(b"x")]]})
    start(root)
    assert tree(root) == before
    assert away.read_bytes() == b"x"
    away.unlink()


def test_of_a_day_without_its_journal_only_what_the_note_proves_goes(root):
    folder = day_folder(root).with_name("24")
    folder.mkdir()
    for name, data in (("ours.md", b"ours"), ("changed.md", b"by a person"), ("theirs.md", b"a person's")):
        (folder / name).write_bytes(data)
    files = [[f"2026/11/24/{name}.md", digest(b"ours"), docid_of(9)] for name in ("ours", "changed")]
    note(root, taking.NOTES_NAME, {"day": "2026-11-24", "files": files})
    start(root)
    assert sorted(path.name for path in folder.iterdir()) == ["changed.md", "theirs.md"]


def test_a_state_that_no_line_tells_takes_no_name(root):
    before = tree(root)
    (file,) = [path for path in before if path.endswith(".md") and path.startswith("2")]
    part = day_folder(root) / f".{docid_of(1)}-0.part"
    part.write_bytes(b"new")
    note(root, arranging.NOTES_NAME, {"day": "2026-11-23", "docid": docid_of(1), "moves": [[file, digest(b"new")]]})
    start(root)
    assert tree(root) == before
