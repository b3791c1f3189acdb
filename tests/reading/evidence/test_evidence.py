"""Evidence is whole, is checked by its own page, and shows each bit that was flipped, in it or in the archive before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from newsarchive.archive.format import journal
from newsarchive.archive.format.heads import parse
from newsarchive.archive.format.raw_answer import WarcRecord
from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.jobs import verify
from newsarchive.reading.evidence import bundle
from newsarchive.reading.evidence.gathering import Evidence, gather
from newsarchive.reading.library import Library
from tests.reading import shelves, stored
from tests.reading.evidence import check_evidence
from tests.reading.export import hostile
from tests.reading.shelves import MONDAY, docid_of

CORRECTED = docid_of(2)
JOURNAL = "2026/11/23/_day.jsonl"
CHECKS = 300
"""Bits that are flipped, spread over the file; once all of them were tried."""


def made(root: Path, out: Path, docid: str = CORRECTED) -> bytes:
    evidence = gather(root, docid, MONDAY)
    assert evidence
    bundle.write(evidence, out, root)
    return out.read_bytes()


def unpacked(root: Path, tmp_path: Path) -> Path:
    made(root, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        packed.extractall(tmp_path / "out")
    return tmp_path / "out"


def flipped(data: bytes, bit: int) -> bytes:
    altered = bytearray(data)
    altered[bit // 8] ^= 1 << bit % 8
    return bytes(altered)


def is_found(data: bytes) -> bool:
    try:
        check_evidence.check(data)
    except Exception:  # noqa: BLE001 - whatever a ZIP of a flipped bit makes Python's library raise
        return True
    return False


def test_evidence_has_all_that_proves_a_document(root: Path, tmp_path: Path) -> None:
    folder = unpacked(root, tmp_path)
    history = Library(root).history(CORRECTED)
    assert history
    for state in history.states:
        assert (folder / "archive" / state.file).read_bytes() == (root / state.file).read_bytes()
    assert (folder / "archive" / JOURNAL).read_bytes() == (root / JOURNAL).read_bytes()
    heads = parse((folder / "heads.txt").read_text().splitlines(), "heads.txt")
    assert heads == {MONDAY: verify.heads(root, lambda *_: None)[0]}
    names = ["01-request", "01-response", "02-request", "02-response", "03-request", "03-revisit"]
    assert shelves.names(folder / "records") == [f"{name}.warc.gz" for name in names]
    assert (folder / "headers/01-response.txt").read_bytes() == stored.HEAD
    assert (folder / "headers/01-request.txt").read_bytes().startswith(b"GET /x HTTP/1.1\r\nHost: ")
    raw = b"".join(path.read_bytes() for path in sorted((root / "_raw").rglob("*.gz")))
    assert all(path.read_bytes() in raw for path in (folder / "records").iterdir())


def test_its_script_is_short_and_passes_it(root: Path, tmp_path: Path) -> None:
    lines = Path(check_evidence.__file__).read_text("utf-8").splitlines()
    assert len([line for line in lines if line]) < 30
    imports = {line.split()[1].partition(".")[0] for line in lines if re.match("(?:from|import) ", line)}
    assert imports - set(sys.stdlib_module_names) == {"warcio"}
    check_evidence.check(made(root, tmp_path / "out.zip"))


def commands_in(text: str) -> list[str]:
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    return [line for line in lines if not line.startswith(("pip ", "sed ", "grep "))]


def test_the_commands_of_its_page_pass_it(root: Path, tmp_path: Path) -> None:
    folder = unpacked(root, tmp_path)
    chinese, english = (folder / "HOW-TO-CHECK.md").read_text("utf-8").split("## How to check this")
    assert commands_in(chinese) == commands_in(english)
    place = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = ["sh", "-ec", "\n".join(commands_in(english))]
    done = subprocess.run(script, cwd=folder, env={"PATH": place}, capture_output=True, check=False)
    printed = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert not re.search("NOT LINKED|BAD|FAILED", printed)
    assert printed.count(": OK\n") == len((folder / "SHA256SUMS").read_text().splitlines())
    link = (folder / "heads.txt").read_text().split()[1]
    assert f"\n{link}\n2026-11-23  {link}  " in printed
    assert "正文2。" in printed


def test_the_same_archive_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    assert made(root, tmp_path / "a.zip") == made(root, tmp_path / "b.zip")


def test_each_flipped_bit_of_it_is_found(root: Path, tmp_path: Path) -> None:
    data = made(root, tmp_path / "out.zip")
    bits = range(0, len(data) * 8, len(data) * 8 // CHECKS | 1)
    assert [bit for bit in bits if not is_found(flipped(data, bit))] == []


def test_each_flipped_bit_between_its_files_is_found(root: Path, tmp_path: Path) -> None:
    """In what a ZIP says of a file, and in its list of all."""
    data = made(root, tmp_path / "out.zip")
    with zipfile.ZipFile(BytesIO(data)) as packed:
        first, listed = packed.infolist()[0], packed.start_dir
    places = [*range(30 + len(first.filename)), *range(listed, listed + 80), *range(len(data) - 22, len(data))]
    bits = [place * 8 + place % 8 for place in places]
    assert [bit for bit in bits if not is_found(flipped(data, bit))] == []


def test_bit_that_was_flipped_in_the_archive_is_told(root: Path, tmp_path: Path) -> None:
    """In the files, the journal of the day and the records of the document, wherever it lies."""
    assert gather(root, CORRECTED, MONDAY)
    history = Library(root).history(CORRECTED)
    assert history
    for file in (*(state.file for state in history.states), JOURNAL):
        missed = [bit for bit in spread(root / file, 60) if not is_told(root, root / file, bit)]
        assert missed == [], file


def test_bit_that_was_flipped_in_a_raw_record_is_told_or_changes_nothing_that_it_says(root: Path) -> None:
    """No check sum covers two bytes that tell which system packed it and how, and the bits that fill up a last byte."""
    evidence = gather(root, CORRECTED, MONDAY)
    assert evidence
    for place in {member.record.kind: member.place for member in evidence.members}.values():
        bits = range(place.offset * 8, (place.offset + place.length) * 8)
        chosen = [*bits[:80], *bits[80::61], *bits[-72:]]
        untold = [bit for bit in chosen if not is_told(root, root / place.file, bit, evidence)]
        assert len(untold) <= 16 + 7, place


def spread(path: Path, count: int) -> range:
    size = path.stat().st_size * 8
    return range(0, size, size // count | 1)


def is_told(root: Path, path: Path, bit: int, evidence: Evidence | None = None) -> bool:
    """Whether no evidence is made then; where some is, its records say what they said."""
    before = path.read_bytes()
    path.write_bytes(flipped(before, bit))
    try:
        found = gather(root, CORRECTED, MONDAY)
        assert evidence is None or said(found) == said(evidence)
        return False
    except ArchiveDamaged:
        return True
    finally:
        path.write_bytes(before)


def said(evidence: Evidence | None) -> list[WarcRecord]:
    assert evidence
    return [member.record for member in evidence.members]


def test_lost_file_or_record_is_told_and_nothing_is_made(root: Path, tmp_path: Path) -> None:
    for path in (root / "2026/11/23/第2篇.md", root / f"2026/11/23/_revisions/{CORRECTED}/1.md", *raw_files(root)):
        data = path.read_bytes()
        path.unlink()
        with pytest.raises(ArchiveDamaged, match=re.escape(path.name)):
            made(root, tmp_path / "out.zip")
        path.write_bytes(data)
    assert not (tmp_path / "out.zip").exists()


def raw_files(root: Path) -> list[Path]:
    return [root / "_raw/2026/11/23-1.warc.gz", root / "_raw/2026/11/23-2.warc.gz"]


def test_record_of_another_document_is_told(root: Path) -> None:
    other = stored.place_of(root, docid_of(1))
    place = stored.place_of(root, docid_of(3))
    journal = root / JOURNAL
    journal.write_bytes(journal.read_bytes().replace(place.encode(), other.encode()))
    with pytest.raises(ArchiveDamaged):
        gather(root, docid_of(3), MONDAY)


def test_lines_that_a_crawl_adds_meanwhile_do_no_harm(root: Path, tmp_path: Path) -> None:
    with (root / JOURNAL).open("ab") as journal:
        journal.write(b'{"at":"2026-11-25T0')
    check_evidence.check(made(root, tmp_path / "out.zip"))


def test_state_without_a_raw_record_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    root = shelves.two_days(tmp_path / "archive")
    evidence = gather(root, CORRECTED, MONDAY)
    assert evidence
    assert list(evidence.lacking) == ["1", "2"]
    data = made(root, tmp_path / "out.zip")
    check_evidence.check(data)
    assert "Of state 1, 2 no answer of the server was stored" in data.decode("utf-8", "replace")


def test_state_of_a_day_that_came_whole_from_another_archive_has_no_record_here(root: Path, tmp_path: Path) -> None:
    path = root / JOURNAL
    told = {"at": "2026-11-24T22:00:00+08:00", "run": "r", "event": "unstored", "docid": None, "source": "theirs"}
    path.write_bytes(path.read_bytes() + journal.encode(told, journal.tail(path).link))
    evidence = gather(root, CORRECTED, MONDAY)
    assert evidence
    assert (list(evidence.lacking), evidence.members) == (["1", "2"], [])
    check_evidence.check(made(root, tmp_path / "out.zip"))


def test_redacted_document_has_none(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    root = shelves.two_days(tmp_path / "archive")
    shelves.redacted(root, CORRECTED)
    assert gather(root, CORRECTED, MONDAY) is None


def test_evidence_of_a_day_with_a_redacted_document_is_whole(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    root = shelves.two_days(tmp_path / "archive")
    shelves.redacted(root, CORRECTED)
    data = made(root, tmp_path / "out.zip", docid_of(1))
    check_evidence.check(data)
    assert "更正后的正文".encode() not in data


def test_hostile_title_is_no_markup_of_the_page(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    root.mkdir()
    with stored.running(root) as archive:
        stored.archived(archive, shelves.article(7, title="`| <script>alert(1)</script> \u202e**x**"))
    data = made(root, tmp_path / "out.zip", docid_of(7))
    check_evidence.check(data)
    page = data.decode("utf-8", "replace")
    assert "\n`ˋ| <script>alert(1)</script> **x**`\n" in page


def test_evidence_is_not_made_within_the_archive(root: Path) -> None:
    with pytest.raises(UsageError, match="lies within the archive"):
        made(root, root / "out.zip")


@pytest.mark.parametrize("profile", ["clean", "rsshub"])
def test_evidence_of_each_hostile_article_passes(tmp_path: Path, profile: str) -> None:
    root = hostile.archived(tmp_path / "archive", profile)
    for entry in Library(root).entries():
        evidence = gather(root, entry.docid, entry.day)
        assert evidence
        bundle.write(evidence, tmp_path / "out.zip", root)
        check_evidence.check((tmp_path / "out.zip").read_bytes())


def test_evidence_takes_the_place_of_evidence_alone(root: Path, tmp_path: Path) -> None:
    data = made(root, tmp_path / "out.zip", docid_of(1))
    assert made(root, tmp_path / "out.zip") != data
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as mine:
        mine.writestr("HOW-TO-CHECK.md", "mine")
    before = (tmp_path / "mine.zip").read_bytes()
    with pytest.raises(UsageError, match="it stays as it is"):
        made(root, tmp_path / "mine.zip")
    assert (tmp_path / "mine.zip").read_bytes() == before
