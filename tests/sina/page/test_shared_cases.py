"""The cases beside the checkout (``shared/cases``): small pages that once went wrong, each for its kind."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsarchive.errors import NotAnArticle
from newsarchive.items import Article, Offer
from newsarchive.sina.page.page_reader import article_in, cleaned

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
EXPECTED: dict[str, dict[str, Any]] = {
    "author_in_second_date": {"author": "云知秋", "lines": 3},
    "kandian_author": {"author": "云知秋聊电", "media": "云知秋聊电", "lines": 3},
    "official_account_article": {"author": "望川网", "media_url": "http://www.wangchuan.cn/original.htm", "lines": 2},
    "mobile_2026": {"media": "望川网", "lines": 2},
    "og_url_escaped": {"lines": 3},
    "complaint_link": {"lines": 3, "aside": "消费曝光台·我要投诉"},
    "ip_place": {"lines": 3, "aside": "发布于：上海"},
    "exclusive_note": {"lines": 2, "aside": "声明：新浪网独家稿件"},
    "recommended_quote": {"lines": 2, "aside": "【推荐阅读】"},
    "album_hidden_data": {
        "lines": 4,
        "image": "https://i2.sinaimg.cn/dy/w/sd/2013-10-31/U1P1T1D1F21DT20131031135616.jpg",
    },
    "adlist_end_lost": {"lines": 3},
    "odd_slot_comments": {"lines": 3},
    "slots_2017": {"lines": 3, "image": ""},
    "hot_columns_2015": {"lines": 2, "image": ""},
    "sax_link": {"lines": 2},
    "quote_links": {"lines": 3, "gone": "<a "},
    "vote_line": {"lines": 3, "gone": "点击投票"},
    "relative_pictures": {"lines": 7, "gone": "localhost"},
}
"""Case → lines of its body, and what else is asked of it."""

needs_cases = pytest.mark.skipif(
    not CASES.is_dir(), reason="needs the folder shared beside the checkout, which a clone has not"
)


def read(name: str) -> Article:
    with (CASES / "INDEX.tsv").open(encoding="utf-8", newline="") as lines:
        rows = {row["file"]: row["url"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    url = rows[f"{name}.html"] or "https://k.sina.com.cn/article_6000000000_1667abc0001900abcd.html"
    html = (CASES / f"{name}.html").read_text("utf-8")
    return cleaned(article_in(html, Offer(docid="u-0", url=url, day=date(2020, 1, 1)), url))


@needs_cases
@pytest.mark.parametrize("name", EXPECTED)
def test_case_is_read_as_its_index_says(name: str) -> None:
    article, expected = read(name), EXPECTED[name]
    assert article.body.count("\n") + 1 == expected["lines"]
    for field in expected.keys() & {"author", "media", "media_url", "image"}:
        assert getattr(article, field) == expected[field]
    assert expected.get("aside", "") in " ".join(article.asides)
    assert expected.get("gone", "localhost") not in article.body


@needs_cases
def test_video_of_self_media_is_filtered() -> None:
    with pytest.raises(NotAnArticle) as caught:
        read("selfmedia_video")
    assert caught.value.reason == "video-only"
