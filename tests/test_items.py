from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest
from itemadapter import ItemAdapter

from newsarchive.items import BEIJING, Article, Offer

OFFER = Offer(docid="naaaaaa0000001", url="https://sina.cn/a", day=date(2026, 11, 23))
ARTICLE = Article(
    offer=OFFER,
    url="https://sina.cn/a",
    title="标题",
    published_at=datetime(2026, 11, 23, 9, 30, tzinfo=BEIJING),
    body="<p>正文</p>" * 10_000,
)


def test_clock_is_eight_hours_ahead_without_summer_time() -> None:
    for month in (1, 7):
        assert datetime(2026, month, 1, tzinfo=UTC).astimezone(BEIJING).hour == 8


@pytest.mark.parametrize("record", [OFFER, ARTICLE])
def test_record_on_its_way_cannot_be_changed(record: Offer | Article) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.url = "https://example.org/"  # type: ignore[misc]


def test_scrapy_takes_the_article_for_an_item() -> None:
    assert ItemAdapter.is_item(ARTICLE)


def test_log_of_an_article_holds_no_body() -> None:
    assert len(repr(ARTICLE)) < 1000
