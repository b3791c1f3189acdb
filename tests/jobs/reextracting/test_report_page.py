"""The page about a re-extraction: it names what changes, and what stands in it is text, whatever it looks like."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from newsarchive.jobs.reextracting import report_page
from newsarchive.jobs.reextracting.change import FieldChange, StateChange
from newsarchive.jobs.reextracting.day import DayAgain, LeftDocument
from newsarchive.jobs.reextracting.outcome import SAMPLES_A_LAYOUT, ReextractionOutcome
from newsarchive.pages.changes import Edit

DAY = date(2026, 11, 23)
EVIL = "</del><script src=https://example.org/x.js>alert(1)</script>\"'{{ 7 * 7 }}\x00\x1b[31m\u202e"


def change(number: int = 1, text: str = "纸船") -> StateChange:
    return StateChange(
        docid=f"naaaaaa{number:07}",
        day=DAY,
        title=text,
        layout="SinaFinance2017Page",
        state=1,
        fields=(FieldChange("media", "", text), FieldChange("editor", text, "")),
        gained=2,
        lost=1,
        paragraphs=((Edit("卖出", "卖出"), Edit(text, f"{text}！")),),
        pictures_gone=(text,),
    )


def outcome_of(*changes: StateChange, **more: object) -> ReextractionOutcome:
    outcome = ReextractionOutcome(is_dry=True)
    outcome.take(DayAgain(DAY, changes=list(changes), **more))  # type: ignore[arg-type]
    return outcome


def test_page_names_each_document_and_counts_by_layout_and_field() -> None:
    made = report_page.page(outcome_of(change(1), change(2)))
    assert all(docid in made for docid in ("naaaaaa0000001", "naaaaaa0000002"))
    assert "SinaFinance2017Page" in made
    assert re.search(r'<code>media</code></td><td class="n">2</td>', made)
    assert "<ins><bdi>纸船</bdi></ins>" in made
    assert "<del>纸船</del><ins>纸船！</ins>" in made


def test_hostile_text_is_shown_as_text() -> None:
    troubles = [LeftDocument("not-an-article", EVIL, DAY, EVIL)]
    made = report_page.page(outcome_of(change(text=EVIL), troubles=troubles))
    assert "<script" not in made
    assert "&lt;script src=https://example.org/x.js&gt;" in made
    assert "{{ 7 * 7 }}" in made
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", made)


def test_page_asks_for_nothing_from_elsewhere() -> None:
    made = report_page.page(outcome_of(change()))
    assert "default-src 'none'" in made
    assert not re.search(r"\b(?:src|href|url)\s*[=(]", made)


def test_samples_are_bounded_and_of_each_kind() -> None:
    alike = [change(number) for number in range(50)]
    outcome = outcome_of(*alike, StateChange("naaaaaa0000099", DAY, "", "SinaFinance2017Page", 1, lost=3))
    samples = outcome.layouts["SinaFinance2017Page"].samples
    assert len(samples) < SAMPLES_A_LAYOUT
    assert samples[-1].docid == "naaaaaa0000099"
    assert len(outcome.named) == 51


def test_nothing_changed_is_said() -> None:
    assert "to the byte" in report_page.page(ReextractionOutcome())


@pytest.mark.parametrize(
    ("text", "is_one"), [("<html>mine</html>", False), (report_page.page(ReextractionOutcome()), True)]
)
def test_an_earlier_report_is_known(tmp_path: Path, text: str, is_one: bool) -> None:
    file = tmp_path / "report.html"
    file.write_text(text, "utf-8")
    assert report_page.is_report(file) is is_one
