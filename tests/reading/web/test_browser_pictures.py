"""With the network off, every picture of an archive made with ``ARCHIVE_IMAGES`` shows: in a real browser, after a real crawl."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from newsarchive.cli.reader import PICTURE_HOSTS
from newsarchive.reading.library import Library
from newsarchive.reading.web.guard import GuardRules
from tests.conftest import Crawls
from tests.reading.web.readers import reading

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra browser)")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]
ARTICLES = 300
SIZES = "[...document.querySelectorAll('.text img')].map(one => [one.src, one.complete ? one.naturalWidth : -1])"
LOAD_ALL = """async () => {
  const pictures = [...document.querySelectorAll('.text img')];
  for (const one of pictures) one.loading = 'eager';
  await Promise.all(pictures.map(one => one.decode().catch(() => null)));
}"""


def test_with_the_network_off_every_picture_of_three_hundred_articles_shows(crawls: Callable[..., Crawls]) -> None:
    crawl = crawls(articles=ARTICLES)
    assert crawl("-s", "ARCHIVE_IMAGES=1").exit_code == 0
    library = Library(crawl.root)
    docids = [entry.docid for entry in library.entries()]
    assert len(docids) == ARTICLES
    rules = GuardRules(picture_hosts=PICTURE_HOSTS)
    with reading(crawl.root, rules, picture_hosts=PICTURE_HOSTS) as reader, playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(locale="zh-CN").new_page()
        elsewhere: list[str] = []
        page.route("**/*", lambda route: _let(route, reader.address, elsewhere))
        seen = [picture for docid in docids for picture in _pictures(page, f"{reader.address}/article/{docid}")]
        browser.close()
    assert len(seen) > ARTICLES
    assert [(url, width) for url, width in seen if width <= 0] == []
    assert elsewhere == []


def _let(route: Any, address: str, elsewhere: list[str]) -> None:
    """Only what the reader itself answers comes through."""
    if route.request.url.startswith(address):
        route.continue_()
    else:
        elsewhere.append(route.request.url)
        route.abort()


def _pictures(page: Any, address: str) -> list[list[Any]]:
    page.goto(address)
    page.evaluate(LOAD_ALL)
    found: list[list[Any]] = page.evaluate(SIZES)
    return found
