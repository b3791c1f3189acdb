import json
import subprocess
import sys
from contextlib import closing

import pytest

from newsarchive.archive.format.raw_place import parse
from newsarchive.archive.record.store import Archive
from tests.archive.making import Clock, article, data_of, docid_of, offer
from tests.archive.making_raw import URL, exchange, gzipped
from tests.archive.record.test_raw_store import SETTINGS
from tests.cli.cli_process import ROOT, RUN, newsarchive

pytestmark = pytest.mark.slow  # processes by the dozen

HTML = "<html>\t\x1b[2J第{}版</html>"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A document with two states, the first of two pages; one that failed; one that no answer is stored of."""
    root = tmp_path_factory.mktemp("raw")
    with closing(Archive.open(root, "clean", Clock(), SETTINGS)) as archive:
        archive.offer([offer(n, title=f"第{n}篇文章的标题") for n in (1, 2, 3)]).result()

        def said(n, url, of=1):
            body = gzipped(HTML.format(n).encode())
            headers = b"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\nX-Bad: \x1b[2J\r\n"
            return archive.keep_answer(exchange(body, url=url, headers=headers, docid=docid_of(of)))[0]

        first, more, second = said(1, URL), said(2, f"{URL}?2"), said(3, URL)
        one = article(offer(1), warc=first, warc_further=(more,))
        archive.keep(one, data_of("1")).result()
        archive.keep(article(offer(1), warc=second, kind="rewritten"), data_of("2")).result()
        archive.failed(docid_of(2), "http-500", "x", said(4, f"{URL}?4", of=2)).result()
    return root


def raw(root, *arguments):
    return newsarchive("raw", *arguments, "--archive", str(root))


def test_newest_state_is_shown_unless_told(root):
    told = json.loads(raw(root, docid_of(1), "--json").stdout)
    assert [(one["state"], one["page"], one["status"], one["url"]) for one in told] == [(2, 1, 200, URL)]
    older = json.loads(raw(root, docid_of(1), "--state", "1", "--json").stdout)
    assert [(one["state"], one["page"]) for one in older] == [(1, 1), (1, 2)]
    every = json.loads(raw(root, docid_of(1), "--all", "--json").stdout)
    assert [(one["event"], one["state"]) for one in every] == [("kept", 1), ("kept", 1), ("revised", 2)]
    assert f"warc: {told[0]['warc']}" in raw(root, docid_of(1)).stdout


def test_document_that_was_never_kept_has_its_answer_too(root):
    (told,) = json.loads(raw(root, docid_of(2), "--json").stdout)
    assert (told["event"], told["state"]) == ("failed", None)


def test_text_and_heads_move_no_cursor(root):
    assert raw(root, docid_of(1), "--body").stdout == "<html>\t\\x1b[2J第3版</html>\n"
    heads = raw(root, docid_of(1), "--headers").stdout
    assert heads.startswith("GET /x HTTP/1.1\n")
    assert "\nHTTP/1.1 200 OK\n" in heads
    assert "X-Bad: \\x1b[2J\n" in heads


def test_bytes_are_those_that_were_received(root):
    command = [sys.executable, "-c", RUN, "raw", docid_of(1), "--bytes", "--archive", str(root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == gzipped(HTML.format(3).encode())
    assert raw(root, docid_of(1), "--bytes", "--state", "1").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((docid_of(3),), 3, "no answer is stored"),
        ((docid_of(1), "--state", "7"), 3, "state 7 of"),
        (("nothing",), 2, "no document has this"),
        ((docid_of(1), "--body", "--headers"), 2, "one of them at a time"),
    ],
)
def test_what_cannot_be_shown_is_told(root, arguments, code, said):
    done = raw(root, *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_damaged_record_is_exit_8(root, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    where = parse(json.loads(raw(copy, docid_of(1), "--json").stdout)[0]["warc"])
    data = bytearray((copy / where.file).read_bytes())
    data[where.offset + where.length - 20] ^= 1
    (copy / where.file).write_bytes(data)
    done = raw(copy, docid_of(1), "--body")
    assert (done.returncode, "put the file back from a copy" in done.stderr) == (8, True)
