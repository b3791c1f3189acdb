"""judge, archived: what is right passes, and every single fault is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from right_archive import NOW, digest, write_archive, write_journal

from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.judge import Verdict, judge
from newsarchive.rehearsal.truth import FILTERED, Fate, Story
from newsarchive.rehearsal.years import past_documents

World = tuple[Story, ...]


def events_of(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "_day.jsonl").read_text("utf-8").splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "link"} for line in lines]


def kept_file(archive: Path, world: World) -> Path:
    """One of a domestic article with something in bold."""
    document = next(d for d in world if d.fate is Fate.ARTICLE and "1686" in d.lids and "strong" in dict(d.pieces))
    return archive / f"{document.published_at:%Y/%m/%d}/{document.docid}.md"


def rewritten(archive: Path, file: Path, change: Callable[[str], str]) -> None:
    """Changes a file, and the journal with it: only the text itself can give it away."""
    before = file.read_text("utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, "utf-8")
    where = file.relative_to(archive).as_posix()
    events = events_of(file.parent)
    write_journal(file.parent, [e | {"sha256": digest(file)} if e.get("file") == where else e for e in events])


def one_difference(archive: Path, world: World) -> str:
    verdict = judge(archive, world, NOW)
    assert len(verdict.differences) == 1, verdict.differences
    return verdict.differences[0]


def test_a_right_archive_passes(ideal: Path, world: World):
    assert judge(ideal, world, NOW) == Verdict(kept=60, missing=0, false=0, differences=[])


def changed_journal(archive: Path, kind: str, change: dict[str, object]) -> None:
    """The first ``kind`` event of the archive says something else."""
    folder = next(
        path.parent for path in sorted(archive.glob("*/*/*/_day.jsonl")) if f'"{kind}"' in path.read_text("utf-8")
    )
    events = events_of(folder)
    events[next(number for number, event in enumerate(events) if event["event"] == kind)] |= change
    write_journal(folder, events)


def test_a_right_archive_of_the_past_passes(tmp_path: Path):
    past = past_documents(7, tuple(PAGEIDS))
    write_archive(tmp_path, past)
    assert judge(tmp_path, past, NOW).differences == []


def test_another_source_is_found(ideal: Path, world: World):
    changed_journal(ideal, "kept", {"media": "另一家"})
    assert "the source is 「另一家」 instead of" in one_difference(ideal, world)


@pytest.mark.parametrize("change", [{"reason": "robots"}, {"event": "failed", "reason": "no-layout"}])
def test_a_page_left_out_for_another_reason_is_found(tmp_path: Path, change: dict[str, object]):
    past = tuple(d for d in past_documents(7, tuple(PAGEIDS)) if d.fate in FILTERED)
    write_archive(tmp_path, past)
    changed_journal(tmp_path, "filtered", change)
    assert f"{change['reason']} instead of filtered: video-only." in one_difference(tmp_path, past)


def test_rows_that_are_not_listed_yet_are_not_asked_for(world: World, tmp_path: Path):
    assert judge(tmp_path, world, min(d.listed_at for d in world).replace(year=2025)).is_right


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("title: '", "title: 'x"), "the title is"),
        (lambda text: re.sub(r":(\d\d) GMT", lambda m: f":{(int(m[1]) + 1) % 60:02d} GMT", text), "the date is"),
        (lambda text: text.replace("headimg: '", "headimg: 'https://x/"), "the headimg is"),
        (
            lambda text: re.sub("－(国內|滚动)", lambda m: "－滚动" if m[1] == "国內" else "－国內", text),
            "the third category",
        ),
        (lambda text: text.replace("</strong>", "。</strong>", 1), "piece"),
        (lambda text: text.replace("<strong>", "").replace("</strong>", ""), "strong"),
        (lambda text: re.sub("<p>[^\n]*</p>\n", "", text, count=1), "piece 1"),
        (lambda text: text.replace("<div>   \n", "<div>   \n<div>广告</div>\n"), "「广告」"),
        (lambda text: text.replace("  \n</div>", "\n<p>责任编辑：某</p>  \n</div>"), "instead of nothing"),
        (lambda text: text.replace("<div>   \n", "<div>   \n<!-- x -->\n"), "'<!--'"),
        (lambda text: text.replace("<div>   \n", "<div>   \n\n"), "a blank line"),
        (lambda text: text.replace("comments: false", "comments: no"), "seed's shape"),
    ],
)
def test_a_changed_file_is_found(ideal: Path, world: World, change: Callable[[str], str], said: str):
    rewritten(ideal, kept_file(ideal, world), change)
    assert said in one_difference(ideal, world)


def test_a_picture_without_referrerpolicy_is_found(ideal: Path, world: World):
    file = next(file for file in ideal.rglob("*.md") if "<img" in file.read_text("utf-8"))
    rewritten(ideal, file, lambda text: text.replace(' referrerpolicy="no-referrer"', "", 1))
    assert "referrerpolicy" in one_difference(ideal, world)


def test_a_missing_article_is_counted(ideal: Path, world: World):
    file = kept_file(ideal, world)
    write_journal(
        file.parent,
        [event for event in events_of(file.parent) if event["docid"] != file.stem or event["event"] == "offered"],
    )
    file.unlink()
    verdict = judge(ideal, world, NOW)
    assert (verdict.kept, verdict.missing, len(verdict.differences)) == (59, 1, 1)
    assert "is missing (offered, no outcome)" in verdict.differences[0]


def test_a_file_that_is_not_there_is_found(ideal: Path, world: World):
    kept_file(ideal, world).unlink()
    assert "does not exist" in one_difference(ideal, world)


def test_a_digest_that_is_not_the_files_is_found(ideal: Path, world: World):
    file = kept_file(ideal, world)
    events = events_of(file.parent)
    write_journal(
        file.parent, [e | {"sha256": "0" * 64} if e["docid"] == file.stem and "file" in e else e for e in events]
    )
    assert "digest" in one_difference(ideal, world)


def test_an_archived_impostor_is_false(ideal: Path, world: World):
    day = next(iter(ideal.glob("*/*/*")))
    stranger = {"event": "kept", "docid": "zzzzzzz0000000", "file": "", "sha256": ""}
    write_journal(day, [*events_of(day), stranger])
    verdict = judge(ideal, world, NOW)
    assert verdict.false == 1
    assert "never showed it" in verdict.differences[0]


def test_repeats_both_kept_are_found(ideal: Path, world: World):
    repeat = next(document for document in world if document.repeat_of)
    folder = ideal / f"{repeat.published_at:%Y/%m/%d}"
    model = next(
        event for event in events_of(folder) if event["docid"] == repeat.repeat_of and event["event"] == "kept"
    )
    write_journal(folder, [*events_of(folder), model | {"docid": repeat.docid}])
    assert any("archived twice" in difference for difference in judge(ideal, world, NOW).differences)


def test_the_repeat_may_stand_for_its_article(ideal: Path, world: World):
    repeat = next(document for document in world if document.repeat_of)
    verdict = judge(ideal, [d for d in world if d.docid != repeat.docid], NOW)
    assert verdict.missing == 0


@pytest.mark.parametrize("name", [".x.part", "stray.md", "notes.txt"])
def test_what_no_journal_names_is_left_over(ideal: Path, world: World, name: str):
    (next(iter(ideal.glob("*/*/*"))) / name).touch()
    assert "left over" in one_difference(ideal, world)


def test_something_at_the_top_is_left_over(ideal: Path, world: World):
    (ideal / "scrapy.log").touch()
    assert one_difference(ideal, world) == "scrapy.log is left over in the archive."


def test_a_line_taken_out_breaks_the_chain(ideal: Path, world: World):
    journal = next(iter(ideal.glob("*/*/*"))) / "_day.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:1] + lines[2:]))
    assert any("not linked" in difference for difference in judge(ideal, world, NOW).differences)


def test_a_torn_line_is_found(ideal: Path, world: World):
    journal = next(iter(ideal.glob("*/*/*"))) / "_day.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"at":')
    assert "is torn" in one_difference(ideal, world)


def test_the_rehearsal_imports_nothing_else_of_ours():
    """Else it could not judge it."""
    modules = (Path(__file__).parents[2] / "newsarchive/rehearsal").glob("*.py")
    imported = {
        line.split()[1]
        for module in modules
        for line in module.read_text("utf-8").splitlines()
        if line.startswith(("from newsarchive", "import newsarchive"))
    }
    assert {name for name in imported if not name.startswith("newsarchive.rehearsal")} == set()
