from contextlib import closing

import pytest

from newsarchive.archive.index.frontier import Frontier
from tests.archive.making import Clock, article, data_of, docid_of, given, keep, offer, opened


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def archive(tmp_path, clock):
    with opened(tmp_path, clock) as archive:
        yield archive


@pytest.fixture
def frontier(archive):
    with closing(archive.reader()) as catalogue, closing(Frontier(catalogue)) as frontier:
        yield frontier


def numbers(frontier):
    taken = iter(frontier.take, None)
    return [int(of.docid[-7:]) for of in taken]


def test_documents_come_in_the_order_in_which_they_were_added(archive, frontier):
    archive.offer([offer(n) for n in range(5)]).result()
    frontier.add((docid_of(n), None) for n in (3, 1, 4))
    assert len(frontier) == 3
    assert numbers(frontier) == [3, 1, 4]
    assert len(frontier) == 0


def test_a_document_is_given_out_once_a_run_also_if_it_is_added_again_after_it_was_taken(archive, frontier):
    archive.offer([offer(1), offer(2)]).result()
    frontier.add([(docid_of(1), None), (docid_of(1), None)])
    assert numbers(frontier) == [1]
    frontier.add([(docid_of(1), None), (docid_of(2), None)])
    assert len(frontier) == 1
    assert numbers(frontier) == [2]


def test_nothing_added_is_nothing_to_take(frontier):
    frontier.add([])
    assert len(frontier) == 0
    assert frontier.take() is None


def test_a_document_is_given_out_as_it_was_first_offered_with_its_newest_address(archive, frontier):
    first = offer(1, lids=("1686", "2516"), image="https://n.sinaimg.cn/a.jpg")
    newer = "https://finance.sina.cn/2026-11-23/detail-iabcdefg0000001.d.html"
    archive.offer([first]).result()
    archive.offer([offer(1, url=newer, title="改了", lids=("2509",))]).result()
    frontier.add([(first.docid, None)])
    taken = frontier.take()
    assert (taken.title, taken.lids, taken.image, taken.day) == (first.title, first.lids, first.image, first.day)
    assert taken.url == newer
    assert taken.seen_at == archive.clock()


def test_an_address_given_by_hand_is_the_one_to_ask(archive, frontier):
    by_hand = "https://finance.sina.cn/2026-11-23/detail-iabcdefg0000001.d.html"
    archive.offer([offer(1)]).result()
    archive.offer([given(1, url=by_hand)]).result()
    frontier.add([(docid_of(1), by_hand)])
    assert frontier.take().url == by_hand


def test_due_is_what_has_no_outcome_and_what_failed_long_enough_ago(archive, frontier, clock):
    archive.offer([offer(n) for n in range(6)]).result()
    keep(archive, offer(0))
    archive.filtered(docid_of(1), "video-only").result()
    archive.failed(docid_of(2), "http-503").result()
    clock.pass_by(minutes=10)
    archive.failed(docid_of(3), "http-503").result()
    frontier.add_due(clock())
    assert numbers(frontier) == [2, 4, 5]


def test_a_document_that_nobody_offered_is_passed_over(archive, frontier):
    archive.offer([offer(1)]).result()
    frontier.add((docid_of(n), None) for n in (*range(5000, 7000), 1))
    assert numbers(frontier) == [1]
    assert len(frontier) == 0


def test_what_is_taken_and_has_no_outcome_is_due_in_the_next_run(tmp_path):
    with opened(tmp_path) as archive:
        archive.offer([offer(1), offer(2)]).result()
        archive.keep(article(offer(2)), data_of(docid_of(2))).result()
    with opened(tmp_path) as archive, closing(archive.reader()) as catalogue:
        frontier = Frontier(catalogue)
        frontier.add_due(archive.clock())
        assert numbers(frontier) == [1]
        frontier.close()
