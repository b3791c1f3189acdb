from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from newsarchive.errors import UsageError
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.archive.making_raw import is_passed_by_warcio, kinds
from tests.conftest import Crawls
from tests.reading import shelves, stored
from tests.reading.shelves import TUESDAY, docid_of

pytest.importorskip("wacz", reason="needs the extra wacz")

from newsarchive.reading.export import wacz


@pytest.fixture
def stored_root(stored_days: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stored_days, tmp_path / "archive")


def made(root: Path, out: Path, selection: Selection | None = None) -> ExportSource:
    source = ExportSource(Library(root), selection or Selection())
    wacz.export(source, out)
    return source


def read(out: Path, name: str) -> bytes:
    with zipfile.ZipFile(out) as package:
        return package.read(name)


def pages(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read(out, "pages/pages.jsonl").splitlines()]


def is_passed_by_validator(out: Path) -> bool:
    command = [sys.executable, "-m", "wacz", "validate", "-f", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Validation succeeded, the passed WACZ is valid" in done.stdout


def test_validator_of_the_package_passes_it(stored_root: Path, tmp_path: Path) -> None:
    source = made(stored_root, tmp_path / "out.wacz")
    assert (source.exported, source.unreadable) == (5, 0)
    assert is_passed_by_validator(tmp_path / "out.wacz")
    assert shelves.names(tmp_path) == ["archive", "out.wacz"]


def test_pages_have_title_address_moment_and_text(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "out.wacz")
    head, *listed = pages(tmp_path / "out.wacz")
    assert (head["format"], head["hasText"], len(listed)) == ("json-pages-1.0", True, 5)
    assert listed[1] == {
        "id": docid_of(2),
        "url": shelves.article(2).url,
        "title": "第2篇（更正）",
        "ts": "2026-11-22T19:05:00Z",
        "text": "更正后的正文。",
    }


def test_records_are_those_of_the_archive_and_each_page_is_in_the_index(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "out.wacz")
    (tmp_path / "a.warc.gz").write_bytes(read(tmp_path / "out.wacz", "archive/2026-11-23.warc.gz"))
    assert is_passed_by_warcio(tmp_path / "a.warc.gz")
    exchange = ["response", "request"]
    assert kinds(tmp_path / "a.warc.gz") == [*exchange * 3, "revisit", "request", *exchange]
    lines = gzip.decompress(read(tmp_path / "out.wacz", "indexes/index.cdx.gz")).decode().splitlines()
    assert lines == sorted(lines)
    indexed = {(json.loads(told)["url"], at) for _, at, told in (line.split(" ", 2) for line in lines)}
    _, *listed = pages(tmp_path / "out.wacz")
    assert {(page["url"], re.sub(r"\D", "", page["ts"])) for page in listed} <= indexed


def test_index_finds_a_record_by_its_offset(stored_root: Path, tmp_path: Path) -> None:
    from warcio.archiveiterator import ArchiveIterator

    made(stored_root, tmp_path / "out.wacz", Selection(since=TUESDAY))
    line = gzip.decompress(read(tmp_path / "out.wacz", "indexes/index.cdx.gz")).decode().splitlines()[1]
    told = json.loads(line.split(" ", 2)[2])
    records = read(tmp_path / "out.wacz", f"archive/{told['filename']}")
    record = next(ArchiveIterator(BytesIO(records[int(told["offset"]) :][: int(told["length"])])))
    assert record.content_stream().read() == stored.page_of(shelves.article(5, TUESDAY))


def test_the_same_archive_gives_the_same_bytes(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "a.wacz")
    made(stored_root, tmp_path / "b.wacz")
    assert (tmp_path / "a.wacz").read_bytes() == (tmp_path / "b.wacz").read_bytes()


def test_wacz_takes_the_place_of_ours_alone(stored_root: Path, tmp_path: Path) -> None:
    made(stored_root, tmp_path / "out.wacz")
    made(stored_root, tmp_path / "out.wacz", Selection(since=TUESDAY))
    assert len(pages(tmp_path / "out.wacz")) == 3
    records = tmp_path / "a.warc.gz"
    records.write_bytes(read(tmp_path / "out.wacz", "archive/2026-11-24.warc.gz"))
    theirs = tmp_path / "theirs.wacz"
    command = [sys.executable, "-m", "wacz", "create", "-o", str(theirs), str(records)]
    subprocess.run(command, check=True, capture_output=True)
    before = theirs.read_bytes()
    with pytest.raises(UsageError, match="it stays as it is"):
        made(stored_root, theirs)
    assert theirs.read_bytes() == before


def test_articles_without_a_whole_record_are_left_out_and_told(stored_root: Path, tmp_path: Path) -> None:
    place = stored.place_of(stored_root, docid_of(1))
    file, offset, length = place.split(":")
    data = bytearray((stored_root / file).read_bytes())
    data[int(offset) + int(length) // 2] ^= 1
    (stored_root / file).write_bytes(data)
    with shelves.running(stored_root) as archive:
        shelves.archived(archive, shelves.article(6, TUESDAY))
    source = made(stored_root, tmp_path / "out.wacz")
    assert (source.exported, source.unreadable) == (4, 2)
    assert "is not whole" in source.faults[0]
    assert source.faults[1].startswith(f"{docid_of(6)} has no raw record: ")
    assert [page["id"] for page in pages(tmp_path / "out.wacz")[1:]] == [docid_of(number) for number in (2, 3, 4, 5)]
    assert is_passed_by_validator(tmp_path / "out.wacz")


def test_archive_without_raw_records_makes_none_and_says_why(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no article of the selection has a raw record"):
        made(root, tmp_path / "out.wacz")
    assert shelves.names(tmp_path) == ["archive"]


def test_nothing_of_a_redacted_article_is_in_it(stored_root: Path, tmp_path: Path) -> None:
    shelves.redacted(stored_root, docid_of(2))
    made(stored_root, tmp_path / "out.wacz")
    assert docid_of(2) not in json.dumps(pages(tmp_path / "out.wacz"))
    records = gzip.decompress(read(tmp_path / "out.wacz", "archive/2026-11-23.warc.gz"))
    assert docid_of(2).encode() not in records
    assert docid_of(3).encode() in records


def test_package_says_nothing_on_the_terminal(
    stored_root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made(stored_root, tmp_path / "out.wacz")
    assert capfd.readouterr() == ("", "")


def test_without_the_extra_the_message_names_it(stored_root: Path, tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['wacz'] = None\nfrom newsarchive.cli import main; main(prog_name='newsarchive')"
    asked = ["export", "wacz", str(tmp_path / "out"), "--archive", str(stored_root)]
    done = subprocess.run([sys.executable, "-c", hidden, *asked], capture_output=True, text=True, check=False)
    told = "newsarchive: wacz needs the extra wacz: pip install 'newsarchive[wacz]'\n"
    assert (done.returncode, done.stderr) == (2, told)


# --- pywb, in an environment of its own ------------------------------------------------------------------------------


PYWB = "NEWSARCHIVE_TEST_PYWB"
"""Variable: the folder of an environment that has pywb; without it one is made."""
START_S = 60
INSTALL_S = 180
"""It takes ten; an index that does not answer may not cost the whole suite."""


@pytest.fixture(scope="module")
def pywb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of pywb, which is GPL and wants other versions than we do: never imported."""
    folder = Path(os.environ.get(PYWB) or tmp_path_factory.mktemp("pywb"))
    if not (folder / "bin/pywb").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [folder / "bin/pip", "install", "-q", "--timeout", "20", "--retries", "1", "pywb==2.10.0"]
        try:
            subprocess.run(install, capture_output=True, text=True, check=True, timeout=INSTALL_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"pywb cannot be installed here: {error}; {str(error.stderr).strip().splitlines()[-1:]}")
    return folder / "bin"


@pytest.mark.long
def test_pywb_replays_each_page(stored_root: Path, tmp_path: Path, pywb: Path) -> None:
    made(stored_root, tmp_path / "out.wacz")
    listed = pages(tmp_path / "out.wacz")[1:]
    replayed = replay(tmp_path / "out.wacz", listed, pywb, tmp_path)
    assert [page["text"] in text for page, text in zip(listed, replayed, strict=True)] == [True] * 5


@pytest.mark.slow
def test_pywb_replays_twenty_pages_of_a_crawl_byte_for_byte(
    crawls: Callable[..., Crawls], tmp_path: Path, pywb: Path
) -> None:
    crawl = crawls(articles=40)
    assert crawl().exit_code == 0
    made(crawl.root, tmp_path / "out.wacz")
    listed = random.Random(20).sample(pages(tmp_path / "out.wacz")[1:], 20)
    replayed = replay(tmp_path / "out.wacz", listed, pywb, tmp_path)
    sent = [crawl.sina.site.answer(*host_and_path(page["url"])).body.decode() for page in listed]
    assert [one == other for one, other in zip(replayed, sent, strict=True)] == [True] * 20


def host_and_path(url: str) -> tuple[str, str]:
    host, _, path = url.removeprefix("https://").partition("/")
    return host, f"/{path}"


def replay(out: Path, listed: list[dict[str, Any]], pywb: Path, folder: Path) -> list[str]:
    """What pywb sends for each of these pages of a WACZ."""
    for arguments in (["init", "news"], ["add", "--unpack-wacz", "news", str(out)]):
        subprocess.run([pywb / "wb-manager", *arguments], cwd=folder, check=True, capture_output=True)
    port = free_port()
    command = [pywb / "pywb", "--port", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return [answered(f"http://127.0.0.1:{port}/news/{address(page)}") for page in listed]
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def address(page: dict[str, Any]) -> str:
    """As pywb has it: the moment, ``id_`` for the page as it was sent, and its address."""
    return f"{re.sub(r'[^0-9]', '', page['ts'])}id_/{page['url']}"


def answered(url: str) -> str:
    """What pywb sends; it is waited for while it starts."""
    until = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=START_S) as answer:  # noqa: S310 - our own server
                return str(answer.read().decode())
        except ConnectionError:
            pass
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
        assert time.monotonic() < until, "pywb did not start"
        time.sleep(0.1)
