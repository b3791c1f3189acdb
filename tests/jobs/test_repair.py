import json
import shutil

import pytest

from newsarchive.errors import ArchiveLocked
from newsarchive.jobs.repair import repair
from tests.archive.making import DAY, NEXT_DAY, docid_of, opened, said, tree
from tests.jobs.test_verify import (
    REVISION,
    added,
    deleted,
    emptied,
    flipped_bit,
    line_removed,
    renamed,
    revision_altered,
    rewritten_with_its_line,
    swapped,
    truncated,
)
from tests.jobs.verifying import edit_lines, found, journal_of, line_of, make, path_of, revision_of, say


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def copy(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    return tmp_path / "copy"


def repaired(root, copy):
    return repair(root, copy, lambda *_: None)


MENDED = [deleted, flipped_bit, emptied, truncated, swapped, revision_altered, line_removed, rewritten_with_its_line]


@pytest.mark.parametrize("damage", MENDED)
def test_what_the_journal_proves_is_taken_back(root, copy, damage):
    damage(root)
    done = repaired(root, copy)
    assert done.left == []
    assert found(root) == []
    assert path_of(root).read_bytes() == path_of(copy).read_bytes()
    assert revision_of(root).read_bytes() == revision_of(copy).read_bytes()


@pytest.mark.parametrize("damage", [deleted, line_removed])
def test_a_persons_own_part_file_stays(root, copy, damage):
    folder = path_of(root).parent
    own = [
        folder / f".{name}.part" for name in (docid_of(1), docid_of(2), docid_of(3), docid_of(4), journal_of(root).name)
    ]
    for path in own:
        path.write_text("mine")
    damage(root)
    assert repaired(root, copy).repaired
    assert [path.read_text() for path in own if path.exists()] == ["mine"] * len(own)


def test_each_repair_has_its_line(root, copy):
    revision_altered(root)
    repaired(root, copy)
    line = said(root)[-1]
    assert (line["event"], line["docid"], line["file"]) == ("repaired", docid_of(4), REVISION)


def test_what_was_altered_stays_beside_the_repaired_file(root, copy):
    path_of(root).write_bytes(b"somebody's own words")
    repaired(root, copy)
    (aside,) = path_of(root).parent.glob("*.replaced-*")
    assert aside.read_bytes() == b"somebody's own words"


def test_a_copy_that_has_other_bytes_proves_nothing(root, copy):
    path_of(root).unlink()
    path_of(copy).write_bytes(path_of(copy, 2).read_bytes())
    done = repaired(root, copy)
    assert (done.repaired, [finding.kind for finding in done.left]) == ([], ["missing"])


def test_bytes_are_found_in_the_copy_under_whatever_name_its_journal_tells(root, copy):
    path_of(root).unlink()
    moved = path_of(copy).rename(path_of(copy).with_name("elsewhere.md"))
    old, new = (path.relative_to(copy).as_posix().encode() for path in (path_of(copy), moved))
    edit_lines(copy, lambda lines: lines.__setitem__(slice(None), [line.replace(old, new) for line in lines]))
    assert repaired(root, copy).left == []


def test_lines_lost_at_the_end_are_not_taken_from_a_copy(root, copy):
    before = journal_of(root, NEXT_DAY).read_bytes()
    edit_lines(root, lambda lines: lines.pop(), NEXT_DAY)
    found(root)
    done = repaired(root, copy)
    assert done.repaired == []
    assert journal_of(root, NEXT_DAY).read_bytes() == before.rpartition(b"\n{")[0] + b"\n"


def test_a_forged_journal_of_the_copy_is_not_taken(root, copy):
    edit_lines(root, lambda lines: lines.pop(line_of(root, 2)))
    edit_lines(copy, lambda lines: lines.__setitem__(0, lines[0].replace(b"finance", b"forged.")))
    done = repaired(root, copy)
    assert [finding.kind for finding in done.left] == ["unlinked"]


@pytest.mark.parametrize("damage", [added, renamed])
def test_nothing_is_taken_away_or_renamed(root, copy, damage):
    before = damage(root)
    files = set(tree(root))
    repaired(root, copy)
    assert files <= set(tree(root))
    assert before


def test_a_line_that_leads_out_of_the_archive_is_never_written_to(root, copy, tmp_path):
    outside = tmp_path / "outside.md"
    digest = "0" * 64
    for file in ("../outside.md", str(outside), "2026/11/23/../../../../outside.md"):
        say(root, "kept", docid_of(9), file=file, sha256=digest, bytes=1)
    say(root, "revised", "../../../outside", file="2026/11/23/x.md", sha256=digest, bytes=1)
    repaired(root, copy)
    assert not outside.exists()


def test_a_healthy_archive_is_not_even_opened(root, copy):
    with opened(root):
        assert repaired(root, copy).repaired == []


def test_while_a_run_holds_the_archive_nothing_is_repaired(root, copy, monkeypatch):
    monkeypatch.setattr("newsarchive.jobs.verify.PAUSES_S", (0.0,))
    deleted(root)
    with opened(root), pytest.raises(ArchiveLocked):
        repaired(root, copy)


def test_the_copy_is_only_read(root, copy):
    before = tree(copy)
    for damage in (deleted, line_removed):
        damage(root)
    repaired(root, copy)
    assert tree(copy) == before


def test_a_mended_journal_is_no_longer_damaged_to_runs(root, copy):
    flip_a_bit_of_the_journal(root)
    with opened(root) as archive:
        pass
    assert archive.damage() != []
    repaired(root, copy)
    with opened(root) as archive:
        pass
    assert archive.damage() == []


def flip_a_bit_of_the_journal(root):
    path = journal_of(root, DAY)
    path.write_bytes(path.read_bytes().replace(b'"event":"kept"', b'"event":"kepT"', 1))


def test_a_crawl_goes_on_after_a_mended_journal(root, copy):
    line_removed(root)
    repaired(root, copy)
    with opened(root):
        pass
    assert found(root) == []
    assert [json.loads(line)["event"] for line in journal_of(root, DAY).read_bytes().splitlines()][-1] == "repaired"
