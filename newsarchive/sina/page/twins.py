"""The Markdown twin of a page (sina-surface.md §0.2): ``<address>.md``, a second telling of the same document.

Its form is known by hearsay alone: YAML front matter with title, source, datetime and canonical_url, then the text.  So
only the text is compared, letter by letter without white space and Markdown's signs; the page wins in any case.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

DATED_RE = re.compile(r"/doc-i[a-z]{7}\d{7}\.shtml$")
"""Which pages have a twin: articles of the form of today."""

_RULE = "---"
_LINK_RE = re.compile(r"!?\[([^\[\]]*+)\]\([^\[)]*+\)")
_SIGNS_RE = re.compile(r"[\s#*_>`|\\~+\-\[\]()!.:：]+")


def twin_of(url: str) -> str | None:
    """The address of the page's twin; None for a page of another kind."""
    return f"{url}.md" if DATED_RE.search(url) else None


def differs(title: str, body: str, twin: bytes) -> bool:
    """Whether the twin tells another text than the clean ``body`` of the page; pictures and their captions aside."""
    page = LexborHTMLParser(body)
    for figure in page.css("figure"):
        figure.decompose()
    told = _text_of(twin)
    shown = _letters(page.body.text() if page.body else "")
    return shown not in (told, told.removeprefix(_letters(title)))


def _text_of(twin: bytes) -> str:
    lines = _without_front_matter(twin.decode("utf-8", "replace").removeprefix("\ufeff").strip().split("\n"))
    text = "\n".join(line for line in lines if not line.lstrip().startswith("!["))
    return _letters(_LINK_RE.sub(r"\1", text))


def _without_front_matter(lines: list[str]) -> list[str]:
    """The lines behind the header, which is not read: whatever stands there (a date that is none), the text counts."""
    rules = (number for number, line in enumerate(lines) if line.rstrip() == _RULE)
    first, second = next(rules, None), next(rules, None)
    return lines if first != 0 or second is None else lines[second + 1 :]


def _letters(text: str) -> str:
    return _SIGNS_RE.sub("", text)
