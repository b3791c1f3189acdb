"""Raw records stay in the archive that is imported; the lines here say so, and verify owes nothing for them."""

import json
from contextlib import closing

import pytest

from newsarchive.archive.format.journal import read_objects
from newsarchive.archive.format.paths import journal_path
from newsarchive.archive.record.store import Archive
from newsarchive.jobs.verify import FULL, verify
from tests.archive.making import DAY, Clock, article, docid_of, offer
from tests.archive.making_raw import exchange
from tests.archive.record.test_raw_store import SETTINGS
from tests.jobs.importing.machines import silent, take_in, text_of


@pytest.fixture
def theirs(tmp_path):
    """An archive with a kept document and a failed one, each with its raw record."""
    root = tmp_path / "theirs"
    with closing(Archive.open(root, "clean", Clock(), SETTINGS)) as archive:
        archive.offer([offer(1), offer(2, title="另一个标题")]).result()
        places = [archive.keep_answer(exchange(b"%d" % n, docid=docid_of(n)))[0] for n in (1, 2, 3)]
        one = article(offer(1), warc=places[0], warc_further=(places[2],))
        archive.keep(one, text_of(1, "甲")).result()
        archive.failed(docid_of(2), "http-500", "x", places[1]).result()
    return root


def lines(root):
    return list(read_objects(journal_path(root, DAY)))


def findings(root):
    return verify(root, FULL, {}, silent).findings


def test_day_that_is_taken_whole_keeps_its_lines_and_says_where_their_records_lie(theirs, tmp_path):
    ours = tmp_path / "ours"
    take_in(ours, theirs)
    before = journal_path(theirs, DAY).read_bytes()
    assert journal_path(ours, DAY).read_bytes().startswith(before)
    (added,) = lines(ours)[len(lines(theirs)) :]
    assert (added["event"], added["docid"], added["source"]) == ("unstored", None, "theirs")
    assert findings(ours) == []
    assert findings(theirs) == []
    take_in(ours, theirs)
    assert len(lines(ours)) == len(lines(theirs)) + 1


def test_line_that_comes_alone_names_the_record_of_the_source(theirs, tmp_path):
    ours = tmp_path / "ours"
    with closing(Archive.open(ours, "clean", Clock())) as archive:
        archive.offer([offer(3, title="我们的标题")]).result()
    take_in(ours, theirs)
    there = {line["docid"]: line["warc"] for line in lines(theirs) if line.get("warc")}
    brought = [line for line in lines(ours) if "source_warc" in line]
    assert {line["docid"]: line["source_warc"] for line in brought} == there
    assert [line.get("warc") for line in brought] == [None] * len(there)
    assert "warc_further" not in json.dumps(lines(ours))
    assert findings(ours) == []
