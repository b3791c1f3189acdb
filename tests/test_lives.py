"""Articles that change after they were archived: the real crawl, hours apart by its own clock and the stand-in's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from newsarchive.archive.format.states import History
from newsarchive.reading import history
from newsarchive.rehearsal.answers import Answer
from newsarchive.rehearsal.blocks import TextPiece
from newsarchive.rehearsal.lives import REFUSED, WITHDRAWN, Scene
from newsarchive.rehearsal.page import END_OF_TEXT
from newsarchive.rehearsal.standin import StandIn
from newsarchive.rehearsal.truth import Fate, Story
from tests.cli.cli_process import newsarchive
from tests.conftest import Crawls, Run, tree

pytestmark = pytest.mark.slow

Begin = Callable[..., Crawls]
HOUR = timedelta(hours=1)
NEW_TITLE = "另一个标题说的是同一件事"


class Days:
    """Crawls of one archive at hours after the first one."""

    def __init__(self, crawls: Begin) -> None:
        self.crawl = crawls(articles=24, days=1, titles="plain", channels=("2509",))
        self.sina: StandIn = self.crawl.sina
        self.stories = self._plain()
        self._gone_by = timedelta()

    def _plain(self) -> list[Story]:
        """Articles of the last hours whose pages have all that a scene may change, newest first."""
        plain = [
            story
            for story in self.sina.truth
            if story.fate is Fate.ARTICLE
            and not story.repeat_of
            and story.layout == "finance2026"
            and story.listed_at <= self.sina.now()
            and _figure(story)
        ]
        return sorted(plain, key=lambda story: story.published_at, reverse=True)

    def at(self, hours: float, *arguments: str) -> Run:
        self.sina.advance(hours * HOUR - self._gone_by)
        self._gone_by = hours * HOUR
        offset = str(self._gone_by.total_seconds())
        fixed = ("-s", f"CLOCK_OFFSET_SECONDS={offset}", "-s", "SINA_CHANNELS=2509", "-s", "DISCOVER_STALE_HOURS=0")
        fixed += ("-s", "REVISIT_HOURS=1,6,24,168,720")
        return self.crawl(*fixed, *arguments)

    def live(self, story: Story, *scenes: tuple[float, Scene]) -> Story:
        """Scenes by hours from now on, not from the publication."""
        aged = self.sina.now() - story.published_at
        self.sina.lives.give(story, [_after(scene, aged + hours * HOUR) for hours, scene in scenes])
        return story

    def told(self, story: Story) -> History:
        found = history.history_of(self.crawl.root, story.published_at.date(), story.docid)
        assert found is not None
        return found

    def kinds(self, story: Story) -> list[str]:
        return [str(state.line.get("kind") or "first") for state in self.told(story).states]


def _after(scene: Scene, after: timedelta) -> Scene:
    return Scene(after, scene.replaced, scene.title, scene.status, scene.touches)


def scene(*replaced: tuple[str, str], **more: object) -> Scene:
    return Scene(timedelta(), tuple(replaced), **more)  # type: ignore[arg-type]


def _figure(story: Story) -> tuple[str, str] | None:
    """A figure in the text with the characters before it, and the same changed."""
    for piece in story.pieces:
        found = re.search(r"[\u4e00-\u9fff]{3}\d+\.\d", piece.text) if piece.kind == "p" else None
        if found and found[0] not in story.title:
            return found[0], f"{found[0][:-1]}{(int(found[0][-1]) + 1) % 10}"
    return None


def _picture(story: Story) -> TextPiece | None:
    return next((piece for piece in story.pieces if piece.kind == "figure"), None)


@pytest.fixture
def days(crawls: Begin) -> Days:
    return Days(crawls)


def test_lives_end_in_the_states_and_kinds_that_they_had(days: Days) -> None:
    figure, back, titled, gone, noise, touched, *rest = days.stories
    picture = next(story for story in rest if _picture(story))
    swapped = str(_picture(picture).text).removeprefix("https:")  # type: ignore[union-attr]
    assert days.at(0).exit_code == 0
    days.live(figure, (2, scene(_figure(figure))))  # type: ignore[arg-type]
    days.live(back, (2, scene(_figure(back))), (4, scene()))  # type: ignore[arg-type]
    days.live(titled, (2, scene((titled.title, NEW_TITLE), title=NEW_TITLE)))
    days.live(gone, (2, scene(status=WITHDRAWN)), (20, scene()))
    days.live(
        noise,
        (
            2,
            scene(
                (END_OF_TEXT, f'<div class="ad">推广</div><p class="article-editor">责任编辑：别人</p>{END_OF_TEXT}')
            ),
        ),
    )
    days.live(picture, (2, scene((swapped, swapped.replace("transform", "crawl")))))
    days.live(touched, (2, scene()))
    assert [days.at(hours).exit_code for hours in (3, 5, 30)] == [0, 0, 0]
    assert days.kinds(figure) == ["first", "figure"]
    assert days.kinds(back) == ["first", "figure", "restored"]
    assert days.kinds(titled) == ["first", "headline"]
    assert days.kinds(gone) == ["first", "restored"]
    assert days.kinds(picture) == ["first", "pictures"]
    assert [days.kinds(story) for story in (noise, touched)] == [["first"], ["first"]]
    assert [event["docid"] for event in days.crawl.events("gone")] == [gone.docid]
    assert {event["docid"] for event in days.crawl.events("checked")} >= {noise.docid, touched.docid}
    _as_of_tells_what_was_known(days, back)
    _stands_after_a_rebuild(days)


def _as_of_tells_what_was_known(days: Days, story: Story) -> None:
    states = days.told(story).states
    for state in states:
        at = state.known_at
        assert at is not None
        assert history.as_of(days.told(story), at) == state
        before = history.as_of(days.told(story), at - timedelta(seconds=1))
        assert (before and before.number) == (state.number - 1 or None)
    texts = [history.read_state(days.crawl.root, state) for state in states]
    assert (texts[0].told.digest == texts[2].told.digest, texts[0].told.digest == texts[1].told.digest) == (True, False)


def _stands_after_a_rebuild(days: Days) -> None:
    verified = newsarchive("verify", "--full", "--archive", str(days.crawl.root))
    assert (verified.returncode, verified.stdout) == (0, verified.stdout), verified.stdout
    before, states = tree(days.crawl.root), [days.kinds(story) for story in days.stories]
    assert newsarchive("rebuild", "--archive", str(days.crawl.root)).returncode == 0
    assert days.at(30.5).report["revised"] == 0
    assert (tree(days.crawl.root), [days.kinds(story) for story in days.stories]) == (before, states)


def test_a_ban_in_between_changes_no_state(days: Days) -> None:
    story = days.live(days.stories[0], (2, scene(status=REFUSED)), (4, scene()))
    days.at(0)
    assert days.at(3).exit_code == 4
    assert days.at(5).exit_code == 0
    assert days.kinds(story) == ["first"]


def test_no_more_pages_are_looked_at_again_than_a_run_may(days: Days) -> None:
    days.at(0)
    days.at(3, "-s", "REVISIT_MAX_PER_RUN=2")
    assert len(days.crawl.events("checked")) == 2
    assert {event["docid"] for event in days.crawl.events("checked")} <= {story.docid for story in days.sina.truth}
    days.at(4, "-s", "REVISIT_HOURS=")
    assert len(days.crawl.events("checked")) == 2


def test_a_page_that_the_server_calls_unchanged_is_checked(days: Days) -> None:
    own = days.sina.site.answer
    days.sina.site.answer = lambda host, target: _with_etag(own(host, target))  # type: ignore[method-assign]
    days.at(0)
    assert {event.get("etag") for event in days.crawl.events("kept")} == {'"one"'}
    days.at(3)
    assert {event["etag"] for event in days.crawl.events("checked")} == {'"one"'}


def _with_etag(answer: Answer) -> Answer:
    return replace(answer, headers=(*answer.headers, ("ETag", '"one"')))


def test_addresses_given_by_hand_make_revisions_too(days: Days) -> None:
    story = days.stories[0]
    days.at(0)
    days.live(story, (0.1, scene(_figure(story), touches=False)))  # type: ignore[arg-type]
    run = days.at(0.5, "-a", f"url={story.url}")
    assert (run.report["revised"], days.kinds(story)) == (1, ["first", "figure"])


def test_profile_rsshub_keeps_states_too_and_takes_no_noise_for_one(days: Days) -> None:
    figure, noise, *_ = days.stories
    rsshub = ("-s", "ARCHIVE_PROFILE=rsshub")
    days.at(0, *rsshub)
    days.live(figure, (2, scene(_figure(figure))))  # type: ignore[arg-type]
    days.live(noise, (2, scene((END_OF_TEXT, f'<p class="article-editor">责任编辑：别人</p>{END_OF_TEXT}'))))
    days.at(3, *rsshub)
    revised = [event["docid"] for event in days.crawl.events("revised")]
    assert (revised, days.kinds(figure)) == ([figure.docid], ["first", "figure"])
