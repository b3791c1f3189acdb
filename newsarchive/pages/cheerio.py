"""Profile ``rsshub``: from a page to the description that RSSHub put into its feed in 2021 and 2022.

Two parses, as there: the inside of ``#artibody`` is printed and read again as a document of its own, whereby all that
HTML5 puts before or into ``head`` is lost. ``archive.rsshub`` takes it from here. Source: the archives themselves and
the published RSSHub package of the period, both told in the notes on the format.
"""

from __future__ import annotations

import ada_url
from selectolax.lexbor import LexborNode

from newsarchive.pages.cheerio_parse import parse
from newsarchive.pages.cheerio_print import attributes_of, inner_html

FEED_URL = "http://finance.sina.com.cn/china/"
"""Of the channel; what an article without an address of its own is relative to."""
_PICTURE_ENDINGS = (".gif", ".png", ".jpg", ".webp")
_HANDLERS = ("onclick", "onerror", "onload")
_MISSING = "undefined"
"""What JavaScript made of an attribute that is not there."""
_NO_BODY = "null"
_JS_SPACE = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What ``trim`` takes away in JavaScript (ECMA-262, WhiteSpace and LineTerminator)."""


def description(page_html: str, url: str) -> str:
    """The HTML of the article at ``url``, whose character references are still to be decoded; empty if there is none.

    Raises ``PageTooLarge`` and ``PageTooComplex``.
    """
    article = parse(page_html).css_first('[id="artibody"]')
    fragment = inner_html(article) if article else ""
    return _described(fragment, _absolute(url, FEED_URL) or FEED_URL) if fragment else ""


def _described(fragment: str, base_url: str) -> str:
    tree = parse(fragment)
    for script in tree.css("script"):
        script.decompose()
    for link in tree.css("a"):
        _make_absolute(link, "href", base_url)
    for picture in tree.css("img"):
        _revise_picture(picture, base_url)
    body = tree.css_first("body")
    return inner_html(body) if body else _NO_BODY


def _revise_picture(picture: LexborNode, base_url: str) -> None:
    if not picture.attributes.get("src"):
        _wake(picture)
    _make_absolute(picture, "src", base_url)
    picture.attrs["referrerpolicy"] = "no-referrer"
    for name in _HANDLERS:
        if name in picture.attrs:
            del picture.attrs[name]


def _wake(picture: LexborNode) -> None:
    """Give a lazy picture the first value that looks like the address of one, whatever the attribute means."""
    values = (value.strip(_JS_SPACE) for value in attributes_of(picture).values())
    address = next((value for value in values if any(ending in value for ending in _PICTURE_ENDINGS)), None)
    if address is not None:
        picture.attrs["src"] = address


def _make_absolute(node: LexborNode, name: str, base_url: str) -> None:
    given = node.attributes
    address = _absolute((given[name] or "") if name in given else _MISSING, base_url)
    if address is not None:
        node.attrs[name] = address


def _absolute(address: str, base_url: str) -> str | None:
    """``address`` as the URL standard of 2021 joins and writes it; None if it cannot be read.

    Since then it also encodes ``^`` in a path (https://url.spec.whatwg.org/#path-percent-encode-set).
    """
    try:
        joined = ada_url.join_url(base_url, address)
    except ValueError:
        return None
    return joined.replace("%5E", "^") if "^" in address and "%5E" not in address else joined
