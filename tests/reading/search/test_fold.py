"""One spelling for texts and queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.reading.search.fold import BETWEEN, fold, folded, folding, tokens


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＡＢＣ１２３％", "abc123%"),
        ("國內與臺灣", "国内与台湾"),
        ("薴", "苎"),
        ("央 行\u3000降\n准", "央行降准"),
        ("a\u200bb\u00adc\u202ed", "abcd"),
        ("e\u0301", "é"),
        ("ﬁ①㎡", "fi1m2"),
        ("ẞß", "ssss"),
        ("\x00\x1b[31m", "[31m"),
        ("\ud800x", "x"),
        ("", ""),
    ],
)
def test_texts_become_plain(text: str, plain: str) -> None:
    assert fold(text) == plain


@given(st.text())
def test_folded_text_has_no_white_space_and_can_be_stored(text: str) -> None:
    plain = fold(text)
    assert plain == "".join(plain.split())
    plain.encode()


@given(st.text(), st.text(max_size=5))
def test_places_lead_back_to_what_was_folded(text: str, more: str) -> None:
    found = folded(text + more)
    assert found.text == fold(text + more)
    assert len(found.places) == len(found.text)
    assert "".join(fold(found.source[place]) for place in dict.fromkeys(found.places)) == found.text


def test_each_character_is_a_token() -> None:
    assert tokens("iPhone 降准") == "i p h o n e 降 准"


def test_no_word_is_found_across_two_values() -> None:
    assert tokens("降准", "央行") == f"降 准 {BETWEEN} 央 行"
    assert fold(BETWEEN) == ""


def test_the_name_of_a_folding_is_short_and_always_the_same() -> None:
    assert folding() == folding()
    assert len(folding()) < 30
