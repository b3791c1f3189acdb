"""The page in the evidence: how all of it is checked with sha256sum and warcio alone, in Chinese and in English; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from newsarchive.archive.format import paths
from newsarchive.archive.record.day_journal import day_name
from newsarchive.reading.evidence.gathering import Evidence, StateFile
from newsarchive.reading.export.shown import plain
from newsarchive.reading.raw_members import RawMember

PAGE_NAME = "HOW-TO-CHECK.md"
SUMS_NAME = "SHA256SUMS"
HEADS_NAME = "heads.txt"
RECORDS_NAME = "records.jsonl"
ARCHIVE_FOLDER, RECORDS_FOLDER, HEADERS_FOLDER = "archive", "records", "headers"

_WORD_RE = re.compile(r"\{([a-z_]{1,20})\}")


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A raw record in the evidence."""

    name: str
    """Number and kind: ``01-response``."""
    file: str
    """In the ZIP."""
    member: RawMember


def page(evidence: Evidence, parts: Sequence[EvidenceRecord]) -> str:
    """Markdown that reads well as it stands; the same for the same evidence."""
    journal = f"{ARCHIVE_FOLDER}/{day_name(evidence.day)}/{paths.JOURNAL_NAME}"
    words: dict[str, Any] = {
        "docid": evidence.docid,
        "title": _code(evidence.title),
        "url": _code(evidence.url),
        "journal": journal,
        "lines": evidence.head.lines,
        "states": "\n".join(map(_state_row, evidence.states)),
    }
    return _filled("how_to_check.md", words | _on_records(evidence, parts))


def _code(text: str) -> str:
    """Text of the web in a span of code: no markup of it is obeyed."""
    return f"`{plain(text).replace('`', 'ˋ') or ' '}`"


def _state_row(one: StateFile) -> str:
    return f"| {one.state.number} | {one.line} | `{one.state.sha256}` |"


def _on_records(evidence: Evidence, parts: Sequence[EvidenceRecord]) -> dict[str, str]:
    lacking = ", ".join(evidence.lacking)
    without_zh = f"\n第 {lacking} 版没有存下服务器的原始应答，这里也就没有。" if lacking else ""
    without = f"\nOf state {lacking} no answer of the server was stored, so none is here." if lacking else ""
    answer = next((part.file for part in parts if part.member.record.kind == "response"), "")
    check_zh, check = (
        _filled(f"records.{language}.md", {"answer": answer}) if parts else "" for language in ("zh", "en")
    )
    return {"records_zh": f"{check_zh}{without_zh}".strip("\n"), "records": f"{check}{without}".strip("\n")}


def _filled(template: str, words: Mapping[str, object]) -> str:
    """A text beside this module with its ``{words}``; what a word holds is not looked at again."""
    text = resources.files(__package__).joinpath(template).read_text("utf-8")
    return _WORD_RE.sub(lambda found: str(words[found[1]]), text)
