from __future__ import annotations

from datetime import datetime

from newsarchive.items import BEIJING
from newsarchive.pages.changes import Edit, Told, told
from newsarchive.reading.difference import CONTEXT, difference, marked_up, plain, shortened

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=BEIJING)


def state(text: str, title: str = "业绩公告", picture: str = "a.png") -> Told:
    return told(title, NOON, f'<p><img src="https://n.sinaimg.cn/{picture}"></p>\n<p>首段不变。</p>\n<p>{text}</p>')


def test_words_that_went_and_came_have_signs() -> None:
    (edits,) = difference(state("净利润3.2亿元，增长。"), state("净利润2.3亿元，增长。")).text
    assert plain(edits) == "净利润[-3.2-]{+2.3+}亿元，增长。"


def test_markup_is_escaped() -> None:
    (edits,) = difference(state("甲&lt;b&gt;乙"), state("甲&lt;i&gt;乙")).text
    assert marked_up(edits) == "甲&lt;<del>b</del><ins>i</ins>&gt;乙"


def test_title_time_and_pictures_are_told() -> None:
    told_of = difference(state("同"), state("同", title="业绩预告", picture="b.png"))
    assert plain(told_of.title) == "业绩[-公-]{+预+}告"
    assert (told_of.pictures_gone, told_of.pictures_come) == (["/a.png"], ["/b.png"])
    assert told_of.time is None
    assert not difference(state("同"), state("同"))


def test_long_unchanged_stretches_are_cut() -> None:
    far = "甲" * 100
    cut = shortened([Edit(far, far), Edit("旧", "新"), Edit(far, far)])
    assert plain(cut) == f"…{'甲' * CONTEXT}[-旧-]{{+新+}}{'甲' * CONTEXT}…"
