import gzip
import hashlib
import json
import os
import shutil
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from newsarchive.archive.format import heads as heads_format
from newsarchive.archive.format import rsshub
from newsarchive.archive.format.journal import GENESIS_LINK, link_of
from newsarchive.jobs import verify
from newsarchive.jobs.verify import FAST, FULL, USUAL, heads
from tests.archive.making import DAY, NEXT_DAY, begin_script, docid_of, fill, keep, offer, opened, tree
from tests.jobs.verifying import (
    edit_lines,
    found,
    journal_of,
    line_of,
    make,
    of_file,
    path_of,
    revision_of,
    say,
    verdict,
)

JOURNAL = "2026/11/23/_day.jsonl"
FIRST = "2026/11/23/第1号公告.md"
SECOND = "2026/11/23/第2号公告.md"
REVISION = f"2026/11/23/_revisions/{docid_of(4)}/1.md"


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "archive")
    return tmp_path / "archive"


def told(root):
    return {head.day: head for head in heads(root, lambda *_: None)}


def flip(path, at=100):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


# --- nothing is wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", [FAST, FULL, USUAL])
def test_a_healthy_archive_gives_no_finding(root, look):
    result = verdict(root, look)
    assert (result.findings, result.checked) == ([], 9)


def test_verify_writes_nothing_but_how_far_it_came(root):
    before = tree(root)
    states = set((root / ".newsarchive").iterdir())
    verdict(root)
    assert tree(root) == before
    assert set((root / ".newsarchive").iterdir()) - states == {root / ".newsarchive" / "verified.json"}


def test_a_copy_without_state_stays_without(root):
    shutil.rmtree(root / ".newsarchive")
    assert found(root) == []
    assert not (root / ".newsarchive").exists()


def test_what_people_and_systems_lay_there_is_no_stray(root):
    for name in (".DS_Store", "Thumbs.db", "notes.txt", "_index.md"):
        (journal_of(root).parent / name).write_bytes(b"x")
    (root / "README.md").write_bytes(b"x")
    assert found(root) == []


# --- the twelve kinds of damage ----------------------------------------------------------------------------------------


def flipped_bit(root):
    flip(path_of(root))
    return [("altered", FIRST)]


def deleted(root):
    path_of(root).unlink()
    return [("missing", FIRST)]


def added(root):
    (path_of(root).parent / "新.md").write_bytes(b"x")
    return [("stray", "2026/11/23/新.md")]


def renamed(root):
    path_of(root).rename(path_of(root).with_name("新.md"))
    return [("misnamed", "2026/11/23/新.md")]


def truncated(root):
    os.truncate(path_of(root), 100)
    return [("altered", FIRST)]


def emptied(root):
    os.truncate(path_of(root), 0)
    return [("altered", FIRST)]


def swapped(root):
    first, second = path_of(root, 1).read_bytes(), path_of(root, 2).read_bytes()
    path_of(root, 1).write_bytes(second)
    path_of(root, 2).write_bytes(first)
    return [("misnamed", FIRST), ("misnamed", SECOND)]


def rewritten_with_its_line(root):
    data = b"\n---\ntitle: 'a forged text'\n---\n"
    path_of(root).write_bytes(data)
    now = of_file(root, path_of(root), data)

    def forge(lines):
        at = line_of(root, 1)
        head, _, rest = lines[at].partition(b'"sha256":"')
        size = rest[66:].split(b",", 1)[1]
        lines[at] = head + f'"sha256":"{now["sha256"]}","bytes":{now["bytes"]},'.encode() + size

    edit_lines(root, forge)
    return [("unlinked", JOURNAL)]


def line_removed(root):
    edit_lines(root, lambda lines: lines.pop(line_of(root, 2)))
    return [("unlinked", JOURNAL)]


def revision_altered(root):
    flip(revision_of(root))
    return [("altered", REVISION)]


def journal_of_another_day(root):
    shutil.copy(journal_of(root, NEXT_DAY), journal_of(root))
    return [("misnamed", JOURNAL)]


DAMAGE = [
    flipped_bit,
    deleted,
    added,
    renamed,
    truncated,
    emptied,
    swapped,
    rewritten_with_its_line,
    line_removed,
    revision_altered,
    journal_of_another_day,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_kind_of_damage_is_named_once_and_exactly(root, damage):
    expected = damage(root)
    assert found(root) == expected


@pytest.mark.parametrize("damage", [deleted, added, renamed, truncated, emptied, line_removed, journal_of_another_day])
def test_without_reading_files_names_sizes_and_links_are_named_all_the_same(root, damage):
    expected = damage(root)
    assert found(root, FAST) == expected


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_was_found_once_is_found_by_the_next_usual_verify_too(root, damage):
    verdict(root)
    expected = damage(root)
    assert found(root) == expected
    assert found(root, USUAL) == expected


def test_a_lost_last_line_is_named_against_heads(root):
    before = told(root)
    edit_lines(root, lambda lines: lines.pop())
    assert found(root, told=before) == [("shortened", JOURNAL)]


# --- further damage ----------------------------------------------------------------------------------------------------


def test_a_lost_last_line_of_a_kept_article_is_one_thing(root):
    before = told(root)
    edit_lines(root, lambda lines: lines.pop(), NEXT_DAY)
    assert found(root, told=before) == [("shortened", "2026/11/24/_day.jsonl")]


def test_a_verified_journal_is_its_own_head(root):
    verdict(root)
    edit_lines(root, lambda lines: lines.pop(), NEXT_DAY)
    for _ in range(2):
        assert found(root, FAST) == [("shortened", "2026/11/24/_day.jsonl")]


@pytest.mark.parametrize("damage", [line_removed, rewritten_with_its_line, journal_of_another_day])
def test_what_was_verified_before_is_named_by_the_same_kind(root, damage):
    before = told(root)
    verdict(root)
    expected = damage(root)
    assert found(root, FAST) == expected
    assert found(root, told=before) == expected


def test_lines_lost_both_in_the_middle_and_at_the_end_are_one_thing(root):
    verdict(root)
    edit_lines(root, lambda lines: (lines.pop(), lines.pop(0)), NEXT_DAY)
    assert found(root) == [("shortened", "2026/11/24/_day.jsonl")]


def test_a_last_line_that_was_altered_is_named_against_heads(root):
    before = told(root)
    edit_lines(root, lambda lines: lines.append(lines.pop().replace(b"typo", b"time")))
    assert found(root, told=before) == [("altered", JOURNAL)]


def test_an_older_head_holds_for_a_journal_that_has_grown(root):
    before = told(root)
    say(root, "gone", docid_of(1), status=404)
    assert found(root, told=before) == []


def test_a_journal_that_is_gone_is_one_thing(root):
    journal_of(root).unlink()
    assert found(root) == [("missing", JOURNAL)]


def test_a_whole_day_that_is_gone_is_named_where_somebody_knew_of_it(root):
    before = told(root)
    shutil.rmtree(journal_of(root).parent)
    assert found(root, told=before) == [("missing", JOURNAL)]


def test_an_emptied_journal_is_one_thing(root):
    os.truncate(journal_of(root, NEXT_DAY), 0)
    assert found(root) == [("shortened", "2026/11/24/_day.jsonl")]


def test_a_torn_line_is_named(root):
    with journal_of(root).open("ab") as file:
        file.write(b'{"at":"2026')
    assert found(root) == [("torn", JOURNAL)]


def test_a_copy_beside_its_original_is_a_duplicate(root):
    shutil.copy(path_of(root), path_of(root).with_name("copy.md"))
    assert found(root) == [("duplicate", "2026/11/23/copy.md")]


def test_a_copy_in_another_day_is_a_duplicate_and_a_moved_file_is_misnamed(root):
    shutil.copy(path_of(root, 1), journal_of(root, NEXT_DAY).parent / "copy.md")
    path_of(root, 2).rename(journal_of(root, NEXT_DAY).parent / "moved.md")
    assert found(root) == [("duplicate", "2026/11/24/copy.md"), ("misnamed", "2026/11/24/moved.md")]


def test_a_document_that_two_days_keep_is_told_of_the_later(root):
    say(
        root,
        "kept",
        docid_of(1),
        NEXT_DAY,
        **of_file(root, path_of(root, 1, NEXT_DAY), path_of(root, 1, NEXT_DAY).read_bytes()),
    )
    assert ("duplicate", "2026/11/24/第1号公告.md") in found(root)


def test_a_half_written_file_is_a_stray(root):
    (path_of(root).parent / ".abc.part").write_bytes(b"x")
    assert found(root) == [("stray", "2026/11/23/.abc.part")]


def test_a_file_written_over_another_loses_both_names_once_each(root):
    path_of(root, 1).replace(path_of(root, 2))
    assert found(root) == [("missing", FIRST), ("altered", SECOND)]


def test_what_lies_there_instead_of_a_file_is_named_without_waiting_for_it(root):
    path_of(root, 1).unlink()
    path_of(root, 1).mkdir()
    path_of(root, 2).unlink()
    os.mkfifo(path_of(root, 2))
    assert found(root) == [("missing", FIRST), ("missing", SECOND)]


def test_a_name_spelt_otherwise_opens_or_is_misnamed(root):
    path = path_of(root, 5)
    fill(root, offer(5, title="Café 5"))
    composed = path.with_name("Café 5.md")
    spelt = path.with_name(unicodedata.normalize("NFD", composed.name))
    composed.rename(spelt)
    expected = [] if composed.exists() else [("misnamed", spelt.relative_to(root).as_posix())]
    assert found(root) == expected


def test_a_name_in_other_case_is_another_name_where_the_file_system_says_so(root):
    fill(root, offer(5, title="ABC 5"))
    path_of(root).with_name("ABC 5.md").rename(path_of(root).with_name("abc 5.md"))
    expected = [] if path_of(root).with_name("ABC 5.md").exists() else [("misnamed", "2026/11/23/abc 5.md")]
    assert found(root) == expected


def test_a_file_that_was_written_without_a_readable_header_is_named(root):
    file = path_of(root, 9)
    file.write_bytes(b"no header")
    say(root, "kept", docid_of(9), **of_file(root, file, b"no header"))
    assert found(root) == [("altered", file.relative_to(root).as_posix())]


def test_a_line_by_another_hand_that_leads_out_of_the_archive_is_named_and_not_followed(root):
    say(root, "kept", docid_of(9), file="../../etc/passwd", sha256="0" * 64, bytes=1)
    say(root, "kept", docid_of(8), file=7, sha256="0" * 64, bytes=1)
    assert ("altered", JOURNAL) in found(root)


def test_what_a_killed_run_had_begun_is_listed_and_left_to_the_next_one(root):
    file, part = path_of(root, 50), path_of(root).parent / ".d.part"
    for path in (file, part):
        path.write_bytes(b"x")
    note = {"file": file.relative_to(root).as_posix(), "sha256": hashlib.sha256(b"x").hexdigest()}
    (root / ".newsarchive" / "open-days").write_text(json.dumps({**note, "docid": "d", "part": part.name}) + "\n")
    result = verdict(root)
    assert (result.findings, len(result.explained)) == ([], 2)
    file.write_bytes(b"y")
    assert found(root) == [("stray", note["file"])]


# --- what a line explains ----------------------------------------------------------------------------------------------


def test_damage_that_was_accepted_is_listed_and_is_no_finding(root):
    at = line_of(root, 2, "offered")
    edit_lines(root, lambda lines: lines.pop(at))
    lines = journal_of(root).read_bytes().splitlines()
    link = lines[at].rpartition(b'"link":"')[2][:64].decode()
    say(root, "damaged", None, line=at + 1, expected=link_of(lines[at - 1]), found=link)
    result = verdict(root)
    assert (result.findings, len(result.explained)) == ([], 1)


def test_a_loss_that_was_accepted_is_listed_and_is_no_finding(root):
    verdict(root)
    lines = journal_of(root).read_bytes().splitlines()
    edit_lines(root, lambda lines: lines.pop(0))
    edit_lines(root, lambda lines: lines.pop(-1))
    assert found(root) == [("shortened", JOURNAL)]
    first = link_of(lines[0])
    say(root, "damaged", None, line=1, expected=GENESIS_LINK, found=first)
    say(root, "damaged", None, line=len(lines) - 1, expected=link_of(lines[-1]), found=link_of(lines[-2]))
    result = verdict(root)
    assert [finding.path for finding in result.findings if finding.path == JOURNAL] == []
    assert len(result.explained) == 2


def redact(root, number):
    """As design §9 says: the line's words go, the links are made anew, the last line names what went."""
    path, at = journal_of(root), line_of(root, number)
    lines = path.read_bytes().splitlines()
    former, replaced = link_of(lines[-1]), [[at + 1, link_of(lines[at])]]
    lines[at] = lines[at].replace(b'"title":"', b'"redacted":true,"former_title":"')
    before = GENESIS_LINK
    for place, line in enumerate(lines):
        lines[place] = line[:-66] + before.encode() + b'"}'
        before = link_of(lines[place])
    path.write_bytes(b"\n".join(lines) + b"\n")
    path_of(root, number).unlink()
    say(root, "redacted", docid_of(number), reason="asked", former_link=former, replaced=replaced)


def test_a_redacted_document_is_listed_and_older_heads_of_any_length_hold(root):
    before = told(root)
    say(root, "gone", docid_of(1), status=404)
    redact(root, 1)
    for _ in range(2):
        result = verdict(root, told=before)
        assert result.findings == []
        assert [text for text in result.explained if "redacted at" in text]


def test_a_forged_head_is_not_explained_by_a_redaction(root):
    before = told(root)
    redact(root, 1)
    forged = {DAY: replace(before[DAY], link="f" * 64)}
    assert found(root, told=forged) == [("altered", JOURNAL)]


def test_a_file_of_a_redacted_document_is_a_stray(root):
    data = path_of(root).read_bytes()
    redact(root, 1)
    path_of(root).write_bytes(data)
    assert found(root) == [("stray", FIRST)]


def test_heads_are_read_back_as_they_were_written(root):
    before = told(root)
    assert heads_format.parse([*map(str, before.values()), "", "# kept by mail"], "heads.txt") == before


# --- the profile rsshub ------------------------------------------------------------------------------------------------


@pytest.fixture
def seed(tmp_path):
    root = tmp_path / "seed"
    with opened(root, profile="rsshub") as archive:
        for number in (1, 2, 3):
            of = offer(number, title=f"第{number}号公告", day=DAY if number < 3 else NEXT_DAY)
            archive.offer([of]).result()
            keep(archive, of)
    return root


def test_the_one_folder_of_all_days_is_verified_too(seed):
    assert [found(seed, look) for look in (FULL, FAST, FAST)] == [[], [], []]
    folder = seed / rsshub.FOLDER
    (folder / "第1号公告.md").rename(folder / "新.md")
    (folder / "第2号公告.md").unlink()
    (folder / "x.md").write_bytes(b"x")
    shutil.copy(folder / "第3号公告.md", folder / "y.md")
    kinds = [("misnamed", "新"), ("duplicate", "y"), ("missing", "第2号公告"), ("stray", "x")]
    expected = sorted((f"{rsshub.FOLDER}/{name}.md", kind) for kind, name in kinds)
    assert [(path, kind) for kind, path in found(seed)] == expected
    assert [(path, kind) for kind, path in found(seed, FAST)] == expected


def test_what_a_person_edited_there_is_no_stray_once_the_article_is_kept_anew(seed):
    (seed / rsshub.FOLDER / "第1号公告.md").write_bytes(b"edited")
    with opened(seed, profile="rsshub") as archive:
        keep(archive, offer(1, title="第1号公告"))
    assert (found(seed), found(seed, FAST)) == ([], [])


# --- raw records -------------------------------------------------------------------------------------------------------


def test_raw_records_are_read_where_there_are_any(root):
    packed = gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n")
    raw = root / "_raw/2026/11/23-1.warc.gz"
    raw.parent.mkdir(parents=True)
    raw.write_bytes(b"before" + packed)
    say(root, "failed", docid_of(9), reason="x", warc=f"_raw/2026/11/23-1.warc.gz:6:{len(packed)}")
    assert found(root) == []
    flip(raw, 30)
    assert found(root) == [("altered", "_raw/2026/11/23-1.warc.gz")]
    raw.unlink()
    assert found(root) == [("missing", "_raw/2026/11/23-1.warc.gz")]


def test_what_another_hand_wrote_about_raw_records_is_not_followed(root):
    for place in ("_raw/../../x.warc.gz:0:9", "/etc/passwd:0:9", 7, "_raw/x.warc.gz:0:999999999999999999999"):
        say(root, "failed", docid_of(9), reason="x", warc=place)
    with journal_of(root).open("ab") as file:
        file.write(
            b'{"warc":"\\x","link":"' + link_of(journal_of(root).read_bytes().splitlines()[-1]).encode() + b'"}\n'
        )
    assert found(root) == []


# --- the disk ----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_named_with_its_cause(root):
    path_of(root).chmod(0)
    with suppress(PermissionError):
        path_of(root).read_bytes()
        pytest.skip("this user may read everything")
    (finding,) = verdict(root).findings
    assert (finding.kind, finding.path) == ("altered", FIRST)
    assert "no permission" in finding.detail


# --- beside a run ------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from tests.archive.making import keep, offer, opened

with opened(Path(sys.argv[1])) as archive:
    for number in range(100, 2_000):
        of = offer(number, title=f"第{number}号公告")
        archive.offer([of]).result()
        keep(archive, of)
        print(number, flush=True)
"""


@contextmanager
def writing(root):
    with begin_script(WRITER, root) as process:
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_beside_a_run_that_writes_nothing_is_found(root):
    with writing(root) as process:
        for look in (FAST, FULL, USUAL) * 3:
            process.stdout.readline()
            assert found(root, look) == []
        assert path_of(root, 108).is_file()


def test_damage_is_found_beside_a_run_too(root, monkeypatch):
    monkeypatch.setattr(verify, "PAUSES_S", (0.01, 0.01))
    flip(path_of(root))
    with writing(root):
        assert ("altered", FIRST) in found(root)
