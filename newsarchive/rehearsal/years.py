"""The past of the stand-in: on one day of each era, documents of every layout, charset and kind of address.

Made like ``invention``'s, from the seed; read through the day query alone. Addresses and eras: sina-surface §3, §4.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import quote

from newsarchive.rehearsal import words
from newsarchive.rehearsal.invention import lids_of, picture_of
from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.truth import BEIJING, UTF8, Charset, Fate, Metas, Story

GBK_2004 = Charset("gbk", header="", meta="gb2312")
GB18030 = Charset("gb18030", header="", meta="gb2312")
TRAPS = (
    Charset("utf-8", header="", meta="gb2312"),  # re-encoded by somebody who did not change the meta
    Charset("gb18030", header="x-gbk", meta="gb2312"),  # a name that only browsers know
    Charset("gb18030", header="utf-8", meta="gb2312"),
    Charset("gb18030", header="", meta="utf-8"),
    Charset("utf-8", header="gbk", meta="gb2312"),  # both are wrong
    Charset("utf-8", header="iso-8859-1", meta="utf-8"),  # the default of some servers
)
"""Pages whose header or meta says something else than their bytes (sina-surface §5)."""


class Shape(NamedTuple):
    """A kind of document of one day; ``address`` is formatted with ``at``, ``number``, ``docid`` and ``hexes``."""

    layout: str
    address: str
    charset: Charset = UTF8
    fate: Fate = Fate.ARTICLE
    parts: int = 1
    metas: Metas = Metas.AGREE
    listed: str = "{url}"
    """How the row writes the address, ``escaped`` being it in a query: by itself, or as an alias of it."""


_G = "finance.sina.com.cn/g/{at:%Y%m%d}/{at:%H%M}{number}.shtml"
_STOCK = "finance.sina.com.cn/stock/t/{at:%Y%m%d}/{at:%H%M}{number}.shtml"
_FUND = "finance.sina.com.cn/money/fund/{at:%Y%m%d}/{at:%H%M}{number}.shtml"
_DASHED = "/{at:%Y-%m-%d}/{at:%H%M}{number}.shtml"
_DOC = "/{at:%Y-%m-%d}/doc-i{docid}.shtml"
_ALIAS = "https://cj.sina.cn/article/norm_detail?url={escaped}&autocallup=no&froms=ggmp"
_SHOWN = Metas.NONE
"""No meta has a time; the page shows minutes."""

DIGITS = {2004: 6, 2005: 6, 2006: 7, 2008: 7, 2010: 7, 2012: 8, 2015: 8}
"""Year → digits of a document's number in its address (sina-surface §3)."""
DOCID_PREFIXES = {2015: "fx", 2018: "h", 2022: "m"}
"""Year → first letters of its docids (sina-surface §3)."""

DAYS: dict[date, tuple[Shape, ...]] = {
    date(2004, 5, 18): (
        Shape("tables2004", _G, GBK_2004, metas=_SHOWN),
        Shape("tables2004", "finance.sina.com.cn/b/{at:%Y%m%d}/{at:%H%M}{number}.shtml", GBK_2004, metas=_SHOWN),
        Shape("tables2004", _G, Charset("gbk", header="gb2312", meta="gb2312"), metas=_SHOWN),
    ),
    date(2005, 3, 21): (
        Shape("tables2004", "chanye.finance.sina.com.cn/sm/{at:%Y-%m-%d}/{number}.shtml", GBK_2004, metas=_SHOWN),
        Shape("tables2004", "finance.sina.com.cn/p" + _DASHED.replace(".s", "."), GBK_2004, metas=_SHOWN),
    ),
    date(2006, 6, 5): (
        Shape("frominfo2006", _STOCK, GBK_2004, metas=_SHOWN),
        Shape("frominfo2006", _G, GBK_2004, metas=_SHOWN),
    ),
    date(2008, 8, 14): (
        Shape("artibody2008", _G, GB18030, metas=_SHOWN),
        Shape("artibody2008", _STOCK, GB18030, metas=_SHOWN),
        Shape("artibody2008", "ent.sina.com.cn/v/m" + _DASHED, GB18030, metas=_SHOWN),
        Shape("artibody2008", "news.sina.com.cn/c" + _DASHED, GB18030, metas=_SHOWN),
        Shape(
            "video", "video.sina.com.cn/p/finance/china/{at:%Y%m%d}/{at:%H%M}{number}.html", GB18030, Fate.VIDEO_ONLY
        ),
    ),
    date(2010, 3, 5): (
        Shape("artibody2008", _STOCK, GB18030, metas=_SHOWN),
        Shape("artibody2008", _STOCK, GB18030, parts=3, metas=_SHOWN),
        Shape("artibody2008", _G, GB18030, parts=2, metas=_SHOWN),
        Shape("slide2010", "slide.finance.sina.com.cn/g/slide_9_{number}_{hexes}.html", GB18030),
        Shape("topic", "finance.sina.com.cn/focus/{hexes}/index.shtml", GB18030, Fate.TOPIC),
    ),
    date(2012, 6, 8): (
        Shape("artibody2011", _STOCK, GB18030, metas=_SHOWN),
        Shape("artibody2011", _FUND, GB18030, metas=_SHOWN),
        *(Shape("artibody2011", _FUND, trap, metas=_SHOWN) for trap in TRAPS),
        Shape("topic", "finance.sina.com.cn/zt/{hexes}/", GB18030, Fate.TOPIC),
    ),
    date(2015, 12, 18): (
        Shape("web2014", _STOCK),
        Shape("web2014", "finance.sina.com.cn/china/gncj" + _DOC),
        Shape("web2014", "finance.sina.com.cn/roll/{at:%Y-%m-%d}/detail-i{docid}.shtml"),
        Shape("web2014", "news.sina.com.cn/c/nd" + _DOC),
        Shape("tech2014", "tech.sina.com.cn/i" + _DOC),
        Shape("live", "live.video.sina.com.cn/play/finance/{hexes}.html", UTF8, Fate.LIVE),
    ),
    date(2018, 12, 28): (
        Shape("finance2018", "finance.sina.com.cn/roll" + _DOC),
        Shape(
            "finance2018", "finance.sina.com.cn/stock/usstock/c" + _DOC, Charset("utf-8", header="gb2312", meta="utf-8")
        ),
        Shape("finance2018", "finance.sina.com.cn/wm" + _DOC, metas=Metas.MOVED),
        Shape("finance2018", "finance.sina.com.cn/zl/china/{at:%Y-%m-%d}/zl-i{docid}.shtml"),
        Shape("news", "news.sina.com.cn/o" + _DOC, metas=_SHOWN),
        Shape("tech2018", "tech.sina.com.cn/it" + _DOC),
        Shape("ent2018", "ent.sina.com.cn/s/m" + _DOC),
        Shape("sports2018", "sports.sina.com.cn/basketball/nba" + _DOC),
        Shape("k2018", "k.sina.com.cn/article_{number}_{hexes}.html"),
        Shape("cj2018", "cj.sina.com.cn/articles/view/{number}/{hexes}"),
        Shape("mobile2015", "finance.sina.cn/usstock/mggd/{at:%Y-%m-%d}/detail-i{docid}.d.html"),
        Shape("selfmobile2017", "finance.sina.cn/2018-12-28/detail-i{docid}.d.html"),
        Shape("player2018", "finance.sina.com.cn/stock/y" + _DOC, UTF8, Fate.VIDEO_ONLY),
        Shape("topic", "finance.sina.com.cn/zt_d/subject-15{number}", UTF8, Fate.TOPIC),
    ),
    date(2022, 7, 13): (
        Shape("flash2020", "finance.sina.com.cn/7x24" + _DOC),
        Shape("flash2020", "finance.sina.com.cn/7x24" + _DOC),
        Shape("finance2018", "finance.sina.com.cn/money/future/fmnews" + _DOC),
        Shape("finance2018", "finance.sina.com.cn/jjxw" + _DOC, listed=_ALIAS),
        Shape("mobile2015", "finance.sina.cn/stock/relnews/cn/{at:%Y-%m-%d}/detail-i{docid}.d.html"),
        Shape("slide2010", "slide.finance.sina.com.cn/slide_9_{number}_{hexes}.html"),
    ),
}

_NEW_RE = re.compile(r"-i([a-z]{7}\d{7})\.")
_OLD_RE = re.compile(r"/(\d{4})-?(\d\d)-?(\d\d)/(\d{5,16})\.s?html$")


def past_documents(seed: int, channels: tuple[str, ...]) -> tuple[Story, ...]:
    """The documents of all ``DAYS``, oldest first."""
    rng = random.Random(f"years/{seed}")
    made = (_of_day(rng, f"{seed}/{day.year}", day, channels) for day in DAYS)
    return tuple(document for documents in made for document in documents)


def docid_of(url: str) -> str:
    """The docid of an address: the one in it, else host, day and number, else a digest (design §2)."""
    if new := _NEW_RE.search(url):
        return new[1]
    if old := _OLD_RE.search(url):
        host = url.split("/")[2].removesuffix(".sina.com.cn").replace(".", "-")
        return f"{host}-{''.join(old.groups()[:3])}-{old[4]}"
    return f"u-{hashlib.sha256(url.encode()).hexdigest()[:16]}"


def _of_day(rng: random.Random, seed: str, day: date, channels: tuple[str, ...]) -> Iterator[Story]:
    opening = datetime.combine(day, time(7), BEIJING)
    seconds = sorted(rng.sample(range(14 * 3600), len(DAYS[day])))
    for number, (shape, second) in enumerate(zip(DAYS[day], seconds, strict=True)):
        yield _document(rng, shape, opening + timedelta(seconds=second), f"{seed}/{number}", channels)


def _document(rng: random.Random, shape: Shape, at: datetime, text_seed: str, channels: tuple[str, ...]) -> Story:
    url, title = _url(rng, shape, at), ProseWriter(f"title/{text_seed}", at.date()).title()
    return Story(
        docid=docid_of(url),
        url=url,
        listed_url=shape.listed.format(url=url, escaped=quote(url, safe="")),
        listed_title=title,
        title=title,
        lids=lids_of(rng, channels),
        published_at=at,
        modified_at=at,
        listed_at=at + timedelta(seconds=rng.randint(5, 400)),
        media=rng.choice(words.MEDIA),
        editor=rng.choice(words.SURNAMES) + rng.choice(words.GIVEN),
        keywords=tuple(rng.sample(words.TRADES, rng.randint(2, 5))),
        picture=picture_of(rng, at),
        layout=shape.layout,
        metas=shape.metas,
        text_seed=text_seed,
        fate=shape.fate,
        charset=shape.charset,
        parts=shape.parts,
        is_past=True,
    )


def _url(rng: random.Random, shape: Shape, at: datetime) -> str:
    digits = DIGITS.get(at.year, 8)
    prefix = DOCID_PREFIXES.get(at.year, "")
    letters = prefix + "".join(rng.choices("acefhikmnpqrstuvwxyz", k=7 - len(prefix)))
    address = shape.address.format(
        at=at,
        number=rng.randrange(10 ** (digits - 1), 10**digits),
        docid=f"{letters}{rng.randrange(10**7):07d}",
        hexes=f"{rng.getrandbits(48):012x}",
    )
    return f"https://{address}"
