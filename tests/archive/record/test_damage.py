"""Journals that are not what was written: told by each run until a person accepts it, and nothing is removed for them."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from newsarchive.archive.format import journal
from newsarchive.archive.format.paths import journal_path
from newsarchive.archive.index.damage import readable
from newsarchive.archive.record import damage, inspection
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveDamaged
from tests.archive.making import (
    DAY,
    NEXT_DAY,
    TITLE,
    Clock,
    article,
    catalogue_path,
    data_of,
    day_folder,
    docid_of,
    fill,
    keep,
    names,
    offer,
    opened,
    said,
    spoken,
    state_of,
    tree,
)

pytestmark = pytest.mark.slow  # starts and ends by the dozen

ROWS = [offer(n) for n in range(8)]


@pytest.fixture
def root(tmp_path):
    """An archive of two days, eight articles each, come to its clean end."""
    fill(tmp_path, *ROWS, *(offer(100 + n, day=NEXT_DAY) for n in range(8)))
    return tmp_path


def damages(root):
    """What a run tells when it has ended."""
    with opened(root) as archive:
        pass
    return [(found.kind, found.line) for found in archive.damage()]


def lines_of(root, day=DAY):
    return journal_path(root, day).read_bytes().splitlines(keepends=True)


def put(root, lines, day=DAY):
    journal_path(root, day).write_bytes(b"".join(lines))


def change_a_byte(root, number, old=b'"event":"kept"', new=b'"event":"kepT"'):
    lines = lines_of(root)
    assert old in lines[number - 1]
    put(root, [*lines[: number - 1], lines[number - 1].replace(old, new), *lines[number:]])


def break_json(root):
    change_a_byte(root, 10, b'"event":"kept"', b'"event";"kept"')
    return [("unlinked", 10), ("unlinked", 11)]


def change_a_word(root):
    change_a_byte(root, 10)
    return [("unlinked", 11)]


def change_a_link(root):
    change_a_byte(root, 10, b'"link":"', b'"lonk":"')
    return [("unlinked", 10), ("unlinked", 11)]


def change_the_last_line(root):
    change_a_byte(root, 16)
    return [("shortened", 17)]


def take_a_line_out(root):
    lines = lines_of(root)
    put(root, [*lines[:9], *lines[10:]])
    return [("unlinked", 10)]


def write_a_line(root):
    lines = lines_of(root)
    put(root, [*lines[:9], b"by hand\n", *lines[9:]])
    return [("unlinked", 10), ("unlinked", 11)]


def append_a_line(root):
    put(root, [*lines_of(root), b"{}\n"])
    return [("unlinked", 17)]


def cut_the_end(root):
    put(root, lines_of(root)[:11])
    return [("shortened", 12)]


def cut_within_a_line(root):
    os.truncate(journal_path(root, DAY), journal_path(root, DAY).stat().st_size - 20)
    return [("shortened", 16)]


def empty_the_journal(root):
    put(root, [])
    return [("shortened", 1)]


def delete_the_journal(root):
    journal_path(root, DAY).unlink()
    return [("missing", 1)]


def delete_the_day(root):
    shutil.rmtree(day_folder(root))
    return [("missing", 1)]


IN_THE_JOURNAL = [break_json, change_a_word, change_a_link, take_a_line_out, write_a_line, append_a_line]
KNOWN_TO_THE_CATALOGUE = [
    change_the_last_line,
    cut_the_end,
    cut_within_a_line,
    empty_the_journal,
    delete_the_journal,
    delete_the_day,
]


@pytest.mark.parametrize("befall", [*IN_THE_JOURNAL, *KNOWN_TO_THE_CATALOGUE], ids=lambda befall: befall.__name__)
def test_damage_is_told_by_each_run_and_no_file_goes_until_it_is_accepted(root, befall):
    expected = befall(root)
    before = {path for path in tree(root) if path.endswith(".md")}
    assert damages(root) == damages(root) == expected
    fill(root, *ROWS)
    assert damages(root) == expected
    assert before <= tree(root).keys()
    accepted = damage.accept(root, "clean", Clock())
    assert [(found.kind, found.line) for found in accepted] == expected
    assert damages(root) == damage.accept(root, "clean") == []
    assert spoken(root).count("damaged") == len(expected)
    assert journal.breaks(journal_path(root, DAY)) <= {line for kind, line in expected if kind == "unlinked"}


@pytest.mark.parametrize("befall", IN_THE_JOURNAL, ids=lambda befall: befall.__name__)
def test_what_the_journals_tell_is_found_again_by_a_rebuild_and_so_is_that_it_was_accepted(root, befall):
    expected = befall(root)
    catalogue_path(root).unlink()
    assert damages(root) == expected
    damage.accept(root, "clean", Clock())
    catalogue_path(root).unlink()
    assert damages(root) == []


@pytest.mark.parametrize("days_since", [0, 3])
@pytest.mark.parametrize("befall", [*IN_THE_JOURNAL[:-1], *KNOWN_TO_THE_CATALOGUE], ids=lambda befall: befall.__name__)
def test_what_comes_back_from_a_copy_is_no_longer_damaged(root, befall, days_since, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy") / "day"
    shutil.copytree(day_folder(root), copy)
    assert befall(root) == damages(root)
    for later in range(days_since):
        fill(root, offer(200 + later, day=NEXT_DAY + timedelta(days=1 + later)))
    shutil.copytree(copy, day_folder(root), dirs_exist_ok=True)
    assert damages(root) == []


def test_each_new_damage_is_told_also_where_an_earlier_one_was_accepted(root):
    expected = cut_the_end(root)
    assert damages(root) == expected
    damage.accept(root, "clean", Clock())
    fill(root, *ROWS)
    put(root, lines_of(root)[:11])
    assert damages(root) == expected


@pytest.mark.parametrize("state_is_lost", [False, True])
@pytest.mark.parametrize("befall", [*IN_THE_JOURNAL, *KNOWN_TO_THE_CATALOGUE[:-1]], ids=lambda befall: befall.__name__)
def test_after_damage_the_day_goes_on_and_each_article_has_one_file_and_a_line(root, befall, state_is_lost):
    files = {path: data for path, data in tree(root).items() if path.endswith(".md")}
    befall(root)
    if state_is_lost:
        shutil.rmtree(root / ".newsarchive")
    fill(root, *ROWS)
    assert {path: data for path, data in tree(root).items() if path.endswith(".md")} == files
    last = {event["docid"]: event["file"] for event in said(root) if event.get("event") == "kept"}
    assert {last[of.docid] for of in ROWS} == {f"2026/11/23/{name}" for name in names(root)}


def test_where_bytes_differ_after_damage_the_stray_stays_and_the_new_file_has_the_docid(root):
    shutil.rmtree(root / ".newsarchive")
    put(root, lines_of(root)[:9])
    with opened(root) as archive:
        archive.offer(ROWS).result()
        archive.keep(article(ROWS[3]), b"another text").result()
    name = f"{TITLE}-{docid_of(3)}"
    assert tree(root)[f"2026/11/23/{name}.md"] == data_of(docid_of(3))
    assert tree(root)[f"2026/11/23/{name}-2.md"] == b"another text"


def test_a_kept_line_counts_also_where_its_offer_cannot_be_read(root):
    change_a_byte(root, 2, b'"event":"offered"', b'"event":"Offered"')
    shutil.rmtree(root / ".newsarchive")
    assert state_of(root, 1) == "kept"
    with opened(root) as archive:
        assert not archive.offer([ROWS[1]]).result()[0].is_wanted
    assert spoken(root)[-1] == "offered"
    assert state_of(root, 1) == "kept"


def test_a_journal_that_changes_between_the_start_and_the_first_line_of_its_day_is_seen(root):
    with opened(root) as archive:
        expected = cut_the_end(root)
        archive.offer([offer(50)]).result()
    assert damages(root) == expected
    assert said(root)[-1]["docid"] == docid_of(50)


def test_a_copy_made_beside_a_run_and_restored_without_its_state_keeps_all_articles(tmp_path):
    """Each journal as it was at the copy's begin, each file as at its end."""
    root, copy = tmp_path / "root", tmp_path / "copy"
    with opened(root) as archive:
        archive.offer(ROWS).result()
        for of in ROWS[:3]:
            keep(archive, of)
        early = journal_path(root, DAY).read_bytes()
        for of in ROWS[3:]:
            keep(archive, of)
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".newsarchive"))
    journal_path(copy, DAY).write_bytes(early)
    before = tree(copy)
    with opened(copy):
        pass
    assert tree(copy) == before
    fill(copy, *ROWS)
    assert {path: data for path, data in tree(copy).items() if path.endswith(".md")} == {
        path: data for path, data in before.items() if path.endswith(".md")
    }
    assert [event.get("adopted", False) for event in said(copy) if event["event"] == "kept"] == [False] * 3 + [True] * 5


# --- the catalogue, found to be damaged in mid-run -----------------------------------------------------------------------


def ruin(path):
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


def test_a_catalogue_that_is_found_damaged_at_a_reading_is_rebuilt_by_the_next_run(root):
    before = tree(root)
    with opened(root) as archive, closing(archive.reader()) as catalogue:
        ruin(catalogue_path(root))
        with pytest.raises(ArchiveDamaged, match="run again: it is rebuilt") as told, readable(catalogue.path):
            catalogue.document(docid_of(1))
        archive.refuse(told.value)
        assert archive.offer([offer(50)]).exception() is told.value
    assert not catalogue_path(root).exists()
    assert state_of(root, 1) == "kept"
    assert tree(root) == before


def test_a_catalogue_that_is_found_damaged_at_the_start_is_rebuilt_by_the_next(root, monkeypatch):
    def fail(_root, _catalogue):
        raise sqlite3.DatabaseError("database disk image is malformed")

    with monkeypatch.context() as patched:
        patched.setattr(inspection, "recent", fail)
        with pytest.raises(ArchiveDamaged):
            Archive.open(root, "clean", Clock())
    assert not catalogue_path(root).exists()
    assert state_of(root, 1) == "kept"


def test_a_catalogue_that_is_found_damaged_at_a_writing_is_damage_too(root):
    with opened(root) as archive:
        archive._catalogue._db.execute("PRAGMA cache_size=0")
        ruin(catalogue_path(root))
        assert isinstance(archive.offer([offer(n) for n in range(50, 90)]).exception(), ArchiveDamaged)
    assert state_of(root, 1) == "kept"
