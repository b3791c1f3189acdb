"""archive: the journal of a day without the words of one document (design §9); pure, lines in, lines out.

The lines of the document keep what proves that there was something (times, digests, addresses) and lose the rest.  Their
links, and those of all lines behind them, are made anew; ``replaced`` tells what each line was whose other keys changed.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from newsarchive.archive.format.chain import Line, former_links
from newsarchive.archive.format.journal import GENESIS_LINK, encode
from newsarchive.archive.format.picture_events import PICTURE_EVENTS

RUN_OF_CHARACTERS = 8
"""So many characters of a text in a row are words of it; fewer may stand in any other."""

_TAG_RE = re.compile(r"<[^<>]*>")
_WITHOUT_WORDS = frozenset(
    "at run event docid url channels lids published_at listed_at modified_at sha256 bytes text_sha256 told_sha256 page_id layout "
    "profile fetched_at warc warc_further adopted revision kind earlier reason of same_as attempts next_try_at status etag last_modified "
    "source_link states sha256s former_link replaced redacted line expected found channel total by link".split()
)
"""Keys that tell when, where from, and by which digest.  Any other may quote the text, also one that comes later."""
_TITLE_AND_PICTURE = frozenset(("title", "listed_title", "image", "urls"))
_MUST_BE_TEXT = ("url", "reason")
"""Not null but empty where they hold words: a reader takes them for texts."""
REDACTED = "redacted"
UNREADABLE = "unreadable"
"""Event of a line that nobody could read; what it was, ``replaced`` proves."""


@dataclass(frozen=True, slots=True)
class HiddenWords:
    """What must not be found any more: each run of ``RUN_OF_CHARACTERS`` that has a sign beyond ASCII."""

    runs: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> HiddenWords:
        return cls(frozenset(run for text in texts for run in _runs(text)))

    def share_in(self, text: str) -> float:
        """Which part of these words stands in a text: 0 … 1; 0 where there are none."""
        return len(self.runs & set(_runs(text))) / len(self.runs) if self.runs else 0.0

    def touches(self, value: object) -> bool:
        """Whether any of them stands in a value of a line, also escaped as addresses are."""
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return not self.runs.isdisjoint(_runs(unquote(told, errors="replace")))


def text_of(data: bytes) -> str:
    """The text of an article's file, whatever the profile: without its header, which all articles share, and its tags."""
    whole = data.decode("utf-8", "replace")
    _, header, rest = whole.partition("---\n")
    _, end, body = rest.partition("\n---\n")
    return plain_of(body if header and end else whole)


def plain_of(markup: str) -> str:
    """What stands between the tags."""
    return html.unescape(_TAG_RE.sub("", markup))


def _runs(text: str) -> Iterable[str]:
    plain = "".join(text.split())
    runs = (plain[at : at + RUN_OF_CHARACTERS] for at in range(len(plain) - RUN_OF_CHARACTERS + 1))
    return (run for run in runs if not run.isascii())


def without_words(line: Line, words: HiddenWords, *, keep_title: bool) -> dict[str, Any] | None:
    """A line of the document, words gone and ``redacted`` set; None where that was done, and it stays as it is.

    Each is written anew once, also one without words: what two equal keys of another hand's line hide is gone then.
    """
    stays = _WITHOUT_WORDS | _TITLE_AND_PICTURE if keep_title else _WITHOUT_WORDS
    if line.get("event") in PICTURE_EVENTS and not keep_title:
        stays = stays - {"url"}  # of a picture: names of files quote the text
    found = {key: value if key in stays and not words.touches(value) else _nothing(key) for key, value in line.items()}
    is_done = line.get(REDACTED) is True or line.get("event") == REDACTED
    if is_done and all(found[key] == value or not value for key, value in line.items()):
        return None
    return {key: value for key, value in found.items() if key != "link"} | {REDACTED: True}


def without_mentions(line: Line, names: Sequence[str]) -> dict[str, Any] | None:
    """A line of another document without the related links that have one of ``names_of`` this one; None for one without."""
    told = line.get("asides")
    asides = told if isinstance(told, list) else []
    kept = [aside for aside in asides if not any(name in str(aside) for name in names)]
    return {**line, "asides": kept} if kept != asides else None


def names_of(docid: str, titles: Iterable[str], urls: Iterable[str]) -> list[str]:
    """What tells of a document elsewhere; a title that is shorter than a run of words may be any other's, too."""
    addresses = (url.partition(":")[2] for url in urls if "://" in url)
    return [docid, *(title for title in titles if len(title) >= RUN_OF_CHARACTERS), *addresses]


def _nothing(key: str) -> str | None:
    return "" if key in _MUST_BE_TEXT else None


@dataclass(slots=True)
class Rewritten:
    """The lines of a journal, without their newlines."""

    lines: list[bytes]
    replaced: list[list[Any]]
    """[number from 1, SHA-256 of the line as it was], of each line that differs in more than its link."""
    former_link: str
    """SHA-256 of the last line as it was."""


def rewritten(lines: Sequence[bytes], clean: Callable[[Line], Line | None]) -> Rewritten:
    """The lines, each that ``clean`` gives anew in its place, linked anew from the first of these on."""
    former = [hashlib.sha256(line).hexdigest() for line in lines]
    objects = [_object(line) for line in lines]
    new = {number: told for number, line in enumerate(objects, 1) if line and (told := clean(line)) is not None}
    _keep_former_heads(lines, objects, new)
    found, replaced, before, was = list[bytes](), list[list[Any]](), GENESIS_LINK, GENESIS_LINK
    for number, (line, said) in enumerate(zip(lines, objects, strict=True), 1):
        told = new.get(number)
        if told is None and said and line.endswith(_tail(was)):
            found.append(line.removesuffix(_tail(was)) + _tail(before))
        else:  # also one that was not linked, or that nobody can read: the chain is whole from now on
            found.append(encode(told or said or {"event": UNREADABLE, "docid": None, REDACTED: True}, before)[:-1])
            replaced.append([number, former[number - 1]])
        before, was = hashlib.sha256(found[-1]).hexdigest(), former[number - 1]
    return Rewritten(found, replaced, former[-1] if former else GENESIS_LINK)


def _keep_former_heads(lines: Sequence[bytes], objects: Sequence[dict[str, Any]], new: dict[int, Line]) -> None:
    """Let each earlier redaction tell of the lines that change now, too, or older heads would no longer be explained."""
    for number, said in enumerate(objects, 1):
        if said.get("event") != REDACTED:
            continue
        was = former_links(list(lines[: number - 1]), said)
        told = {pair[0] for pair in said.get("replaced") or [] if isinstance(pair, list) and pair}
        further = [[at, was[at - 1]] for at in sorted(new) if at < number and at not in told] if was else []
        if further:
            new[number] = {**new.get(number, said), "replaced": [*said.get("replaced", []), *further]}


def _tail(link: str) -> bytes:
    return f',"link":"{link}"}}'.encode()


def _object(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
