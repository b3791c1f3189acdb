"""The Markdown twin of a page (sina-surface.md §0.2): ``<address>.md``, a second telling of the same document.

Its form is known by hearsay alone: YAML front matter with title, source, datetime and canonical_url, then the text.  So
only the text is compared, letter by letter without white space and Markdown's signs; the page wins in any case.
"""

from __future__ import annotations

import re
from contextlib import suppress

import frontmatter
from selectolax.lexbor import LexborHTMLParser
from yaml import YAMLError

DATED_RE = re.compile(r"/doc-i[a-z]{7}\d{7}\.shtml$")
"""Which pages have a twin: articles of the form of today."""

_LINK_RE = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
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
    text = twin.decode("utf-8", "replace")
    with suppress(YAMLError):
        text = frontmatter.loads(text).content
    text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("!["))
    return _letters(_LINK_RE.sub(r"\1", text))


def _letters(text: str) -> str:
    return _SIGNS_RE.sub("", text)
