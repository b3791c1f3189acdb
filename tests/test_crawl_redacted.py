"""A document that was redacted, by real crawls: it is not asked for again, whoever asks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from newsarchive.archive.format.redacting import text_of
from tests.cli.cli_process import newsarchive
from tests.conftest import Crawls

pytestmark = pytest.mark.slow

Begin = Callable[..., Crawls]


def runs(crawl: Crawls, docid: str) -> set[str]:
    """The runs of 8 Chinese characters of its text and title."""
    line = next(event for event in crawl.events("kept") if event["docid"] == docid)
    text = f"{line['title']} {text_of((crawl.root / line['file']).read_bytes())}"
    return {run[at : at + 8] for run in re.findall("[\u4e00-\u9fff]{8,}", text) for at in range(len(run) - 7)}


@pytest.mark.parametrize("profile", ["clean", "rsshub"])
def test_a_redacted_document_is_never_fetched_again(crawls: Begin, profile: str) -> None:
    crawl = crawls(articles=12)
    setting = ("-s", f"ARCHIVE_PROFILE={profile}")
    crawl(*setting)
    offer = next(event for event in crawl.events("offered") if event["docid"] in docids(crawl))
    own, others = runs(crawl, offer["docid"]), docids(crawl) - {offer["docid"]}
    own -= set().union(*(runs(crawl, docid) for docid in others))
    asked = len(crawl.pages_asked())
    done = newsarchive("redact", offer["docid"], "--reason", "on request", "--yes", "--archive", str(crawl.root))
    assert (done.returncode, bool(own)) == (0, True), done.stdout
    for arguments in ((), ("-a", f"url={offer['url']}"), ("-s", "DISCOVER_GAPS_ONLY=1")):
        assert crawl(*setting, *arguments).exit_code == 0
    assert len(crawl.pages_asked()) == asked
    assert not [
        run for run in own for path in crawl.root.rglob("*") if path.is_file() and run.encode() in path.read_bytes()
    ]
    assert newsarchive("verify", "--full", "--archive", str(crawl.root)).returncode == 0


def docids(crawl: Crawls) -> set[str]:
    return {event["docid"] for event in crawl.events("kept")}
