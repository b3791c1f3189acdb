"""How the pages say moments, days and kinds of corrections: in Chinese, in Beijing time, by 24 hours."""

from __future__ import annotations

from datetime import date, datetime

from newsarchive.items import BEIJING

WEEKDAYS = "一二三四五六日"
KINDS = {
    "typo": "改字",
    "figure": "改数字",
    "headline": "改标题",
    "rewritten": "改写",
    "pictures": "换图片",
    "time": "改时间",
    "restored": "恢复",
    "revised": "修订",
    "gone": "撤稿",
    "reextracted": "按新规则重新提取",
}
"""Kind of a correction → what a reader calls it."""
HEALTH = {
    "now": "现在",
    "last run": "上一次运行",
    "last good run": "上一次正常运行",
    "brake": "刹车",
    "lock": "锁",
    "journals": "流水账",
    "raw store": "原始应答",
    "missing": "缺",
    "next retry": "下次重试",
    "files": "文件",
    "pictures": "图片",
    "disk free": "磁盘剩余",
}
"""What ``newsarchive status`` calls it → what a reader does."""
MARKETS = {"sh": "沪", "sz": "深", "bj": "北", "hk": "港"}
"""Begin of a symbol as Sina writes it → the market; American ones have none."""
CHARACTERS_A_MINUTE = 500
"""What an adult reads of Chinese news in silence."""


def day_text(day: date) -> str:
    """``2026年11月23日 周一``."""
    return f"{day.year}年{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def clock(at: datetime) -> str:
    """``09:05``."""
    return at.astimezone(BEIJING).strftime("%H:%M")


def moment_text(at: datetime) -> str:
    """``2026年11月23日 周一 09:05``."""
    here = at.astimezone(BEIJING)
    return f"{day_text(here.date())} {clock(here)}"


def kind_text(kind: str) -> str:
    """What a reader calls a kind of correction; one that nobody named stays as it is."""
    return KINDS.get(kind, kind)


def health_text(what: str) -> str:
    """What a reader calls a line of the health; one that nobody named stays as it is."""
    return HEALTH.get(what, what)


def symbol_text(symbol: str) -> str:
    """``600519·沪`` for ``sh600519``; what has no market in front stays as it is, in capitals."""
    market = MARKETS.get(symbol[:2])
    return f"{symbol[2:]}·{market}" if market and symbol[2:3].isdigit() else symbol.upper()


def reading_minutes(characters: int) -> int:
    """At least one."""
    return max(1, round(characters / CHARACTERS_A_MINUTE))
