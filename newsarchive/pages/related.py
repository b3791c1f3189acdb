"""Lines that only lead to other stories (clean)."""

from __future__ import annotations

from newsarchive.pages.inline_runs import Block
from newsarchive.pages.rules import Rules

FULL_STOP = "。"
"""No title of another story has one."""
BETWEEN_LINKS = " \u3000、，,;；|丨/·>＞》»-"


def without_related(lines: list[Block], rules: Rules) -> tuple[list[Block], list[str]]:
    """The lines without those that only lead to other stories, and the HTML of those.

    Such are a label with its links, in one paragraph or in several.
    """
    kept: list[Block] = []
    related: list[str] = []
    label: list[Block] = []  # a label alone waits for its links
    is_after_link = False
    for block in lines:
        kind = _kind(block, rules)
        if kind == "line" or (kind == "link" and (label or is_after_link)):
            related += [one.html for one in (*label, block)]
            label, is_after_link = [], True
            continue
        kept += label
        label, is_after_link = ([block], False) if kind == "label" else ([], False)
        kept += [] if label else [block]
    return kept + label, related


def _kind(block: Block, rules: Rules) -> str:
    """``line`` (label and links), ``label`` alone, ``link`` (linked as a whole), else empty."""
    if not block.text or "<figure" in block.html:
        return ""
    loose = block.loose.strip(BETWEEN_LINKS)
    if not loose:
        if rules.related.match(block.text):
            return "line"
        return "" if FULL_STOP in block.text else "link"
    if not rules.related.fullmatch(loose):
        return ""
    return "label" if block.loose == block.text else "line"
