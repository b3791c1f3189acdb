"""Makes the pictures in this folder: `python docs/reader/screenshots.py`; needs playwright, and of Debian chromium,
chromium-l10n and fonts-noto-cjk.

The articles are the rehearsal's: invented.  A few are then corrected and withdrawn, as a source would.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from newsarchive.archive.format.article import file_of
from newsarchive.archive.record.store import Archive
from newsarchive.cli.reader import PICTURE_HOSTS, channel_names
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library
from newsarchive.reading.search.index import bring_level
from newsarchive.reading.web import server
from newsarchive.reading.web.app import app_of
from newsarchive.reading.web.guard import GuardRules
from newsarchive.reading.web.site import Surroundings

HERE = Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"
CHINESE = {**os.environ, "LANGUAGE": "zh_CN"}
"""In which chromium writes its own words, those of a field for a date."""
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
CORRECTED, WITHDRAWN = 14, 2
REPOSTED, REPOSTERS = -4, ("经济晨报", "财联观察", "界面财闻", "证券晚报", "新财经报")
"""Which article of the day, counted from its end, and who has it, too."""
ASKED = "净利润 增长 OR 下降 -银行"
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="550" height="305"><rect width="550" height="305" fill="#dfe5ea"/>
<path d="M0 235 L80 205 L150 220 L230 150 L310 172 L390 96 L470 120 L550 52 V305 H0Z" fill="#b9c9d6"/>
<path d="M0 235 L80 205 L150 220 L230 150 L310 172 L390 96 L470 120 L550 52" fill="none" stroke="#43647d" stroke-width="4"/></svg>"""
"""In place of a picture of Sina's, which no test asks for."""
FIGURE_RE = re.compile(r"\d{1,3}\.\d{1,2}(?=[%亿万])")


def rehearsed(root: Path) -> None:
    """Twelve days of articles, some corrected, two withdrawn."""
    command = [
        sys.executable,
        "-m",
        "newsarchive",
        "rehearse",
        "--articles",
        "1100",
        "--days",
        "12",
        "--archive",
        str(root),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    library = Library(root)
    day = library.days()[-2]
    articles = [library.open(entry) for entry in library.day(day).entries]
    chosen = [one for one in articles if FIGURE_RE.search(one.body)]
    with written(root, datetime.now(BEIJING)) as archive:
        for number, kept in enumerate(chosen[:CORRECTED]):
            page = corrected(kept, number)
            archive.keep(page, file_of(page, channel="滚动")).result()
        again = [reposted(articles[REPOSTED], number, media) for number, media in enumerate(REPOSTERS, 1)]
        archive.offer([page.offer for page in again], poll="1686").result()
        for page in again:
            archive.keep(page, file_of(page, channel="滚动")).result()
    for hours in (1, 2):
        with written(root, datetime.now(BEIJING) + timedelta(hours=hours)) as archive:
            for kept in chosen[-WITHDRAWN:]:
                archive.failed(kept.entry.docid, "not-found").result()
    bring_level(root)


@contextmanager
def written(root: Path, now: datetime) -> Iterator[Archive]:
    archive = Archive.open(root, "clean", lambda: now)
    try:
        yield archive
    finally:
        archive.close()


def corrected(kept: KeptArticle, number: int) -> Article:
    """The article as its source would put it right: a figure, or a word of its title."""
    entry, figure = kept.entry, FIGURE_RE.search(kept.body)
    assert figure
    assert entry.published_at
    other = f"{float(figure[0]) * 1.1:.2f}"
    offer = Offer(docid=entry.docid, url=entry.url, day=entry.day, title=entry.title, published_at=entry.published_at)
    page = Article(
        offer=offer,
        url=entry.url,
        title=entry.title,
        published_at=entry.published_at,
        body=kept.body.replace(figure[0], other),
        image=kept.picture,
        media=entry.media,
        keywords=entry.keywords,
        symbols=entry.symbols,
        kind="figure",
        fetched_at=datetime.now(BEIJING) - timedelta(minutes=7 * number),
    )
    return replace(page, title=f"{entry.title}（更新）", kind="headline") if number % 4 == 3 else page


def reposted(kept: KeptArticle, number: int, media: str) -> Article:
    """The article as another house has it, minutes later."""
    entry, docid = kept.entry, f"abcdefg{number:07}"
    assert entry.published_at
    at = entry.published_at + timedelta(minutes=number)
    url = entry.url.replace(entry.docid, docid)
    offer = Offer(docid=docid, url=url, day=entry.day, title=entry.title, published_at=at, channels=("1686",))
    return Article(offer=offer, url=url, title=entry.title, published_at=at, body=kept.body, media=media, fetched_at=at)


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address of a reader."""
    library = Library(root, channel_names())
    around = Surroundings(now=lambda: datetime.now(BEIJING), picture_hosts=PICTURE_HOSTS)
    taken, listening = server.bound("127.0.0.1", 0), threading.Event()
    app = app_of(library, around, GuardRules(picture_hosts=PICTURE_HOSTS))
    running = server.server_of(app, listening.set)
    thread = threading.Thread(target=running.run, args=([taken],))
    thread.start()
    listening.wait()
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()
        taken.close()


def down(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("j")


def unfolded(page: Page) -> None:
    down(page)
    page.keyboard.press("o")
    page.wait_for_selector(".fold .text")
    page.mouse.move(5, 400)


def still(_: Page) -> None:
    """Nothing is done."""


Act = Callable[[Page], None]


def shots(library: Library) -> list[tuple[str, str, dict[str, int], str, Act]]:
    """(name, path, size, cookie, what is done before the picture is taken)."""
    day = library.days()[-2]
    longest = max(library.day(library.days()[-1]).entries, key=lambda entry: entry.size or 0)
    return [
        ("day", f"/day/{day}", DESK, "light.3.space.sans.on", down),
        ("unfolded", f"/day/{day}", DESK, "dark.3.space.serif.on", unfolded),
        ("article", f"/article/{longest.docid}", DESK, "light.4.indent.serif.on", still),
        ("search", f"/search?q={quote(ASKED)}", DESK, "light.3.space.sans.on", down),
        ("corrections", "/corrections", DESK, "paper.3.space.serif.on", still),
        ("statistics", "/statistics", DESK, "light.3.space.sans.on", still),
        ("phone", f"/day/{day}", PHONE, "light.3.space.sans.on", still),
    ]


def main() -> None:
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "archive"
        rehearsed(root)
        with served(root) as address, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], env=CHINESE)
            for name, path, size, cookie, act in shots(Library(root)):
                context = browser.new_context(
                    viewport=size, locale="zh-CN", device_scale_factor=2 if size is PHONE else 1
                )
                context.add_cookies([{"name": "newsarchive", "value": cookie, "url": address}])
                context.route(
                    "**/*.sinaimg.cn/**", lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml")
                )
                page = context.new_page()
                page.goto(address + path)
                act(page)
                page.wait_for_timeout(400)
                page.screenshot(path=into / f"{name}.png")
                context.close()
            browser.close()


if __name__ == "__main__":
    main()
