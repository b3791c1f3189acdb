"""What RSSHub made of a page; expected values are what cheerio 1.0.0-rc.3 printed for these made-up bodies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsarchive.errors import PageTooComplex
from newsarchive.pages.cheerio import description

URL = "https://finance.sina.com.cn/china/2021-09-29/doc-iktzqtyt0000001.shtml"
DEEP = 250  # tags; a page may have 256 in each other
TAGS = "<p <pre> </pre> <div> <table> <svg> <math> <mi> <img <a <template> <noscript> <!-- --> <?php <script> <body> src= &#x80; ]]>"
PIECES = st.sampled_from([*"<>/=&;\"' \n\t\r\x00\x85\ud800央", *TAGS.split()])


def described(body: str, url: str = URL) -> str:
    return description(f'<!DOCTYPE html><body><div id="artibody">{body}</div></body>', url)


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("\n<!-- 开头 --><style>p{}</style><p>纸船</p>\n\n", "<p>纸船</p>\n\n"),
        ("<p>一</p><script>x()</script>\n<p>二", "<p>一</p>\n<p>二</p>"),
        ("<P Style='' hidden 2=b 1=a>一", '<p 1="a" 2="b" style hidden>一</p>'),
        ("<table><tr><td>1<td>2</table>", "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"),
        ("一<br/>二<hr />", "一<br>二<hr>"),
        ("<p>一<div>二</div>三</p>", "<p>一</p><div>二</div>三<p></p>"),
        ("一<!-- 甲&amp;乙 --><?php x ?>", "一<!-- 甲&amp;乙 --><!--?php x ?-->"),
        ("一<noscript><b>&lt;</noscript>", "一<noscript><b>&lt;</noscript>"),
        ("一<template><img src=/t.jpg></template>", '一<template><img src="/t.jpg"></template>'),
        ("一&#x85;", "一…"),
    ],
)
def test_a_body_is_printed_as_cheerio_did(body: str, printed: str) -> None:
    assert described(body) == printed


def test_svg_is_printed_as_xml() -> None:
    body = '一<svg viewbox=1 width=""><use xlink:href="#a"/><g></g></svg>'
    assert described(body) == '一<svg viewBox="1" width=""><use href="#a"/><g/></svg>'


def test_prefixes_stay_outside_foreign_elements() -> None:
    assert described('<b xml:lang="zh">一</b>') == '<b xml:lang="zh">一</b>'


def test_an_end_of_pre_counts_for_nothing_inside_an_open_block() -> None:
    assert described("<pre><div></pre>一") == "<pre><div>一</div></pre>"


def test_an_end_of_pre_counts_inside_an_open_inline_element() -> None:
    assert described("<pre><i></pre>一") == "<pre><i></i></pre><i>一</i>"


def test_an_end_of_pre_in_a_comment_is_text() -> None:
    assert described("<pre><div><!-- </pre> --></div></pre>一") == "<pre><div><!-- </pre> --></div></pre>一"


@pytest.mark.parametrize(
    ("address", "absolute"),
    [
        ("/c/1.shtml", "https://finance.sina.com.cn/c/1.shtml"),
        ("//Finance.SINA.com.cn", "https://finance.sina.com.cn/"),
        ("HTTP://x.cn:80/a/../图 1?q=图#z", "http://x.cn/%E5%9B%BE%201?q=%E5%9B%BE#z"),
        ("http://a b/", "http://a b/"),
        ("/a^b", "https://finance.sina.com.cn/a^b"),
        ("", URL),
    ],
)
def test_a_link_is_joined_as_the_url_standard_says(address: str, absolute: str) -> None:
    assert described(f'<a href="{address}">一</a>') == f'<a href="{absolute}">一</a>'


def test_a_link_without_an_address_leads_to_undefined() -> None:
    assert described("<a>一</a>") == '<a href="https://finance.sina.com.cn/china/2021-09-29/undefined">一</a>'


def test_without_an_address_of_the_page_links_are_relative_to_the_feed() -> None:
    assert described('<a href="x">一</a>', "") == '<a href="http://finance.sina.com.cn/china/x">一</a>'


def test_a_picture_loses_its_handlers_and_sends_no_referrer() -> None:
    body = '<img onload="x()" referrerpolicy="origin" src="//n.cn/1.jpg" onerror="y()" alt="">'
    assert described(body) == '<img referrerpolicy="no-referrer" src="https://n.cn/1.jpg" alt>'


def test_a_lazy_picture_wakes_by_its_first_attribute_that_names_one() -> None:
    body = '<img data-src="\u3000//n.cn/1.png " alt="2.jpg">'
    assert described(body) == (
        '<img data-src="\u3000//n.cn/1.png " alt="2.jpg" src="https://n.cn/1.png" referrerpolicy="no-referrer">'
    )


@pytest.mark.parametrize("body", ["", "\n\t \n", "<!-- 一 -->", "<script>x</script>"])
def test_a_body_of_nothing_is_empty(body: str) -> None:
    assert described(body) == ""


def test_a_page_without_the_container_is_empty() -> None:
    assert description('<div id="article"><p>一</p></div>', URL) == ""


def test_lone_surrogates_become_replacement_characters() -> None:
    assert described("一\ud800") == "一\ufffd"


@pytest.mark.parametrize("tag", ["span", "div", "table"])
def test_deep_nesting_is_printed(tag: str) -> None:
    assert described(f"<{tag}>" * DEEP).count(f"</{tag}>") == DEEP


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(PageTooComplex, match="in each other"):
        described("<div>" * 20_000)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_body_is_printed_as_text_that_can_be_written(body: str) -> None:
    assert described(f"一{body}").encode().startswith("一".encode())
