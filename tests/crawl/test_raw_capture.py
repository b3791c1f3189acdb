"""What the handler hands to the raw store is what went over the wire; one process of its own asks local servers."""

import gzip
import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from newsarchive.archive.format.raw_answer import read_raw, read_request
from tests.archive.making_raw import is_passed_by_warcio, raw_files
from tests.crawl.test_failures import serving

HEAD = b"HTTP/1.1 200 Fine  \r\nx-Odd-CASE:  two  blanks \r\nSet-Cookie: a\r\nX-B: \xe4\xbd\xa0\r\nset-cookie: b\r\n"
PACKED = gzip.compress(b"<html>text</html>" * 50)
ANSWERS = {
    "as received": HEAD + b"Content-Length: 5\r\n\r\nhello",
    "chunked": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
    "packed": HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED,
    "after an interim answer": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    + HEAD
    + b"Content-Length: 2\r\n\r\nok",
    "bare newlines": b"HTTP/1.1 200 OK\nX-A: 1\nno colon\nX-C: folded\n on\nContent-Length: 2\n\nok",
    "without a body": b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
    "an error": b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno",
    "through a proxy": HEAD + b"Content-Length: 5\r\n\r\nproxy",
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The archive, and where each of ``ANSWERS`` lies in it."""
    root = tmp_path_factory.mktemp("capture")
    with ExitStack() as servers:
        ports = {name: servers.enter_context(serving(answer)) for name, answer in ANSWERS.items()}
        asked = {name: [f"http://127.0.0.1:{port}/x?y=1", {}] for name, port in ports.items()}
        proxy = f"http://me:s3cret@127.0.0.1:{ports['through a proxy']}"
        asked["through a proxy"] = ["http://finance.sina.com.cn/x", {"proxy": proxy}]
        done = subprocess.run(
            [sys.executable, Path(__file__).with_name("capture_probe.py")],
            input=json.dumps({"root": str(root), "asked": asked}),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    return root, json.loads(done.stdout)


def read(stored, name):
    root, places = stored
    return read_raw(root, places[name])


@pytest.mark.parametrize("name", [name for name in ANSWERS if name not in ("chunked", "after an interim answer")])
def test_head_and_body_stand_there_byte_for_byte(stored, name):
    answer = read(stored, name)
    assert answer.head + answer.body == ANSWERS[name]
    assert answer.docid == "d1"


def test_chunks_are_joined(stored):
    answer = read(stored, "chunked")
    assert answer.head == HEAD + b"X-Archive-Orig-Transfer-Encoding: chunked\r\n\r\n"
    assert answer.body == b"hello"


def test_interim_answer_is_left_out(stored):
    answer = read(stored, "after an interim answer")
    assert answer.head + answer.body == HEAD + b"Content-Length: 2\r\n\r\nok"


def test_body_is_kept_packed_and_read_unpacked(stored):
    answer = read(stored, "packed")
    assert (answer.body, answer.decoded()) == (PACKED, gzip.decompress(PACKED))


def test_request_is_as_it_was_sent_without_what_proves_who_we_are(stored):
    root, places = stored
    sent = read_request(root, places["as received"])
    assert sent.startswith(b"GET /x?y=1 HTTP/1.1\r\n")
    assert b"\r\nHost: 127.0.0.1:" in sent
    through = read_request(root, places["through a proxy"])
    assert through.startswith(b"GET http://finance.sina.com.cn/x HTTP/1.1\r\n")
    assert b"uthorization" not in through


def test_address_of_the_server_is_told_where_no_proxy_stands_between(stored):
    root, places = stored
    data = {name: gzip.decompress(member(root, place)) for name, place in places.items()}
    assert b"\r\nWARC-IP-Address: 127.0.0.1\r\n" in data["as received"]
    assert b"WARC-IP-Address" not in data["through a proxy"]


def member(root, place):
    file, offset, length = place.rsplit(":", 2)
    return (root / file).read_bytes()[int(offset) : int(offset) + int(length)]


def test_warcio_passes_what_came_over_the_wire(stored):
    root, _ = stored
    assert is_passed_by_warcio(*raw_files(root))
