"""archive: whether the front matter of a file can be read by everybody, strictly; pure.

Our own two profiles are recognised by a pattern in microseconds; what they did not write goes through a YAML parser.
"""

from __future__ import annotations

import re

MAX_HEADER_BYTES = 64 * 1024
"""More than the keywords of any page; a parser of YAML is not given more of what came from the web."""

_OPENING, _CLOSING = b"\n---\n", b"\n---\n"
_ODD_RE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What YAML forbids, or takes for a line break; with it, a header is left to the parser."""
_QUOTED, _DOUBLE_QUOTED = r"'(?>(?:[^'\n]++|'')*)'", r'"[^"\\\n]*+"'
_PLAIN = r"(?:金融|新浪财经[\w－（）]*+)"
_OURS_RE = re.compile(
    rf"title: (?:{_QUOTED}|{_DOUBLE_QUOTED})\n"
    rf"categories: \n(?>(?: - (?:{_PLAIN}|{_QUOTED})\n)+)"
    rf"headimg: {_QUOTED}\nauthor: (?:{_PLAIN}|{_QUOTED})\ncomments: false\n"
    r"date: (?:[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT|Invalid Date)\n"
    rf"thumbnail: {_QUOTED}"
    rf"(?>(?:\n[a-z][a-z0-9_]*+: (?:{_QUOTED}|\[(?:{_QUOTED}(?>(?:, {_QUOTED})*))?\]))*)"
)
"""``frontmatter`` writes this, and so does ``rsshub``, which may quote a title twice."""


def fault_of(data: bytes) -> str | None:
    """What makes the front matter of a file unreadable, in a few words; None for a sound one."""
    end = data.find(_CLOSING, len(_OPENING))
    if not data.startswith(_OPENING) or end < 0:
        return "it does not begin with a header between two lines of ---"
    if end > MAX_HEADER_BYTES:
        return f"its header is longer than {MAX_HEADER_BYTES} bytes"
    try:
        header = data[len(_OPENING) : end].decode()
    except UnicodeDecodeError:
        return "its header is not UTF-8"
    is_plain = header.replace("\n", "").isprintable() or not _ODD_RE.search(header)
    return None if is_plain and _OURS_RE.fullmatch(header) else _fault_of_yaml(header)


def _fault_of_yaml(header: str) -> str | None:
    import yaml  # noqa: PLC0415 - 20 ms that hardly any verify needs

    try:
        metadata = yaml.load(header, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, AttributeError) as error:
        return f"its header is not YAML ({' '.join(str(error).split())[:120]})"
    if not isinstance(metadata, dict) or not isinstance(metadata.get("title"), str):
        return "its header has no title"
    return None
