"""reading.web.drawing: plots that need no script."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from newsarchive.reading.web.drawing import HEIGHT, Column, columns


def bars(told: list[Column]) -> list[ET.Element]:
    plot = ET.fromstring(str(columns(told, "篇数")))
    return [rect for rect in plot.iter("rect") if rect.get("class") == "bar"]


def test_the_largest_number_is_the_highest_and_one_of_thousands_is_seen() -> None:
    tall, low = bars([Column("a", 3000), Column("b", 1), Column("c", 0)])
    assert float(tall.get("height", 0)) == HEIGHT
    assert float(low.get("height", 0)) >= 1


def test_words_are_escaped_and_nothing_is_nothing() -> None:
    plot = ET.fromstring(str(columns([Column('"><script>', 1, "/x?a=1&b=2", "<b>")], '"><script>')))
    assert [element.tag for element in plot.iter() if element.tag in ("script", "b")] == []
    assert bars([]) == []
    assert bars([Column("a", 0)]) == []
