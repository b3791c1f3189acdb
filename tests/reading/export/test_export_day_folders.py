from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.errors import ArchiveNotWritable, UsageError
from newsarchive.reading.entries import Selection
from newsarchive.reading.export.day_folders import FolderChange, FolderText, follow
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library
from tests.reading import shelves
from tests.reading.shelves import MONDAY, TUESDAY, docid_of

LIST = ".newsarchive-kind"


def text_of(article: KeptArticle) -> FolderText:
    return FolderText(f"{article.entry.docid}.md", article.text.encode())


def followed(root: Path, out: Path, **selection: object) -> FolderChange:
    return follow(ExportSource(Library(root), Selection(**selection)), out, "kind", text_of)  # type: ignore[arg-type]


def numbers(out: Path) -> list[int]:
    return sorted(int(file.stem[-7:]) for file in out.rglob("*.md"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_first_export_makes_a_folder_a_day(root: Path, out: Path) -> None:
    assert followed(root, out) == FolderChange(written=5)
    assert numbers(out) == [1, 2, 3, 4, 5]
    assert (out / f"2026/11/24/{docid_of(4)}.md").read_text("utf-8") == "正文4。"
    assert shelves.names(out.parent) == ["archive", "out"]


def test_a_second_export_touches_nothing(root: Path, out: Path) -> None:
    followed(root, out)
    before = shelves.footprint(out)
    assert followed(root, out) == FolderChange()
    assert shelves.footprint(out) == before


def test_a_changed_article_changes_its_file_and_no_other(root: Path, out: Path) -> None:
    followed(root, out)
    before = shelves.footprint(out)
    with shelves.running(root) as archive:
        shelves.archived(archive, shelves.revised(shelves.article(3), "<p>又改。</p>"))
    assert followed(root, out) == FolderChange(written=1)
    changed = {Path(path) for path, facts in shelves.footprint(out).items() if before[path] != facts}
    day = out / "2026/11/23"
    assert changed == {day, day / LIST, day / f"{docid_of(3)}.md"}


def test_another_selection_adds_to_the_folder(root: Path, out: Path) -> None:
    followed(root, out, until=MONDAY)
    assert followed(root, out, since=TUESDAY) == FolderChange(written=2)
    assert numbers(out) == [1, 2, 3, 4, 5]


def test_a_redacted_article_goes_though_it_is_not_selected_and_was_edited(root: Path, out: Path) -> None:
    followed(root, out)
    (out / f"2026/11/23/{docid_of(1)}.md").write_text("edited")
    shelves.redacted(root, docid_of(1))
    shelves.redacted(root, docid_of(2))
    assert followed(root, out, since=TUESDAY) == FolderChange(removed=2)
    assert numbers(out) == [3, 4, 5]
    assert followed(root, out) == FolderChange()


def test_an_article_that_is_redacted_meanwhile_does_not_arrive(root: Path, out: Path) -> None:
    def redacting(article: KeptArticle) -> FolderText:
        if article.entry.docid == docid_of(4):
            shelves.redacted(root, docid_of(1))
        return text_of(article)

    follow(ExportSource(Library(root)), out, "kind", redacting)
    assert numbers(out) == [2, 3, 4, 5]
    assert docid_of(1) not in (out / "2026/11/23" / LIST).read_text("utf-8")


def test_what_somebody_edited_or_made_is_left_alone_and_told(root: Path, out: Path) -> None:
    followed(root, out, since=TUESDAY)
    edited, made = out / f"2026/11/24/{docid_of(4)}.md", out / f"2026/11/23/{docid_of(1)}.md"
    made.parent.mkdir(parents=True)
    for file in (edited, made):
        file.write_text("mine")
    for _ in range(2):
        assert followed(root, out).left_alone == [made, edited]
    assert {edited.read_text(), made.read_text()} == {"mine"}
    edited.unlink()
    assert followed(root, out) == FolderChange(written=1, left_alone=[made])


def test_what_somebody_edits_during_an_export_is_left_alone(root: Path, out: Path) -> None:
    followed(root, out)
    edited = out / f"2026/11/24/{docid_of(4)}.md"

    def editing(article: KeptArticle) -> FolderText:
        text = text_of(article)
        if article.entry.docid == docid_of(5):
            edited.write_text("mine")  # behind the look at it
        return FolderText(text.name, text.data + b"another form")

    assert follow(ExportSource(Library(root)), out, "kind", editing).left_alone == [edited]
    assert edited.read_text() == "mine"


def test_a_file_that_is_right_already_becomes_the_exports(root: Path, out: Path) -> None:
    followed(root, out)
    (out / "2026/11/23" / LIST).unlink()  # a kill before it was written
    assert followed(root, out) == FolderChange()
    shelves.redacted(root, docid_of(1))
    assert followed(root, out) == FolderChange(removed=1)


def test_a_failure_before_the_end_changes_nothing(root: Path, out: Path) -> None:
    followed(root, out, since=TUESDAY)
    before = shelves.footprint(out)

    def failing(article: KeptArticle) -> FolderText:
        if article.entry.docid == docid_of(3):
            raise OSError(28, "No space left on device")
        return text_of(article)

    with pytest.raises(ArchiveNotWritable, match="the disk is full"):
        follow(ExportSource(Library(root)), out, "kind", failing)
    assert shelves.footprint(out) == before
    assert shelves.names(out.parent) == ["archive", "out"]


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        '["..", "abc", "0"]',
        '["", "abc", "0"]',
        '["../../archive/x.md", "abc", "0"]',
        '["a", 1]',
        "[]",
        '"text"',
        "\ufffd",
    ],
)
def test_a_spoilt_list_harms_nobody(root: Path, out: Path, line: str) -> None:
    followed(root, out)
    listed = out / "2026/11/23" / LIST
    listed.write_text(f"{line}\n{listed.read_text('utf-8')}", "utf-8")
    before = shelves.footprint(root)
    assert followed(root, out) == FolderChange()
    assert shelves.footprint(root) == before


def test_a_file_in_place_of_the_folder_is_told(root: Path, out: Path) -> None:
    out.touch()
    with pytest.raises(UsageError, match="is a file"):
        followed(root, out)
