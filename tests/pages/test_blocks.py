"""Runs of text become blocks of one line, in reading order; what ``clean`` makes of them is tested there."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from newsarchive.pages.blocks import Element, blocks
from tests.pages.test_clean import BASE, RULES


def lines(html: str) -> list[str]:
    tree = BeautifulSoup(html, "html.parser")
    return [block.html for block in blocks(list(tree.contents), BASE, RULES)[0]]


@pytest.mark.parametrize(("html", "expected"), [
    ("<b><p>x</p><p>y</p></b>", ["<p><b>x</b></p>", "<p><b>y</b></p>"]),
    ("<p>a<b>b</p>c</b>", ["<p>a<b>b</b></p>", "<p>c</p>"]),
    ("<del>a</del><ins>b</ins>", ["<p><s>a</s><u>b</u></p>"]),
])  # fmt: skip
def test_emphasis_is_closed_with_its_run_and_opened_again(html: str, expected: list[str]) -> None:
    assert lines(html) == expected


def test_a_cell_outside_of_a_table_keeps_its_text_alone() -> None:
    assert lines("<td>a</td><li>b</li>") == ["<p>a</p>", "<p>b</p>"]


def test_a_thousand_levels_need_no_recursion() -> None:
    tree: Element | str = "a"
    for _ in range(1000):
        tree = Element("div", {}, [tree])
    assert [block.html for block in blocks([tree], BASE, RULES)[0]] == ["<p>a</p>"]


def test_elements_of_both_kinds_become_the_same_blocks() -> None:
    simple = Element("p", {}, ["a", Element("b", {}, ["b"]), "c"])
    assert [block.html for block in blocks([simple], BASE, RULES)[0]] == lines("<p>a<b>b</b>c</p>")


def test_a_paragraph_that_the_rules_take_for_no_text_is_given_apart() -> None:
    tree = BeautifulSoup("<p>a</p><p>责任编辑：某人</p>", "html.parser")
    kept, removed, _ = blocks(list(tree.contents), BASE, RULES)
    assert ([block.text for block in kept], removed) == (["a"], ["责任编辑：某人"])
