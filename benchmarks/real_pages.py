"""The real pages of a folder with what is known of each: for ``quality.py`` and ``extract_cost.py``.

A folder holds ``*.html`` and, each of them optional::

    INDEX.tsv                 file, original_url, title, note: where a page comes from; a note with "BODY fragment" says that
                              only the body was kept
    gold/<page>.json          the article by hand: url docid title published_at source paragraphs images neutral must_not
    <page>.cleaned.txt        its text alone (paragraphs with blank lines between); .date.txt: its minute
    <page>.txt                Title: Time: Content: in one dump, in which linked words are missing

Anything else is known by its address alone: a document must become an article, a list or a data page must not.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newsarchive.items import BEIJING, Offer
from newsarchive.pages.charset import decode
from newsarchive.sina.listing import urls

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "pages"
_NO_ADDRESS = "https://finance.sina.com.cn/"
_OG_URL_RE = re.compile(r'<meta[^>]+property="og:url"[^>]+content="([^"]+)"')
_TITLE_RE = re.compile(r"<title[^>]*>\s*(.*?)\s*</title", re.I | re.S)
_DUMP_RE = re.compile(
    r"Title:(?P<title>.*?)\(HTML.*?Time:(?P<time>[\d: -]+)\(.*?Content:(?P<text>.*?)\(HTML[^)]*\)\s*$", re.S
)
_DID_RE = re.compile(r"d_id=(\d+)")
_FRAGMENT = "BODY fragment"
_SHOWN_2017 = '</h1><div class="date-source"><span class="date">2019年02月06日 10:20</span></div>'
_SHOWN_2011 = (
    '<h1 id="artibodyTitle">{title}</h1><div class="artInfo"><span id="pub_date">2012年06月08日01:31</span>'
    '<span id="media_name">证券时报</span></div>'
)
_ADDRESS_2012 = "https://finance.sina.com.cn/money/fund/20120608/0131{0}.shtml"


@dataclass(frozen=True, slots=True)
class Gold:
    """What a reader would call the article; None where nobody wrote it down."""

    title: str | None = None
    minute: datetime | None = None
    source: str | None = None
    paragraphs: tuple[str, ...] | None = None
    images: tuple[str, ...] | None = None
    neutral: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    is_by_line: bool = False
    """Whether a paragraph is one line of the body; else the text was cut otherwise, and is looked for in the whole."""
    has_links: bool = True
    """Whether linked words are in the text."""


@dataclass(frozen=True, slots=True)
class RealPage:
    """One page; ``body`` is what the parser gets: of a fragment, wrapped into a page of its era."""

    path: Path
    body: bytes
    url: str
    heading: str
    """Title and name of the site, as the ``title`` element has them."""
    is_fragment: bool
    gold: Gold = field(repr=False)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def offer(self) -> Offer:
        day = urls.date_of(self.url) or datetime.now(BEIJING).date()
        return Offer(docid=urls.docid_of(self.url), url=self.url, day=day)

    @property
    def is_document(self) -> bool:
        """Whether the address names a document; else it is a list, a home page, a page of data."""
        return not self.offer.docid.startswith("u-")


def real_pages(folder: Path) -> Iterator[RealPage]:
    """All pages of the folder; exits with a plain line where there are none."""
    files = sorted(folder.glob("*.html"))
    if not files:
        raise SystemExit(f"no real pages in {folder}: give a folder of *.html with --pages")
    index = _index(folder / "INDEX.tsv")
    for path in files:
        yield _page(path, index.get(path.name, {}))


def _index(file: Path) -> dict[str, dict[str, str]]:
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}


def _page(path: Path, row: dict[str, str]) -> RealPage:
    body = path.read_bytes()
    html = decode(body, None)
    heading = _TITLE_RE.search(html)
    gold, url = _gold(path)
    is_fragment = _FRAGMENT in row.get("note", "")
    url = url or _address(row.get("original_url", ""), html)
    shown = heading[1] if heading else ""
    return RealPage(path, _wrapped(html, shown).encode() if is_fragment else body, url, shown, is_fragment, gold)


def _address(original: str, html: str) -> str:
    if number := _DID_RE.search(original):
        return _ADDRESS_2012.format(number[1])
    named = _OG_URL_RE.search(html)
    return urls.canonical(original or (named[1] if named else _NO_ADDRESS))


def _wrapped(html: str, heading: str) -> str:
    """A page of its era around a body that was kept alone: title, minute and source are not the real ones."""
    if 'class="main-title"' in html:
        return html.replace("</h1>", _SHOWN_2017, 1)
    return html.replace("<body>", "<body>" + _SHOWN_2011.format(title=heading.partition("_")[0]), 1)


# --- gold --------------------------------------------------------------------------------------------------------------


def _gold(path: Path) -> tuple[Gold, str]:
    """What is known, and the address where it is written down."""
    by_hand = path.parent / "gold" / f"{path.stem}.json"
    if by_hand.is_file():
        return _by_hand(by_hand)
    if (text := path.with_suffix(".cleaned.txt")).is_file():
        return _cleaned(text, path.with_suffix(".date.txt")), ""
    if (dump := path.with_suffix(".txt")).is_file():
        return _dump(dump), ""
    return Gold(), ""


def _by_hand(file: Path) -> tuple[Gold, str]:
    known = json.loads(file.read_text("utf-8"))
    gold = Gold(
        title=known.get("title"),
        minute=datetime.fromisoformat(known["published_at"]) if known.get("published_at") else None,
        source=known.get("source"),
        paragraphs=tuple(known["paragraphs"]),
        images=tuple(known["images"]) if "images" in known else None,
        neutral=tuple(known.get("neutral", ())),
        must_not=(*known.get("must_not", ()), *known.get("related", ())),
        is_by_line=True,
    )
    return gold, known.get("url", "")


def _cleaned(text: Path, date: Path) -> Gold:
    paragraphs = re.split(r"\n\s*\n", text.read_text("utf-8").strip())
    return Gold(minute=_moment(date.read_text("utf-8")) if date.is_file() else None, paragraphs=tuple(paragraphs))


def _dump(file: Path) -> Gold:
    found = _DUMP_RE.search(file.read_text("utf-8"))
    if found is None:
        return Gold()
    # "(blog)" behind a name lost its linked word: its brackets may stay or go
    lines = tuple(text for line in found["text"].split("\n") if (text := line.strip().lstrip(")").rstrip("(")))
    return Gold(title=found["title"], minute=_moment(found["time"]), paragraphs=lines, has_links=False)


def _moment(text: str) -> datetime:
    """``2005-03-21 11:21``, also without leading zeros."""
    year, month, day, hour, minute = (int(number) for number in re.findall(r"\d+", text)[:5])
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)
