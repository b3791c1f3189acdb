"""What stands in articles before 2014, and how the mobile pages write it: the blocks of ``blocks`` in older mark-up.

For ``truth``. Read off real pages and bodies of 2005, 2008, 2009 and 2012, and of what crawlers stored of mobile pages
in 2017 and 2018 (sina-surface §4); the words are invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from html import escape

from newsarchive.rehearsal.blocks import (
    FICTION,
    FICTION_BLOCK,
    ProseBlock,
    TextPiece,
    blocks_of,
    figure,
    item_list,
    odd_characters,
    plain,
    squash,
    table,
)
from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.words import STOCKS, TRADES

Make = Callable[[random.Random, ProseWriter], ProseBlock]

EMPTY_PICTURE = "//n.sinaimg.cn/default/2fb77759/20151125/320X320.png"
"""What stands in ``src`` of a lazy picture of the mobile pages; the picture itself is in ``data-src``."""
_DOMESTIC_STOCKS = tuple(stock for stock in STOCKS if stock[0].startswith("stock_"))


@lru_cache(maxsize=64)
def old_blocks_of(seed: str, day: date, layout: str) -> tuple[ProseBlock, ...]:
    """The article of this seed as pages of ``layout`` (a key of ``OLD``) wrote it."""
    return OLD[layout](seed, day)


def is_picture(block: ProseBlock) -> bool:
    """Whether the block is a figure; pages before 2014 put these above the text."""
    return bool(block.pieces) and block.pieces[0].kind == "figure"


def _tables2004(seed: str, day: date) -> tuple[ProseBlock, ...]:
    rng, writer = random.Random(f"blocks/{seed}"), ProseWriter(f"prose/{seed}", day)
    middle = (_pierced, *_choices(rng, (plain, plain, odd_characters, _short_line, table), 5))
    return (*_made(rng, writer, (plain, *middle, plain)), FICTION_BLOCK)


def _artibody2008(seed: str, day: date) -> tuple[ProseBlock, ...]:
    rng, writer = random.Random(f"blocks/{seed}"), ProseWriter(f"prose/{seed}", day)
    pictures = [_centred_picture(rng, writer, day) for _ in range(rng.randint(0, 2))]
    middle = _choices(rng, (plain, _styled, odd_characters, _short_line, item_list), 6)
    return (*pictures, *_made(rng, writer, (_styled, _named, *middle, plain)), FICTION_BLOCK)


def _artibody2011(seed: str, day: date) -> tuple[ProseBlock, ...]:
    rng, writer = random.Random(f"blocks/{seed}"), ProseWriter(f"prose/{seed}", day)
    pictures = [_module_picture(rng, writer, day) for _ in range(rng.randint(0, 1))]
    middle = _choices(rng, (plain, plain, _old_stock, odd_characters, _short_line, table), 7)
    return (*pictures, *_made(rng, writer, (plain, _old_stock, _weibo, *middle, plain)), FICTION_BLOCK)


def _flash2020(seed: str, day: date) -> tuple[ProseBlock, ...]:
    """One flash: a paragraph that begins with its title in brackets."""
    writer = ProseWriter(f"prose/{seed}", day)
    text = f"【{writer.heading()}】{writer.paragraph()}{FICTION}"
    return (ProseBlock(f'<p class="bd_i_txt_c">{escape(text, quote=False)}</p>', (TextPiece("p", squash(text)),)),)


def _slide2010(seed: str, day: date) -> tuple[ProseBlock, ...]:
    """Pictures, each with a caption; ``page_slide`` writes them as data."""
    rng, writer = random.Random(f"blocks/{seed}"), ProseWriter(f"prose/{seed}", day)
    made = (figure(rng, writer, day) for _ in range(60))
    *shown, last = tuple(block for block in made if len(block.pieces) == 2)[: rng.randint(3, 9)]
    picture, caption = last.pieces
    return (*shown, replace(last, pieces=(picture, caption._replace(text=f"{caption.text}（{FICTION}）"))))


def _mobile2015(seed: str, day: date) -> tuple[ProseBlock, ...]:
    return tuple(map(_as_mobile, blocks_of(seed, day)))


def _choices(rng: random.Random, makers: Sequence[Make], count: int) -> list[Make]:
    return rng.choices(makers, k=rng.randint(3, count))


def _made(rng: random.Random, writer: ProseWriter, makers: Sequence[Make]) -> tuple[ProseBlock, ...]:
    return tuple(make(rng, writer) for make in makers)


def _pierced(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A paragraph with an advertisement of 2004 (画中画) in its middle, with a picture that is no content."""
    text, number = writer.paragraph(), rng.randrange(1000)
    advertisement = f"""<!--NEWSZW_HZH_BEGIN--><table align=left style="margin-top:10px;margin-bottom:3px">
  <tr>
    <td><a href=http://finance.sina.com.cn/focus/{number}/index.shtml target="_blank"><img \
src="http://image2.sina.com.cn/cj/temp/U{number}P31T7D47{number}F13DT20040329191644.jpg" border=1 class=img01></a>
      </td>
  </tr>
</table><!--NEWSZW_HZH_END-->"""
    cut = len(text) // 3
    return ProseBlock(f"<p>　　{text[:cut]}{advertisement}{text[cut:]}</p>", (TextPiece("p", squash(text)),))


def _short_line(_rng: random.Random, writer: ProseWriter) -> ProseBlock:
    line = writer.fill("{place}{trade}：{yi}与{pct}之间")
    return ProseBlock(f"<p>　　<strong>{line}</strong></p>", (TextPiece("p", line), TextPiece("strong", line)))


def _styled(_rng: random.Random, writer: ProseWriter) -> ProseBlock:
    text = writer.paragraph()
    html = f'<p>　　<span style="font-family: KaiTi_GB2312,KaiTi;">{escape(text, quote=False)}</span></p>'
    return ProseBlock(html, (TextPiece("p", squash(text)),))


def _named(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A name with a link to its blog behind it, which the editors' program put in."""
    head, tail = writer.fill("{house}的"), writer.paragraph()
    name, number = writer.speaker(), rng.randrange(10**6)
    link = f"<a class=akey href=http://blog.sina.com.cn/u/{number} target=_blank>blog</a>"
    html = f"<p>　　{head}<span class=keyword>{name}</span><!--wapdump begin-->({link})<!--wapdump end-->称，{tail}</p>"
    return ProseBlock(html, (TextPiece("p", squash(f"{head}{name}称，{tail}")),))


def _weibo(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    """A name with a link to its microblog behind it."""
    head, tail, name = writer.fill("{house}的"), writer.paragraph(), writer.speaker()
    link = f'<a href="http://weibo.com/{rng.randrange(10**10)}" class="wt_article_link" target="_blank">微博</a>'
    return ProseBlock(
        f"<p>　　{head}{name}({link})认为，{tail}</p>", (TextPiece("p", squash(f"{head}{name}认为，{tail}")),)
    )


def _old_stock(rng: random.Random, writer: ProseWriter) -> ProseBlock:
    span, symbol, name = rng.choice(_DOMESTIC_STOCKS)
    head, tail = writer.paragraph(), writer.fill("当日成交额{yi}，变动{point}%。")
    address = f"http://finance.sina.com.cn/realstock/company/{symbol}/nc.shtml"
    link = f'<span id="{span}"><a class="keyword" href="{address}" target="_blank">{name}</a></span>'
    pieces = (TextPiece("p", squash(f"{head}{name}{tail}")),)
    return ProseBlock(f"<p>　　{head}{link}{tail}</p>", pieces, symbol=symbol)


def _centred_picture(rng: random.Random, writer: ProseWriter, day: date) -> ProseBlock:
    """A picture before the text, as of 2009: a spacer and a caption under it, between breaks."""
    address, caption = _old_address(rng, day), writer.caption()
    html = (
        f'<center><img style="border:1px #000 solid;" src={address} alt={rng.choice(TRADES)}><br>'
        "<img src=http://i0.sinaimg.cn/home/c.gif height=5 width=1 style='border:0'><br>"
        f"{caption} <!--br><font class=f12><b><a href=http://finance.sina.com.cn/photo/>点击此处查看全部财经图片</a>"
        "</font></b--><br><br></center>"
    )
    return ProseBlock(html, (TextPiece("figure", _secure(address)), TextPiece("figcaption", squash(caption))))


def _module_picture(rng: random.Random, writer: ProseWriter, day: date) -> ProseBlock:
    """A picture before the text, as of 2011."""
    address, caption = _old_address(rng, day), writer.caption()
    html = (
        "<!-- 内容模块：单图 begin -->\n"
        f'<div class="img_wrapper"><img src="{address}" alt="{caption}" title="{caption}">'
        f'<span class="img_descr">{caption}</span></div>\n<!-- 内容模块：单图 end -->'
    )
    return ProseBlock(html, (TextPiece("figure", _secure(address)), TextPiece("figcaption", squash(caption))))


def _old_address(rng: random.Random, day: date) -> str:
    did = rng.randrange(10**6, 10**7)
    name = f"U{rng.randrange(9999)}P31T1D{did}F{rng.randrange(999)}DT{day:%Y%m%d}{rng.randrange(10**6):06d}.jpg"
    return f"http://i{rng.randint(0, 3)}.sinaimg.cn/cj/{day:%Y-%m-%d}/{name}"


def _secure(address: str) -> str:
    return address.replace("http://", "https://")


def _as_mobile(block: ProseBlock) -> ProseBlock:
    if not is_picture(block):
        return replace(block, html=block.html.replace("<p>", '<p class="art_p">'))
    address = block.pieces[0].text.removeprefix("https:")
    caption = block.pieces[1].text if len(block.pieces) > 1 else ""
    html = (
        '<a href="JavaScript:void(0)"><figure class="art_img_mini j_p_gallery" data-type="simple">\n'
        f'<img class="art_img_mini_img j_fullppt_cover" src="{EMPTY_PICTURE}" data-src="{address}" alt="{caption}">\n'
        f'<h2 class="art_img_tit">{caption}</h2>\n</figure></a>'
    )
    return replace(block, html=html)


OLD: dict[str, Callable[[str, date], tuple[ProseBlock, ...]]] = {
    "tables2004": _tables2004,
    "frominfo2006": _artibody2008,
    "artibody2008": _artibody2008,
    "artibody2011": _artibody2011,
    "slide2010": _slide2010,
    "mobile2015": _mobile2015,
    "selfmobile2017": _mobile2015,
    "flash2020": _flash2020,
}
"""Layouts whose blocks are made here, not in ``blocks``."""
