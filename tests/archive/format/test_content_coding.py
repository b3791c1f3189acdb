"""A stored body is unpacked as the crawl unpacked it: both are asked here."""

import gzip
import zlib

import brotli
import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from newsarchive.archive.format.content_coding import CodingError, decoded
from newsarchive.crawl.failures import DOWNLOAD_ERRORS
from newsarchive.crawl.middlewares import DecompressionMiddleware

TEXT = "<html>正文</html>".encode() * 10_000
GZIP = gzip.compress(TEXT)
LIMIT = 1_000_000

BODIES = {
    "plain": (TEXT, []),
    "identity": (TEXT, ["identity"]),
    "unknown": (TEXT, ["rot13"]),
    "gzip": (GZIP, ["gzip"]),
    "x-gzip": (GZIP, ["X-GZIP"]),
    "gzip twice": (gzip.compress(GZIP), ["gzip", "gzip"]),
    "gzip twice, one header": (gzip.compress(GZIP), ["gzip, gzip"]),
    "two members": (GZIP + GZIP, ["gzip"]),
    "cut": (GZIP[:-200], ["gzip"]),
    "cut within the check sum": (GZIP[:-3], ["gzip"]),
    "wrong check sum": (GZIP[:-8] + bytes(8), ["gzip"]),
    "rest behind": (GZIP + b"rest", ["gzip"]),
    "zeros behind": (GZIP + bytes(9), ["gzip"]),
    "no gzip": (b"plain", ["gzip"]),
    "cut at once": (GZIP[:5], ["gzip"]),
    "deflate": (zlib.compress(TEXT), ["deflate"]),
    "bare deflate": (zlib.compress(TEXT)[2:-4], ["deflate"]),
    "no deflate": (b"plain text", ["deflate"]),
    "br": (brotli.compress(TEXT), ["br"]),
    "cut br": (brotli.compress(TEXT)[:-9], ["br"]),
    "no br": (b"<html>plain</html>", ["br"]),
    "too large": (gzip.compress(bytes(LIMIT + 1)), ["gzip"]),
    "too large in parts": (gzip.compress(bytes(LIMIT)) + gzip.compress(b"x"), ["gzip"]),
    "just so large": (gzip.compress(bytes(LIMIT)), ["gzip"]),
}


def by_the_crawl(body: bytes, codings: list[str]) -> bytes | None:
    middleware = DecompressionMiddleware.from_crawler(get_crawler(settings_dict={"DOWNLOAD_MAXSIZE": LIMIT}))
    request = Request("https://finance.sina.com.cn/")
    response = Response(request.url, headers={"Content-Encoding": codings} if codings else {}, body=body)
    try:
        return middleware.process_response(request, response).body
    except DOWNLOAD_ERRORS:
        return None


def by_the_reader(body: bytes, codings: list[str]) -> bytes | None:
    try:
        return decoded(body, codings, LIMIT)
    except CodingError:
        return None


@pytest.mark.parametrize("name", BODIES)
def test_stored_body_is_unpacked_as_the_crawl_does(name: str) -> None:
    assert by_the_reader(*BODIES[name]) == by_the_crawl(*BODIES[name])
