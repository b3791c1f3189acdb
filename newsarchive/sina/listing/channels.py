"""Discover: the channels of the roll feed, as a table.

Order decides the category of an article that stands in several channels: the seed's own first, then the special
before the general, everything last. Source: the menus of finance.sina.com.cn/roll (April 2026) and of the China and
news roll pages. Lids that only occur in rows and whose names are unknown (295, 747, 3318, …) are no channels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsarchive.errors import UsageError


@dataclass(frozen=True, slots=True)
class Channel:
    """One listing of the feed; asked with another ``pageid`` than its own it answers error 11."""

    pageid: int
    lid: str
    name: str
    """What Sina calls the listing."""
    category: str
    """What follows 新浪财经－ in the third category of an article."""


def _channel(pageid: int, lid: str, name: str) -> Channel:
    return Channel(pageid, lid, name, name)


CHANNELS: tuple[Channel, ...] = (
    Channel(155, "1686", "国内滚动", "国內"),  # with 內 (U+5167), as the seed archive writes it
    _channel(155, "1687", "宏观经济"),
    _channel(155, "1688", "地方经济"),
    _channel(155, "1689", "部委动态"),
    _channel(155, "1690", "金融新闻"),
    _channel(155, "3231", "今日财经TOP10"),
    Channel(164, "1693", "产经滚动", "产经"),
    # subjects within markets and technology
    _channel(384, "2675", "研究报告"),
    _channel(384, "2673", "中国概念股"),
    _channel(384, "2674", "港股"),
    _channel(384, "2487", "外汇"),
    _channel(207, "1795", "科学探索"),
    _channel(216, "1817", "苹果"),
    _channel(402, "2559", "创事记"),
    Channel(372, "2431", "科技滚动", "科技"),
    # markets: a row on American shares stands in all of these
    _channel(384, "2672", "美股"),
    _channel(153, "2518", "美股"),
    _channel(384, "2676", "全球市场"),
    _channel(384, "2671", "股市"),
    _channel(153, "2517", "股市"),
    # the sections of the news roll page; mostly quiet since 2024, but for 科技, which holds economic news
    _channel(153, "2513", "娱乐"),
    _channel(153, "2512", "体育"),
    _channel(153, "2514", "军事"),
    _channel(153, "2669", "社会"),
    _channel(153, "2515", "科技"),
    _channel(153, "2510", "国内"),
    _channel(153, "2511", "国际"),
    _channel(384, "2519", "财经"),
    _channel(153, "2516", "财经"),
    Channel(153, "2509", "全部", "滚动"),
)
"""In declared order, which is also the order of polling."""

_BY_LID = {entry.lid: entry for entry in CHANNELS}
_RANK = {entry.lid: rank for rank, entry in enumerate(CHANNELS)}
_EVERYTHING = CHANNELS[-1]


def channel(text: str) -> Channel:
    """The channel with this lid, name or category.

    Raises UsageError where none has it, or several: 国内 is the category of 1686 and the news section 2510.
    """
    wanted = _folded(text.strip())
    if found := _BY_LID.get(wanted):
        return found
    named = [entry for entry in CHANNELS if wanted in (_folded(entry.name), _folded(entry.category))]
    if len(named) == 1:
        return named[0]
    if named:
        which = " or ".join(f"{entry.lid} ({entry.name}, of page {entry.pageid})" for entry in named)
        raise UsageError(f"channel {text!r}: {len(named)} channels bear this name: expected a lid, {which}")
    known = ", ".join(f"{entry.lid} {entry.name}" for entry in CHANNELS)
    raise UsageError(f"unknown channel {text!r}: expected a lid or a name out of {known}")


def category(lids: Iterable[str]) -> str:
    """The category of an article that stands in these lids: that of the first channel in declared order, else 滚动."""
    known = [lid for lid in lids if lid in _RANK]
    return _BY_LID[min(known, key=_RANK.__getitem__)].category if known else _EVERYTHING.category


def _folded(name: str) -> str:
    return name.replace("內", "内")  # people type the common form
