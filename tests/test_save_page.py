from __future__ import annotations

import re

from tests.save_page import invented, meta, with_invented_text

_CHINESE_RE = re.compile("[\u4e00-\u9fff]")
PAGE = (
    "<!-- 原始正文begin --><script>var a = '某';</script><h1 title='央行宣布降准'>央行宣布降准</h1>"
    "<p>责任编辑：张三 &nbsp;Reuters 2026年09月29日 00:34</p>"
)


def test_structure_stays_and_words_go() -> None:
    made = with_invented_text(PAGE)
    assert re.sub("[\u4e00-\u9fff]", "", made) == re.sub(
        "[\u4e00-\u9fff]", "", PAGE.replace("var a = '某';", "").replace("Reuters", "abcd")
    )
    assert "央行" not in made


def test_same_words_become_the_same_words() -> None:
    title, heading = re.findall(r"title='(.*?)'>(.*?)</h1>", with_invented_text(PAGE))[0]
    assert title == heading
    assert len(title) == 6


def test_words_of_the_template_and_moments_stay() -> None:
    assert invented("责任编辑：张三").startswith("责任编辑：")
    assert invented("2026年09月29日 00:34") == "2026年09月29日 00:34"
    assert (
        with_invented_text("<!-- 总声明--><script>var slide_data = {}</script>")
        == "<!-- 总声明--><script>var slide_data = {}</script>"
    )


def test_old_pages_come_without_a_charset_in_their_header() -> None:
    assert meta("http://finance.sina.com.cn/x/20120607/182212252954.shtml", "gb18030")["headers"] == {
        "Content-Type": "text/html"
    }


def test_words_in_escapes_go_too() -> None:
    assert with_invented_text("<a href='?n=%B3%C2%D0%A1'>") == "<a href='?n=%E7%BA%B8'>"
