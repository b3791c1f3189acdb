"""Invented, readable Chinese finance news from a seed: first link of the rehearsal, read by ``truth``.

Every sentence carries figures, dates or names drawn anew, so that no two articles share a paragraph.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta

from newsarchive.rehearsal import words

_SLOT_RE = re.compile(r"\{(\w+)\}")


class ProseWriter:
    """One article's voice: the same ``seed`` and day give the same words."""

    def __init__(self, seed: str, day: date) -> None:
        self._random = random.Random(seed)
        self._day = day
        self.theme = self._random.choice(tuple(words.SENTENCES))
        self._names = [self._name() for _ in range(3)]
        self._company = self._random.choice(words.COMPANY_STEMS) + self._random.choice(words.COMPANY_ENDS)

    def title(self) -> str:
        """A headline of the article's theme, figures drawn anew at each call."""
        return self.fill(self._random.choice(words.TITLES[self.theme]))

    def paragraph(self) -> str:
        """Two to four sentences of the article's theme, now and then one that quotes somebody."""
        sentences = self._random.sample(words.SENTENCES[self.theme], self._random.randint(2, 4))
        if self._random.random() < 0.25:
            sentences.append(self._random.choice(words.QUOTES))
        return "".join(self.fill(sentence) for sentence in sentences)

    def caption(self) -> str:
        """A caption of a picture."""
        return self.fill(self._random.choice(words.CAPTIONS))

    def heading(self) -> str:
        """A heading within the text."""
        return self.fill(
            self._random.choice(
                ("{place}：{trade}的下一步", "{yi}从哪里来", "“{rating}”之外，还看{goods}", "{month}看什么")
            )
        )

    def fill(self, template: str) -> str:
        """``template`` with each ``{slot}`` replaced by a fresh word or figure; KeyError for an unknown slot."""
        return _SLOT_RE.sub(lambda slot: _SLOTS[slot[1]](self, self._random), template)

    def speaker(self) -> str:
        """One of the three persons whom the article quotes."""
        return self._random.choice(self._names)

    def company(self) -> str:
        """The article's own company where it is about one, else any."""
        if self.theme == "公司":
            return self._company
        return self._random.choice(words.COMPANY_STEMS) + self._random.choice(words.COMPANY_ENDS)

    def day_near(self) -> str:
        """A date up to nine days before the article's day, as ``11月23日``."""
        day = self._day - timedelta(days=self._random.randint(0, 9))
        return f"{day.month}月{day.day}日"

    def _name(self) -> str:
        return self._random.choice(words.SURNAMES) + "".join(
            self._random.sample(words.GIVEN, self._random.randint(1, 2))
        )


def _one_of(choices: tuple[str, ...]) -> Callable[[ProseWriter, random.Random], str]:
    return lambda _writer, rng: rng.choice(choices)


_SLOTS: dict[str, Callable[[ProseWriter, random.Random], str]] = {
    "body": _one_of(words.BODIES),
    "place": _one_of(words.PLACES),
    "trade": _one_of(words.TRADES),
    "house": _one_of(words.HOUSES),
    "goods": _one_of(words.GOODS),
    "index_name": _one_of(words.INDEXES),
    "move": _one_of(("上升", "回落", "增加", "减少", "提高", "下降")),
    "mood": _one_of(("总体平稳", "稳中向好", "略有回暖", "偏谨慎", "较为充裕", "明显改善")),
    "zone": _one_of(("扩张", "收缩", "荣枯线附近")),
    "rating": _one_of(("买入", "增持", "推荐", "跑赢行业", "中性")),
    "company": lambda writer, _rng: writer.company(),
    "person": lambda writer, _rng: writer.speaker(),
    "date": lambda writer, _rng: writer.day_near(),
    "month": lambda _writer, rng: f"{rng.randint(1, 12)}月",
    "few": lambda _writer, rng: str(rng.randint(2, 14)),
    "pct": lambda _writer, rng: f"{rng.uniform(0.5, 68):.1f}%",
    "point": lambda _writer, rng: f"{rng.uniform(0.1, 9.9):.2f}",
    "index": lambda _writer, rng: f"{rng.uniform(46, 56):.1f}%",
    "rate": lambda _writer, rng: f"{rng.uniform(1.2, 3.6):.4f}",
    "bp": lambda _writer, rng: f"{rng.uniform(0.2, 18):.2f}",
    "price": lambda _writer, rng: f"{rng.uniform(8, 9800):.2f}",
    "level": lambda _writer, rng: f"{rng.uniform(900, 26000):.2f}",
    "wan": lambda _writer, rng: f"{rng.uniform(0.3, 2600):.2f}万",
    "yi": lambda _writer, rng: f"{rng.uniform(0.8, 9600):.2f}亿元",
}
