"""Which stocks an article is about, as its page says (extract): from links, comments and the list of quotes it loads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_SPAN_RE = re.compile(r' id="(hk|us|bj)?stock_([A-Za-z0-9.$-]{1,15})"')
_COMMENT_RE = re.compile(r"<!--\s*+news_keyword_pub,([^<>]*?)-->")
_SYMBOL_RE = re.compile(r"[A-Za-z0-9.$-]{1,15}")
_KINDS = {"stock": "cn", "hkstock": "hk", "usstock": "us", "bjstock": "cn"}
_QUOTE_RE = re.compile(r"^(?:(gb_)([a-z0-9$.]{1,14})|(?:rt_)?(hk\d{5})|((?:sh|sz|bj)\d{6}))$")


def stocks(body: str, quote_lists: Iterable[str] = ()) -> dict[str, str]:
    """The symbols of a raw ``body`` and their market (``cn``, ``hk``, ``us``), each once, as Sina writes them.

    First those that the text links (``span#stock_sh600000``), then those of its ``news_keyword_pub`` comments, then those
    of ``quote_lists``: addresses like ``hq.sinajs.cn/list=sh600000,gb_mu``. Words of the text alone name no stock.

    >>> stocks('<span id="usstock_MU">x</span><!-- news_keyword_pub,stock,sh600016&amp;sh600999 -->')
    {'MU': 'us', 'sh600016': 'cn', 'sh600999': 'cn'}
    """
    found: dict[str, str] = {}
    for symbol, market in (*_linked(body), *_listed(body), *_quoted(quote_lists)):
        found.setdefault(symbol, market)
    return found


def _linked(body: str) -> Iterator[tuple[str, str]]:
    for kind, symbol in _SPAN_RE.findall(body):
        yield symbol, _KINDS[f"{kind}stock"]


def _listed(body: str) -> Iterator[tuple[str, str]]:
    for comment in _COMMENT_RE.findall(body):
        kind, *rest = comment.replace("&amp;", " ").replace("&", " ").replace(",", " ").split() or [""]
        if kind in _KINDS:
            yield from ((part, _KINDS[kind]) for part in rest if _SYMBOL_RE.fullmatch(part) and part not in _KINDS)


def _quoted(addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        for part in address.partition("list=")[2].split(","):
            if quote := _QUOTE_RE.match(part.strip()):
                yield _as_linked(quote)


def _as_linked(quote: re.Match[str]) -> tuple[str, str]:
    """A quote's name as links write it: ``gb_mu`` is MU."""
    if quote[1]:
        return quote[2].upper().replace("$", "."), "us"
    return (quote[3], "hk") if quote[3] else (quote[4], "cn")
