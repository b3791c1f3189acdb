"""What events make of a document, and the row that it becomes."""

from datetime import timedelta

import pytest

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.archive.index import document as documents
from newsarchive.archive.index.document import MAX_ADDRESSES, of_row, to_row
from tests.archive.making import DAY, NOON, article, docid_of, offer

SAID = Said("run", NOON)
OTHER = "https://finance.sina.com.cn/other/doc-iabcdefg0000001.shtml"


def offered(**more):
    return events.offered(SAID, offer(1, **more))


def failed(attempts, due=NOON, at=NOON):
    return events.failed(Said("run", at), docid_of(1), "http-503", attempts=attempts, next_try_at=due)


def first(**more):
    return documents.first_offered(DAY, offered(**more), "stem")


def test_another_address_is_asked_once_and_begins_no_attempts_anew():
    document = documents.lost(first(), failed(6, None))
    document = documents.offered_again(document, offered(url=OTHER))
    assert (document.state, document.attempts, document.next_url) == ("pending", 6, OTHER)
    document = documents.lost(document, failed(7, None))
    for url in (offer(1).url, OTHER):
        document = documents.offered_again(document, offered(url=url))
        assert (document.state, document.attempts, document.next_try_at) == ("failed", 7, None)


def test_what_was_gone_is_asked_at_another_address():
    document = documents.lost(first(), events.gone(SAID, docid_of(1), 404))
    assert documents.offered_again(document, offered(url=OTHER)).state == "pending"


def test_addresses_without_end_are_not_asked_for_ever():
    document = documents.lost(first(), failed(1))
    asked = 0
    for number in range(3 * MAX_ADDRESSES):
        document = documents.offered_again(document, offered(url=f"{OTHER}?{number}"))
        asked += document.state == "pending"
        document = documents.lost(document, failed(7, None))
    assert asked == MAX_ADDRESSES - 1
    assert len(document.former_urls) == MAX_ADDRESSES - 1


def test_the_addresses_of_a_failing_document_are_asked_in_turn():
    document = documents.offered_again(first(), offered(url=OTHER))
    urls = [document.next_url]
    for attempts in (1, 2):
        document = documents.lost(document, failed(attempts))
        urls.append(document.next_url)
    assert urls == [OTHER, offer(1).url, OTHER]


def test_two_rows_that_are_shown_in_turn_are_both_remembered():
    one, two = offered(title="a"), offered(title="b", url=OTHER)
    document = documents.offered_again(first(title="a"), two)
    assert document.was_said(one)
    assert document.was_said(two)
    assert not document.was_said(offered(title="a", modified_at=NOON))


def test_a_failure_heard_in_the_future_is_due():
    ahead = NOON + timedelta(days=115)
    document = documents.lost(first(), failed(1, ahead + timedelta(minutes=10), at=ahead))
    assert document.is_due(NOON)
    honest = documents.lost(first(), failed(1, NOON + timedelta(minutes=10)))
    assert not honest.is_due(NOON)


def test_a_time_that_nobody_can_read_is_due_at_once():
    document = documents.lost(first(), failed(1) | {"next_try_at": "soon"})
    assert document.is_due(NOON)


def test_a_forgotten_document_counts_as_filtered():
    document = documents.lost(first(), events.forgotten(SAID, docid_of(1), "a typing error"))
    assert (document.state, document.reason) == ("filtered", "forgotten")


def test_the_first_offer_survives_the_row_whatever_is_said_later():
    begun = first(lids=("1686", "2516"), image="https://n.sinaimg.cn/x.jpg", published_at=NOON, modified_at=NOON)
    later = documents.offered_again(begun, offered(title="another", url=OTHER))
    assert of_row(to_row(later)) == later
    assert later.first == begun.first
    assert (later.offer().title, later.offer().modified_at, later.title) == (offer(1).title, NOON, "another")


def test_what_the_first_offer_did_not_say_is_not_said_of_it_later():
    begun = documents.first_offered(DAY, offered(title="", channels=()), None)
    later = documents.offered_again(begun, offered(modified_at=NOON))
    assert of_row(to_row(later)).offer() == later.offer()
    assert later.offer().title == ""
    assert later.offer().modified_at is None


def test_the_first_offer_repeats_no_other_column():
    row = to_row(first(modified_at=NOON))
    assert row[3] == '{"at":"2026-11-23T12:00:00+08:00","channels":["1686"]}'


@pytest.mark.parametrize("size", ["many", -1, True, 2**70])
def test_a_size_that_is_none_is_not_known(size):
    kept = events.kept(SAID, article(offer(1)), file="x.md", sha256="0", size=1, profile="clean")
    assert documents.kept(first(), kept | {"bytes": size}).bytes is None


def test_a_kept_line_without_its_offer_counts_and_learns_of_the_offer_later():
    kept = events.kept(SAID, article(offer(1)), file="2026/11/23/x.md", sha256="0", size=1, profile="clean")
    document = of_row(to_row(documents.kept_unoffered(DAY, kept)))
    assert (document.state, document.stem, document.url) == ("kept", "x", "")
    document = documents.offered_again(document, offered())
    assert (document.state, document.sha256, document.url, document.former_urls) == ("kept", "0", offer(1).url, ())
