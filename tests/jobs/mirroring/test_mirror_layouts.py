"""What days share: pictures, raw records, and the one folder of the profile rsshub."""

import pytest

from newsarchive.archive.format.rsshub import FOLDER
from newsarchive.archive.record.redaction import redact
from tests.archive.making import DAY, Clock, article, data_of, fill, offer, opened, tree
from tests.archive.record import redacting
from tests.jobs.mirroring.mirror_scene import RAW, articles, to_folder
from tests.jobs.mirroring.test_mirror_folder import findings_at_instants
from tests.jobs.verifying import found, say
from tests.reading.pictured import media_of, pictured
from tests.reading.shelves import docid_of


@pytest.fixture
def album(tmp_path):
    return pictured(tmp_path / "archive")


def test_pictures_go_there(album, tmp_path):
    assert to_folder(album, tmp_path / "copy").findings == []
    assert articles(tmp_path / "copy") == tree(album)
    assert len(media_of(tmp_path / "copy")) == 4
    assert found(tmp_path / "copy") == []


def test_no_instant_has_a_finding_where_there_are_pictures(album, tmp_path):
    (tmp_path / "copy").mkdir()
    assert findings_at_instants(album, tmp_path / "copy", tmp_path / "seen") == []


def test_a_picture_that_is_altered_here_does_not_go_there(album, tmp_path):
    media_of(album)[0].write_bytes(b"rot")
    done = to_folder(album, tmp_path / "copy")
    assert [finding.path for finding in done.findings] == [media_of(album)[0].relative_to(album).as_posix()]
    assert len(media_of(tmp_path / "copy")) == 3


def test_the_pictures_of_a_redacted_document_go_with_it(album, tmp_path):
    copy = tmp_path / "copy"
    to_folder(album, copy)
    redact(album, "clean", docid_of(1), "by court order", keep_title=False, clock=Clock())
    assert len(to_folder(album, copy, prune=True).pruned) == 4  # the article, and three pictures of its own
    assert articles(copy) == tree(album)
    assert found(copy) == []


def test_the_profile_of_one_folder_is_mirrored_and_redacted(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    with opened(root, profile="rsshub") as archive:
        for number in (1, 2):
            of = offer(number, title=f"第{number}号公告")
            archive.offer([of], poll="1686").result()
            archive.keep(article(of), data_of(of.docid)).result()
    assert to_folder(root, copy).findings == []
    assert (articles(copy), len(list((copy / FOLDER).iterdir()))) == (tree(root), 2)
    redact(root, "rsshub", offer(1).docid, "by court order", keep_title=False, clock=Clock())
    assert len(to_folder(root, copy, prune=True).pruned) == 1
    assert articles(copy) == tree(root)


def test_records_go_before_the_line_that_names_them(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    fill(root, offer(1))
    to_folder(root, copy)
    (root / RAW).parent.mkdir(parents=True)
    (root / RAW).write_bytes(b"records")
    say(root, "failed", offer(1).docid, day=DAY, reason="http-500", warc=f"{RAW}:0:7", attempts=1, next_try_at=None)
    assert to_folder(root, copy).findings == []
    assert (copy / RAW).read_bytes() == b"records"


def test_a_later_mirror_of_a_redacted_day_that_grew_takes_nothing_more(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    redacting.make(root)
    redacting.take_out(root)
    to_folder(root, copy)
    fill(root, offer(5, title="第5号公告"))
    done = to_folder(root, copy, prune=True)
    assert (done.pruned, done.left, done.findings) == ([], [], [])
    assert articles(copy) == tree(root)
