"""prose, titles, blocks, truth, invention: the made-up world."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise

from right_archive import NOW

from newsarchive.rehearsal.blocks import FICTION
from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.feed import Feed
from newsarchive.rehearsal.invention import invent
from newsarchive.rehearsal.old_blocks import OLD
from newsarchive.rehearsal.titles import AWKWARD, PAIRS
from newsarchive.rehearsal.truth import IMPOSTORS, POSTER, Fate, Metas, Story
from newsarchive.rehearsal.years import past_documents


def test_the_same_seed_makes_the_same_world():
    assert invent(articles=30, days=2, seed=1, now=NOW) == invent(articles=30, days=2, seed=1, now=NOW)


def test_another_seed_makes_other_news():
    one, other = (
        {
            piece.text
            for document in invent(articles=30, days=2, seed=seed, now=NOW)
            for piece in document.pieces
            if piece.kind == "p"
        }
        for seed in (1, 2)
    )
    assert one & other == {FICTION}


def test_no_two_articles_share_a_paragraph_but_the_repeats():
    world = invent(articles=400, days=3, seed=1, now=NOW)
    paragraphs = Counter(p.text for d in world if not d.repeat_of for p in d.pieces if p.kind in ("p", "quote"))
    assert paragraphs.pop(FICTION) == len(world) - sum(bool(d.repeat_of) for d in world)
    assert paragraphs.most_common(1)[0][1] == 1


def test_the_last_line_of_every_text_of_every_layout_says_that_it_is_invented(world: tuple[Story, ...]):
    articles = [*world, *past_documents(7, tuple(PAGEIDS))]
    assert [document.layout for document in articles if FICTION not in document.pieces[-1].text] == []
    assert {document.layout for document in articles} >= set(OLD)


def test_articles_are_counted_without_the_rows_that_must_not_be_kept():
    fates = Counter(document.fate for document in invent(articles=200, days=3, seed=7, now=NOW, impostors=True))
    assert fates == {Fate.ARTICLE: 200, Fate.SAME_TEXT: 1, Fate.OFF_SITE: 2, **dict.fromkeys(IMPOSTORS, 1)}


def test_plain_titles_leave_nothing_but_ordinary_articles():
    world = invent(articles=100, days=1, seed=7, now=NOW, titles="plain")
    assert len(world) == 100
    assert {document.fate for document in world} == {Fate.ARTICLE}
    assert not {document.listed_title for document in world} & set(AWKWARD)


def test_every_awkward_title_appears_in_two_hundred_articles():
    listed = {document.listed_title for document in invent(articles=200, days=3, seed=7, now=NOW)}
    assert {*AWKWARD, *sum(PAIRS, ())} <= listed


def test_the_members_of_a_pair_share_their_day(world: tuple[Story, ...]):
    for pair in PAIRS:
        days = {document.published_at.date() for document in world if document.listed_title in pair}
        assert len(days) == 1


def test_docids_are_unique_and_in_sinas_shape():
    docids = [document.docid for document in invent(articles=3000, days=3, seed=7, now=NOW)]
    assert len(set(docids)) == len(docids)
    assert all(re.fullmatch(r"[acefhikmnpqrstuvwxyz]{7}\d{7}", docid) for docid in docids)


def test_the_repeat_has_title_and_text_of_an_article_of_its_day(world: tuple[Story, ...]):
    repeat = next(document for document in world if document.repeat_of)
    model = next(document for document in world if document.docid == repeat.repeat_of)
    assert (repeat.title, repeat.pieces) == (model.title, model.pieces)
    assert repeat.published_at.date() == model.published_at.date()


def test_moments_are_ordered_and_none_lies_ahead(world: tuple[Story, ...]):
    assert all(a.published_at < b.published_at for a, b in pairwise(world))
    assert all(d.published_at <= d.modified_at <= d.listed_at <= NOW for d in world)
    assert NOW - world[-1].published_at < timedelta(minutes=2)


def test_a_third_of_the_rows_is_domestic_and_all_are_in_the_whole():
    world = invent(articles=900, days=3, seed=7, now=NOW)
    assert 0.28 < sum("1686" in document.lids for document in world) / len(world) < 0.39
    assert all("2509" in document.lids for document in world)


def test_seconds_are_lost_where_no_meta_agrees():
    world = invent(articles=300, days=3, seed=7, now=NOW)
    lost = [document for document in world if document.metas is Metas.NONE]
    assert lost
    assert all(document.dated_at == document.published_at.replace(second=0) for document in lost)


def test_the_poster_is_nobodys_picture():
    world = invent(articles=300, days=3, seed=7, now=NOW)
    assert any(document.picture == POSTER and not document.image for document in world)
    images = {document.image for document in world if document.image}
    assert POSTER not in images
    assert {image.partition("//")[0] for image in images} == {"https:"}


def test_new_rows_enter_below_known_ones_as_often_as_at_sina():
    """44 % of new rows, polls at most 25 minutes apart (sina-surface §0.1)."""
    world = invent(articles=2000, days=2, seed=3, now=NOW)
    feed, known, above = Feed(world, ("2509",)), set(), []
    for poll in range(280):
        rows = feed.visible("2509", NOW - timedelta(days=1.95) + timedelta(minutes=10 * poll))
        seen = 0
        for row in rows[:200]:
            seen += row.docid in known
            if row.docid not in known and known:
                above.append(seen)
        known |= {row.docid for row in rows}
    assert 0.36 < sum(count > 0 for count in above) / len(above) < 0.55
    assert 0.05 < sum(count > 10 for count in above) / len(above) < 0.2
