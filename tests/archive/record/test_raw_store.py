import os
from contextlib import closing
from datetime import timedelta

import pytest

from newsarchive.archive.format import raw_record
from newsarchive.archive.format.raw_answer import original_of, read_raw, read_request
from newsarchive.archive.format.raw_place import parse
from newsarchive.archive.record import files
from newsarchive.archive.record.raw_records import findings
from newsarchive.archive.record.raw_store import RawSettings
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveDamaged
from tests.archive.making import Clock, article, data_of, offer
from tests.archive.making_raw import NOON, URL, exchange, gzipped, is_passed_by_warcio, kinds, raw_files

SETTINGS = RawSettings(512.0, {"software": "newsarchive/test"})


def opened(root, settings=SETTINGS):
    return closing(Archive.open(root, "clean", Clock(), settings))


def kept(archive, *exchanges, former=None):
    return [archive.keep_answer(one, former)[0] for one in exchanges]


def test_answer_is_read_back_as_it_was_sent(tmp_path):
    body = gzipped("<html>正文</html>".encode() * 9000)
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange(body, headers=b"X-A: \xe4\r\nContent-Encoding: gzip\r\n"))
    answer = read_raw(tmp_path, place)
    assert (answer.url, answer.status, answer.fetched_at, answer.docid) == (URL, 200, NOON, "naaaaaa0000001")
    assert answer.head == b"HTTP/1.1 200 OK\r\nX-A: \xe4\r\nContent-Encoding: gzip\r\n\r\n"
    assert answer.headers == (("X-A", "\xe4"), ("Content-Encoding", "gzip"))
    assert answer.body == body
    assert answer.decoded() == "<html>正文</html>".encode() * 9000
    assert read_request(tmp_path, place) == b"GET /x HTTP/1.1\r\nHost: finance.sina.com.cn\r\nReferer: x\r\n\r\n"


@pytest.mark.parametrize("body", [b"", b"x", os.urandom(70_000), b"<html>" * 50_000])
@pytest.mark.parametrize("coding", [b"", b"Content-Encoding: gzip\r\n"])
def test_warcio_passes_every_file(tmp_path, body, coding):
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange(body, headers=coding))
    (file,) = raw_files(tmp_path)
    assert file == tmp_path / "_raw/2026/11/23-1.warc.gz"
    assert kinds(file) == ["warcinfo", "response", "request"]
    assert is_passed_by_warcio(file)
    assert read_raw(tmp_path, place).body == body


def test_chunks_are_joined_and_the_header_that_says_otherwise_is_renamed(tmp_path):
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange(b"5\r\nhello", headers=b"Transfer-Encoding: chunked\r\n"))
    assert b"\r\nX-Archive-Orig-Transfer-Encoding: chunked\r\n" in read_raw(tmp_path, place).head


def test_secret_of_the_proxy_is_in_no_file(tmp_path):
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange())
    assert b"Authorization" not in read_request(tmp_path, place)


def test_same_payload_of_an_address_is_stored_once(tmp_path):
    with opened(tmp_path) as archive:
        first, second, other = kept(
            archive, exchange(b"same"), exchange(b"same", headers=b"Age: 1\r\n"), exchange(b"same", url=f"{URL}?2")
        )
    (file,) = raw_files(tmp_path)
    assert kinds(file)[1::2] == ["response", "revisit", "response"]
    assert is_passed_by_warcio(file)
    again = read_raw(tmp_path, second)
    assert (again.body, again.original, again.headers) == (b"same", first, (("Age", "1"),))
    assert read_raw(tmp_path, other).original is None


def test_same_payload_is_known_after_a_restart_by_the_place_that_a_line_names(tmp_path):
    with opened(tmp_path) as archive:
        (first,) = kept(archive, exchange(b"same"))
    with opened(tmp_path) as archive:
        (second,) = kept(archive, exchange(b"same"), former=first)
    with opened(tmp_path) as archive:
        (third,) = kept(archive, exchange(b"same"), former=second)
        (changed,) = kept(archive, exchange(b"changed"), former=second)
    assert [read_raw(tmp_path, place).original for place in (second, third, changed)] == [first, first, None]
    assert original_of(tmp_path, third).place == first


def test_place_that_is_lost_costs_a_full_record_and_no_more(tmp_path):
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange(b"same"), former="_raw/2026/11/20-1.warc.gz:0:99")
    assert read_raw(tmp_path, place).original is None


def test_lines_name_the_place_and_the_catalogue_knows_it_also_when_rebuilt(tmp_path):
    with opened(tmp_path) as archive:
        archive.offer([offer(1), offer(2)]).result()
        (first, second) = kept(archive, exchange(), exchange(b"no", url=f"{URL}?2"))
        one = article(offer(1), warc=first, warc_further=(second,))
        archive.keep(one, data_of(one.offer.docid)).result()
        archive.failed(offer(2).docid, "http-500", "x", second).result()
        (told, lost) = (archive.find(offer(n).docid).result() for n in (1, 2))
    assert (told.warc, lost.warc) == (first, second)
    for file in (tmp_path / ".newsarchive").glob("catalogue*"):
        file.unlink()
    with opened(tmp_path) as archive:
        assert archive.find(offer(1).docid).result() == told
        assert archive.find(offer(2).docid).result() == lost


def test_further_run_of_the_day_goes_on_with_the_file(tmp_path):
    for n in range(3):
        with opened(tmp_path) as archive:
            kept(archive, exchange(b"%d" % n))
    (file,) = raw_files(tmp_path)
    assert kinds(file) == ["warcinfo", "response", "request"] * 3
    assert is_passed_by_warcio(file)


def test_run_that_is_sent_nothing_leaves_no_file(tmp_path):
    with opened(tmp_path):
        pass
    assert not (tmp_path / "_raw").exists()


def test_file_is_closed_at_the_limit_and_at_midnight(tmp_path):
    with opened(tmp_path, RawSettings(0.001, {})) as archive:
        kept(archive, *(exchange(os.urandom(900), at=NOON + timedelta(hours=4 * n)) for n in range(5)))
    names = [file.name for file in raw_files(tmp_path)]
    assert names == ["23-1.warc.gz", "23-2.warc.gz", "23-3.warc.gz", "24-1.warc.gz", "24-2.warc.gz"]
    assert all(kinds(file)[0] == "warcinfo" for file in raw_files(tmp_path))
    assert is_passed_by_warcio(*raw_files(tmp_path))


def test_file_that_somebody_put_there_stays_as_it_is(tmp_path):
    file = tmp_path / "_raw/2026/11/23-1.warc.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"mine")
    with opened(tmp_path) as archive:
        kept(archive, exchange())
    assert file.read_bytes() == b"mine"
    assert [path.name for path in raw_files(tmp_path)] == ["23-1.warc.gz", "23-2.warc.gz"]


def test_file_that_another_program_wrote_to_is_left_and_a_further_one_begun(tmp_path):
    with opened(tmp_path) as archive:
        kept(archive, exchange())
    (file,) = raw_files(tmp_path)
    with file.open("ab") as other:
        other.write(b"not ours")
    before = file.read_bytes()
    with opened(tmp_path) as archive:
        kept(archive, exchange())
    assert file.read_bytes() == before
    assert is_passed_by_warcio(raw_files(tmp_path)[1])


def test_what_another_program_adds_during_a_run_is_told_and_never_cut(tmp_path):
    archive = Archive.open(tmp_path, "clean", Clock(), SETTINGS)
    kept(archive, exchange())
    archive.offer([offer(1)]).result()
    (file,) = raw_files(tmp_path)
    with file.open("ab") as other:
        other.write(b"not ours")
    before = file.read_bytes()
    kept(archive, exchange(b"more"))
    with pytest.raises(ArchiveDamaged, match="another program wrote to it"):
        archive.offer([offer(2)]).result()
    archive.close()
    with opened(tmp_path):
        pass
    assert file.read_bytes() == before


def killed_after(root, cut_bytes):
    """An archive whose run was killed while it wrote; so many bytes of the last record are missing."""
    archive = Archive.open(root, "clean", Clock(), SETTINGS)
    places = kept(archive, exchange(b"first"), exchange(b"second" * 50, url=f"{URL}?2"))
    archive.offer([offer(1)]).result()
    (file,) = raw_files(root)
    notes = (root / ".newsarchive/open-raw").read_bytes()
    archive.close()
    (root / ".newsarchive/open-raw").write_bytes(notes)
    if cut_bytes:
        files.cut(file, file.stat().st_size - cut_bytes)
    return places


@pytest.mark.parametrize("cut_bytes", [0, 1, 100, 600])
def test_torn_tail_is_cut_to_the_last_whole_record_and_a_further_file_is_begun(tmp_path, cut_bytes):
    places = killed_after(tmp_path, cut_bytes)
    with opened(tmp_path) as archive:
        kept(archive, exchange(b"third"))
    old, new = raw_files(tmp_path)
    assert is_passed_by_warcio(old, new)
    assert read_raw(tmp_path, places[0]).body == b"first"
    whole = ["warcinfo", "response", "request", "response", "request"]
    assert kinds(old) == (whole if cut_bytes == 0 else whole[:-1] if cut_bytes <= 200 else whole[:3])


def test_torn_tail_that_no_note_proves_to_be_ours_stays(tmp_path):
    killed_after(tmp_path, 7)
    (tmp_path / ".newsarchive/open-raw").unlink()
    (file,) = raw_files(tmp_path)
    before = file.read_bytes()
    with opened(tmp_path) as archive:
        kept(archive, exchange(b"third"))
    assert file.read_bytes() == before


def test_note_of_another_hand_cuts_nothing_outside_of_the_raw_store(tmp_path):
    (tmp_path / ".newsarchive").mkdir()
    (tmp_path / "precious.warc.gz").write_bytes(b"precious")
    (tmp_path / ".newsarchive/open-raw").write_text(
        '{"file":"_raw/../precious.warc.gz","size":0}\n{"file":"/etc/x","size":0}\n[]\n{"file":7}\n'
    )
    with opened(tmp_path):
        pass
    assert (tmp_path / "precious.warc.gz").read_bytes() == b"precious"


def test_damage_is_told_with_path_and_next_step(tmp_path):
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange(b"text" * 99))
    (file,) = raw_files(tmp_path)
    data = bytearray(file.read_bytes())
    data[parse(place).offset + 60] ^= 1
    file.write_bytes(data)
    with pytest.raises(ArchiveDamaged, match=r"23-1\.warc\.gz: the record at \d+ .*; put the file back from a copy"):
        read_raw(tmp_path, place)
    file.unlink()
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        read_raw(tmp_path, place)


def test_no_store_keeps_nothing(tmp_path):
    with opened(tmp_path, None) as archive:
        assert archive.keep_answer(exchange()) == (None, None)
    assert not (tmp_path / "_raw").exists()


def test_record_of_a_document_depends_on_no_other_document(tmp_path):
    """A redirect leads from one document to the page of another."""
    with opened(tmp_path) as archive:
        kept(
            archive,
            exchange(docid="naaaaaa0000001"),
            exchange(docid="naaaaaa0000002"),
            exchange(docid="naaaaaa0000002"),
        )
    assert kinds(raw_files(tmp_path)[0]) == [
        "warcinfo",
        "response",
        "request",
        "response",
        "request",
        "revisit",
        "request",
    ]


def test_revisit_that_has_its_body_in_another_documents_record_is_damage(tmp_path):
    with opened(tmp_path) as archive:
        (first,) = kept(archive, exchange(docid="naaaaaa0000001"))
    lie = exchange(docid="naaaaaa0000002")
    data = raw_record.revisit(lie, raw_record.new_id(), "<urn:x>", original_of(tmp_path, first))
    (tmp_path / "_raw/2026/11/23-9.warc.gz").write_bytes(data)
    with pytest.raises(ArchiveDamaged, match="refers to no record with its body"):
        read_raw(tmp_path, f"_raw/2026/11/23-9.warc.gz:0:{len(data)}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_in_the_place_of_a_file_holds_nobody(tmp_path):
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange())
    (file,) = raw_files(tmp_path)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ArchiveDamaged, match="no plain file"):
        read_raw(tmp_path, place)
    (found,) = findings(tmp_path, [f'{{"warc":"{place}"}}'.encode()])
    assert "no plain file" in found.detail


def test_answer_without_its_request_behind_it_is_no_damage(tmp_path):
    with opened(tmp_path) as archive:
        (place,) = kept(archive, exchange())
    (file,) = raw_files(tmp_path)
    where = parse(place)
    os.truncate(file, where.offset + where.length)
    assert read_request(tmp_path, place) == b""


def test_persons_file_with_the_last_number_leads_to_no_false_place(tmp_path):
    mine = tmp_path / "_raw/2026/11/23-999999.warc.gz"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    places = []
    for number in range(3):
        with opened(tmp_path) as archive:
            places += kept(archive, exchange(b"%d" % number))
    assert [read_raw(tmp_path, place).body for place in places] == [b"0", b"1", b"2"]
    assert {parse(place).file for place in places} == {"_raw/2026/11/23-1.warc.gz"}
    assert mine.read_bytes() == b"mine"


def test_clock_that_jumps_over_midnight_and_back_leads_to_no_false_place(tmp_path):
    late, early = NOON.replace(hour=23, minute=59), NOON + timedelta(hours=12, seconds=1)
    with opened(tmp_path) as archive:
        places = kept(archive, *(exchange(b"%d" % n, at=at) for n, at in enumerate([late, early] * 4)))
    assert [read_raw(tmp_path, place).body for place in places] == [b"%d" % n for n in range(8)]
    assert len(raw_files(tmp_path)) == 8
    assert is_passed_by_warcio(*raw_files(tmp_path))
