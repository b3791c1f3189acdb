"""Pages of Sina's that are no articles by their kind (extract): live pages, topic pages, players.

Asked only where no layout fits: whatever has a title, a time and a text is an article, wherever it stands.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_KINDS = {
    "live": re.compile(r"^(?:live|zhibo)\.|^[^/]*/(?:\w+/)*(?:live|zhibo|play)/"),
    "video-only": re.compile(r"^(?:video|v|ivideo)\.|^[^/]*/(?:\w+/)*video/"),
    "topic": re.compile(r"^[^/]*/(?:\w+/)*(?:zt_d|zt|z|focus|subject)/|^[^/]*/(?:\w+/)*subject-\d+"),
}
"""Hosts and folders (sina-surface.md §3); the folders of topics: ``zt_d`` today, ``zt`` until 2016, ``z``, ``focus`` before."""

FILTERED_REASONS = frozenset(_KINDS)
"""Reasons of ``NotAnArticle`` that are no failures: such a page is left out on purpose."""


def kind_of(url: str) -> str | None:
    """``live``, ``video-only`` or ``topic``, None for all other addresses.

    >>> kind_of("https://finance.sina.com.cn/zt_d/subject-1600000000"), kind_of("https://finance.sina.com.cn/x/1.shtml")
    ('topic', None)
    """
    parts = urlsplit(url)
    place = f"{parts.hostname or ''}{parts.path}"
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(place)), None)
