"""reading.web.marks: the reader's own marks, in files that outlive a catalogue and merge."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsarchive.items import BEIJING
from newsarchive.reading.web.marks import Marks
from tests.reading.shelves import docid_of, two_days
from tests.reading.web.readers import reading

NOW = datetime(2026, 11, 30, 23, 59, tzinfo=BEIJING)
A, B, C = map(docid_of, (1, 2, 3))


def test_the_latest_mark_of_a_document_holds(tmp_path: Path) -> None:
    marks = Marks(tmp_path)
    assert marks.standing().starred == ()
    for minute, (verb, docid) in enumerate(
        [("starred", A), ("starred", B), ("read", A), ("unstarred", A), ("starred", C)]
    ):
        marks.add(NOW + timedelta(minutes=minute), verb, docid)
    assert marks.standing().starred == (C, B)
    assert marks.standing().read == {A}
    assert sorted(path.name for path in (tmp_path / "marks").iterdir()) == ["2026-11.txt", "2026-12.txt"]
    assert (tmp_path / "marks/2026-11.txt").read_text() == f"2026-11-30T23:59:00+08:00 starred {A}\n"


def test_files_merged_line_by_line_say_the_same_in_any_order(tmp_path: Path) -> None:
    marks = Marks(tmp_path)
    for minute, verb in enumerate(("starred", "unstarred", "starred", "unstarred")):
        marks.add(NOW - timedelta(days=1) + timedelta(minutes=minute), verb, A)
    file = tmp_path / "marks/2026-11.txt"
    file.write_text("".join(reversed(file.read_text().splitlines(keepends=True))))
    assert Marks(tmp_path).standing().starred == ()


def test_a_torn_line_costs_itself_alone(tmp_path: Path) -> None:
    marks = Marks(tmp_path)
    marks.add(NOW, "starred", A)
    with (tmp_path / "marks/2026-11.txt").open("a") as file:
        file.write(f"<<<<<<< HEAD\n2026-11-30T23:59:00+08:00 starred ../../x\nnonsense\n2026-11-30T23:59 star{B}")
    marks.add(NOW, "read", C)
    assert marks.standing().starred == (A,)
    assert marks.standing().read == {C}


@pytest.mark.parametrize(
    ("verb", "docid"), [("likes", A), ("read", "../x"), ("read", ""), ("read", f"{A}\nx"), ("read", "x" * 65)]
)
def test_what_is_no_mark_is_not_written(tmp_path: Path, verb: str, docid: str) -> None:
    with pytest.raises(ValueError, match=verb):
        Marks(tmp_path).add(NOW, verb, docid)
    assert not (tmp_path / "marks").exists()


def test_marks_are_set_by_a_form_and_shown_in_lists(tmp_path: Path) -> None:
    with reading(two_days(tmp_path)) as reader:
        marked = reader.ask("/marks", method="POST", body=f"docid={A}&verb=starred&back=/day/2026-11-23")
        assert (marked.status, marked.headers["location"]) == (303, "/day/2026-11-23")
        assert "第1篇" in reader.ask("/starred").text
        assert f'data-docid="{A}" data-starred' in reader.ask("/day/2026-11-23").text
        reader.ask("/marks", method="POST", body=f"docid={A}&verb=read")
        assert f'class="row read" data-docid="{A}"' in reader.ask("/day/2026-11-23").text
        assert reader.ask("/marks", method="POST", body="docid=x&verb=burn").status == 422


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:x", ""])
def test_a_form_leads_nowhere_else(tmp_path: Path, back: str) -> None:
    with reading(two_days(tmp_path)) as reader:
        assert reader.ask("/choices", method="POST", body=f"theme=dark&back={back}").headers["location"] == "/"


def test_without_marks_nothing_is_written_or_offered(tmp_path: Path) -> None:
    with reading(two_days(tmp_path), has_marks=False) as reader:
        assert reader.ask("/marks", method="POST", body=f"docid={A}&verb=starred").status == 403
        assert "收藏</a>" not in reader.ask("/").text
        assert "/marks" not in reader.ask(f"/article/{A}").text
        assert not (tmp_path / "marks").exists()


def test_choices_are_kept_in_a_cookie(tmp_path: Path) -> None:
    with reading(two_days(tmp_path)) as reader:
        chosen = reader.ask(
            "/choices", method="POST", body="theme=dark&size=5&face=none", cookie="newsarchive=light.2.indent.serif.off"
        )
        cookie = chosen.headers["set-cookie"]
        assert cookie.startswith("newsarchive=dark.5.indent.serif.off;")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        page = reader.ask("/", cookie=cookie.partition(";")[0]).text
        assert 'data-theme="dark" data-size="5" data-paragraphs="indent" data-face="serif" data-pictures="off"' in page
        assert 'data-theme="system"' in reader.ask("/", cookie='newsarchive="><script>').text
