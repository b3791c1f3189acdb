import shutil
from contextlib import closing

import pytest

from newsarchive.archive.format.raw_answer import read_raw
from newsarchive.archive.format.raw_place import RawPlace, parse
from newsarchive.archive.record import raw_takedown, takedown
from newsarchive.archive.record.raw_records import is_whole
from newsarchive.archive.record.redaction import redact
from newsarchive.archive.record.store import Archive
from newsarchive.errors import UsageError
from tests.archive.making import Clock, article, data_of, docid_of, offer
from tests.archive.making_raw import URL, exchange, gzipped, is_passed_by_warcio, kinds, raw_files
from tests.archive.record.redacting import data_of as article_of
from tests.archive.record.test_raw_store import SETTINGS

AT = "2026-11-23T04:00:00Z"
PAGE = gzipped("<html>这段文字必须从档案里消失</html>".encode())


@pytest.mark.parametrize("length", [*range(300, 320), 70_000, 3_000_000])
def test_emptied_record_is_as_long_as_it_was_and_is_one_for_every_reader(tmp_path, length):
    where = RawPlace("_raw/2026/11/23-1.warc.gz", 0, length)
    member = raw_takedown.emptied(where, "d", AT)
    assert len(member) == length
    assert is_whole(member)
    (tmp_path / "x.warc.gz").write_bytes(member + raw_takedown.emptied(where, "d", AT))
    assert kinds(tmp_path / "x.warc.gz") == ["metadata", "metadata"]
    assert is_passed_by_warcio(tmp_path / "x.warc.gz")


@pytest.fixture
def root(tmp_path):
    """Two documents; the first with a page, a further page, a twin, a try that failed, and a listing that shows it."""
    root = tmp_path / "archive"
    with closing(Archive.open(root, "clean", Clock(), SETTINGS)) as archive:
        archive.offer([offer(1), offer(2, title="另一篇文章的标题")]).result()
        coding = b"Content-Encoding: gzip\r\n"

        def said(url, docid, body=PAGE):
            return archive.keep_answer(exchange(body, url=url, headers=coding, docid=docid))[0]

        said(f"{URL}?failed", docid_of(1))
        listing = gzipped(rb'{"url":"https:\/\/finance.sina.com.cn\/doc-i%s.shtml"}' % docid_of(1).encode())
        said("https://feed.mix.sina.com.cn/1", "", listing)
        said("https://feed.mix.sina.com.cn/2", "", gzipped(b'{"url":"other"}'))
        for n in (1, 2):
            first, more = said(f"{URL}?{n}", docid_of(n)), said(f"{URL}?{n}-2", docid_of(n))
            one = article(offer(n), warc=first, warc_further=(more,))
            archive.keep(one, data_of(one.offer.docid)).result()
        said(f"{URL}.md", docid_of(1))
    return root


def places(root):
    found = raw_takedown.find(root, docid_of(1), [])
    assert found.left == {}
    return found.places


def test_all_records_of_a_document_are_found_and_none_of_another(root):
    assert len(places(root)) == 4 * 2 + 1  # each page with its request, and the listing


def test_redaction_empties_them_and_the_other_records_stay_readable_where_they_lie(root):
    other = [line["warc"] for line in lines(root) if line["docid"] == docid_of(2) and line["event"] == "kept"]
    ours = [line["warc"] for line in lines(root) if line["docid"] == docid_of(1) and line["event"] == "kept"]
    before = [file.stat().st_size for file in raw_files(root)]
    redact(root, "clean", docid_of(1), "on request", keep_title=False, clock=Clock())
    assert [file.stat().st_size for file in raw_files(root)] == before
    assert places(root) == []
    assert is_passed_by_warcio(*raw_files(root))
    assert read_raw(root, other[0]).body == PAGE
    with pytest.raises(UsageError, match="taken out of the archive on purpose"):
        read_raw(root, ours[0])
    assert sum(PAGE in file.read_bytes() for file in raw_files(root)) == 1  # the other document's
    assert raw_files(root)[0].read_bytes().count(PAGE) == 2  # its two pages


def lines(root):
    import json

    return [json.loads(line) for file in root.glob("*/*/*/_day.jsonl") for line in file.read_bytes().splitlines()]


def test_redaction_that_was_killed_in_the_middle_of_a_record_comes_to_its_end(root, tmp_path):
    wanted = places(root)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(root, undisturbed)
    redact(undisturbed, "clean", docid_of(1), "on request", keep_title=False, clock=Clock())
    decisions = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(takedown, "decide", lambda _, decision: decisions.append(decision))
        redact(root, "clean", docid_of(1), "on request", keep_title=False, clock=Clock())
    takedown.decide(root, decisions[0])
    torn = parse(wanted[0])
    with (root / torn.file).open("r+b") as file:
        file.seek(torn.offset)
        file.write(raw_takedown.emptied(torn, docid_of(1), AT)[:40])
    Archive.open(root, "clean", Clock()).close()
    assert [file.read_bytes() for file in raw_files(root)] == [file.read_bytes() for file in raw_files(undisturbed)]


def test_file_that_is_damaged_is_named_and_left(root):
    (file,) = raw_files(root)
    data = bytearray(file.read_bytes())
    data[-30] ^= 1
    file.write_bytes(data)
    found = raw_takedown.find(root, docid_of(1), [])
    assert list(found.left) == ["_raw/2026/11/23-1.warc.gz"]
    assert len(found.places) >= 8


TEXT = "春江的纸船工坊今年前六个月卖出两万只纸船，比去年同期多出三成，其中一半运往海外，另一半留在本地的学校和书店里。"
REPOST = gzipped(f"<html><p>　　{TEXT[:30]}<b>{TEXT[30:]}</b></p><p>责任编辑</p></html>".encode("gb18030"))


def test_text_goes_from_answers_for_others_that_became_no_article_and_stays_where_another_was_made_of_it(tmp_path):
    root = tmp_path / "archive"
    with closing(Archive.open(root, "clean", Clock(), SETTINGS)) as archive:
        archive.offer([offer(n, title=f"第{n}篇文章的标题") for n in range(1, 5)]).result()
        coding = b"Content-Encoding: gzip\r\n"
        stored = [
            archive.keep_answer(exchange(REPOST, url=f"{URL}?{n}", headers=coding, docid=docid_of(n)))[0]
            for n in range(1, 5)
        ]
        for n in (1, 4):
            of = offer(n, title=f"第{n}篇文章的标题")
            archive.keep(article(of, warc=stored[n - 1]), article_of(of.title, f"<p>{TEXT}</p>")).result()
        archive.filtered(docid_of(2), "same-text", of=docid_of(1), warc=stored[1]).result()
        archive.failed(docid_of(3), "other-document", "", stored[2]).result()
    redact(root, "clean", docid_of(1), "on request", keep_title=False, clock=Clock())
    for place in stored[:3]:
        with pytest.raises(UsageError, match="taken out of the archive on purpose"):
            read_raw(root, place)
    assert read_raw(root, stored[3]).body == REPOST
    assert is_passed_by_warcio(*raw_files(root))


def test_records_behind_a_damage_are_emptied_where_lines_name_them(root):
    (file,) = raw_files(root)
    data = bytearray(file.read_bytes())
    data[30] ^= 1  # of the warcinfo, the first record
    file.write_bytes(data)
    ours = [line["warc"] for line in lines(root) if line["docid"] == docid_of(1) and line["event"] == "kept"]
    done = redact(root, "clean", docid_of(1), "on request", keep_title=False, clock=Clock())
    assert list(done.traces.left) == ["_raw/2026/11/23-1.warc.gz"]
    with pytest.raises(UsageError, match="taken out of the archive on purpose"):
        read_raw(root, ours[0])
