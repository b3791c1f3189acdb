import shutil

import pytest

from newsarchive.jobs.comparison import compare
from newsarchive.jobs.verify import FULL
from tests.archive.making import NEXT_DAY, docid_of, fill, offer
from tests.jobs.verifying import found, journal_of, make, path_of, say


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def copy(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    return tmp_path / "copy"


def told(root, copy):
    verdict = compare(root, copy, FULL, lambda *_: None)
    return [(finding.kind, finding.path.replace(str(copy), "COPY")) for finding in verdict.findings]


def test_two_equal_copies_give_no_finding(root, copy):
    assert told(root, copy) == []


def test_what_each_lacks_or_has_altered_is_told_with_what_the_other_has(root, copy):
    path_of(root, 1).unlink()
    path_of(copy, 2).write_bytes(b"x")
    assert told(root, copy) == [("missing", "2026/11/23/第1号公告.md"), ("altered", "COPY/2026/11/23/第2号公告.md")]
    first, second = compare(root, copy, FULL, lambda *_: None).findings
    assert f"{copy} has it" in first.detail
    assert "this archive has it" in second.detail


def test_a_copy_that_is_behind_lacks_lines_and_days(root, copy):
    say(root, "gone", docid_of(1), status=404)
    shutil.rmtree(journal_of(copy, NEXT_DAY).parent)
    assert told(root, copy) == [
        ("shortened", "COPY/2026/11/23/_day.jsonl"),
        ("missing", "COPY/2026/11/24/_day.jsonl"),
    ]


def test_two_machines_that_each_crawled_a_part_are_compared_document_by_document(root, copy):
    fill(root, offer(20, title="只在这里"))
    fill(copy, offer(21, title="只在那里"))
    assert told(root, copy) == [
        ("altered", "2026/11/23/_day.jsonl"),
        ("missing", "2026/11/23/只在那里.md"),
        ("missing", "COPY/2026/11/23/只在这里.md"),
    ]


def test_comparing_changes_neither(root, copy):
    path_of(root, 1).unlink()
    told(root, copy)
    assert found(root) == [("missing", "2026/11/23/第1号公告.md")]
