"""reading.web.live: an open page hears of each new article once."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.reading.library import Library
from newsarchive.reading.web import live
from newsarchive.reading.web.live import Follower
from tests.reading.shelves import MONDAY, TUESDAY, archived, article, docid_of, revised, running, two_days
from tests.reading.web.readers import reading


@pytest.fixture(autouse=True)
def _always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOKING_SHARE", 1e9)


def test_what_a_crawl_archives_is_told_once(tmp_path: Path) -> None:
    follower = Follower(Library(two_days(tmp_path)))
    begin = follower.last
    assert follower.since(begin).news == ()
    with running(tmp_path) as archive:
        archived(archive, article(6, TUESDAY), article(7, TUESDAY))
        told = follower.since(begin)
        assert [one.entry.docid for one in told.news] == [docid_of(6), docid_of(7)]
        archived(archive, revised(article(6, TUESDAY), "<p>改了。</p>"))
        later = follower.since(told.last)
        assert [(one.event, one.entry.docid) for one in later.news] == [("revised", docid_of(6))]
        assert len(follower.since(begin).news) == 3
        assert follower.since(later.last).news == ()


def test_who_slept_too_long_is_told_to_load_the_page_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HELD", 3)
    follower = Follower(Library(two_days(tmp_path)))
    begin = follower.last
    with running(tmp_path) as archive:
        archived(archive, *(article(number, TUESDAY) for number in range(6, 10)))
        assert follower.since(begin).is_lost
        assert not follower.since(follower.last - 1).is_lost
    assert follower.since(begin - 10).is_lost
    assert follower.since(follower.last + 1).is_lost


def test_rows_drop_into_the_page_of_their_day(tmp_path: Path) -> None:
    with reading(two_days(tmp_path)) as reader:
        page = reader.ask("/").text
        last = page.partition('data-live="')[2].partition('"')[0]
        with running(tmp_path) as archive:
            archived(archive, article(6, TUESDAY, title="<b>新的"), article(7, MONDAY))
        told = reader.ask(f"/live?after={last}&day={TUESDAY}").json
        assert [row["docid"] for row in told["rows"]] == [docid_of(6)]
        assert "&lt;b&gt;新的" in told["rows"][0]["html"]
        assert 'class="row new"' in told["rows"][0]["html"]
        assert told["elsewhere"] == 1
        assert reader.ask(f"/live?after={told['last']}&day={TUESDAY}").json["rows"] == []
        assert reader.ask("/live?after=1&day=x").json["lost"]
