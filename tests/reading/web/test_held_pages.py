"""reading.web.held_pages: a page that many want is made once, and old ones make room."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from newsarchive.reading.web import held_pages
from newsarchive.reading.web.held_pages import HeldPages


def test_who_asks_meanwhile_waits_for_the_one_that_is_being_made() -> None:
    held, made, together = HeldPages(), [], threading.Barrier(8)

    def make() -> bytes:
        made.append(1)
        return b"page"

    def ask(_: int) -> bytes:
        together.wait(10)
        return held.of("key", make)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {b"page"}
    assert made == [1]


def test_those_asked_for_longest_ago_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_pages, "HELD_BYTES", 10)
    held = HeldPages()
    for key in "abca":
        held.of(key, lambda: b"xxxx")
    assert held.of("c", lambda: b"anew") == b"xxxx"
    assert held.of("b", lambda: b"anew") == b"anew"


def test_a_page_that_could_not_be_made_is_made_the_next_time() -> None:
    def fail() -> bytes:
        raise LookupError("no file")

    held = HeldPages()
    with pytest.raises(LookupError, match="no file"):
        held.of("key", fail)
    assert held.of("key", lambda: b"page") == b"page"
