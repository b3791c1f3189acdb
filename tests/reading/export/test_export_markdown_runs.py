from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsarchive.pages.text import one_line
from newsarchive.reading.export.markdown_runs import address, escaped, marked

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = "*_`[]<>#~$|^&\\!=%-+.:;({ 中a1“”，\n"


def text_of(line: str) -> str:
    """What a reader shows of a line that is one paragraph without markup."""
    opened, inline, closed = READER.parse(line)
    assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children or ())


@given(st.text(SIGNS, min_size=1))
def test_escaped_text_is_shown_to_the_letter(text: str) -> None:
    line = escaped(text)
    assert not line or text_of(line) == one_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "1. 数",
        "2026) 年",
        "- 表",
        "+ 加",
        "=",
        "---",
        "# 题",
        "> 引",
        "``` 码",
        "| 格 | 子 |",
        "&lt;b&gt;",
        "<b>",
        ": 定义",
    ],
)
def test_no_line_begins_a_block(text: str) -> None:
    assert text_of(escaped(text)) == text


@given(st.text(SIGNS, min_size=1), st.text(SIGNS, max_size=3), st.text(SIGNS, max_size=3))
def test_marked_text_is_emphasised_wherever_it_stands(text: str, before: str, after: str) -> None:
    text, before, after = one_line(text), one_line(before), one_line(after)
    line = "x" + marked(before, "") + marked(text, "**", "x" + before, after + "y") + marked(after, "") + "y"
    (_, inline, _) = READER.parse(line)
    shown = "".join(child.content for child in inline.children or () if child.type in ("text", "text_special"))
    assert shown == f"x{before}{text}{after}y"
    has_letters = any(sign.isalnum() for sign in text)
    assert [child.type for child in inline.children or ()].count("strong_open") == has_letters


def test_signs_at_the_edge_stand_outside_where_a_letter_follows() -> None:
    assert marked("“降准”", "**", "", "是") == "**“降准**”"
    assert marked("“降准”", "**", "据", "是") == "“**降准**”"
    assert marked("“降准”", "**", "", "") == "**“降准”**"


@pytest.mark.parametrize(
    "url", ["https://x.cn/a(b)c d", "https://x.cn/?a=1&lt;=2", "https://x.cn/\n<b>", "https://x.cn/{{x}}"]
)
def test_an_address_ends_where_it_ends(url: str) -> None:
    (_, inline, _) = READER.parse(f"[t]({address(url)})后")
    link, *_, last = inline.children or ()
    assert (link.type, last.content) == ("link_open", "后")
    assert str(link.attrs["href"]).startswith("https://x.cn/")
