"""Exchanges for tests of the raw store, and what warcio says of a file."""

from __future__ import annotations

import zlib
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from newsarchive.archive.format.raw_record import Exchange
from newsarchive.items import BEIJING

NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)
URL = "https://finance.sina.com.cn/roll/2026-11-23/doc-inaaaaaa0000001.shtml"
REQUEST = b"GET /x HTTP/1.1\r\nHost: finance.sina.com.cn\r\nProxy-Authorization: Basic c2VjcmV0\r\nReferer: x\r\n\r\n"


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


def exchange(
    body: bytes = b"<html>text</html>",
    *,
    url: str = URL,
    headers: bytes = b"Content-Type: text/html\r\n",
    at: datetime = NOON,
    docid: str = "naaaaaa0000001",
) -> Exchange:
    return Exchange(
        url=url,
        request_head=REQUEST,
        response_head=b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n",
        body=body,
        fetched_at=at,
        address="127.0.0.1",
        docid=docid,
    )


def is_passed_by_warcio(*files: Path) -> bool:
    """What ``warcio check`` says."""
    return Checker(Namespace(inputs=[str(file) for file in files], verbose=False)).process_all() == 0


def kinds(file: Path) -> list[str]:
    """The types of the records of a file, as warcio reads them."""
    with file.open("rb") as stream:
        return [record.rec_type for record in ArchiveIterator(stream)]


def raw_files(root: Path) -> list[Path]:
    return sorted((root / "_raw").rglob("*.warc.gz"))
