"""What stands in an article: blocks as the page writes them, with the pieces that a clean archive must hold, in order.

Read by ``page`` (the mark-up) and ``judge`` (the pieces); made anew from the seed whenever asked, so that thousands of
articles cost no memory.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from typing import NamedTuple

from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.words import STOCKS

_ODD = (
    "11\u00a0月\u00a01\u00a0日\u201112\u00a0月\u00a031\u00a0日",
    "R&D 投入 < 预期、毛利率 > 60%",
    "变量{{ rate }}与{单个}花括号",
    "生僻字𠮷、㐂与emoji📈",
    "約㎡·℃・‰・①㈠",
    "价格区间 5～8 元，Ａ＋Ｂ 轮",
    'the "final" cut, 50% & more',
)
"""Text that careless parsers break: NBSP, U+2011, mark-up characters, braces, characters beyond 16 bits, full width."""


class TextPiece(NamedTuple):
    """One piece of an article's text, in document order; each run of white space is one blank.

    ``kind``: p, quote (a paragraph in a blockquote), heading, li, caption, th, td, figcaption; strong, em (inside one
    of these); a (``text`` is the address); figure (``text`` is the https address of the picture).
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ProseBlock:
    """One block of an article as the page writes it, and what a clean archive must hold of it."""

    html: str
    pieces: tuple[TextPiece, ...] = ()
    """Empty for a block that a clean archive must drop."""
    symbol: str = ""


FICTION = "本文为演练生成，内容纯属虚构。"
"""The last line of every invented text: nobody who finds a file alone may take it for news."""
FICTION_BLOCK = ProseBlock(f"<p>　　{FICTION}</p>", (TextPiece("p", FICTION),))


def squash(text: str) -> str:
    """Replace each run of white space (NBSP and U+3000 included) by one blank, and strip both ends."""
    return " ".join(text.split())


@lru_cache(maxsize=64)
def blocks_of(seed: str, day: date) -> tuple[ProseBlock, ...]:
    """The article of this seed: 6 to 15 blocks, about 10 kB of mark-up; the last says that it is invented."""
    rng, writer = random.Random(f"blocks/{seed}"), ProseWriter(f"prose/{seed}", day)
    blocks = [plain(rng, writer)]
    if rng.random() < 0.8:
        blocks.append(figure(rng, writer, day))
    if rng.random() < 0.3:
        blocks.append(_reference(rng, writer))
    blocks += [rng.choice(_BODY)(rng, writer) for _ in range(rng.randint(3, 9))]
    for make, share in ((table, 0.2), (item_list, 0.25), (_heading, 0.3)):
        if rng.random() < share:
            blocks.insert(rng.randint(2, len(blocks)), make(rng, writer))
    if rng.random() < 0.4:
        blocks.insert(rng.randint(2, len(blocks)), figure(rng, writer, day))
    blocks.append(plain(rng, writer))
    return (*blocks, FICTION_BLOCK)


def symbols_of(seed: str, day: date) -> tuple[str, ...]:
    """The stock symbols that the article links, each once, in the order of the text."""
    return tuple(dict.fromkeys(block.symbol for block in blocks_of(seed, day) if block.symbol))


def plain(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A paragraph of prose."""
    text = writer.paragraph()
    attributes = rng.choice(("", "", "", ' cms-style="font-L"', ' style="text-align: left;"', " class=text-p"))
    return ProseBlock(f"<p{attributes}>　　{escape(text, quote=False)}</p>", (TextPiece("p", squash(text)),))


def bold_lead(_rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A paragraph that begins with words in bold."""
    lead, text = writer.heading(), writer.paragraph()
    pieces = (TextPiece("p", squash(f"{lead} {text}")), TextPiece("strong", squash(lead)))
    return ProseBlock(f"<p>　　<strong>{lead}</strong>&nbsp;{text}</p>", pieces)


def _bold_line(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A heading as editors write it: a paragraph in bold, the indent inside or outside, or a font tag of imports."""
    line = writer.fill("{place}{trade}：{yi}与{pct}之间")
    form = rng.choice(("<p><strong>　　{}</strong></p>", "<p>　<strong>　{}</strong></p>", "{font}"))
    if form == "{font}":
        return ProseBlock(
            f'<p cms-style="font-L">　　<font cms-style="font-L strong-Bold">{line}</font></p>', (TextPiece("p", line),)
        )
    return ProseBlock(form.format(line), (TextPiece("p", line), TextPiece("strong", line)))


def stock_link(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A paragraph with a stock, as Sina's script marks it; the quote's span is empty in what the server sends."""
    span, symbol, name = rng.choice(STOCKS)
    head, tail = writer.paragraph(), writer.fill("当日成交额{yi}，变动{point}%。")
    link = (
        f"<span id={span}><a href=https://stock.finance.sina.com.cn/usstock/quotes/{symbol}.html "
        f'class="keyword" target=_blank data-sudaclick="content_marketkeywords_p">{name}</a></span>'
        f"<span id=quote_{symbol}></span>"
    )
    return ProseBlock(f"<p>　　{head}{link}{tail}</p>", (TextPiece("p", squash(f"{head}{name}{tail}")),), symbol=symbol)


def outer_link(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A paragraph that ends with a link to another site."""
    text, address = writer.paragraph(), f"https://www.disclosure.example/reports/{rng.randrange(10**9)}.html"
    html = f'<p>　　{text}报告全文见<a href="{address}" target="_blank" onclick="return track(this)">披露网站</a>。</p>'
    return ProseBlock(html, (TextPiece("p", squash(f"{text}报告全文见披露网站。")), TextPiece("a", address)))


def odd_characters(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A paragraph with characters that break careless readers (``_ODD``)."""
    odd = rng.choice(_ODD)
    text = f"{odd}，{writer.paragraph()}"
    return ProseBlock(f"<p>　　{escape(text, quote=False)}&nbsp;</p>", (TextPiece("p", squash(text)),))


def emphasis(_rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A paragraph that ends with a note in italics."""
    note, text = writer.fill("{house}注，{date}"), writer.paragraph()
    return ProseBlock(
        f"<p>　　{text}<em>（{note}）</em></p>",
        (TextPiece("p", squash(f"{text}（{note}）")), TextPiece("em", f"（{note}）")),
    )


def _reference(_rng: random.Random, writer: ProseWriter) -> ProseBlock:
    text = "内容摘要：" + writer.paragraph()
    return ProseBlock(
        f"<blockquote class='fin_reference'>\n<p>{text}</p>\n</blockquote>", (TextPiece("quote", squash(text)),)
    )


def _heading(_rng: random.Random, writer: ProseWriter) -> ProseBlock:
    text = writer.heading()
    return ProseBlock(f"<h3>{text}</h3>", (TextPiece("heading", text),))


def item_list(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A list of two to five items, numbered or not."""
    tag = rng.choice(("ul", "ol"))
    items = [writer.fill("{company}：{trade}收入{yi}，占比{pct}") for _ in range(rng.randint(2, 5))]
    html = "\n".join(f"<li>{item}</li>" for item in items)
    return ProseBlock(f"<{tag}>\n{html}\n</{tag}>", tuple(TextPiece("li", item) for item in items))


def table(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A table with caption, head and two to six rows."""
    caption, heads = writer.fill("表：{place}{trade}主要指标（{date}）"), ("公司", "成交额", "涨跌幅")
    rows = [[writer.fill(cell) for cell in ("{company}", "{yi}", "{point}%")] for _ in range(rng.randint(2, 6))]
    head = "<tr>" + "".join(f'<th style="width:33%">{cell}</th>' for cell in heads) + "</tr>"
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    html = f'<table border="1" class="tb01" cellspacing=0>\n<caption>{caption}</caption>\n{head}\n{body}\n</table>'
    cells = [TextPiece("td", cell) for row in rows for cell in row]
    return ProseBlock(html, (TextPiece("caption", caption), *(TextPiece("th", cell) for cell in heads), *cells))


def figure(rng: random.Random, writer: ProseWriter, day: date) -> ProseBlock:
    """A picture, three times of four with a caption; its address may lack the scheme."""
    name = f"{rng.randrange(16**4):04x}-{rng.getrandbits(128):032x}.{rng.choice(('jpg', 'png'))}"
    address = f"//n.sinaimg.cn/finance/transform/{rng.randint(1, 250)}/w550h{rng.randint(280, 420)}/{day:%Y%m%d}/{name}"
    caption = writer.caption() if rng.random() < 0.75 else ""
    src = rng.choice(("", "", "https:", "http:")) + address
    extra = rng.choice(("", ' data-link=""', f' data-mce-attachid="{rng.randrange(10**6)}" style="max-width: 640px;"'))
    shown = f"<span>{caption}</span>" if rng.random() < 0.2 else caption
    html = (
        f'<div class="img_wrapper"><img src="{src}" alt="{caption}"{extra}><span class="img_descr">{shown}</span></div>'
    )
    pieces = (
        TextPiece("figure", f"https:{address}"),
        *((TextPiece("figcaption", squash(caption)),) if caption else ()),
    )
    return ProseBlock(html, pieces)


_BODY = (
    plain,
    plain,
    plain,
    bold_lead,
    _bold_line,
    stock_link,
    stock_link,
    outer_link,
    odd_characters,
    emphasis,
)
