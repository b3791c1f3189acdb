from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsarchive.pages.fingerprint import fingerprint

PAGE = "<div id=wrap><div class=top><h1>{}</h1></div><div class='text l{}'>{}</div></div>"


def of(html: str) -> str:
    return fingerprint(LexborHTMLParser(f"<html><body>{html}</body></html>"))


@given(
    st.text(st.characters(exclude_characters="<>&", exclude_categories=["Cs"])), st.integers(0, 99), st.integers(0, 9)
)
def test_what_a_page_says_and_how_long_changes_nothing(title: str, number: int, paragraphs: int) -> None:
    assert of(PAGE.format(title, number, f"<p>{title}</p>" * paragraphs)) == of(PAGE.format("", 1, ""))


def test_another_frame_is_another_fingerprint() -> None:
    assert of(PAGE.format("", 1, "")) != of(PAGE.replace("top", "head").format("", 1, ""))


def test_fingerprint_is_sixteen_hex_digits_even_of_nothing() -> None:
    assert re.fullmatch("[0-9a-f]{16}", of(""))
