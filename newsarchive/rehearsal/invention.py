"""Invents the documents of a rehearsal from its seed: how many documents, when, in which channels, under which titles."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from newsarchive.rehearsal import words
from newsarchive.rehearsal.channels import (
    DOMESTIC,
    DOMESTIC_MEMBERSHIPS,
    EVERYTHING,
    MEMBERSHIPS,
    PAGEIDS,
    UNNAMED,
)
from newsarchive.rehearsal.prose import ProseWriter
from newsarchive.rehearsal.titles import AWKWARD, PAIRS, shown
from newsarchive.rehearsal.truth import BEIJING, IMPOSTORS, POSTER, UTF8, Fate, Metas, Story

OFF_SITE_HOST = "www.partner-media.example"
OFF_SITE_ROWS = 2
NEWEST_AGE_SECONDS = 60
DOMESTIC_SHARE = 1 / 3
LATE_SHARE, LATE_GAPS = 0.62, 9.0
"""Rows that enter the listing late, and the mean of their delay in gaps between rows: so about 44 % of new rows appear
below known ones, 24 % below more than five (sina-surface §0.1)."""

SECTIONS = (
    *("stock/usstock/c", "jjxw", "stock/hkstock/ggscyd", "stock/relnews/cn", "roll", "stock/hkstock/marketalerts"),
    *(
        "money/future/fmnews",
        "world",
        "hy/hyjz",
        "stock/marketresearch",
        "chanjing/gsnews",
        "china/gncj",
        "wm",
        "tob",
        "",
    ),
)
"""Paths of real addresses, the root among them (sina-surface §2.3)."""

_DOCID_LETTERS = "acefhikmnpqrstuvwxyz"
_DOCID_ANCHOR, _DOCID_RATE = (1_790_613_243, 530_136_815), 2**21 / 10**7
"""The letters, read as a number of base 20, rise linearly with time (sina-surface §3)."""


class _World(NamedTuple):
    seed: int
    now: datetime
    gap: timedelta
    """Mean time between two rows."""
    channels: tuple[str, ...]


def invent(
    *,
    articles: int,
    days: int,
    seed: int,
    now: datetime,
    titles: str = "awkward",
    impostors: bool = False,
    channels: tuple[str, ...] = tuple(PAGEIDS),
) -> tuple[Story, ...]:
    """``articles`` that a clean crawl keeps, oldest first, and between them a few rows that it must not keep.

    With ``titles="plain"`` (for measurements) there is nothing but ordinary articles.
    """
    rng = random.Random(f"truth/{seed}")
    extras = [] if titles == "plain" else [Fate.SAME_TEXT] + [Fate.OFF_SITE] * OFF_SITE_ROWS
    extras += IMPOSTORS if impostors else ()
    count = articles + len(extras)
    moments = _moments(rng, count, days, now)
    world = _World(seed, now, timedelta(days=days) / count, channels)
    documents = [_document(rng, world, number, moment) for number, moment in enumerate(moments)]
    for number, fate in zip(rng.sample(range(count), len(extras)), extras, strict=True):
        documents[number] = _with_fate(documents[number], fate)
    if titles != "plain":
        documents = _repeat_one(rng, _with_awkward_titles(rng, documents))
    return tuple(documents)


def _moments(rng: random.Random, count: int, days: int, now: datetime) -> list[datetime]:
    """``count`` different seconds of the last ``days`` days, the newest a minute old."""
    newest = int(now.timestamp()) - NEWEST_AGE_SECONDS
    seconds = (
        sorted(rng.sample(range(newest - days * 86_400 + 2 * NEWEST_AGE_SECONDS, newest), count - 1))
        if count > 1
        else []
    )
    return [datetime.fromtimestamp(second, BEIJING) for second in (*seconds, newest)]


def _document(rng: random.Random, world: _World, number: int, at: datetime) -> Story:
    docid = _docid(rng, at, number)
    text_seed = f"{world.seed}/{number}"
    writer = ProseWriter(f"title/{text_seed}", at.date())
    layout = rng.choices(("finance2026", "finance2018", "news"), (72, 22, 6))[0]
    title = writer.title()
    modified_at = min(at + timedelta(seconds=rng.choice((0, 0, 5, 90, 348))), world.now)
    return Story(
        docid=docid,
        url=_url(rng, layout, at, docid),
        listed_title=title,
        title=title,
        lids=lids_of(rng, world.channels),
        published_at=at,
        modified_at=modified_at,
        listed_at=min(modified_at + _delay(rng, world.gap), world.now),
        media=rng.choice(words.MEDIA),
        editor=rng.choice(words.SURNAMES) + rng.choice(words.GIVEN),
        keywords=tuple(rng.sample(words.TRADES, rng.randint(2, 5))),
        picture=picture_of(rng, at),
        layout=layout,
        charset=UTF8._replace(header="utf-8") if layout == "news" else UTF8,
        metas=rng.choices((Metas.AGREE, Metas.MOVED, Metas.NONE), (80, 15, 5))[0],
        text_seed=text_seed,
    )


def _delay(rng: random.Random, gap: timedelta) -> timedelta:
    """How long after its publication a row enters the listing, in whole seconds."""
    if rng.random() < LATE_SHARE:
        return timedelta(seconds=int(gap.total_seconds() * rng.expovariate(1 / LATE_GAPS)))
    return timedelta(seconds=rng.randint(5, 40))


def _docid(rng: random.Random, at: datetime, number: int) -> str:
    """7 letters that encode the time, and 7 digits that no other document of the run has."""
    (anchor, value), letters = _DOCID_ANCHOR, ""
    rest = int(value + (at.timestamp() - anchor) * _DOCID_RATE)
    for _ in range(7):
        rest, digit = divmod(rest, len(_DOCID_LETTERS))
        letters = _DOCID_LETTERS[digit] + letters
    return f"{letters}{rng.randrange(1000):03d}{number % 10_000:04d}"


def _url(rng: random.Random, layout: str, at: datetime, docid: str) -> str:
    if layout == "news":
        return f"https://news.sina.com.cn/{rng.choice(('c', 'o', 'w'))}/{at:%Y-%m-%d}/doc-i{docid}.shtml"
    section = rng.choice(SECTIONS)
    return f"https://finance.sina.com.cn/{section + '/' if section else ''}{at:%Y-%m-%d}/doc-i{docid}.shtml"


def lids_of(rng: random.Random, channels: tuple[str, ...]) -> tuple[str, ...]:
    """The channels of a document in rising order: those of ``channels`` that it belongs to, and four without a name."""
    domestic = rng.random() < DOMESTIC_SHARE
    more = rng.choice(DOMESTIC_MEMBERSHIPS if domestic else MEMBERSHIPS)
    named = [lid for lid in (DOMESTIC if domestic else "", EVERYTHING, *more) if lid in channels] or channels[:1]
    return tuple(sorted({*named, *rng.sample(UNNAMED, 4)}, key=int))


def picture_of(rng: random.Random, at: datetime) -> str:
    """The picture of a row: the poster of the site, or an address of its own without https."""
    if rng.random() < 0.3:
        return POSTER
    name = f"{rng.randrange(16**4):04x}-{rng.getrandbits(128):032x}.png"
    return f"http://n.sinaimg.cn/finance/transform/65/w550h315/{at:%Y%m%d}/{name}"


def _with_fate(document: Story, fate: Fate) -> Story:
    if fate is not Fate.OFF_SITE:
        return replace(document, fate=fate)
    path = f"/news/{document.published_at:%Y%m%d}/{document.docid}.html"
    return replace(document, fate=fate, url=f"https://{OFF_SITE_HOST}{path}")


def _with_awkward_titles(rng: random.Random, documents: list[Story]) -> list[Story]:
    """Give at most a third of the articles an awkward title; the two titles of a pair go to neighbours of one day."""
    documents = list(documents)
    free = [number for number, document in enumerate(documents) if document.fate is Fate.ARTICLE]
    room = len(free) // 3
    neighbours = [
        (a, b) for a, b in pairwise(free) if documents[a].published_at.date() == documents[b].published_at.date()
    ]
    for pair in PAIRS[: room // 4]:
        places = [(a, b) for a, b in neighbours if a in free and b in free]
        if places:
            place = rng.choice(places)
            for number, listed in zip(place, pair, strict=True):
                documents[number] = _titled(documents[number], listed)
                free.remove(number)
    for number, listed in zip(rng.sample(free, min(room, len(AWKWARD))), AWKWARD, strict=False):
        documents[number] = _titled(documents[number], listed)
    return documents


def _titled(document: Story, listed: str) -> Story:
    return replace(document, listed_title=listed, title=shown(listed))


def _repeat_one(rng: random.Random, documents: list[Story]) -> list[Story]:
    """Let the document of fate SAME_TEXT repeat an article of its day; without one, drop the document."""
    number = next(n for n, document in enumerate(documents) if document.fate is Fate.SAME_TEXT)
    repeat = documents[number]
    day = repeat.published_at.date()
    plain = [d for d in documents if d.fate is Fate.ARTICLE and d.published_at.date() == day and d.title not in AWKWARD]
    if not plain:
        return [*documents[:number], *documents[number + 1 :]]
    model = rng.choice(plain)
    documents[number] = replace(
        repeat, listed_title=model.listed_title, title=model.title, text_seed=model.text_seed, repeat_of=model.docid
    )
    return documents
