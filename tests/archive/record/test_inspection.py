import os
import sys
from contextlib import closing

import pytest

from newsarchive.archive.format.rsshub import FOLDER
from newsarchive.archive.record import inspection
from tests.archive.making import (
    DAY,
    NEXT_DAY,
    TITLE,
    article,
    data_of,
    day_folder,
    docid_of,
    fill,
    given,
    keep,
    names,
    offer,
    opened,
    said,
    spoken,
    tree,
)


@pytest.fixture
def root(tmp_path):
    fill(tmp_path, offer(1), offer(2), offer(3, day=NEXT_DAY))
    return tmp_path


def found(root, look=inspection.findings, profile="clean"):
    with opened(root, profile=profile) as archive, closing(archive.reader()) as catalogue:
        return [(finding.kind, finding.file.rpartition("/")[2], finding.docid) for finding in look(root, catalogue)]


def path_of(root, number):
    (event,) = (
        event
        for day in (DAY, NEXT_DAY)
        for event in said(root, day)
        if event["docid"] == docid_of(number) and event["event"] == "kept"
    )
    return root / event["file"]


def alter(path):
    path.write_bytes(path.read_bytes()[::-1])


def test_an_archive_as_it_was_left_has_no_findings(root):
    assert found(root) == found(root, inspection.recent) == []


def test_what_is_missing_altered_or_without_a_line_is_found(root):
    path_of(root, 1).unlink()
    alter(path_of(root, 2))
    path_of(root, 3).write_bytes(b"shorter")
    (day_folder(root) / "笔记.md").write_text("mine")
    (day_folder(root) / ".abc.part").write_text("half")
    everything = [
        ("stray", ".abc.part", None),
        ("altered", f"{TITLE}-{docid_of(2)}.md", docid_of(2)),
        ("missing", f"{TITLE}.md", docid_of(1)),
        ("stray", "笔记.md", None),
        ("altered", f"{TITLE}.md", docid_of(3)),
    ]
    assert found(root) == everything
    assert found(root, inspection.recent) == [finding for finding in everything if finding[2] != docid_of(2)]


@pytest.mark.parametrize("name", ["_day.jsonl", "_mine.md", ".hidden.md", "notes.txt", "picture.png"])
def test_what_people_keep_beside_articles_is_no_stray(root, name):
    if name != "_day.jsonl":
        (day_folder(root) / name).write_text("mine")
    (day_folder(root) / "folder.md").mkdir()
    assert found(root) == []


def test_a_stray_with_the_name_of_a_waiting_document_tells_it(tmp_path):
    with opened(tmp_path) as archive:
        archive.offer([offer(1)]).result()
    (day_folder(tmp_path) / f"{TITLE}.md").write_text("mine")
    assert found(tmp_path) == [("stray", f"{TITLE}.md", docid_of(1))]


def test_files_whose_journal_is_gone_are_strays(root):
    (day_folder(root) / "_day.jsonl").unlink()
    assert [(kind, docid) for kind, _, docid in found(root)] == [("stray", None)] * 2


def test_in_the_one_folder_of_rsshub_too(tmp_path):
    with opened(tmp_path, profile="rsshub") as archive:
        rows = [offer(1), offer(2, day=NEXT_DAY), offer(3, title="另一个")]
        archive.offer(rows).result()
        for of in rows:
            keep(archive, of)
    assert found(tmp_path, profile="rsshub") == []
    (tmp_path / FOLDER / "另一个.md").unlink()
    (tmp_path / FOLDER / "笔记.md").write_text("mine")
    assert {(kind, name) for kind, name, _ in found(tmp_path, profile="rsshub")} == {
        ("missing", "另一个.md"),
        ("stray", "笔记.md"),
    }


# --- and is fetched again ------------------------------------------------------------------------------------------------


def test_a_missing_file_is_kept_again_under_its_name(root):
    path_of(root, 1).unlink()
    with opened(root) as archive:
        assert archive.lost().result() == [docid_of(1)]
        assert keep(archive, offer(1)) == "kept"
        assert archive.lost().result() == []
    assert (day_folder(root) / f"{TITLE}.md").read_bytes() == data_of(docid_of(1))
    assert found(root) == []


def test_an_altered_file_stays_and_the_article_is_kept_beside_it(root):
    mine = path_of(root, 1)
    mine.write_text("my remarks")
    with opened(root) as archive:
        assert keep(archive, offer(1)) == "kept"
        assert keep(archive, offer(1)) == "unchanged"
    assert mine.read_text() == "my remarks"
    assert (day_folder(root) / f"{TITLE}-{docid_of(1)}.md").read_bytes() == data_of(docid_of(1))
    assert found(root) == []


def test_an_altered_file_with_a_docid_in_its_name_stays_as_well(root):
    path_of(root, 2).write_text("my remarks")
    with opened(root) as archive:
        keep(archive, offer(2))
    assert f"{TITLE}-{docid_of(2)}-2.md" in names(root)
    assert found(root) == []


def test_a_document_whose_offer_was_lost_and_whose_file_is_gone_is_not_asked_for_without_an_address(root):
    journal = day_folder(root) / "_day.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"event":"offered"', b'"event":"Offered"', 1))
    path_of(root, 1).unlink()
    with opened(root) as archive:
        assert archive.lost().result() == []
    assert [(kind, docid) for kind, _, docid in found(root)] == [("missing", docid_of(1))]


# --- strays of documents that cannot be had any more -----------------------------------------------------------------------


def give_up(archive, docid):
    for _ in range(10):
        archive.failed(docid, "http-503").result()


@pytest.mark.parametrize(
    ("of", "name"), [(offer(9), f"{TITLE}-{docid_of(9)}.md"), (given(9), f"某标题-{docid_of(9)}.md")]
)
def test_a_stray_is_adopted_when_its_document_can_no_longer_be_had(root, of, name):
    (day_folder(root) / name).write_bytes(data_of("an earlier state"))
    with opened(root) as archive:
        archive.offer([of]).result()
        give_up(archive, of.docid)
        assert archive.left() == {"pending": 0, "failed": 0}
    assert spoken(root)[-2:] == ["failed", "kept"]
    assert said(root)[-1]["adopted"] is True
    assert found(root) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize(("profile", "folder"), [("clean", "2026/11/23"), ("rsshub", FOLDER)])
def test_a_name_that_is_no_text_is_a_stray_like_any_other(tmp_path, profile, folder, caplog):
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / os.fsdecode(b"\xff.md")).write_bytes(b"x")
    assert found(tmp_path, profile=profile) == [("stray", os.fsdecode(b"\xff.md"), None)]
    caplog.text.encode()


@pytest.mark.parametrize("text", [b"my notes", b""])
def test_a_persons_own_file_is_no_article_and_is_not_adopted(root, text):
    mine = day_folder(root) / f"{TITLE}-{docid_of(9)}.md"
    mine.write_bytes(text)
    with opened(root) as archive:
        archive.offer([offer(9)]).result()
        give_up(archive, docid_of(9))
    assert spoken(root)[-1] == "failed"
    assert mine.read_bytes() == text


def test_an_adopted_file_is_not_written_and_other_bytes_are_not_overwritten(root):
    stray = day_folder(root) / f"{TITLE}-{docid_of(9)}.md"
    stray.write_bytes(data_of(docid_of(9)))
    before = stray.stat().st_mtime_ns
    with opened(root) as archive:
        archive.offer([offer(9), offer(10)]).result()
        keep(archive, offer(9))
        (day_folder(root) / f"{TITLE}-{docid_of(10)}.md").write_text("mine")
        archive.keep(article(offer(10)), b"an article").result()
    assert stray.stat().st_mtime_ns == before
    assert tree(root)[f"2026/11/23/{TITLE}-{docid_of(10)}.md"] == b"mine"
    assert tree(root)[f"2026/11/23/{TITLE}-{docid_of(10)}-2.md"] == b"an article"
