"""The search of the folder that ``site`` writes, by Pagefind (extra ``site``): it works where the folder is served over HTTP."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from newsarchive.errors import ArchiveNotWritable

PAGE_NAME, SCRIPT_NAME = "search.html", "search.js"
MOST_ARTICLES = 5_000
"""Pagefind holds all pages in memory, about 0.3 MB each (measured at 2,000); more than these get no search."""
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src data:"
)
_PAGE = f"""<!doctype html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>搜索 · 新浪财经</title>
<link rel="stylesheet" href="pagefind/pagefind-ui.css">
<link rel="stylesheet" href="style.css">
<script src="pagefind/pagefind-ui.js" defer></script>
<script src="search.js" defer></script>
</head>
<body>
<nav class="top"><a href="index.html">新浪财经 · 存档</a></nav>
<main>
<h1>搜索</h1>
<div id="search"></div>
<p class="told" id="told">搜索需要脚本，并且要经由 HTTP 打开，例如在此文件夹里运行 python -m http.server</p>
</main>
</body>
</html>
"""
_SCRIPT = """if (location.protocol !== "file:") {
  document.getElementById("told").hidden = true;
  const search = new PagefindUI({ element: "#search", showImages: false, noWorker: true, showSubResults: false });
  const words = new URLSearchParams(location.search).get("q");
  if (words) search.triggerSearch(words);
}
"""


def is_searchable() -> bool:
    """Whether the extra ``site`` is there."""
    return find_spec("pagefind") is not None


def add_search(folder: Path) -> None:
    """Index the articles of the folder (``data-pagefind-body``) and lay the page for it.  Raises ``ArchiveNotWritable``."""
    (folder / PAGE_NAME).write_text(_PAGE, "utf-8", newline="\n")
    (folder / SCRIPT_NAME).write_text(_SCRIPT, "utf-8", newline="\n")
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - our own
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise ArchiveNotWritable(f"Pagefind could not index {folder}: {last}; take the extra site away to go without")
