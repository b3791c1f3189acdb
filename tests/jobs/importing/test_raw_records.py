"""Raw records come along in whole files, and lines name them where they lie here; what is damaged there stays, and is told."""

import json
from contextlib import closing

import pytest

from newsarchive.archive.format.journal import read_objects
from newsarchive.archive.format.paths import journal_path
from newsarchive.archive.format.raw_answer import read_raw
from newsarchive.archive.format.raw_place import of_here, parse, places_in
from newsarchive.archive.record.raw_store import RawSettings
from newsarchive.archive.record.raw_takedown import of_documents
from newsarchive.archive.record.redaction import redact
from newsarchive.archive.record.store import Archive
from newsarchive.jobs.verify import FULL, verify
from newsarchive.reading.raw_members import places_of, with_answers
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


def answers(root):
    """docid → what the stored answers hold that the lines of the day name."""
    found = with_answers(of_here(lines(root)))
    return {docid: [read_raw(root, place).body for place in places_of(told)] for docid, told in found.items()}


FILE = "_raw/2026/11/23-1.warc.gz"


def taken_by_one_that_has_records(ours):
    with closing(Archive.open(ours, "clean", Clock(), SETTINGS)) as archive:
        archive.keep_answer(exchange(b"ours"))


def test_day_that_is_taken_whole_keeps_its_lines_and_its_records_their_names(theirs, tmp_path):
    ours = tmp_path / "ours"
    take_in(ours, theirs)
    assert journal_path(ours, DAY).read_bytes() == journal_path(theirs, DAY).read_bytes()
    assert answers(ours) == answers(theirs) != {}
    assert findings(ours) == findings(theirs) == []


def test_records_whose_name_is_taken_get_another_one_and_a_line_says_which(theirs, tmp_path):
    ours = tmp_path / "ours"
    taken_by_one_that_has_records(ours)
    before = (ours / FILE).read_bytes()
    take_in(ours, theirs)
    assert journal_path(ours, DAY).read_bytes().startswith(journal_path(theirs, DAY).read_bytes())
    (added,) = lines(ours)[len(lines(theirs)) :]
    assert (added["event"], added["docid"], added["source"]) == ("unstored", None, "theirs")
    assert added["files"] == {FILE: FILE.replace("-1.", "-2.")}
    assert answers(ours) == answers(theirs)
    assert (ours / FILE).read_bytes() == before
    assert findings(ours) == []
    take_in(ours, theirs)
    assert len(lines(ours)) == len(lines(theirs)) + 1
    assert len(list((ours / FILE).parent.iterdir())) == 2


def test_archive_that_took_a_day_can_be_taken_in_with_its_records(theirs, tmp_path):
    ours, third = tmp_path / "ours", tmp_path / "third"
    taken_by_one_that_has_records(ours)
    taken_by_one_that_has_records(third)
    take_in(ours, theirs)
    take_in(third, ours)
    assert answers(third) == answers(theirs)
    assert findings(third) == []


def test_line_that_comes_alone_names_the_record_here(theirs, tmp_path):
    ours = tmp_path / "ours"
    taken_by_one_that_has_records(ours)
    with closing(Archive.open(ours, "clean", Clock())) as archive:
        archive.offer([offer(3, title="我们的标题")]).result()
    take_in(ours, theirs)
    assert answers(ours) == answers(theirs)
    assert "source_warc" not in json.dumps(lines(ours))
    assert findings(ours) == []


def test_damaged_records_stay_there_and_the_lines_say_so(theirs, tmp_path):
    ours = tmp_path / "ours"
    data = bytearray((theirs / FILE).read_bytes())
    places = [parse(place) for line in lines(theirs) for place in places_in(line)]
    data[places[0].offset + 40] ^= 1
    (theirs / FILE).write_bytes(data)
    outcome = take_in(ours, theirs)
    assert [left.path for left in outcome.left] == [FILE]
    assert lines(ours)[-1]["event"] == "unstored"
    assert "files" not in lines(ours)[-1]
    assert answers(ours) == {}
    assert findings(ours) == []
    assert not (ours / FILE).exists()


def test_line_that_comes_alone_names_the_record_of_the_source_where_that_stays(theirs, tmp_path):
    ours = tmp_path / "ours"
    (theirs / FILE).unlink()
    with closing(Archive.open(ours, "clean", Clock())) as archive:
        archive.offer([offer(3, title="我们的标题")]).result()
    take_in(ours, theirs)
    there = {line["docid"]: line["warc"] for line in lines(theirs) if line.get("warc")}
    brought = [line for line in lines(ours) if "source_warc" in line]
    assert {line["docid"]: line["source_warc"] for line in brought} == there
    assert [line.get("warc") for line in brought] == [None] * len(there)
    assert findings(ours) == []


def test_what_was_redacted_here_does_not_come_back_in_a_file(theirs, tmp_path):
    ours = tmp_path / "ours"
    with closing(Archive.open(ours, "clean", Clock(), SETTINGS)) as archive:
        archive.offer([offer(1)]).result()
        archive.keep(article(offer(1)), text_of(1, "甲")).result()
    redact(ours, "clean", docid_of(1), "x", keep_title=False, clock=Clock())
    take_in(ours, theirs)
    copied = (ours / FILE).read_bytes()
    assert len(copied) == (theirs / FILE).stat().st_size
    assert docid_of(1) not in answers(ours)
    with (ours / FILE).open("rb") as file:
        assert list(of_documents(file, FILE, [docid_of(1)])) == []
    assert answers(ours)[docid_of(2)] == answers(theirs)[docid_of(2)]
    assert findings(ours) == []


def test_answer_that_was_the_same_again_is_completed_by_its_original_wherever_both_lie(tmp_path):
    theirs, ours, third = (tmp_path / name for name in ("theirs", "ours", "third"))
    with closing(Archive.open(theirs, "clean", Clock(), RawSettings(0.000_001, {}))) as archive:  # a file a record
        archive.offer([offer(1)]).result()
        archive.keep_answer(exchange(b"filler"))
        first, _ = archive.keep_answer(exchange(b"the body", docid=docid_of(1)))
        again, _ = archive.keep_answer(exchange(b"the body", docid=docid_of(1)))
        archive.keep(article(offer(1), warc=again), text_of(1, "甲")).result()
    assert parse(first).file != parse(again).file
    for taker, source in ((ours, theirs), (third, ours)):
        taken_by_one_that_has_records(taker)
        take_in(taker, source)
        assert answers(taker) == {docid_of(1): [b"the body"]}
        assert findings(taker) == []
