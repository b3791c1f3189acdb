from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from newsarchive.rehearsal.lives import REFUSED, WITHDRAWN, Scene
from newsarchive.rehearsal.standin import StandIn
from newsarchive.rehearsal.truth import Fate, Story

HOUR = timedelta(hours=1)


@pytest.fixture
def sina() -> StandIn:
    return StandIn(articles=20, days=1, titles="plain")


def newest(sina: StandIn) -> Story:
    articles = [
        story for story in sina.truth if story.fate is Fate.ARTICLE and story.listed_at <= story.published_at + HOUR
    ]
    return max(articles, key=lambda story: story.published_at)


def page(sina: StandIn, story: Story) -> tuple[int, str]:
    place = urlsplit(story.url)
    answer = sina.lives.answer(place.netloc, place.path)
    return answer.status, answer.body.decode()


def row(sina: StandIn, story: Story) -> Story:
    sina.lives.answer("feed.mix.sina.com.cn", "/api/roll/get")
    return next(seen for seen in sina.site.feed.visible("2509", sina.now()) if seen.docid == story.docid)


def test_a_scene_holds_until_the_next_one_begins(sina: StandIn) -> None:
    story = newest(sina)
    line = next(piece.text for piece in story.pieces if piece.kind == "p")
    edited = Scene(2 * HOUR, replaced=((line[:4], "改过的字"),))
    sina.lives.give(
        story, [edited, Scene(3 * HOUR, status=WITHDRAWN), Scene(4 * HOUR, status=REFUSED), Scene(5 * HOUR)]
    )
    was = page(sina, story)
    seen = []
    for _ in range(4):
        sina.advance(story.published_at + 2 * HOUR - sina.now() if not seen else HOUR)
        seen.append(page(sina, story))
    assert [status for status, _ in seen] == [200, 404, 456, 200]
    assert "改过的字" in seen[0][1]
    assert seen[3] == was


def test_a_scene_moves_the_rows_mtime_and_title_unless_it_touches_nothing(sina: StandIn) -> None:
    story = newest(sina)
    sina.lives.give(story, [Scene(2 * HOUR, touches=False), Scene(3 * HOUR, title="新的标题")])
    sina.advance(story.published_at + 2 * HOUR - sina.now())
    assert row(sina, story) == story
    sina.advance(HOUR)
    seen = row(sina, story)
    assert (seen.listed_title, seen.modified_at) == ("新的标题", story.published_at + 3 * HOUR)


def test_a_scene_that_would_replace_nothing_is_told(sina: StandIn) -> None:
    story = newest(sina)
    sina.lives.give(story, [Scene(timedelta(), replaced=(("这里没有的字", ""),))])
    with pytest.raises(LookupError, match="这里没有的字"):
        page(sina, story)
