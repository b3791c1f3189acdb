from __future__ import annotations

import pytest

from newsarchive.errors import UsageError
from newsarchive.sina.listing.channels import CHANNELS, category, channel


def test_declared_order_begins_with_the_seed_and_ends_with_everything() -> None:
    assert (CHANNELS[0].pageid, CHANNELS[0].lid) == (155, "1686")
    assert (CHANNELS[-1].pageid, CHANNELS[-1].lid) == (153, "2509")


def test_no_channel_is_declared_twice() -> None:
    assert len({entry.lid for entry in CHANNELS}) == len(CHANNELS)


@pytest.mark.parametrize("entry", CHANNELS, ids=lambda entry: entry.lid)
def test_every_channel_is_found_by_its_lid(entry: object) -> None:
    assert channel(getattr(entry, "lid")) is entry  # noqa: B009 - parametrized over the table


@pytest.mark.parametrize(
    ("text", "lid"),
    [(" 2516 ", "2516"), ("国内滚动", "1686"), ("产经", "1693"), ("全部", "2509"), ("港股", "2674")],
)
def test_channel_is_found_by_name_or_category(text: str, lid: str) -> None:
    assert channel(text).lid == lid


@pytest.mark.parametrize(("text", "lids"), [("国内", "1686|2510"), ("国內", "1686|2510"), ("美股", "2672|2518")])
def test_name_that_several_channels_bear_is_refused_with_their_lids(text: str, lids: str) -> None:
    first, second = lids.split("|")
    with pytest.raises(UsageError, match=f"{first} .* or {second} "):
        channel(text)


@pytest.mark.parametrize("text", ["", "295", "体操"])
def test_unknown_channel_says_what_was_expected(text: str) -> None:
    with pytest.raises(UsageError, match="1686 国内滚动"):
        channel(text)


@pytest.mark.parametrize(
    ("lids", "expected"),
    [
        (["2509", "1686"], "国\u5167"),
        (["295", "2509", "2516", "2517", "2518", "2519", "2671", "2672", "2676"], "美股"),
        (["2509", "2516"], "财经"),
        (["2509"], "滚动"),
        (["295", "747"], "滚动"),
        ([], "滚动"),
    ],
)
def test_category_is_that_of_the_most_special_channel(lids: list[str], expected: str) -> None:
    assert category(lids) == expected
