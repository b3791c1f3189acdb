"""Articles that change after their publication: corrected, retitled, withdrawn, put back; between ``spells`` and ``proxy``.

A life is a list of scenes.  Each holds from its time after the publication on until the next one begins, by the
stand-in's clock; before the first the page is as it was published.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.notices import BANNED, NOT_FOUND
from newsarchive.rehearsal.site import Place, SinaSite
from newsarchive.rehearsal.truth import Story

WITHDRAWN, REFUSED = 404, 456


@dataclass(frozen=True, slots=True)
class Scene:
    """How page and row are from ``after`` the publication on."""

    after: timedelta
    replaced: tuple[tuple[str, str], ...] = ()
    """(old, new) in the page's HTML, each everywhere."""
    title: str = ""
    """Of the row; empty for the first one.  In the page it is one of ``replaced``."""
    status: int = 200
    """200, ``WITHDRAWN`` or ``REFUSED``."""
    touches: bool = True
    """Whether the row's ``mtime`` moves when the scene begins."""


class Lives:
    """Answers as ``answer`` does, but for the pages of the stories that have a life; asked by the proxy's threads."""

    def __init__(self, site: SinaSite, answer: Callable[[str, str], Answer], clock: Callable[[], datetime]) -> None:
        self._site, self._answer, self._clock = site, answer, clock
        self._lock = threading.Lock()
        self._scenes: dict[str, list[Scene]] = {}
        self._stories: dict[str, Story] = {}
        self._begun: dict[str, int] = {}
        """docid → scenes whose row the listing shows."""

    def give(self, story: Story, scenes: Sequence[Scene]) -> None:
        """From now on this story has a life; scenes whose time is over have been."""
        with self._lock:
            self._stories[story.docid] = story
            self._scenes[story.docid] = sorted(scenes, key=lambda scene: scene.after)

    def answer(self, host: str, target: str) -> Answer:
        """Raises ``HangUp`` as ``spells`` does."""
        with self._lock:
            now = self._clock()
            for docid in self._scenes:
                self._show_rows(docid, now)
            scene = self._scene_at((host, target.partition("?")[0]), now)
        if scene is None or scene.status == 200:
            return _edited(self._answer(host, target), scene)
        return answer_of(scene.status, "text/html", BANNED if scene.status == REFUSED else NOT_FOUND)

    def _scene_at(self, place: Place, now: datetime) -> Scene | None:
        story = self._site.document_at(*place)
        scenes = self._past(story.docid, now) if story else []
        return scenes[-1] if scenes else None

    def _past(self, docid: str, now: datetime) -> list[Scene]:
        scenes, story = self._scenes.get(docid, []), self._stories.get(docid)
        return [scene for scene in scenes if story and story.published_at + scene.after <= now]

    def _show_rows(self, docid: str, now: datetime) -> None:
        past, story = self._past(docid, now), self._stories[docid]
        for scene in past[self._begun.get(docid, 0) :]:
            if scene.touches:
                self._site.feed.edit(docid, scene.title or story.listed_title, story.published_at + scene.after)
        self._begun[docid] = len(past)


def _edited(answer: Answer, scene: Scene | None) -> Answer:
    if scene is None or not scene.replaced:
        return answer
    text = answer.body.decode()
    for old, new in scene.replaced:
        if old not in text:
            raise LookupError(f"the page has no {old!r} that the scene could replace")
        text = text.replace(old, new)
    return answer_of(answer.status, answer.content_type, text.encode())
