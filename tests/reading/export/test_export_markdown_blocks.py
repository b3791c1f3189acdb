from __future__ import annotations

import pytest

from newsarchive.reading.export.markdown_blocks import DEEPEST, MOST_SPANNED, markdown_of


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>一<br>二</p><p>三</p>", "一  \n二\n\n三"),
        ("<h2>题</h2><p><strong>要</strong>点</p>", "## 题\n\n**要**点"),
        ("<p>见<a href='https://x.cn/a'>此<b>处</b></a>。</p>", "见[此**处**](https://x.cn/a)。"),
        ("<figure><img src='https://x.cn/a.jpg' alt='图[1]'><figcaption>说（明）</figcaption></figure>",
         "![图\\[1\\]](https://x.cn/a.jpg)\n\n*说（明）*"),
        ("<blockquote><p>一</p><p>二</p></blockquote>", "> 一\n>\n> 二"),
        ("<ul><li>一<ul><li>甲</li></ul></li><li>二</li></ul>", "- 一\n\n  - 甲\n- 二"),
        ("<ol><li>一</li><li><p>二</p></li></ol>", "1. 一\n2. 二"),
        ("<dl><dt>词</dt><dd>义</dd></dl>", "**词**\n\n- 义"),
        ("<pre>a\n```\n  b</pre>", "````\na\n```\n  b\n````"),
        ("<p>用<code>a*b</code>和<code>`</code></p>", "用`a*b`和\\`"),
        ("<p> </p><ul><li> </li></ul><table></table><h2></h2>", ""),
        ("<p>H<sub>2</sub>O <u>下划</u> <s>删</s></p>", "H2O 下划 ~~删~~"),
    ],
)  # fmt: skip
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert markdown_of(html) == markdown


def test_a_table_keeps_its_columns_where_cells_span() -> None:
    html = (
        "<table><caption>表</caption><thead><tr><th rowspan=2>年</th><th colspan=2>额</th></tr></thead>"
        "<tbody><tr><td>上</td><td>下</td></tr><tr><td>24</td><td>1|2</td><td><p>三</p><p>四</p></td></tr></tbody></table>"
    )
    lines = ["*表*", "", "| 年 | 额 |  |", "| --- | --- | --- |", "|  | 上 | 下 |", "| 24 | 1\\|2 | 三 四 |"]
    assert markdown_of(html) == "\n".join(lines)


def test_a_table_of_one_column_is_its_text() -> None:
    assert markdown_of("<table><tr><td><p>一</p><p>二</p></td></tr></table>") == "一\n\n二"


def test_a_small_page_becomes_no_large_text() -> None:
    cells = "<td colspan=100 rowspan=100>" * 400
    assert len(markdown_of(f"<table>{f'<tr>{cells}</tr>' * 2}{'<tr></tr>' * 100}</table>")) < 300_000
    lines = "<pre>" + "x\n" * 20_000 + "</pre>"
    assert len(markdown_of("<ul><li>x" * 120 + lines)) < 700_000


def test_spans_and_depth_are_bounded() -> None:
    wide = markdown_of("<table><tr><td colspan=99999999999>a</td><td>b</td></tr></table>")
    assert wide.count("---") == 2
    widest = markdown_of(f"<table><tr><td colspan={MOST_SPANNED * 2}>a</td><td>b</td></tr></table>")
    assert widest.split("\n")[1].count("---") == MOST_SPANNED + 1
    deep = markdown_of("<blockquote>" * 240 + "<p>深</p><p>处</p>" + "</blockquote>" * 240)
    assert deep == "> " * DEEPEST + "深\n" + ("> " * DEEPEST).rstrip(" ") + "\n" + "> " * DEEPEST + "处"
