from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from newsarchive.archive.format import journal, media, paths
from newsarchive.jobs import verify
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.archive.making_raw import is_passed_by_warcio, kinds, raw_files
from tests.reading import shelves, stored
from tests.reading.export import hostile
from tests.reading.shelves import MONDAY, TUESDAY, docid_of

bagit = pytest.importorskip("bagit", reason="needs the extra bag")

from newsarchive.reading.export import bag  # noqa: E402


@pytest.fixture
def stored_root(stored_days: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stored_days, tmp_path / "archive")


def made(root: Path, out: Path, selection: Selection | None = None) -> ExportSource:
    source = ExportSource(Library(root), selection or Selection())
    bag.export(source, out)
    return source


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_bag_validates_and_tells_what_it_is(stored_root: Path, tmp_path: Path) -> None:
    source = made(stored_root, tmp_path / "out")
    assert bagit.Bag(str(tmp_path / "out")).validate()
    assert (source.exported, source.unreadable) == (5, 0)
    about = (tmp_path / "out/bag-info.txt").read_text("utf-8")
    assert "Bagging-Date: 2026-11-24\n" in about
    assert "2026-11-23 to 2026-11-24, 5 articles" in about


def test_command_of_the_package_passes_it(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "out")
    command = [sys.executable, "-m", "bagit", "--validate", str(tmp_path / "out")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (tmp_path / "out/data/2026/11/23/第1篇.md").write_bytes(b"other")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_bag_of_days_is_an_archive_that_verifies(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "out")
    verdict = verify.verify(tmp_path / "out/data", verify.FULL, {}, lambda *_: None)
    assert (verdict.findings, verdict.checked) == ([], 6)
    given, taken = contents(stored_root), contents(tmp_path / "out/data")
    assert taken == {name: data for name, data in given.items() if not name.startswith(".newsarchive")}


def test_bag_of_a_channel_has_its_articles_with_records_of_their_own(stored_root: Path, tmp_path: Path) -> None:
    source = made(stored_root, tmp_path / "out", Selection(media="证券时报"))
    assert source.exported == 1
    names = ["2026/11/24/_day.jsonl", "2026/11/24/第4篇.md", "README.md", "records/2026-11-24.warc.gz"]
    assert sorted(contents(tmp_path / "out/data")) == names
    records = tmp_path / "out/data/records/2026-11-24.warc.gz"
    assert kinds(records) == ["response", "request"]
    assert is_passed_by_warcio(records)
    assert bagit.Bag(str(tmp_path / "out")).validate()


def test_the_same_archive_gives_the_same_bytes(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "a")
    made(stored_root, tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_second_export_takes_the_place_of_the_first(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "out")
    made(stored_root, tmp_path / "out", Selection(since=TUESDAY))
    assert bagit.Bag(str(tmp_path / "out")).validate()
    assert not (tmp_path / "out/data/2026/11/23").exists()


def test_altered_article_is_left_out_and_told(stored_root: Path, tmp_path: Path) -> None:
    (stored_root / "2026/11/23/第1篇.md").write_bytes(b"other")
    source = made(stored_root, tmp_path / "out")
    assert (source.exported, source.unreadable) == (4, 1)
    assert "第1篇.md is not what its line of the journal says" in source.faults[0]
    assert not (tmp_path / "out/data/2026/11/23/第1篇.md").exists()
    assert bagit.Bag(str(tmp_path / "out")).validate()


def test_lost_raw_file_is_told(stored_root: Path, tmp_path: Path) -> None:
    raw_files(stored_root)[0].unlink()
    source = made(stored_root, tmp_path / "out")
    assert (source.exported, source.unreadable) == (5, 1)
    assert "23-1.warc.gz cannot be read" in source.faults[0]


def test_half_a_record_that_a_run_is_writing_is_not_taken(stored_root: Path, tmp_path: Path) -> None:
    file = raw_files(stored_root)[-1]
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    made(stored_root, tmp_path / "out")
    taken = (tmp_path / "out/data" / file.relative_to(stored_root)).read_bytes()
    assert taken[: len(whole)] == whole
    assert len(taken) < len(whole) * 3 // 2
    assert is_passed_by_warcio(tmp_path / "out/data" / file.relative_to(stored_root))


def test_nothing_of_a_redacted_article_is_in_it(stored_root: Path, tmp_path: Path) -> None:
    page = stored.page_of(shelves.article(4, TUESDAY))
    assert page in unpacked(stored_root)
    shelves.redacted(stored_root, docid_of(4))
    for selection in (Selection(), Selection(channel="1686")):
        made(stored_root, tmp_path / "out", selection)
        everything = unpacked(tmp_path / "out")
        assert not [word for word in ("正文4", "第4篇") if word.encode() in everything]
        assert "正文5".encode() in everything
        shutil.rmtree(tmp_path / "out")


def unpacked(folder: Path) -> bytes:
    """All files, with what stands in raw records."""
    from warcio.archiveiterator import ArchiveIterator

    parts = list(contents(folder).values())
    for path in folder.rglob("*.warc.gz"):
        with path.open("rb") as file:
            parts += [record.content_stream().read() for record in ArchiveIterator(file)]
    return b"".join(parts)


def test_archive_without_raw_store_makes_a_bag(root: Path, tmp_path: Path) -> None:
    source = made(root, tmp_path / "out", Selection(until=MONDAY))
    assert (source.exported, source.unreadable) == (3, 0)
    assert bagit.Bag(str(tmp_path / "out")).validate()


def test_disk_without_space_leaves_nothing_and_says_so(stored_root: Path, tmp_path: Path) -> None:
    probe = "from newsarchive.cli import main; main(prog_name='newsarchive')"
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900)); {probe}"
    asked = ["export", "bag", str(tmp_path / "out"), "--archive", str(stored_root)]
    command = [sys.executable, "-B", "-c", limited, *asked]  # byte code would be cut off, too
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(command, env=unmeasured, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (7, False)
    assert "the file would be larger than allowed" in done.stderr
    assert shelves.names(tmp_path) == ["archive"]


def test_without_the_extra_the_message_names_it(stored_root: Path, tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['bagit'] = None\nfrom newsarchive.cli import main; main(prog_name='newsarchive')"
    asked = ["export", "bag", str(tmp_path / "out"), "--archive", str(stored_root)]
    done = subprocess.run([sys.executable, "-c", hidden, *asked], capture_output=True, text=True, check=False)
    told = "newsarchive: bag needs the extra bag: pip install 'newsarchive[bag]'\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_bag_keeps_names_that_other_systems_find_hard(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    with stored.running(tmp_path / "archive") as archive:
        titles = ["é 与 ガ", "涨 100%", "🐉：“引号”", "a\u0301", "100%0A"]
        stored.archived(archive, *(shelves.article(number, title=title) for number, title in enumerate(titles, 1)))
    source = made(tmp_path / "archive", tmp_path / "out")
    assert bagit.Bag(str(tmp_path / "out")).validate()
    assert (source.exported, source.faults[0].partition(":")[0]) == (4, "2026/11/23/100%0A.md cannot be in a bag")
    listed = (tmp_path / "out/manifest-sha256.txt").read_text("utf-8")
    assert all(title in listed for title in ("é 与 ガ", "🐉：“引号”"))


def said(root: Path, day: date, **told: object) -> None:
    """One more line in a journal."""
    path = paths.journal_path(root, day)
    line = journal.encode({"at": "2026-11-24T22:00:00+08:00", "run": "r", **told}, journal.tail(path).link)
    with path.open("ab") as lines:
        lines.write(line)


def kept_picture(root: Path, data: bytes) -> str:
    file = media.file_of(media.sha256_of(data), "png")
    (root / file).parent.mkdir(parents=True)
    (root / file).write_bytes(data)
    named = {"url": "https://n.sinaimg.cn/a.png", "file": file, "sha256": media.sha256_of(data), "bytes": len(data)}
    said(root, TUESDAY, event="image", docid=docid_of(4), **named)
    return file


def test_bag_has_the_pictures_of_its_articles(stored_root: Path, tmp_path: Path) -> None:
    file = kept_picture(stored_root, b"a picture")
    for number, (selection, is_there) in enumerate(((Selection(), True), (Selection(until=MONDAY), False))):
        source = made(stored_root, tmp_path / f"out{number}", selection)
        assert source.faults == []
        assert (tmp_path / f"out{number}/data" / file).exists() is is_there
    assert bagit.Bag(str(tmp_path / "out0")).validate()
    (stored_root / file).write_bytes(b"another one")
    source = made(stored_root, tmp_path / "out")
    assert (source.exported, source.faults[0].partition(file)[2].partition(";")[0]) == (
        5,
        " has not the bytes that its name tells",
    )


def test_records_of_a_day_that_came_whole_from_another_archive_are_not_asked_for(
    stored_root: Path, tmp_path: Path
) -> None:
    shutil.rmtree(stored_root / "_raw")
    for day in (MONDAY, TUESDAY):
        said(stored_root, day, event="unstored", docid=None, source="theirs")
    for number, selection in enumerate((Selection(), Selection(channel="1686"))):
        source = made(stored_root, tmp_path / f"out{number}", selection)
        assert (source.exported, source.faults) == (5, [])
        assert bagit.Bag(str(tmp_path / f"out{number}")).validate()


@pytest.mark.parametrize("profile", ["clean", "rsshub"])
def test_hostile_articles_are_in_it_or_named(tmp_path: Path, profile: str) -> None:
    root = hostile.archived(tmp_path / "archive", profile)
    source = made(root, tmp_path / "out")
    assert bagit.Bag(str(tmp_path / "out")).validate()
    assert source.exported + source.unreadable == len(hostile.articles())
    assert [fault for fault in source.faults if "what the lists of a bag cannot hold" not in fault] == []
    assert source.unreadable < 3
