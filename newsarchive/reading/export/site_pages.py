"""The pages of the folder that ``site`` writes: what each shows, and where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

from newsarchive.items import BEIJING
from newsarchive.reading.entries import Entry
from newsarchive.reading.export.shown import file_name_of, html_of, label_of, notes_on, plain, source_of, title_of
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library

T = TypeVar("T")
WEEKDAYS = "一二三四五六日"
_PAGE = """<!doctype html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' file:; img-src 'self' file: https: http:">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{up}style.css">
</head>
<body>
<nav class="top"><a href="{up}index.html">新浪财经 · 存档</a>{path}</nav>
<main>
{body}
</main>
</body>
</html>
"""


class Neighbours(NamedTuple, Generic[T]):
    """One of a row, between the one before and the one after it."""

    before: T | None
    one: T
    after: T | None


@dataclass(frozen=True, slots=True)
class DayPage:
    """What the front page tells of a day."""

    day: date
    articles: int


class SiteDay(NamedTuple):
    """A day whose articles are written."""

    day: date
    entries: Sequence[Entry]


# --- where pages lie -------------------------------------------------------------------------------------------------


def day_file(day: date) -> str:
    return f"{day:%Y/%m/%d}/index.html"


def file_of(entry: Entry) -> str:
    return f"{entry.day:%Y/%m/%d}/{file_name_of(entry.docid)}.html"


def channel_file(lid: str) -> str:
    return f"channels/{file_name_of(lid)}.html"


def channel_day_file(lid: str, day: date) -> str:
    return f"{day:%Y/%m/%d}/_{file_name_of(lid)}.html"


def by_channel(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for lid in entry.channels:
            found.setdefault(lid, []).append(entry)
    return found


# --- pages -----------------------------------------------------------------------------------------------------------


def _page(title: str, body: str, *, depth: int, path: str = "") -> str:
    """``depth``: folders between the page and the front page."""
    return _PAGE.format(title=escape(title), up="../" * depth, path=path, body=body)


def _link(file: str, told: str, *, depth: int, rel: str = "") -> str:
    relation = f' rel="{rel}"' if rel else ""
    return f'<a href="{"../" * depth}{file}"{relation}>{told}</a>'


def article_page(placed: Neighbours[KeptArticle]) -> str:
    entry = placed.one.entry
    told, url = source_of(entry)
    source = f'<a href="{escape(url)}">{escape(told)}</a>' if url else escape(told)
    media = f"<span>{escape(plain(entry.media))}</span>" if entry.media else ""
    sides = (("上一篇", placed.before, "prev"), ("下一篇", placed.after, "next"))
    turns = "".join(
        _link(file_of(other.entry), f"{name}：{escape(label_of(other.entry))}", depth=3, rel=rel)
        for name, other, rel in sides
        if other
    )
    body = [
        "<article data-pagefind-body>",
        f"<h1>{escape(title_of(entry))}</h1>",
        f'<p class="told"><time>{entry.at.astimezone(BEIJING):%Y-%m-%d %H:%M}</time> {media}</p>',
        *(f'<p class="note">{escape(note)}</p>' for note in notes_on(entry)),
        f'<div class="text">\n{html_of(placed.one)}\n</div>',
        f'<footer class="told">{source}</footer>',
        "</article>",
        f'<nav class="turn">{turns}</nav>',
    ]
    path = f" › {_link(day_file(entry.day), str(entry.day), depth=3)}"
    return _page(title_of(entry), "\n".join(body), depth=3, path=path)


def day_page(library: Library, placed: Neighbours[SiteDay]) -> str:
    day, entries = placed.one
    channels = "".join(
        f"<li>{_link(channel_day_file(lid, day), escape(_name(library, lid)), depth=3)} {len(shown)}</li>"
        for lid, shown in by_channel(entries).items()
    )
    sides = (("前一日", placed.before, "prev"), ("后一日", placed.after, "next"))
    turns = "".join(
        _link(day_file(other.day), f"{name}：{_told(other.day)}", depth=3, rel=rel)
        for name, other, rel in sides
        if other
    )
    body = [
        f"<h1>{_told(day)}</h1>",
        f'<p class="told">{len(entries)} 篇</p>',
        f'<ul class="row">{channels}</ul>',
        _list(entries),
        f'<nav class="turn">{turns}</nav>',
    ]
    return _page(f"{day} · 新浪财经", "\n".join(body), depth=3)


def channel_day_page(library: Library, lid: str, day: date, entries: Sequence[Entry]) -> str:
    name = escape(_name(library, lid))
    body = f'<h1>{name} · {_told(day)}</h1>\n<p class="told">{len(entries)} 篇</p>\n{_list(entries)}'
    path = f" › {_link(day_file(day), str(day), depth=3)} › {_link(channel_file(lid), name, depth=3)}"
    return _page(f"{_name(library, lid)} {day}", body, depth=3, path=path)


def channel_page(library: Library, lid: str, days: Sequence[DayPage]) -> str:
    name = _name(library, lid)
    body = f"<h1>{escape(name)}</h1>\n{_months(days, lambda day: channel_day_file(lid, day), depth=1)}"
    return _page(f"{name} · 新浪财经", body, depth=1)


def front_page(
    library: Library, days: Sequence[DayPage], channels: dict[str, list[DayPage]], *, has_search: bool
) -> str:
    total = sum(day.articles for day in days)
    listed = "".join(
        f"<li>{_link(channel_file(lid), escape(_name(library, lid)), depth=0)} {sum(day.articles for day in shown)}</li>"
        for lid, shown in channels.items()
    )
    searched = f"<li>{_link('search.html', '搜索', depth=0)}</li>" if has_search else ""
    told = f"{total} 篇，{days[0].day} 至 {days[-1].day}" if days else "没有文章"
    body = [
        "<h1>新浪财经 · 存档</h1>",
        f'<p class="told">{told}</p>',
        f'<ul class="row">{listed}{searched}</ul>',
        _months(days, day_file, depth=0),
    ]
    return _page("新浪财经 · 存档", "\n".join(body), depth=0)


def _months(days: Sequence[DayPage], address_of: Callable[[date], str], *, depth: int) -> str:
    """Newest first."""
    months = groupby(reversed(days), key=lambda one: f"{one.day:%Y 年 %m 月}")
    return "\n".join(
        f'<h2>{month}</h2>\n<ul class="days">'
        + "".join(
            f"<li>{_link(address_of(one.day), f'{one.day:%m-%d} {_weekday(one.day)}', depth=depth)} {one.articles}</li>"
            for one in of_month
        )
        + "</ul>"
        for month, of_month in months
    )


def _list(entries: Sequence[Entry]) -> str:
    hours = groupby(entries, key=lambda entry: f"{entry.at.astimezone(BEIJING):%H}")
    return "\n".join(f"<h2>{hour} 时</h2>\n<ol>{''.join(map(_item, of_hour))}</ol>" for hour, of_hour in hours)


def _item(entry: Entry) -> str:
    media = f" <small>{escape(plain(entry.media))}</small>" if entry.media else ""
    title = _link(f"{file_name_of(entry.docid)}.html", escape(label_of(entry)), depth=0)
    return f"<li><time>{entry.at.astimezone(BEIJING):%H:%M}</time> {title}{media}</li>\n"


def _name(library: Library, lid: str) -> str:
    return plain(library.channel_name(lid))


def _told(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日 {_weekday(day)}"


def _weekday(day: date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"
