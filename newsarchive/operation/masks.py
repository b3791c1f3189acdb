"""No password passes: what proves who we are is taken out of every text that people or logs get to see."""

from __future__ import annotations

import re

_USERINFO_RE = re.compile(r"(?<=:/)(/?)[^\s/?#\"<>]{1,2048}@")
"""``user:password@`` in an address, also after ``https:/``, which is what a path makes of ``https://``."""
_WORD_RE = re.compile(r"(?<![^\s\"'<>])[^\s/\"'<>]++")
"""What may be ``user:password@host:port``, without a scheme; a slash in a password is escaped, or it is no address."""
_USER_RE = re.compile(r"(?<![\w.%+~:-])[\w.%+~-]++:(?=.)")
_HOST_AND_PORT_RE = re.compile(r"[\w.-]++:")
_AUTHORIZATION_RE = re.compile(r"(?i)(authorization\W{1,8}(?:b['\"])?(?:basic|bearer)\s{1,8})[\w.+/=~-]+")


def masked(text: str) -> str:
    """The text without the user and password of any address in it, and without what proves who we are to a proxy.

    Linear in the length of the text: parts of it come from the web.
    """
    text = _USERINFO_RE.sub(r"\1***@", text)
    if "@" in text:
        text = _WORD_RE.sub(lambda word: _without_userinfo(word[0]), text)
    return _AUTHORIZATION_RE.sub(r"\1***", text)


def _without_userinfo(word: str) -> str:
    head, _, place = word.rpartition("@")
    user = _USER_RE.search(head) if _HOST_AND_PORT_RE.match(place) else None
    return f"{head[: user.start()]}***@{place}" if user else word
