"""What a parser would make of a page is known before it is parsed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsarchive.errors import PageTooComplex, PageTooLarge
from newsarchive.pages import depth
from newsarchive.pages.depth import MAX_DEPTH, MAX_PAGE_BYTES, MAX_TAGS, bearable, check

MANY = 20_000
BODY = "<p>x</p>" * depth._HARMLESS_TAGS
"""Enough tags for an exact count."""

AMPLIFIED = {
    "emphasis left open in each paragraph": "".join(f"<p><b id={n}>x" for n in range(MANY)),
    "hidden from a count by an end tag in a value": "".join(f'<p><b id={n} title="</b>">x' for n in range(MANY)),
    "or in a value with a sign before it": "".join(f"<p><b id={n} title='> </b>'>x" for n in range(MANY)),
    "or in a comment": "".join(f"<p><b id={n}><!-- </b> -->x" for n in range(MANY)),
    "or in a script": "".join(f"<p><b id={n}><script></b></script>x" for n in range(MANY)),
    "or in a cell": "".join(f"<p><b id={n}><table><tr><td></b></table>x" for n in range(MANY // 4)),
    "200 left open before many paragraphs": "".join(f"<b id={n}>" for n in range(200)) + "</div><p>x" * MANY,
    "blocks": "<div>" * MANY,
    "emphasis": "<b>" * 9_000 + "<p>x" * 9_000,
    "blocks in cells with end tags that close nothing": ("<div>" * 99 + "<table><tr><td>" + "</div>" * 99) * 99,
    "lists": "<ul><li>" * 400,
    "tables": "<table><tr><td>" * 200,
    "attributes": f"<p {' '.join(f'a{n}' for n in range(MANY))}>",
    "attributes without blanks": "<p " + "".join(f'a{n}=""' for n in range(MANY)) + ">",
    "attributes behind a sign in a value": f"<p a='>' {' '.join(f'a<{n}' for n in range(MANY))}>",
    "attributes with signs of tags": f"<p {' '.join(f'a<{n}' for n in range(MANY))}>",
    "attributes of an end tag": f"<p></p {' '.join(f'a{n}' for n in range(MANY))}>",
    "attributes of a picture": f"<img {' '.join(f'a{n}' for n in range(MANY))}>",
    "options": "<select>" + "<option>x" * MANY,
    "end tags of paragraphs": "<div><p></div></p>" * (MANY + MANY),
}


@pytest.mark.parametrize("html", AMPLIFIED.values(), ids=AMPLIFIED)
def test_what_would_become_too_much_is_refused_before_it_is_parsed(html: str) -> None:
    with pytest.raises(PageTooComplex):
        bearable(f"<div>{html}")


def test_more_tags_than_the_limit_are_refused_and_as_many_are_not() -> None:
    bearable("<p>x" * (MAX_TAGS - 1))
    for look in (bearable, check):
        with pytest.raises(PageTooComplex, match="60001 tags"):
            look("<p>x" * (MAX_TAGS + 1))


def test_more_bytes_than_the_limit_are_refused_and_as_many_are_not() -> None:
    bearable("字" * (MAX_PAGE_BYTES // 3))
    for look in (bearable, check):
        with pytest.raises(PageTooLarge, match="at most 5242880"):
            look("字" * (MAX_PAGE_BYTES // 3 + 1))


@pytest.mark.parametrize("around", ["", BODY], ids=["few tags", "many tags"])
def test_depth_ends_at_the_limit(around: str) -> None:
    bearable("<div>" * (MAX_DEPTH - 1) + around)
    with pytest.raises(PageTooComplex, match="256 elements in each other"):
        bearable("<div>" * (MAX_DEPTH + 1) + around)


USUAL = {
    "paragraphs without ends": "<p>x" * MANY,
    "cells without ends": "<table>" + "<tr><td>x" * MANY,
    "items without ends": "<ul>" + "<li>x" * MANY,
    "the same emphasis, never closed": "<p><b>x" * 5_000,
    "emphasis closed in the wrong order": "<p><b><i>x</b></i></p>" * 2_000,
    "emphasis around paragraphs": "<b>" + "<p>x</p>" * MANY,
    "links that are not closed": "<p><a href=x>x" * 5_000,
    "markup in scripts and comments": "<script>'<div>'</script><!-- <div> -->" * 5_000,
    "a long value": "<p title='" + "x " * 100_000 + "'>x",
    "a long script": "<script>" + "if (a<b && c>d) e = '<p'; " * 10_000 + "</script>",
    "end tags alone": "</b></p></div></td>" * 5_000,
}


@pytest.mark.parametrize("html", USUAL.values(), ids=USUAL)
def test_what_pages_do_wrong_every_day_is_let_pass(html: str) -> None:
    bearable(html)


PIECES = st.sampled_from(
    "<b> <b_id=1> <b_id=2> <i> <font_a> </b> </i> <p> </p> <div> </div> <a_href=x> </a> <table> <tr> <td> </td> </tr> </table>"
    " <ul> <li> </li> </ul> <h2> </h2> <span> </span> <br> text text <!--</b>--> <b_title='</b>'> <script></b></script>"
    " <select> <option> </select> <dl> <dd> </dl> <button> </button> <svg> </svg> <style> </style> <caption> </caption>".split()
)


def _deepest(node: LexborNode | None, level: int = 0) -> int:
    children = node.iter() if node else ()
    return max((_deepest(child, level + 1) for child in children), default=level)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=60).map(lambda pieces: "".join(pieces).replace("_", " ")))
def test_count_is_near_to_what_the_parser_builds(html: str) -> None:
    counted = depth._Tree()
    depth._build((html + "x").encode(), counted)
    built = len(LexborHTMLParser(f"<body>{html}x").body.css("*")) - 1
    assert built <= 2 * counted.elements + 8


def test_tags_that_only_a_script_would_end_are_counted_before_a_parse() -> None:
    html = r"<div><\/div>" * (MAX_DEPTH + 1)
    with pytest.raises(PageTooComplex):
        bearable(html)


def test_tags_that_a_script_inserts_are_no_depth() -> None:
    html = "<script>" + r"s += '<div><\/div>';" * (MAX_DEPTH + 1) + "</script><p>文</p>"
    assert bearable(html) == html.encode()
