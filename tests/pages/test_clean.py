from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsarchive.errors import EmptyBody, PageTooComplex
from newsarchive.pages.clean import Cleaned, clean
from newsarchive.pages.rules import Rules

BASE = "https://finance.sina.com.cn/x/2026-01-02/doc-iabcdefg1234567.shtml"
IMG = '<img src="https://n.sinaimg.cn/a.jpg" referrerpolicy="no-referrer">'
RULES = Rules(
    slot=re.compile("slot"),
    content_slot=re.compile("text"),
    advertising=re.compile("扫码"),
    hidden_slot=(re.compile(r"<!--hidden\["), re.compile(r"\]hidden-->")),
    framed_picture="img_wrapper",
    markers=re.compile(r"\(微博\)"),
    marker_words=("微博",),
    drop=(".ad", "[id^=quote_]"),
    album_source="big-src",
    paragraphs=re.compile(r"责任编辑：|扫码"),
    endings=re.compile(r"（责编：[^）]*）$"),
    ending_words=("责编",),
    related=re.compile(r"(?:相关|专题)：?"),
    noted=re.compile(r"责任编辑："),
    pictures=re.compile(r"/qr/"),
    quotes="span[id^=stock_] > a",
    unlinked=re.compile(r"//quotes\."),
    promoted=re.compile(r"//ads\."),
    icons=re.compile(r"\.png$"),
    asking=re.compile(r"点击投票"),
    labels=re.compile(r"【点击投票】"),
    caption=frozenset({"img_descr"}),
    secure=re.compile(r"(?:^|\.)sinaimg\.cn$"),
)


def cleaned(raw: str) -> str:
    return clean(raw, BASE, RULES).body


@pytest.mark.parametrize(("raw", "body"), [
    ("<p>　　a</p>\n\n<p>&nbsp;b&nbsp;c　</p><p>　</p><p>\u200b</p>", "<p>a</p>\n<p>b c</p>"),
    ("a<p>b</p>c", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
    ("<div><section>a<div>b</div></section></div>", "<p>a</p>\n<p>b</p>"),
    ("<p>a<br><br>b<br>c</p>", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
    ("<p>a<p>b", "<p>a</p>\n<p>b</p>"),
    ("<p>a\n  b</p>", "<p>a b</p>"),
    ("<h1>a</h1><h3>　b</h3>", "<h2>a</h2>\n<h3>b</h3>"),
    ("<p>a&lt;b&gt; &amp;amp; &#34;c&#34; {d}</p>", '<p>a&lt;b&gt; &amp;amp; "c" {d}</p>'),
])  # fmt: skip
def test_each_paragraph_has_one_line(raw: str, body: str) -> None:
    assert cleaned(raw) == body


@pytest.mark.parametrize(("raw", "body"), [
    ("<p><strong>　　a</strong></p>", "<p><strong>a</strong></p>"),
    ("<p>　<strong>　a</strong><b> </b></p>", "<p><strong>a</strong></p>"),
    ("<b><p>a</p><p>b</p></b>", "<p><b>a</b></p>\n<p><b>b</b></p>"),
    ("<font color=red>a<p>b</p></font>", "<p>a</p>\n<p>b</p>"),
    ("<p><em>a<br>b</em>c</p>", "<p><em>a</em></p>\n<p><em>b</em>c</p>"),
    ("<p>a <i> b</i></p>", "<p>a <i>b</i></p>"),
    ("<p><del>a</del><ins>b</ins><sub>c</sub><code>d</code></p>", "<p><s>a</s><u>b</u><sub>c</sub><code>d</code></p>"),
])  # fmt: skip
def test_emphasis_stays_and_crosses_no_block(raw: str, body: str) -> None:
    assert cleaned(raw) == body


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (
            '<div class="img_wrapper"><img src="//n.sinaimg.cn/a.jpg"><span class="img_descr"> 图 </span></div>',
            f"<figure>{IMG}<figcaption>图</figcaption></figure>",
        ),
        (
            f"<div class=img_wrapper><div class=img_wrapper>{IMG}</div><span class=img_descr>图</span></div>",
            f"<figure>{IMG}<figcaption>图</figcaption></figure>",
        ),
        (
            '<div class="img_wrapper"><img src="//n.sinaimg.cn/a.jpg"><span class="img_descr"></span></div>',
            f"<figure>{IMG}</figure>",
        ),
        (
            '<div class="img_wrapper"><img src="//n.sinaimg.cn/a.jpg"><p>never closed</p><p>b</p>',
            f"<figure>{IMG}</figure>\n<p>never closed</p>\n<p>b</p>",
        ),
        (
            '<p align="center"><img src="//n.sinaimg.cn/a.jpg"></p><span class="img_descr">图</span>',
            f"<figure>{IMG}<figcaption>图</figcaption></figure>",
        ),
        ('<p><img src="//n.sinaimg.cn/a.jpg"><br>b</p>', f"<figure>{IMG}</figure>\n<p>b</p>"),
        ('<p>a<img src="//n.sinaimg.cn/a.jpg">b</p>', f"<p>a{IMG}b</p>"),
        ('<span class="img_descr">no picture</span>', "<p>no picture</p>"),
        (
            '<a href="http://x.cn/"><img src="//n.sinaimg.cn/a.jpg"></a>',
            f'<figure><a href="http://x.cn/">{IMG}</a></figure>',
        ),
    ],
)
def test_pictures_become_figures_with_their_captions(raw: str, body: str) -> None:
    assert cleaned(raw) == body


@pytest.mark.parametrize(("given", "address"), [
    ("src=//n.sinaimg.cn/a.jpg", "https://n.sinaimg.cn/a.jpg"),
    ("src=http://n.sinaimg.cn/a.jpg", "https://n.sinaimg.cn/a.jpg"),
    ("src=http://x.cn/a.jpg", "http://x.cn/a.jpg"),
    ("src=http://evilsinaimg.cn/a.jpg", "http://evilsinaimg.cn/a.jpg"),
    ("src=/a.jpg", "https://finance.sina.com.cn/a.jpg"),
    ("src=data:image/gif;base64,R0lGODl data-src=//n.sinaimg.cn/a.jpg", "https://n.sinaimg.cn/a.jpg"),
    ("src=//n.sinaimg.cn/blank.gif real_src=//n.sinaimg.cn/a.jpg", "https://n.sinaimg.cn/a.jpg"),
    ("src='//n.sinaimg.cn/图 {1}.jpg?a=1&amp;b=2'", "https://n.sinaimg.cn/%E5%9B%BE%20%7B1%7D.jpg?a=1&b=2"),
])  # fmt: skip
def test_picture_address_is_absolute_and_secure_where_it_can_be(given: str, address: str) -> None:
    assert clean(f"<p>x</p><img {given}>", BASE, RULES).image == address


@pytest.mark.parametrize("given", [
    "", "src=''", "src=javascript:x()", "src=data:image/gif;base64,R0", "src=//n.sinaimg.cn/qr/1.png", "src=http://[x/",
    "src=//x.cn/1.gif width=1 height=1", "src=//x.cn/1.gif height=0", "src=//x.cn/1.gif style='width:1px'",
    "src=//x.cn/1.gif style='display:none'",
])  # fmt: skip
def test_picture_that_is_no_content_goes(given: str) -> None:
    assert clean(f"<p>x</p><img {given}>", BASE, RULES) == Cleaned("<p>x</p>", "")


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("/a", "https://finance.sina.com.cn/a"),
        ("//n.sinaimg.cn/b", "https://n.sinaimg.cn/b"),
        ("http://x.cn:8/c?d=1&amp;e#f", "http://x.cn:8/c?d=1&amp;e#f"),
        ("", None),
        ("#top", None),
        ("javascript:;", None),
        (" java\tscript:x()", None),
        ("mailto:a@b.c", None),
        ("http://quotes.x.cn/MU", None),
        ("http://[::1", None),
        ("http://x.cn:port/", None),
    ],
)
def test_link_is_absolute_or_text(href: str, kept: str | None) -> None:
    assert cleaned(f'<p>a <a href="{href}" onclick="x()">b</a></p>') == (
        f'<p>a <a href="{kept}">b</a></p>' if kept else "<p>a b</p>"
    )


def test_table_keeps_its_form_a_row_a_line() -> None:
    raw = "<table border=1><caption>c</caption><tr><th colspan=2 rowspan=9999 class=x>h<tr><td>　1<td><p>2</p><p>3</p></table>"
    assert cleaned(raw).split("\n") == [
        "<table>",
        "<caption>c</caption>",
        "<tbody>",
        '<tr><th colspan="2" rowspan="100">h</th></tr>',
        "<tr><td>1</td><td>2<br>3</td></tr>",
        "</tbody>",
        "</table>",
    ]


def test_empty_table_goes_and_an_empty_cell_stays() -> None:
    assert cleaned("<p>x</p><table><tr><td> </td></tr></table>") == "<p>x</p>"
    assert "<tr><td></td><td>1</td></tr>" in cleaned("<table><tr><td> </td><td>1</td></tr></table>")


def test_lists_and_quotes_keep_their_form() -> None:
    raw = "<blockquote class=fin_reference><p>q</p></blockquote><ul><li>1<ol><li>2</ol><li></ul><dl><dt>t<dd>d</dl>"
    assert cleaned(raw).replace("\n", "") == (
        "<blockquote><p>q</p></blockquote><ul><li>1<ol><li>2</li></ol></li></ul><dl><dt>t</dt><dd>d</dd></dl>"
    )


def test_preformatted_text_loses_only_its_blank_lines() -> None:
    assert cleaned("<pre>\n\na  b\n \n　\n  c<br><br>d\r\n</pre>") == "<pre>a  b\n  c\nd</pre>"


@pytest.mark.parametrize(
    "raw",
    [
        "<script>1</script>",
        "<style>p{}</style>",
        "<!-- c -->",
        "<iframe src=//x></iframe>",
        "<svg><script>1</script></svg>",
        "<math><mi>x</math>",
        "<noscript><p>x</p></noscript>",
        "<template><p>x</p></template>",
        "<div hidden>x</div>",
        '<div style="color:red; display:none">x</div>',
        "<div class='a ad'>x<div class=ad>y<script>z</script></div></div>",
        "<span id=quote_MU>(1.0)</span>",
        "<p>责任编辑：某某</p>",
        "<!-- slot --><p>x</p><!-- slot-->",
        "<object data=x><embed src=y></object>",
        "<button>x</button><select><option>y</select>",
    ],
)
def test_what_is_no_text_goes(raw: str) -> None:
    assert cleaned(f"<p>a</p>{raw}<p>b</p>") == "<p>a</p>\n<p>b</p>"


@pytest.mark.parametrize(
    "raw",
    [
        "<p><a href=/1>专题：x</a></p>",
        "<p>相关：<a href=/1>x</a>、<a href=/2>y</a></p>",
        "<p><strong>相关</strong></p><p><a href=/1>x</a></p><p><a href=/2>y</a></p>",
        "<h3>相关：</h3><ul><li><a href=/1>x</a></li></ul>",
    ],
)
def test_lines_that_lead_to_other_stories_go(raw: str) -> None:
    assert cleaned(f"<p>a</p>{raw}<p>b</p>") == "<p>a</p>\n<p>b</p>"


@pytest.mark.parametrize(
    "raw",
    [
        "<p>相关：x<a href=/1>y</a></p>",
        "<p>相关</p><p>x</p>",
        "<p><a href=/1>x</a></p>",
        "<p>x专题：</p>",
        "<p>据悉，责任编辑：某某</p>",
        "<p>相关</p>",
    ],
)
def test_text_that_only_resembles_them_stays(raw: str) -> None:
    assert cleaned(raw) == raw.replace("=/1", '="https://finance.sina.com.cn/1"').replace("</p><p>", "</p>\n<p>")


def test_ending_goes_and_what_stands_before_it_stays() -> None:
    assert cleaned("<p>a（责编：某）b。（责编：某）</p><p>（责编：某）</p>") == "<p>a（责编：某）b。</p>"


def test_handler_as_text_reads_the_same_and_matches_no_handler() -> None:
    body = cleaned("<p>&lt;img src=x onerror=alert(1)&gt; javascript:x</p><img src=/a.jpg alt='\" onerror=\"x'>")
    assert "&lt;img src=x onerror&#61;alert(1)&gt; javascript&#58;x" in body
    assert not re.search(r"\son[a-z]+\s*=|javascript:", body)


def test_forbidden_characters_go() -> None:
    assert cleaned("<p>a\x07b\x7fc\x9fd&#0;e\ud800f&#xffff;g\u2028h</p>") == "<p>abcdefg h</p>"


@pytest.mark.parametrize(
    "raw", ["", " \n ", "<p>　</p>", "<script>x</script>", "<p>责任编辑：某某</p>", "<table><tr><td></table>"]
)
def test_nothing_left_is_an_empty_body(raw: str) -> None:
    with pytest.raises(EmptyBody):
        clean(raw, BASE, RULES)


def test_first_picture_is_the_image() -> None:
    assert (
        clean("<img src=/qr/1.png><p>x</p><img src=/1.jpg><img src=/2.jpg>", BASE, RULES).image
        == "https://finance.sina.com.cn/1.jpg"
    )


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "ul><li", "table><tr><td", "span"])
def test_deep_nesting_keeps_its_text(tag: str) -> None:
    assert "deep" in cleaned(f"<{tag}>" * (240 // (1 + tag.count("><"))) + "deep")


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(PageTooComplex):
        cleaned("<div>" * 20_000)


_TAGS = st.sampled_from([
    "p", "div", "span", "strong", "b", "em", "i", "u", "font", "table", "thead", "tbody", "tr", "td", "th",
    "caption", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "h1", "h2", "h3", "figure",
    "figcaption", "br", "hr", "section", "center", "form", "label", "sub", "s", "ruby", "rt", "a", "img",
])  # fmt: skip
_GIVEN = st.sampled_from(
    [
        "",
        "",
        ' class="img_wrapper"',
        " class=img_descr",
        ' href="/a b"',
        ' src="//n.sinaimg.cn/a.jpg"',
        ' colspan=3 onclick="x()"',
    ]
)
_LEAF = st.sampled_from(
    [
        "文",
        "字",
        "b c",
        "  x",
        "y\n",
        " ",
        "　　z",
        "1 &lt; 2",
        "&amp;",
        "{",
        "<img src=//n.sinaimg.cn/b.jpg>",
        "<br>",
        "&nbsp;",
    ]
)
_SHOWN = st.lists(
    st.recursive(
        _LEAF,
        lambda inner: st.builds(
            lambda tag, given, parts, end: f"<{tag}{given}>{''.join(parts)}{f'</{tag}>' * end}",
            _TAGS,
            _GIVEN,
            st.lists(inner, max_size=4),
            st.booleans(),
        ),
        max_leaves=20,
    ),
    max_size=5,
).map("".join)
_HOSTILE = st.lists(
    st.one_of(
        _SHOWN,
        st.sampled_from(
            [
                "<script>",
                "</script>",
                "<style>",
                "<!--",
                "-->",
                "<svg>",
                "<math>",
                "<textarea>",
                "</p>",
                "</div>",
                "</table>",
                "<xmp>",
                "<body onload=x>",
                "<html hidden>",
                "<frameset>",
                "<title>",
                "<![CDATA[",
                "<a href='javascript:x'>",
                "<!-- slot -->",
                "<noscript>",
                "&lt;script&gt;",
                " onload=1",
                "\x00",
                "\u2028",
                "&#13;",
                "\n\n",
            ]
        ),
    ),
    max_size=8,
).map("".join)


def _squashed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=150)
@given(_SHOWN)
def test_all_visible_text_is_kept_in_order(raw: str) -> None:
    tree = LexborHTMLParser(f"<body>{raw}")
    shown = _squashed(tree.body.text() if tree.body else "")
    try:
        body = cleaned(raw)
    except EmptyBody:
        assert not shown
    else:
        assert _squashed(unescape(re.sub("<[^>]*>", "", body))) == shown


@settings(max_examples=150)
@given(_HOSTILE)
def test_any_markup_comes_out_clean_and_stays_as_it_is(raw: str) -> None:
    try:
        first = clean(raw, BASE, RULES)
    except EmptyBody:
        return
    assert all(line.strip() for line in first.body.split("\n"))
    assert not re.search(r"<script|<style|<!--|<iframe|<form|\son[a-z]+\s*=|javascript:|class=", first.body, re.I)
    assert clean(first.body, BASE, RULES) == first


@pytest.mark.parametrize(("raw", "body"), [
    (f"<center>{IMG}<br>图<br></center>", f"<figure>{IMG}<figcaption>图</figcaption></figure>"),
    (f"<center>{IMG}<br>图</center><center>{IMG}</center>", f"<figure>{IMG}<figcaption>图</figcaption></figure>\n<figure>{IMG}</figure>"),
    ("<center>题</center>", "<p>题</p>"),
    (f"<p align=CENTER>{IMG}<br><font>图</font></p>", f"<figure>{IMG}<figcaption>图</figcaption></figure>"),
    (f"<div align=center>{IMG}<br>图</div>", f"<figure>{IMG}<figcaption>图</figcaption></figure>"),
    (f"<div align=center>{IMG}<p>文</p></div>", f"<figure>{IMG}</figure>\n<p>文</p>"),
    (f"<center>{IMG}<p>{'长' * 121}</p></center>", f"<figure>{IMG}</figure>\n<p>{'长' * 121}</p>"),
    (f"<center><p>题</p>{IMG}</center>", f"<p>题</p>\n<figure>{IMG}</figure>"),
])  # fmt: skip
def test_short_text_centred_below_a_picture_is_its_caption(raw: str, body: str) -> None:
    assert cleaned(raw) == body


@pytest.mark.parametrize("raw", [
    "<p>　a <b> b</b>c</p>", "<p>a<em></em>b</p>", "<p><strong>　　a</strong></p>", "<p class=img_descr>a</p>", "<p>a<br>b</p>",
    "<div><p>a</p><span>b</span></div>", "<p><font color=red>a</font></p>", "<p>a\n b&nbsp;</p>", "<blockquote><p>a</p></blockquote>",
])  # fmt: skip
def test_simple_paragraphs_become_what_others_become(raw: str) -> None:
    plain = clean(f"{raw}<p>x</p>", BASE, RULES).body
    assert plain == clean(f"<section>{raw}<p>x</p></section>", BASE, RULES).body


def test_what_goes_is_told_if_the_rules_note_it() -> None:
    assert clean("<p>a</p><p>责任编辑：某</p><p>扫码</p><div class=ad>责任编辑：乙</div>", BASE, RULES).asides == (
        "责任编辑：乙",
        "责任编辑：某",
    )


@pytest.mark.parametrize(("raw", "body"), [
    (f"<table><tr><td>{IMG}</td></tr><tr><td>图</td></tr></table>", f"<figure>{IMG}<figcaption>图</figcaption></figure>"),
    ("<table><tr><td><p>a</p><p>b</p></td></tr></table>", "<p>a</p>\n<p>b</p>"),
    ("<table><tr><td>a</td></tr><tr></tr></table>", "<p>a</p>"),
    ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>",
     "<table>\n<tbody>\n<tr><td>a</td></tr>\n<tr><td>b</td></tr>\n</tbody>\n</table>"),
])  # fmt: skip
def test_table_that_only_frames_goes_and_its_content_stays(raw: str, body: str) -> None:
    assert cleaned(raw) == body
