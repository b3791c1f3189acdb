"""Impostors that only a real transport can send: a crawl meets one each, keeps the rest and writes no file for them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from newsarchive.rehearsal.answers import Answer, HangUp, answer_of
from newsarchive.rehearsal.page import page_of
from newsarchive.rehearsal.truth import Document
from tests.conftest import Crawls
from tests.sina.impostors import PNG

Begin = Callable[..., Crawls]
MIB = 1024 * 1024
LARGEST = 20 * MIB
"""Bytes of a body that is still read, packed or not (design §4)."""


def _padded(document: Document, size: int) -> bytes:
    """The article's own page, made so large by a comment behind it."""
    page = page_of(document)
    return page + b"<!--" + b" " * (size - len(page)) + b"-->"


def _html(body: bytes, packed: bytes = b"", *, announced: bool = True) -> Answer:
    return Answer(200, "text/html", body, packed, announced=announced)


def _torn(document: Document) -> Answer:
    raise HangUp(replace(answer_of(200, "text/html", page_of(document)), packed=b""))


IMPOSTORS: dict[str, tuple[Callable[[Document], Answer], str]] = {
    "20 MiB and more": (lambda it: _html(_padded(it, LARGEST + MIB)), "too-large"),
    "20 MiB, not announced": (lambda it: _html(_padded(it, LARGEST + MIB), announced=False), "too-large"),
    "zip bomb": (lambda it: _html(b"", gzip.compress(_padded(it, 4 * LARGEST), 9)), "too-large"),
    "gzip that is none": (lambda it: _html(b"", page_of(it)), "bad-encoding"),
    "gzip cut": (lambda it: _html(b"", gzip.compress(page_of(it))[:9_000]), "truncated"),
    "gzip cut, not announced": (
        lambda it: _html(b"", gzip.compress(page_of(it))[:9_000], announced=False),
        "truncated",
    ),
    "gzip within gzip": (lambda it: _html(b"", gzip.compress(gzip.compress(page_of(it)))), "charset"),
    "deflate called gzip": (lambda it: _html(b"", zlib.compress(page_of(it))), "bad-encoding"),
    "half of the announced": (_torn, "truncated"),
    "half, not announced": (lambda it: _html(page_of(it)[: len(page_of(it)) // 2], announced=False), "truncated"),
    "picture called HTML": (lambda _: _html(PNG), "charset"),
    "JSON called HTML": (lambda _: _html(b'{"result": {"data": []}}'), "not-html"),
    "another charset called": (lambda it: Answer(200, "text/html; charset=big5", page_of(it)), ""),
    "nothing": (lambda _: _html(b""), "empty-body"),
}
"""What the server sends in place of an article, and the reason in the journal; empty where it is to be kept after all."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, bool]]]:
    """Of each impostor the reason in the journal, and whether there is a file."""
    from newsarchive.rehearsal.standin import StandIn
    from tests.conftest import scripted

    sina = StandIn(articles=len(IMPOSTORS) + 6, days=1, seed=7, titles="plain")
    victims = dict(zip(IMPOSTORS, sina.truth, strict=False))
    by_page = {document.url.rpartition("/")[2]: (name, document) for name, document in victims.items()}

    def script(_host: str, target: str) -> Answer | None:
        name, document = by_page.get(target.rpartition("/")[2], ("", None))
        return IMPOSTORS[name][0](document) if document else None

    scripted(sina, script)
    with sina:
        crawl = Crawls(sina, tmp_path_factory.mktemp("impostors") / "archive")
        run = crawl("-s", "RETRY_TIMES=1")
        assert run.exit_code == 3, run.stderr
        assert "Traceback" not in run.stderr
        reasons = {event["docid"]: event["reason"] for event in crawl.events("failed")}
        kept = {event["docid"] for event in crawl.events("kept")}
        assert len(kept) == len(crawl.articles())
        yield {name: (reasons.get(it.docid, ""), it.docid in kept) for name, it in victims.items()}


@pytest.mark.parametrize("name", IMPOSTORS)
def test_transport_impostor_is_a_failure_with_its_reason(outcomes: dict[str, tuple[str, bool]], name: str) -> None:
    reason = IMPOSTORS[name][1]
    assert outcomes[name] == (reason, not reason)
