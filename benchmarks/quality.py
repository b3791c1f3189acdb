#!/usr/bin/env python3
"""How exactly real pages are read: title, minute, source, paragraphs, pictures, and what does not belong there.

    python benchmarks/quality.py [--pages DIR]

Scores every page of the folder (``real_pages.py`` says what may lie there) through the crawl's own functions.  Pages with
gold text are measured against it, all others by a list of what may never be in a body; of pages of which only the body was
kept (wrapped into a page of their era) that, and the share of their own paragraphs that is left.  A page whose address names
no document must be refused.  Printed is a table by layout, beside the best peers, then every single miss.  Exit 1 if a
goal is missed: titles, minutes, sources and pictures all; body F1 at least 0.995 in the mean and 0.98 at worst; no leak.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from statistics import mean

from real_pages import DEFAULT_FOLDER, Gold, RealPage, real_pages
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsarchive.errors import PageError
from newsarchive.items import Article
from newsarchive.sina.page.page_reader import article_of, cleaned

MEAN_F1, WORST_F1 = 0.995, 0.98
RUN = 4
"""Characters of a run: short enough for a moved sentence to count, long enough that common words alone do not."""

PEERS = """\
fundus 0.5.7, own Sina rules        6    6/6   3/6    5/6   -         -     0.990  0.97   11/14 +2     -
BeautifulSoup, own rules            6    6/6   3/6    5/6   -         -     0.973  0.92   14/14 +3     -"""
"""Measured on six pages of 2018-2019 on 2026-11-24; the best there are."""

_LEAKS_RE = re.compile(
    r"责任编辑|海量资讯、精准解读|扫[描一].{0,4}二维码|新浪意见反馈|放大字体|缩小字体|\d\s*人参与|\d\s*条评论|新浪财经公众号"
    r"|24小时滚动播报|新浪简介|文章关键词|炒股就看|金麒麟分析师研报|热点栏目\s*自选股|下一条快讯将在|查看更多董秘问答|新浪财经股吧"
    r"|登录新浪财经APP|图文直播间|不支持Flash|收藏此页|欢迎发表评论|【\s*(?:发表评论|大\s*中\s*小|打印|关闭|评论|论坛)\s*】"
    r"|publish_helper|news_keyword_pub|article_adlist|appendQr|document\.write|function\s*\(|\bvar \w+\s*=|@@\w+@@|\ufffd"
    r"|^(?:我要反馈|我要评论|意见反馈留言板|网友评论|最热评论|热门推荐|广告服务|新浪众测|THE_END|分享到|微博推荐|相关(?:专题|新闻|报道|阅读)"
    r"|(?:新浪\w{0,4})?(?:免责|特别)?声明[:：])"
)
"""What the template of some year says in a line: no reader would call it text (sina-surface.md §4)."""
_LIVE_RE = re.compile(
    r"<(?:script|style|iframe|form|link|meta|!--|input|object|embed)|\son\w+=|javascript:|\sstyle=", re.I
)
_LINK_RE = re.compile(r"<a\b[^>]*>.*?</a>", re.S)
_TAG_RE = re.compile(r"<[^>]*>")
_IMAGE_RE = re.compile(r'<img src="([^"]*)"')
_MARKER_RE = re.compile(r"[(（\[]\s*(?:微博|blog|博客|听歌)?\s*[)）\]]")
"""Behind a name in pages of 2007-2017, often linked: may stay or go."""
_COMMENT_RE = re.compile(r"<!--.*?-->", re.S)


@dataclass(slots=True)
class Score:
    """One page; of what nobody knows the field is None."""

    page: RealPage
    layout: str = "(not read)"
    title: bool | None = None
    minute: bool | None = None
    source: bool | None = None
    recall: tuple[int, int] | None = None
    false: int | None = None
    f1: float | None = None
    images: tuple[int, int, int] | None = None
    """Found, wanted, wrong."""
    leaks: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)


def score(page: RealPage) -> Score:
    """The page through the crawl's own functions, compared with what is known of it."""
    try:
        raw = article_of(page.body, page.offer, page.url)
        article = cleaned(raw)
    except PageError as error:
        misses = [f"not read, {error.reason}: {error}"] if page.is_document else []
        return Score(page, "(not read)" if page.is_document else "(no article)", misses=misses)
    result = Score(page, article.layout)
    if not page.is_document:
        result.misses.append("became an article, though its address names no document")
    _judge_facts(result, article, page.gold)
    _judge_text(result, article, _own_gold(raw.body) if page.is_fragment else page.gold)
    _judge_leaks(result, article, page.gold)
    return result


def _judge_facts(result: Score, article: Article, gold: Gold) -> None:
    heading = squashed(result.page.heading)
    result.title = (
        article.title == gold.title
        if gold.title
        else bool(article.title) and heading.startswith(squashed(article.title))
    )
    if not result.title:
        result.misses.append(f"title {article.title!r}, expected {gold.title or result.page.heading!r}")
    if gold.minute:
        result.minute = article.published_at.replace(second=0) == gold.minute
        _note(result, result.minute, f"minute {article.published_at}, expected {gold.minute}")
    if gold.source is not None:
        result.source = article.media == gold.source
        _note(result, result.source, f"source {article.media!r}, expected {gold.source!r}")
    if gold.images is not None:
        _judge_images(result, _IMAGE_RE.findall(article.body), gold.images)


def _judge_images(result: Score, got: list[str], wanted: Iterable[str]) -> None:
    missing, wrong = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
    found = Counter(got) & Counter(wanted)
    result.images = (found.total(), found.total() + missing.total(), wrong.total())
    _note(result, not missing and not wrong, f"pictures missing {list(missing)}, wrong {list(wrong)}")


def _judge_text(result: Score, article: Article, gold: Gold) -> None:
    if gold.paragraphs is None:
        return
    wanted = [text for text in map(_without_markers, gold.paragraphs) if text]
    neutral = {squashed(line) for line in gold.neutral}
    lines = [line for line in lines_of(article.body, gold.has_links) if line and line not in neutral]
    missing = _missing(wanted, lines if gold.is_by_line else ["".join(lines)])
    result.recall = (len(wanted) - len(missing), len(wanted))
    for text in missing:
        result.misses.append(f"paragraph missing or out of order: {text[:50]}")
    if result.page.is_fragment:
        return
    false = [line for line in lines if line not in wanted and (gold.is_by_line or line not in "".join(wanted))]
    result.false, result.f1 = len(false), f1("".join(lines), "".join(wanted))
    result.misses += [f"false line: {line[:50]}" for line in false]


def _missing(wanted: list[str], lines: list[str]) -> list[str]:
    """Those that do not stand after the one before them: as a line, or within the only one."""
    missing, number, position = [], 0, 0
    for text in wanted:
        if len(lines) == 1:
            found = lines[0].find(text, position)
            position = found + len(text) if found >= 0 else position
        else:
            found = lines.index(text, number) if text in lines[number:] else -1
            number = found + 1 if found >= 0 else number
        missing += [text] if found < 0 else []
    return missing


def _own_gold(raw: str) -> Gold:
    """Of a body kept alone: its paragraphs as they stand there, without links alone and what the list of leaks names."""
    tree = LexborHTMLParser(_COMMENT_RE.sub("", raw))
    paragraphs = [node for node in tree.css("p") if not node.css("script, style")]
    texts = [node.text().strip() for node in paragraphs if squashed(node.text()) != _linked(node)]
    return Gold(paragraphs=tuple(text for text in texts if not _LEAKS_RE.search(text)))


def _linked(node: LexborNode) -> str:
    return squashed("".join(link.text() for link in node.css("a")))


def _judge_leaks(result: Score, article: Article, gold: Gold) -> None:
    known = {squashed(line) for line in (*gold.neutral, *(gold.paragraphs or ()))}
    lines = [line for line in map(_text_of, article.body.split("\n")) if squashed(line) not in known]
    result.leaks = [found[0] for line in lines for found in _LEAKS_RE.finditer(line)]
    result.leaks += [word for word in gold.must_not if any(word in line for line in lines)]
    result.leaks += [found[0] for found in _LIVE_RE.finditer(article.body)]
    result.misses += [f"leak: {leak}" for leak in result.leaks]


def _note(result: Score, is_right: bool, miss: str) -> None:
    result.misses += [] if is_right else [miss]


def lines_of(body: str, has_links: bool = True) -> list[str]:
    """The text of each line of a clean body, squashed; without its linked words where the gold has none."""
    return [_without_markers(_text_of(line if has_links else _LINK_RE.sub("", line))) for line in body.split("\n")]


def _without_markers(text: str) -> str:
    return _MARKER_RE.sub("", squashed(text))


def _text_of(line: str) -> str:
    return unescape(_TAG_RE.sub("", line)).strip()


def squashed(text: str) -> str:
    return "".join(text.split())


def f1(got: str, wanted: str) -> float:
    """The share of runs of characters in common."""
    first, second = _runs(got), _runs(wanted)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else float(got == wanted)


def _runs(text: str) -> Counter[str]:
    return Counter(text[start : start + RUN] for start in range(len(text) - RUN + 1))


# --- what is printed ---------------------------------------------------------------------------------------------------

HEAD = (
    "layout                              pages title minute source paragraphs false  F1     worst  pictures     leaks"
)


def _row(name: str, scores: list[Score]) -> str:
    f1s = [each.f1 for each in scores if each.f1 is not None]
    images = [each.images for each in scores if each.images]
    found, wanted, wrong = (sum(column) for column in zip(*images, strict=True)) if images else (0, 0, 0)
    recalls = [each.recall for each in scores if each.recall]
    falses = [each.false for each in scores if each.false is not None]
    cells = (
        _share([each.title for each in scores]),
        _share([each.minute for each in scores]),
        _share([each.source for each in scores]),
        f"{sum(a for a, _ in recalls)}/{sum(b for _, b in recalls)}" if recalls else "-",
        str(sum(falses)) if falses else "-",
        f"{mean(f1s):.3f}" if f1s else "-",
        f"{min(f1s):.3f}" if f1s else "-",
        f"{found}/{wanted} +{wrong}" if images else "-",
        str(sum(len(each.leaks) for each in scores)),
    )
    widths = (6, 7, 7, 10, 6, 7, 7, 13, 5)
    return f"{name:<36}{len(scores):<5}" + "".join(
        f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def _share(known: list[bool | None]) -> str:
    told = [each for each in known if each is not None]
    return f"{sum(told)}/{len(told)}" if told else "-"


def _print_table(scores: list[Score]) -> None:
    groups: dict[str, list[Score]] = defaultdict(list)
    for each in scores:
        groups[f"{each.layout}{', body alone' if each.page.is_fragment else ''}"].append(each)
    print(HEAD)
    for name in sorted(groups):
        print(_row(name, groups[name]))
    print(_row("all", [each for each in scores if each.page.is_document]))
    print(f"\nThe best peers, on six other pages:\n{PEERS}")


def missed_goals(scores: list[Score]) -> list[str]:
    """The goals of the issue that these pages miss, each in a line."""
    f1s = [each.f1 for each in scores if each.f1 is not None]
    goals = {
        "every document read, every other page refused": all(
            each.page.is_document == (not each.layout.startswith("(")) for each in scores
        ),
        "titles": all(each.title is not False for each in scores),
        "minutes": all(each.minute is not False for each in scores),
        "sources": all(each.source is not False for each in scores),
        "pictures": all(
            not each.images or (each.images[0] == each.images[1] and not each.images[2]) for each in scores
        ),
        f"body F1, mean at least {MEAN_F1}": not f1s or mean(f1s) >= MEAN_F1,
        f"body F1, worst at least {WORST_F1}": not f1s or min(f1s) >= WORST_F1,
        "no leak": not any(each.leaks for each in scores),
    }
    return [goal for goal, is_reached in goals.items() if not is_reached]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=DEFAULT_FOLDER, metavar="DIR")
    scores = [score(page) for page in real_pages(parser.parse_args().pages)]
    _print_table(scores)
    for each in scores:
        for miss in each.misses:
            print(f"{each.page.name}: {miss}")
    missed = missed_goals(scores)
    print("\n" + ("missed: " + "; ".join(missed) if missed else "every goal reached"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
