from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest

from newsarchive.archive.format import paths
from newsarchive.archive.format.states import revision_file
from newsarchive.archive.index import view
from newsarchive.archive.record.redaction import redact
from newsarchive.errors import CatalogueUnusable, UsageError
from newsarchive.reading.entries import Entry, Selection
from newsarchive.reading.library import Library
from tests import journals
from tests.reading import lives, shelves
from tests.reading.shelves import MONDAY, TUESDAY, docid_of


@pytest.fixture(scope="module", params=["clean", "rsshub"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For tests that only read, as all of ``Library`` does."""
    return shelves.two_days(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shelves.two_days(tmp_path)


@pytest.fixture(params=["sound", "none", "damaged"])
def catalogued(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive, too large to be indexed for one look, with a catalogue or without a usable one."""
    monkeypatch.setattr(view, "QUICK_BYTES", 100)
    monkeypatch.setattr(view, "COPY_BYTES", 100)
    catalogue = root / paths.STATE_NAME / paths.CATALOGUE_NAME
    if request.param == "none":
        shutil.rmtree(root / paths.STATE_NAME)
    elif request.param == "damaged":
        catalogue.write_bytes(b"no catalogue" * 1000)
    return root


def numbers(entries: Iterator[Entry]) -> list[int]:
    return [int(entry.docid[-7:]) for entry in entries]


def entry_of(library: Library, number: int) -> Entry:
    entry = library.entry(docid_of(number))
    assert entry is not None
    return entry


# --- one document ----------------------------------------------------------------------------------------------------


def test_an_entry_tells_all_that_the_journal_does(shelf: Path) -> None:
    entry = entry_of(Library(shelf), 4)
    assert (entry.day, entry.title, entry.media, entry.symbols) == (TUESDAY, "第4篇", "证券时报", ("hk00700",))
    assert (entry.channels, entry.lids, entry.keywords) == (("1686", "2509"), ("1686", "2516"), ("降准",))
    assert (entry.published_at, entry.listed_at) == (shelves.at(TUESDAY, 4), shelves.at(TUESDAY, 4, 1))
    assert (entry.fetched_at, entry.seen_at) == (shelves.at(TUESDAY, 4, 5), shelves.at(TUESDAY, 20))
    assert (entry.state, entry.states, entry.is_withdrawn, entry.is_redacted) == (1, 1, False, False)
    assert (shelf / entry.file).stat().st_size == entry.size


def test_each_way_to_a_document_leads_to_the_same_entry(shelf: Path) -> None:
    library = Library(shelf)
    for number in (1, 2, 5):
        entry = entry_of(library, number)
        assert library.entry_of_file(entry.file) == entry
        assert library.entry_of_file(revision_file(entry.day, entry.docid, 1)) == entry
        assert [found.docid for found in library.find(str(shelf / entry.file))] == [entry.docid]
        assert entry in library.day(entry.day).entries
        assert library.entry(entry.docid, entry.day) == entry
        assert library.entry(entry.docid) == entry  # now that its day is in memory
    assert [found.docid for found in library.find("第3")] == [docid_of(3)]
    assert [found.docid for found in library.find("https://…", docid_of(3))] == [docid_of(3)]


def test_documents_are_found_with_and_without_a_catalogue(catalogued: Path) -> None:
    library = Library(catalogued)
    assert entry_of(library, 4).title == "第4篇"
    assert library.entry(docid_of(99)) is None
    assert [found.docid for found in library.find("第3")] == [docid_of(3)]


def test_one_that_the_catalogue_has_not_read_yet_is_found(root: Path) -> None:
    line = lives.state(root, lives.FILE, lives.FIRST, lives.FIRST_AT, "kept")
    journals.said(root, line, day=TUESDAY)
    assert Library(root).entry(lives.DOCID) is not None


@pytest.mark.parametrize("asked", ["", "\0", "../../etc/passwd", "x" * 5000 + ".md", "a/\0.md", "_revisions/x/1.md"])
def test_what_names_no_document_finds_none(shelf: Path, asked: str) -> None:
    library = Library(shelf)
    assert (library.find(asked), library.entry(asked), library.entry_of_file(asked)) == ([], None, None)
    assert library.article(asked) is None
    assert library.history(asked) is None


def test_an_offer_that_was_never_kept_is_no_entry(root: Path) -> None:
    with shelves.running(root) as archive:
        archive.offer([shelves.article(7).offer]).result()
    library = Library(root)
    assert (library.entry(docid_of(7)), library.article(docid_of(7))) == (None, None)
    assert docid_of(7) not in library.day(MONDAY).by_docid
    assert library.history(docid_of(7)) is not None


# --- its text --------------------------------------------------------------------------------------------------------


def test_an_article_has_text_and_front_matter(shelf: Path) -> None:
    article = Library(shelf).article(docid_of(3))
    assert article is not None
    assert article.is_whole
    assert (article.text, article.body) == ("正文3。", "<p>正文3。</p>")
    assert (article.categories, article.tags, article.picture) == (("金融", "新浪财经", "新浪财经－滚动"), (), "")


def test_each_state_is_read_by_number_and_by_moment(tmp_path: Path) -> None:
    lives.lived(tmp_path)
    library = Library(tmp_path)
    figure = library.article(lives.DOCID, state=2)
    assert figure is not None
    assert (figure.body, figure.entry.state, figure.entry.states, figure.is_whole) == (lives.FIGURE, 2, 3, True)
    moment = figure.entry.fetched_at
    assert moment is not None
    then = library.article(lives.DOCID, at=moment + timedelta(hours=1))
    assert then is not None
    assert (then.entry.state, then.entry.is_withdrawn) == (2, True)
    assert library.article(lives.DOCID, at=moment - timedelta(hours=2)) is None
    assert library.article(lives.DOCID, state=4) is None


def test_a_lost_or_altered_file_is_told_and_hinders_nothing(root: Path) -> None:
    library = Library(root)
    lost, altered = entry_of(library, 1), entry_of(library, 3)
    (root / lost.file).unlink()
    (root / altered.file).write_bytes(b"\n---\ntitle: [\n---\nanother \xff text")
    gone = library.open(lost)
    assert (gone.is_missing, gone.is_whole, gone.text, gone.picture, gone.categories) == (True, False, "", "", ())
    assert "repair" in gone.fault
    changed = library.open(altered)
    assert (changed.is_missing, changed.is_whole, changed.text) == (False, False, "another � text")
    assert (changed.picture, changed.categories, changed.entry.title) == ("", (), "第3篇")


@pytest.mark.parametrize("file", ["/etc/hostname", "../outside.md", "2026/../../outside.md", "a\0b.md", "\udc80.md"])
def test_a_line_of_another_hand_leads_to_no_file_outside(root: Path, file: str) -> None:
    (root.parent / "outside.md").write_text("secret")
    entry = replace(entry_of(Library(root), 1), file=file)
    assert Library(root).open(entry).is_missing


@pytest.mark.parametrize("keep_title", [False, True])
def test_a_redacted_document_has_no_text_and_no_title_unless_kept(root: Path, keep_title: bool) -> None:
    library = Library(root)
    before = entry_of(library, 2)
    library.day(MONDAY)
    redact(root, "clean", docid_of(2), "on request", keep_title=keep_title, clock=lambda: shelves.at(TUESDAY, 23))
    for reader in (library, Library(root)):
        entry = entry_of(reader, 2)
        assert (entry.is_redacted, entry.title) == (True, "第2篇" if keep_title else "")
        assert (entry.file, entry.media, entry.keywords, entry.states) == ("", "", (), 0)
        assert reader.article(docid_of(2)) is None
        assert reader.open(before).is_missing
        assert reader.open(entry).is_missing
        assert [one.docid for one in reader.day(MONDAY).redacted] == [docid_of(2)]
        assert numbers(reader.entries()) == [1, 3, 4, 5]
        assert [one.docid for one in reader.corrections()] == [docid_of(5)]
        assert reader.counts()[0].kept == 2


# --- days and streams ------------------------------------------------------------------------------------------------


def test_articles_come_in_time_order_both_ways(shelf: Path) -> None:
    library = Library(shelf)
    assert numbers(library.entries()) == [1, 2, 3, 4, 5]
    assert numbers(library.entries(newest_first=True)) == [5, 4, 3, 2, 1]
    assert next(article.text for article in library.articles(Selection(until=MONDAY))) == "正文1。"


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        (Selection(since=TUESDAY), [4, 5]),
        (Selection(until=MONDAY), [1, 2, 3]),
        (Selection(since=TUESDAY + timedelta(days=1)), []),
        (Selection(channel="2509"), [4]),
        (Selection(channel="2516"), [1, 2, 3, 4, 5]),
        (Selection(media="证券时报"), [4]),
        (Selection(media="新华"), []),
        (Selection(symbol="sh600519"), [1, 2, 3, 5]),
        (Selection(symbol="sh600519", since=TUESDAY), [5]),
        (Selection(symbol="no such"), []),
    ],
)
def test_a_selection_takes_what_is_meant(shelf: Path, selection: Selection, meant: list[int]) -> None:
    assert numbers(Library(shelf).entries(selection)) == meant


def test_neighbours_go_over_the_ends_of_days(shelf: Path) -> None:
    library = Library(shelf)
    around = [
        tuple(one and int(one.docid[-7:]) for one in library.neighbours(entry_of(library, n))) for n in (1, 3, 4, 5)
    ]
    assert around == [(None, 2), (2, 4), (3, 5), (4, None)]
    before, behind = library.neighbours(entry_of(library, 3), Selection(media="证券时报"))
    assert (before, behind and behind.docid) == (None, docid_of(4))


def test_counts_are_the_same_with_and_without_a_catalogue(catalogued: Path) -> None:
    monday, tuesday = Library(catalogued).counts()
    assert (monday.day, monday.kept, monday.channels, monday.revised, monday.withdrawn) == (
        MONDAY,
        3,
        {"1686": 3},
        1,
        0,
    )
    assert (tuesday.kept, tuesday.channels, tuesday.revised, tuesday.withdrawn) == (2, {"1686": 2, "2509": 1}, 0, 1)
    assert [count.day for count in Library(catalogued).counts(since=TUESDAY)] == [TUESDAY]


def test_a_day_that_the_catalogue_is_behind_with_is_counted_from_its_journal(root: Path) -> None:
    library = Library(root)
    assert library.counts()[1].kept == 2
    journals.said(root, lives.state(root, lives.FILE, lives.FIRST, lives.FIRST_AT, "kept"), day=TUESDAY)
    assert library.counts()[1].kept == Library(root).counts()[1].kept == 3


def test_coverage_is_told_by_a_sound_catalogue(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(row.day, row.channel, row.kept) for row in Library(root).coverage(since=TUESDAY)] == [
        (TUESDAY, "1686", 2),
        (TUESDAY, "2509", 1),
    ]
    monkeypatch.setattr(view, "QUICK_BYTES", 100)
    shutil.rmtree(root / paths.STATE_NAME)
    with pytest.raises(CatalogueUnusable):
        Library(root).coverage()


def test_a_day_without_a_journal_is_empty(shelf: Path) -> None:
    library = Library(shelf)
    assert library.days() == [MONDAY, TUESDAY]
    assert library.days(since=TUESDAY, until=date(2027, 1, 1)) == [TUESDAY]
    assert library.day(date(2020, 1, 1)).entries == ()


def test_corrections_come_from_all_days_by_kind(shelf: Path) -> None:
    library = Library(shelf)
    assert [(one.docid, one.kind) for one in library.corrections()] == [(docid_of(2), "figure"), (docid_of(5), "gone")]
    assert [one.docid for one in library.corrections(kinds={"gone"})] == [docid_of(5)]
    assert list(library.corrections(since=shelves.at(TUESDAY, 23))) == []


def test_channels_have_the_names_that_were_given(shelf: Path) -> None:
    library = Library(shelf, {"1686": "国内滚动"})
    assert (library.channel_name("1686"), library.channel_name("2509")) == ("国内滚动", "2509")


# --- beside a crawl, and where nothing may be written ----------------------------------------------------------------


def test_what_a_running_crawl_archives_is_there_at_once(root: Path) -> None:
    library = Library(root)
    assert len(library.day(TUESDAY).entries) == 2
    mark = library.mark()
    with shelves.running(root) as archive:
        shelves.archived(archive, shelves.article(6, TUESDAY))
        assert numbers(iter(library.day(TUESDAY).entries)) == [4, 5, 6]
        assert entry_of(library, 6).title == "第6篇"
        assert [change.entry.docid for change in library.changes_since(mark).changes] == [docid_of(6)]
        assert library.counts()[-1].kept == 3


def test_nothing_is_written_nor_locked(root: Path) -> None:
    before = shelves.footprint(root)
    library = Library(root)
    list(library.articles())
    list(library.corrections())
    library.counts()
    library.coverage()
    library.changes_since(library.mark())
    library.find("第3")
    library.neighbours(entry_of(library, 3))
    assert shelves.footprint(root) == before


def test_a_folder_that_is_no_archive_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    for folder in (tmp_path, tmp_path / "holiday.jpg", tmp_path / "nothing"):
        with pytest.raises(UsageError, match="archive"):
            Library(folder)


def test_an_archive_that_nothing_was_written_into_is_empty(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert (library.days(), list(library.entries()), library.counts(), library.find("x")) == ([], [], [], [])


def test_threads_share_one_library_beside_a_crawl(root: Path) -> None:
    library, wrong = Library(root), list[object]()

    def read() -> None:
        for _ in range(30):
            found = numbers(iter(library.day(TUESDAY).entries))
            if found[:2] != [4, 5] or found != sorted(found):
                wrong.append(found)

    readers = [Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    with shelves.running(root) as archive:
        for number in range(6, 16):
            shelves.archived(archive, shelves.article(number, TUESDAY))
    for reader in readers:
        reader.join()
    assert wrong == []
    assert numbers(iter(library.day(TUESDAY).entries)) == list(range(4, 16))
