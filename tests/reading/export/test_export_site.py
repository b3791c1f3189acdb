from __future__ import annotations

import shutil
import subprocess
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, unquote

import pytest

from newsarchive.reading.export import site, site_search
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.export import hostile
from tests.reading.shelves import docid_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    @property
    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name in ("href", "src")]


@pytest.fixture
def out(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Without the search, which takes a second to make."""
    monkeypatch.setattr(site_search, "MOST_ARTICLES", 0)
    site.export(ExportSource(library), tmp_path / "site")
    return tmp_path / "site"


def test_each_link_leads_to_a_page_of_the_folder_or_to_the_source(out: Path) -> None:
    pages = sorted(out.rglob("*.html"))
    assert len(pages) == 5 + 2 + 3 + 2 + 1  # articles, days, channels of days, channels, front
    for path in pages:
        for link in Page(path).links:
            assert link.startswith("https://") or (path.parent / unquote(link)).is_file(), (path, link)


def test_pages_tell_days_channels_and_what_became_of_an_article(out: Path) -> None:
    day = (out / "2026/11/24/index.html").read_text("utf-8")
    article = (out / f"2026/11/24/{docid_of(5)}.html").read_text("utf-8")
    assert "2026 年 11 月 24 日 周二" in day
    assert "第5篇〔已撤下〕" in day
    assert "来源已撤下此文" in article
    assert 'rel="prev">上一篇：第4篇' in article
    assert "5 篇，2026-11-23 至 2026-11-24" in (out / "index.html").read_text("utf-8")


def test_hostile_articles_run_nothing_and_stay_in_their_place(
    hostile_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_search, "MOST_ARTICLES", 0)
    site.export(ExportSource(hostile_library), tmp_path / "site")
    pages = [Page(path) for path in (tmp_path / "site").rglob("*.html")]
    assert len(pages) == len(hostile.articles()) + 4
    for page in pages:
        assert not {"script", "iframe", "svg", "object", "style", "form"} & page.tags
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert not [link for link in page.links if ":" in link and not link.startswith("https://")]
    assert not [path for path in tmp_path.rglob("*") if "etc" in path.name]


def test_the_same_archive_gives_the_same_bytes_and_replaces_the_folder(library: Library, out: Path) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    site.export(ExportSource(library), out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.long
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_a_browser_shows_the_folder_without_a_complaint(out: Path, tmp_path: Path) -> None:
    """Its style is taken, which the page's own policy might forbid for files."""
    shown = {}
    for name in ("with", "without"):
        if name == "without":
            (out / "style.css").unlink()
        picture = tmp_path / f"{name}.png"
        asked = [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--screenshot={picture}",
            (out / "index.html").as_uri(),
        ]
        done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120)  # type: ignore[arg-type]
        assert "Refused" not in done.stderr
        shown[name] = picture.read_bytes()
    assert shown["with"] != shown["without"]


@pytest.mark.long
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
@pytest.mark.skipif(not site_search.is_searchable(), reason="needs the extra site")
def test_the_served_folder_finds_a_word_in_a_text(library: Library, tmp_path: Path) -> None:
    site.export(ExportSource(library), tmp_path / "site")
    assert 'href="search.html"' in (tmp_path / "site/index.html").read_text("utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/search.html?q={quote('更正后')}"
        asked = [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--virtual-time-budget=20000",
            "--dump-dom",
            address,
        ]
        done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120)  # type: ignore[arg-type]
        server.shutdown()
    assert "第2篇（更正）" in done.stdout
    assert "第3篇" not in done.stdout
