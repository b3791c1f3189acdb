"""Hexo 8 and Hugo build five hundred exported articles, the hostile ones among them, without a warning."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from newsarchive.reading.export import hexo, hugo
from newsarchive.reading.export.shown import title_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading import shelves
from tests.reading.export import hostile
from tests.reading.shelves import TUESDAY, docid_of

pytestmark = pytest.mark.long

ARTICLES = 500
PACKAGES = {
    "hexo": "8.1.2",
    "hexo-generator-archive": "2.0.0",
    "hexo-generator-category": "2.0.0",
    "hexo-generator-index": "4.0.0",
    "hexo-generator-tag": "2.0.0",
    "hexo-renderer-ejs": "2.0.0",
    "hexo-renderer-marked": "7.0.1",
    "hexo-renderer-stylus": "3.0.1",
    "hexo-theme-landscape": "1.1.0",
}
"""What `hexo init` installs."""
HEXO_SETTINGS = "title: t\nurl: https://example.com\ntheme: landscape\n"
HUGO_SETTINGS = 'baseURL = "https://example.com/"\ntitle = "t"\ntimeZone = "Asia/Shanghai"\n'
SINGLE = "<title>{{ .Title }}</title><time>{{ .Date }}</time>{{ .Content }}"
LIST = '{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}'


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = hostile.archived(tmp_path_factory.mktemp("archive"))
    numbers = range(len(hostile.articles()) + 1, ARTICLES + 1)
    with shelves.running(root) as archive:
        shelves.archived(archive, *(shelves.article(number, TUESDAY) for number in numbers))
    return Library(root, {"1686": "国內"})


def titles(library: Library) -> dict[str, str]:
    return {entry.docid: title_of(entry) for entry in library.entries()}


def ran(command: list[str | Path], folder: Path, **environ: str) -> str:
    environment = {**os.environ, **environ}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blog without posts."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("blog")
    if npm is None:
        pytest.skip("needs npm")
    manifest = {"name": "blog", "private": True, "dependencies": PACKAGES, "hexo": {"version": PACKAGES["hexo"]}}
    (folder / "package.json").write_text(json.dumps(manifest))
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("npm cannot install Hexo here")
    (folder / "themes").mkdir()
    (folder / "source/_posts").mkdir(parents=True)
    return folder


def built(blog: Path, source: ExportSource, zone: str) -> Path:
    """What Hexo makes of an export, on a machine whose clock is another one's."""
    for name in ("source/_posts/news", "public"):
        shutil.rmtree(blog / name, ignore_errors=True)
    (blog / "db.json").unlink(missing_ok=True)
    (blog / "_config.yml").write_text(f"{HEXO_SETTINGS}timezone: '{zone}'\n")
    hexo.export(source, blog / "source/_posts/news")
    told = ran([blog / "node_modules/.bin/hexo", "generate"], blog, TZ="UTC")
    assert not re.search("warn|error", "\n".join(line for line in told.splitlines() if "Generated:" not in line), re.I)
    return blog / "public/news"


def test_hexo_builds_all_without_a_warning(library: Library, blog: Path) -> None:
    public = built(blog, ExportSource(library), "Asia/Shanghai")
    assert len(shelves.names(public)) == ARTICLES
    for docid, title in titles(library).items():
        page = (public / docid / "index.html").read_text("utf-8")
        assert f"<title>{title.translate(hexo._FULL_WIDTH)} | t</title>" in unescape(page)
        assert "<script>alert(666)" not in page
        assert "onerror=" not in page.replace("＜img src=x onerror=", "")


@pytest.mark.parametrize("zone", ["", "Asia/Shanghai", "America/New_York"])
def test_hexo_tells_the_right_moment_in_each_zone(library: Library, blog: Path, zone: str) -> None:
    public = built(blog, ExportSource(library, is_wanted=lambda entry: entry.docid == docid_of(4)), zone)
    page = (public / docid_of(4) / "index.html").read_text("utf-8")
    assert 'datetime="2026-11-22T20:00:00.000Z"' in page


@pytest.mark.long
def test_hugo_builds_all_without_a_warning(library: Library, tmp_path: Path) -> None:
    program = shutil.which("hugo", path=str(Path(sys.executable).parent)) or shutil.which("hugo")
    if program is None:
        pytest.skip("needs Hugo")
    (tmp_path / "hugo.toml").write_text(HUGO_SETTINGS)
    (tmp_path / "layouts/_default").mkdir(parents=True)
    (tmp_path / "layouts/_default/single.html").write_text(SINGLE)
    (tmp_path / "layouts/_default/list.html").write_text(LIST)
    (tmp_path / "content").mkdir()
    hugo.export(ExportSource(library), tmp_path / "content/news")
    told = ran([program, "--panicOnWarning", "--buildFuture"], tmp_path)
    assert "WARN" not in told
    for docid, title in titles(library).items():
        page = (tmp_path / f"public/news/{docid}/index.html").read_text("utf-8")
        shown = unescape(page.partition("</title>")[0].removeprefix("<title>"))
        assert shown == title
        assert "<script" not in page
    assert "2026-11-23 04:00:00 &#43;0800" in (tmp_path / f"public/news/{docid_of(4)}/index.html").read_text("utf-8")
