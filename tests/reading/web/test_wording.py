"""reading.web.wording: moments, symbols and kinds as a Chinese reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from newsarchive.reading.web import wording


def test_moments_are_said_in_beijing_time() -> None:
    at = datetime(2025, 3, 4, 1, 15, tzinfo=UTC)
    assert wording.moment_text(at) == "2025年3月4日 周二 09:15"
    assert wording.day_text(date(2026, 11, 29)) == "2026年11月29日 周日"


@pytest.mark.parametrize(
    ("symbol", "said"),
    [("sh600519", "600519·沪"), ("hk00700", "00700·港"), ("MU", "MU"), ("shop", "SHOP"), ("", ""), ("sz", "SZ")],
)
def test_symbols_are_said_with_their_market(symbol: str, said: str) -> None:
    assert wording.symbol_text(symbol) == said


def test_a_kind_that_nobody_named_stays() -> None:
    assert wording.kind_text("figure") == "改数字"
    assert wording.kind_text("<b>") == "<b>"


def test_reading_takes_a_minute_at_least() -> None:
    assert (wording.reading_minutes(0), wording.reading_minutes(1500)) == (1, 3)
