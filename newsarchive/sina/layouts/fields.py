"""How the words of a field become its value (extract): named pure functions that the layouts share."""

from __future__ import annotations

import re

from newsarchive.pages.text import one_line
from newsarchive.pages.times import after_time

_EDITOR_LABEL_RE = re.compile(
    r"^[（(【\[\s]*(?:责任编辑|本文编辑|编辑|责编)\s*[：:/]\s*|\s*(?:SF\d+|S[A-Z]\d{2,}|UF\d+|NF\d+)?[\s）)】\]]*$"
)
_KEYWORD_BREAK_RE = re.compile(r"[,，;；、|]")
_WEIBO_RE = re.compile(r"\s*[（(\[]?\s*(?:官方)?微博\s*[）)\]]?$")
_CHANNELS_RE = re.compile(r"\ballCIDs:\s*([\d,\s]+)")
_SITE_RE = re.compile(r"^(?:https?://)?(?:www\.)?sina\.com\.cn\s*")


def editor_name(text: str) -> str:
    """The name in an editor line, without the label and the code behind it.

    >>> editor_name("责任编辑：某某 SF123 ")
    '某某'
    """
    return _EDITOR_LABEL_RE.sub("", one_line(text))


def author_name(text: str) -> str:
    """The name in an author line, without the label."""
    return one_line(text).removeprefix("作者").lstrip(":： ")


def page_id(text: str) -> str:
    """A publishid; the ``p,t,d`` of older documents as ``p-t-d``."""
    return text.strip().replace(",", "-")


def keyword_list(text: str) -> tuple[str, ...]:
    """The keywords of a meta, each once."""
    return tuple(dict.fromkeys(word for part in _KEYWORD_BREAK_RE.split(text) if (word := one_line(part))))


def media_name(text: str) -> str:
    """The name of a source, without label, Sina's own address and the link to its weibo behind it.

    >>> media_name("来源：某财经 微博")
    '某财经'
    """
    name = _SITE_RE.sub("", one_line(text)).removeprefix("来源").lstrip(":： ")
    return _WEIBO_RE.sub("", name) or name


def media_after_time(text: str) -> str:
    """The source in a line that begins with the time."""
    return media_name(after_time(text))


def channel_ids(text: str) -> tuple[str, ...]:
    """The column ids in one ``sudameta``; raises ``ValueError`` if it names none.

    >>> channel_ids("urlpath:stock/usstock/; allCIDs:57045,257")
    ('57045', '257')
    """
    found = _CHANNELS_RE.search(text)
    if not found:
        msg = f"no allCIDs in {text[:80]!r}"
        raise ValueError(msg)
    return tuple(part for part in re.split(r"[,\s]+", found[1]) if part)
