"""Links that advertise, ask for a click, or make up a line with an icon, in a run of text (clean)."""

from __future__ import annotations

import re
from html import unescape

from newsarchive.pages.inline_runs import CLOSE, OPEN, PICTURE, TEXT, Block, Token, tag_name
from newsarchive.pages.related import BETWEEN_LINKS, FULL_STOP
from newsarchive.pages.rules import Rules

_ADDRESS_RE = re.compile(r'(?:href|src)="([^"]*)"')
_SIZE_RE = re.compile(r' (?:width|height)="(\d{1,5})"')
_LARGEST_ICON = 64  # pixels; the pictures of articles are larger in both directions
_LONGEST_LINE = 60  # characters; a line of promotion is a title at most
_PNG = ".png"
"""Icons behind words are animated; a picture of another kind there may be the article's."""
_ARROWS = (">>", "＞＞", "》》", "»", "→")
_ENDS_OF_SENTENCES = "。！？!?；;…”’)）】]"
_BRACKETS = "【】[]（）()〔〕「」"


def has_links(tokens: list[Token]) -> bool:
    return any(kind == OPEN and tag_name(html) == "a" for kind, html in tokens)


def is_promotion(block: Block, tokens: list[Token], rules: Rules) -> bool:
    """Whether a line is nothing but links, and these lead to advertisements and services, or stand behind an icon."""
    if not block.text or block.loose.strip(BETWEEN_LINKS) or FULL_STOP in block.text or len(block.text) > _LONGEST_LINE:
        return False
    addresses = [_address(html) for kind, html in tokens if kind == OPEN and tag_name(html) == "a"]
    return all(map(rules.promoted.search, addresses)) or _is_behind_icon(tokens, rules)


def is_pointer(block: Block) -> bool:
    """Whether a line is nothing but links behind arrows, which lead out of the article: ``>>>我要投诉``."""
    is_linked = bool(block.text) and block.loose != block.text and not block.loose.strip(BETWEEN_LINKS)
    return is_linked and FULL_STOP not in block.text and block.text.startswith(_ARROWS)


def _is_behind_icon(tokens: list[Token], rules: Rules) -> bool:
    """Whether there are pictures, all of them icons in links; behind the words only what cannot be a picture of the article."""
    is_linked = is_behind = False
    pictures = 0
    for kind, html in tokens:
        if _is_link(kind, html):
            is_linked = kind == OPEN
        elif kind == TEXT:
            is_behind = is_behind or bool(html.strip())
        elif kind == PICTURE:
            pictures += 1
            if not (is_linked and _is_icon(html, rules)) or (is_behind and pictures == 1 and _PNG in html):
                return False
    return pictures > 0


def _is_link(kind: str, html: str) -> bool:
    return kind in (OPEN, CLOSE) and tag_name(html) == "a"


def _is_icon(picture: str, rules: Rules) -> bool:
    sizes = list(map(int, _SIZE_RE.findall(picture)))
    if sizes:
        return max(sizes) <= _LARGEST_ICON
    return rules.icons.search(_address(picture)) is not None


def _address(markup: str) -> str:
    found = _ADDRESS_RE.search(markup)
    return unescape(found[1]) if found else ""


def without_promoted(tokens: list[Token], rules: Rules) -> list[Token]:
    """The run without links that only ask for a click, and without those to advertisements, of which the words stay."""
    kept: list[Token] = []
    said = ""
    for part in _parts(tokens):
        shown = part
        if _is_link(*part[0]):
            if rules.promoted.search(_address(part[0][1])):
                shown = [token for token in part[1:-1] if token[0] != PICTURE]
            elif _asks(part, said, rules):
                shown = []
        kept += shown
        said = _words(shown).rstrip()[-1:] or said
    return kept


def _words(tokens: list[Token]) -> str:
    return "".join(html for kind, html in tokens if kind == TEXT)


def _parts(tokens: list[Token]) -> list[list[Token]]:
    """The run in order: each link with all that it holds, and single tokens."""
    parts: list[list[Token]] = []
    is_open = False
    for kind, html in tokens:
        if is_open:
            parts[-1].append((kind, html))
        else:
            parts.append([(kind, html)])
        if _is_link(kind, html):
            is_open = kind == OPEN
    return parts


def _asks(link: list[Token], said: str, rules: Rules) -> bool:
    """Whether a link is a label that asks for a click: in brackets or with arrows, or behind a sentence that is over.

    ``said`` is the last character before it, empty at the start of a line.
    """
    words = _words(link).strip()
    label = words.strip(_BRACKETS + BETWEEN_LINKS)
    if any(kind == PICTURE for kind, _ in link) or not rules.asking.fullmatch(label):
        return False
    return words != label or not said or said in _ENDS_OF_SENTENCES
