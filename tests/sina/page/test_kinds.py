from __future__ import annotations

from datetime import date

import pytest

from newsarchive.errors import NotAnArticle
from newsarchive.items import Offer
from newsarchive.sina.page.kinds import FILTERED_REASONS, kind_of
from newsarchive.sina.page.layouts import extract

PLAYER = '<!--video-list--><div class="video-2017" id="videoList0"></div><script>video_id: 313349053</script><!--/video-list-->'
PAGE = """<h1 class=main-title>某市</h1><p class=date-source><span class=date>2019年1月2日 03:04</span></p>
<div id=artibody>{}</div>"""


def read(html: str, url: str = "https://finance.sina.com.cn/x/2019-01-02/doc-iabcdefg1234567.shtml") -> tuple[str, ...]:
    return extract(html, Offer(docid="x", url=url, day=date(2019, 1, 2)), url).videos


@pytest.mark.parametrize(("url", "kind"), [
    ("https://finance.sina.com.cn/zt_d/subject-1600000000", "topic"),
    ("https://finance.sina.com.cn/focus/2009ny/index.shtml", "topic"),
    ("https://finance.sina.com.cn/stock/z/2012/index.shtml", "topic"),
    ("https://live.finance.sina.com.cn/bozhu/1", "live"),
    ("https://live.video.sina.com.cn/play/finance/1.html", "live"),
    ("https://finance.sina.com.cn/zhibo/1.shtml", "live"),
    ("https://video.sina.com.cn/p/finance/stock/20120607/08001234567.html", "video-only"),
    ("https://finance.sina.com.cn/roll/2026-01-02/doc-iabcdefg1234567.shtml", None),
    ("https://finance.sina.com.cn/zl/china/2026-01-02/zl-iabcdefg1234567.shtml", None),
])  # fmt: skip
def test_kind_is_told_by_host_and_folder(url: str, kind: str | None) -> None:
    assert kind_of(url) == kind


@pytest.mark.parametrize(
    "url", ["https://live.finance.sina.com.cn/bozhu/1", "https://finance.sina.com.cn/zt_d/subject-1"]
)
def test_page_of_such_a_kind_is_left_out_on_purpose(url: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        read("<p>x</p>", url)
    assert caught.value.reason in FILTERED_REASONS


def test_article_within_a_folder_of_topics_is_one() -> None:
    assert (
        read(PAGE.format("<p>某事。</p>"), "https://finance.sina.com.cn/zt_d/2019-01-02/doc-iabcdefg1234567.shtml")
        == ()
    )


def test_player_alone_is_video_only() -> None:
    with pytest.raises(NotAnArticle) as caught:
        read(PAGE.format(PLAYER))
    assert caught.value.reason == "video-only"


def test_player_above_a_text_is_an_article_with_a_video() -> None:
    assert read(PAGE.format(f"{PLAYER}<p>一句话。</p>")) == ("313349053",)
