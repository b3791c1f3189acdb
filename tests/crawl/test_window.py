"""Who is under way, and for whom a document of the same title waits."""

from __future__ import annotations

from newsarchive.crawl.window import Window


def test_a_document_waits_for_those_of_its_title_that_were_offered_before() -> None:
    window = Window()
    for docid, title in (("a", "降息"), ("b", "汇率"), ("c", "降息"), ("d", "降息")):
        window.enter(docid, title)
    first, third = window.ends_before("d", {"降息"})
    window.release("a")
    assert (first.is_set(), third.is_set()) == (True, False)
    assert list(window.ends_before("d", {"降息"})) == [third]
    assert list(window.ends_before("c", {"降息"})) == []


def test_at_the_end_of_the_run_nobody_waits_any_more() -> None:
    window = Window()
    window.enter("a", "降息")
    window.enter("b", "降息")
    (first,) = window.ends_before("b", {"降息"})
    window.end()
    assert first.is_set()


def test_addresses_without_a_title_wait_for_nobody() -> None:
    window = Window()
    window.enter("a")
    window.enter("b")
    assert list(window.ends_before("b", {"", "降息"})) == []


def test_room_is_counted_in_documents_and_released_once() -> None:
    window = Window(size=2)
    window.enter("a")
    assert window.has_room
    window.enter("b")
    assert not window.has_room
    for _ in range(2):
        window.release("a")
    assert (len(window), window.has_room) == (1, True)
