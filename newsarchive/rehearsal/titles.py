"""Headlines that careless archives cannot store: illegal file names, quotes, braces, names equal but for case or composition."""

from __future__ import annotations

import unicodedata


def shown(listed: str) -> str:
    """How the page shows what the listing wrote: white space squashed."""
    return " ".join(listed.split())


_LONG = "从一季度的高开到四季度的回落，" + "再到监管、机构与散户三方各自不同的解读，" * 6 + "一文看懂全年行情"

AWKWARD: tuple[str, ...] = (
    'A股<三大>指数: 成交"破万亿"/两市\\缩量? |*ST板块*领跌',
    "央行行长：'稳'字当头，It's time",
    '"绿色股票"试水欧洲 It\'s "now or never"',
    "模板{{ page.title }}与{% raw %}：量化基金的{代码}之争",
    "C#与F#工程师薪酬调查：#1 是谁",
    _LONG,
    "Long title: " + "quarterly earnings beat expectations, " * 5,
    "",
    "CON",
    "con.txt",
    "aux.年度报告",
    ".隐藏在开头的点",
    "_以下划线开头的标题",
    "结尾有点...",
    "??",
    "🚀火箭股一周翻倍，👨‍👩‍👧家庭账户入场",
    "换行在这里\n  标题的第二行",
    "制表\t与　全角空格  和双空格",
    "<b>不是标签</b> AT&T并购案&amp;后续",
    "- yes: no # 像 YAML 的标题",
    "100%",
    "生僻字𠮷野家与㐂的上市之路",
)
"""Legal titles, each of which is illegal or dangerous as a file name; a run uses each once."""

PAIRS: tuple[tuple[str, str], ...] = (
    ("快讯：银行板块异动拉升", "快讯：银行板块异动拉升"),
    ("ETF周报：QDII额度告急", "etf周报：qdii额度告急"),
    (unicodedata.normalize("NFC", "Nestlé与Café品牌换帅"), unicodedata.normalize("NFD", "Nestlé与Café品牌换帅")),
    ("利率:上升还是下降", "利率：上升还是下降"),
)
"""Titles of two documents of one day that would have the same file name."""
