"""Impostors that only a real transport can send: a crawl meets one each, keeps the rest and writes no file for them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

import pytest

from newsarchive.rehearsal.answers import Answer, HangUp
from newsarchive.rehearsal.standin import StandIn
from tests.conftest import Crawls, scripted
from tests.sina.page.impostors import PNG

MIB = 1024 * 1024
LARGEST = 20 * MIB
"""Bytes of a body that is still read, packed or not (design §4)."""


def _padded(page: bytes, size: int) -> bytes:
    """The page, made so large by a comment behind it."""
    return page + b"<!--" + b" " * (size - len(page)) + b"-->"


def _html(body: bytes, packed: bytes = b"", *, announced: bool = True) -> Answer:
    return Answer(200, "text/html", body, packed, announced=announced)


def _torn(page: bytes) -> Answer:
    raise HangUp(_html(page))


IMPOSTORS: dict[str, tuple[Callable[[bytes], Answer], str]] = {
    "20 MiB and more": (lambda page: _html(_padded(page, LARGEST + MIB)), "too-large"),
    "20 MiB, not announced": (lambda page: _html(_padded(page, LARGEST + MIB), announced=False), "too-large"),
    "zip bomb": (lambda page: _html(b"", gzip.compress(_padded(page, 4 * LARGEST), 9)), "too-large"),
    "gzip that is none": (lambda page: _html(b"", page), "bad-encoding"),
    "gzip cut": (lambda page: _html(b"", gzip.compress(page)[:9_000]), "truncated"),
    "gzip cut, not announced": (
        lambda page: _html(b"", gzip.compress(page)[:9_000], announced=False),
        "truncated",
    ),
    "gzip within gzip": (lambda page: _html(b"", gzip.compress(gzip.compress(page))), "charset"),
    "deflate called gzip": (lambda page: _html(b"", zlib.compress(page)), "bad-encoding"),
    "half of the announced": (_torn, "truncated"),
    "half, not announced": (lambda page: _html(page[: len(page) // 2], announced=False), "truncated"),
    "picture called HTML": (lambda _: _html(PNG), "charset"),
    "JSON called HTML": (lambda _: _html(b'{"result": {"data": []}}'), "not-html"),
    "another charset called": (lambda page: Answer(200, "text/html; charset=big5", page), ""),
    "nothing": (lambda _: _html(b""), "empty-body"),
}
"""Name → (page of an article → what the server sends for it, reason in the journal; empty where the article is kept)."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, bool]]]:
    """Of each impostor the reason in the journal, and whether there is a file."""
    sina = StandIn(articles=len(IMPOSTORS) + 6, days=1, seed=7, titles="plain")
    victims = dict(zip(IMPOSTORS, sina.truth, strict=False))
    by_page = {document.url.rpartition("/")[2]: name for name, document in victims.items()}
    own = sina.site.answer

    def script(host: str, target: str) -> Answer | None:
        name = by_page.get(target.rpartition("/")[2])
        return IMPOSTORS[name][0](own(host, target).body) if name else None

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
