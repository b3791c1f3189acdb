"""The reader in a real browser, where playwright and chromium are: keys, marks, looks, live news, and nothing from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsarchive.reading.search.index import bring_level
from tests.reading.shelves import MONDAY, TUESDAY, archived, article, docid_of, running, two_days
from tests.reading.web.hostile import hostile
from tests.reading.web.readers import Reader, reading
from tests.reading.web.test_pages import PAGES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra browser)")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]
WATCH = "/watch?of=%E6%96%B0"
BY_COLOUR: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
LOOKED_FOR: dict[str, dict[str, Any]] = {"light": {}, "dark": BY_COLOUR, "paper": BY_COLOUR}
"""Theme → what axe is asked for; themes differ in nothing but colours."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    bring_level(two_days(tmp_path))
    (tmp_path / "watches.toml").write_text('watch = [{name = "新", query = "正文"}]', "utf-8")
    with reading(tmp_path) as found:
        yield found


def page_of(browser: Any, reader: Reader, path: str = "/", **context: Any) -> tuple[Any, list[str]]:
    """An open page, and what went wrong on it since: errors, and requests to another host."""
    page = browser.new_context(locale="zh-CN", base_url=reader.address, **context).new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(reader.address) else faults.append(request.url))
    page.goto(path)
    return page, faults


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_errs_or_is_wider_than_the_screen(browser: Any, reader: Reader, width: int) -> None:
    page, faults = page_of(browser, reader, viewport={"width": width, "height": 800})
    for path in (*PAGES, WATCH):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert faults == []


def test_all_places_are_in_sight_on_a_phone(browser: Any, reader: Reader) -> None:
    page, _ = page_of(browser, reader, "/", viewport={"width": 360, "height": 800})
    ends = page.evaluate("[...document.querySelectorAll('.top nav a')].map(a => a.getBoundingClientRect().right)")
    assert len(ends) > 8
    assert max(ends) <= 360


@pytest.mark.parametrize("theme", LOOKED_FOR)
def test_axe_finds_nothing_on_any_page(browser: Any, reader: Reader, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (extra browser)")
    page, _ = page_of(browser, reader, bypass_csp=True)
    page.context.add_cookies([{"name": "newsarchive", "value": f"{theme}.3.space.sans.on", "url": reader.address}])
    for path in (*PAGES, WATCH):
        page.goto(path)
        found = axe.Axe().run(page, options=LOOKED_FOR[theme]).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == [], path


def test_the_keys_walk_unfold_star_and_mark(browser: Any, reader: Reader) -> None:
    page, faults = page_of(browser, reader, "/day/2026-11-23")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".row.here h3").inner_text() == "第2篇（更正）"
    page.keyboard.press("k")
    assert page.locator(".row.here h3").inner_text().startswith("第3篇")
    page.keyboard.press("o")
    assert page.locator(".fold .text").inner_text().strip() == "正文3。"
    page.keyboard.press("o")
    assert page.locator(".fold").count() == 0
    with page.expect_response("**/marks"):
        page.keyboard.press("s")
    page.reload()
    row = page.locator(f"[data-docid={docid_of(3)}]")
    assert row.get_attribute("data-starred") is not None
    assert "read" in (row.get_attribute("class") or "").split()
    page.keyboard.press("f")
    page.keyboard.type("更正")
    assert page.locator(".row:visible").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open]")
    page.keyboard.press("Escape")
    page.goto(f"/article/{docid_of(2)}")
    page.keyboard.press("j")
    page.wait_for_url(f"**/article/{docid_of(3)}")
    assert faults == []


def test_the_keys_pass_over_what_is_folded_and_finding_unfolds_it(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        headline = "平川乳业前三季度净利润同比增长一成"
        archived(archive, article(1), *(article(number, title=headline, media=f"晚报{number}") for number in (2, 3)))
    with reading(tmp_path) as reader:
        page, faults = page_of(browser, reader, f"/day/{MONDAY}")
        here = page.locator(".row.here")
        for docid in (docid_of(2), docid_of(1), docid_of(1)):
            page.keyboard.press("j")
            assert here.get_attribute("data-docid") == docid
        page.click(".reposts summary")
        page.keyboard.press("k")
        assert here.get_attribute("data-docid") == docid_of(3)
        page.keyboard.press("f")
        page.keyboard.type("晚报3")
        assert [row.get_attribute("data-docid") for row in page.locator(".row:visible").all()] == [docid_of(3)]
        page.keyboard.press("Escape")
        assert page.locator(".row:visible").count() == 2
        page, _ = page_of(browser, reader, f"/day/{MONDAY}", java_script_enabled=False)
        page.click(".reposts summary")
        assert page.locator(".row:visible").count() == 3
        assert faults == []


def test_finding_hides_what_has_not_the_words(browser: Any, tmp_path: Path) -> None:
    two_days(tmp_path)
    with running(tmp_path) as archive:
        archived(archive, article(27, MONDAY, title="同一个小时的银行"))
    with reading(tmp_path) as reader:
        page, _ = page_of(browser, reader, f"/day/{MONDAY}")
        page.keyboard.press("f")
        page.keyboard.type("银行 新华社")
        assert [row.inner_text() for row in page.locator(".row:visible h3").all()] == ["同一个小时的银行"]
        page.keyboard.press("Escape")
        assert page.locator(".row:visible").count() == 4


def test_the_slash_searches_the_archive_and_the_keys_walk_its_hits(browser: Any, tmp_path: Path) -> None:
    bring_level(two_days(tmp_path))
    with reading(tmp_path) as reader:
        page, faults = page_of(browser, reader, "/calendar")
        page.keyboard.press("/")
        page.keyboard.type("正文")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=*")
        assert page.locator(".row mark").count() == 5
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_selector(".row.here .fold .text")
        page.click(".facets a:has-text('证券时报')")
        assert page.locator(".row").count() == 1
        assert page.locator(".page-query").input_value() == '正文 media:"证券时报"'
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faults == []


def test_looks_change_at_once_and_stay(browser: Any, reader: Reader) -> None:
    page, faults = page_of(browser, reader, f"/article/{docid_of(1)}")
    page.click(".look summary")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.text')).fontSize)")
    for name, value in (("theme", "dark"), ("size", "5"), ("paragraphs", "indent")):
        with page.expect_response("**/choices"):
            page.locator(f".look input[name={name}][value='{value}']").check(force=True)
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.text')).fontSize)") > size
    assert page.evaluate("getComputedStyle(document.querySelector('.text p')).textIndent") != "0px"
    assert faults == []


def test_with_scripts_off_looks_and_marks_work_by_forms(browser: Any, reader: Reader) -> None:
    page, _ = page_of(browser, reader, f"/article/{docid_of(1)}", java_script_enabled=False)
    page.click("text=☆ 收藏")
    assert page.locator("text=★ 已收藏").count() == 1
    page.click(".look summary")
    page.locator(".look input[value=paper]").check(force=True)
    page.click(".look button")
    assert page.locator("html[data-theme=paper]").count() == 1
    assert page.url.endswith(f"/article/{docid_of(1)}")


def test_news_drop_into_the_open_page(browser: Any, tmp_path: Path) -> None:
    two_days(tmp_path)
    with reading(tmp_path) as reader:
        page, faults = page_of(browser, reader)
        with running(tmp_path) as archive:
            archived(archive, article(6, TUESDAY, title="刚刚<b>发生"))
            page.wait_for_selector(f".live [data-docid={docid_of(6)}]", timeout=20_000)
        assert page.title().startswith("(1) ")
        assert page.locator(".live h3").inner_text() == "刚刚<b>发生"
        assert faults == []


def test_hostile_articles_run_nothing(browser: Any, tmp_path: Path) -> None:
    docids = hostile(tmp_path)
    with reading(tmp_path) as reader:
        page, faults = page_of(browser, reader, f"/day/{MONDAY}", viewport={"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for docid in docids:
            page.goto(f"/article/{docid}")
            assert page.evaluate("window.hit") is None
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, docid
        alien = [
            fault for fault in faults if not fault.startswith(("https://n.sinaimg.cn/", "Failed to load resource"))
        ]
        assert alien == []
