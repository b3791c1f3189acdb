"""A page and its Markdown twin: the same text, or not."""

from __future__ import annotations

import pytest

from newsarchive.sina.page.twins import differs, twin_of

TITLE = "中海纳集团：上半年净利润增长12.5%"
BODY = """<p><strong>净利润</strong>为3.5亿元，同比增长12.5%。</p>
<figure><img src="https://n.sinaimg.cn/a.png"><figcaption>图：厂房</figcaption></figure>
<p>公司称，<a href="https://finance.sina.com.cn/x.shtml">下半年</a>仍将扩产。</p>"""
TWIN = """---
title: "中海纳集团：上半年净利润增长12.5%"
source: 环球市场播报
datetime: 2026-09-28T23:20:25+08:00
---

# 中海纳集团：上半年净利润增长12.5%

**净利润**为3.5亿元，
同比增长12.5%。

![图：厂房](https://n.sinaimg.cn/a.png)

公司称，[下半年](https://finance.sina.com.cn/x.shtml)仍将扩产。
"""


def test_the_same_text_in_markdown_does_not_differ() -> None:
    assert not differs(TITLE, BODY, TWIN.encode())


@pytest.mark.parametrize("edit", [("3.5亿元", "3.6亿元"), ("仍将扩产。", ""), ("下半年", "明年")])
def test_another_text_differs(edit: tuple[str, str]) -> None:
    assert differs(TITLE, BODY, TWIN.replace(*edit).encode())


def test_a_twin_without_header_or_title_is_compared_too() -> None:
    text = TWIN.partition("# 中海纳集团：上半年净利润增长12.5%")[2]
    assert not differs(TITLE, BODY, text.encode())


@pytest.mark.parametrize(
    "header",
    ["datetime: 2026-13-45T99:00:00", "datetime: 0001-01-01T00:00:00+14:00", "a: [[[[", "x: &x [*x]", "- " * 5_000],
)
def test_header_of_any_kind_does_not_matter(header: str) -> None:
    assert not differs(TITLE, BODY, TWIN.replace("source: 环球市场播报", header).encode())


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"---\n: [\n---\n", b"<html></html>"])
def test_what_is_no_twin_differs(broken: bytes) -> None:
    assert differs(TITLE, BODY, broken)


def test_only_pages_of_today_have_a_twin() -> None:
    page = "https://finance.sina.com.cn/roll/2026-09-28/doc-initmeau2811260.shtml"
    assert twin_of(page) == f"{page}.md"
    assert twin_of("https://finance.sina.com.cn/stock/20120607/140812253310.shtml") is None
