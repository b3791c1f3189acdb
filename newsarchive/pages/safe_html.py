"""What HTML may remain of a text, and how much of it the sanitiser bears: for cleaning, and for all that shows texts."""

from __future__ import annotations

from newsarchive.errors import PageTooComplex
from newsarchive.pages.depth import bearable

TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "u", "s", "sub", "sup", "br", "a", "img",
    "figure", "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "dl",
    "dt", "dd", "blockquote", "pre", "code",
}  # fmt: skip
"""As cleaning leaves them; of all others the text is kept."""
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https"}
"""Of addresses."""
MOST_REFERENCES = 60_000
"""nh3 takes time that grows with the square of their number in one text: 0.1 s for these, half a minute for a million."""


def check(html: str) -> None:
    """Raises ``PageTooLarge`` and ``PageTooComplex`` for what the sanitiser would take too long over."""
    bearable(html)
    check_references(html)


def check_references(html: str) -> None:
    """The same for what was parsed before; raises ``PageTooComplex``."""
    if (references := html.count("&")) > MOST_REFERENCES:
        raise PageTooComplex(f"{references} character references; at most {MOST_REFERENCES} are cleaned")
