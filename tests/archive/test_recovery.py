import os
import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing

import pytest
from making import (
    DAY,
    NEXT_DAY,
    TITLE,
    Clock,
    article,
    begin_script,
    catalogue_path,
    data_of,
    day_folder,
    docid_of,
    essence,
    fill,
    given,
    keep,
    names,
    offer,
    opened,
    run_script,
    said,
    spoken,
    state_of,
    tables,
    tree,
)

from newsarchive.archive.journal import JOURNAL_NAME, journal_path
from newsarchive.archive.store import Archive
from newsarchive.errors import ArchiveNotWritable

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has neither fork nor SIGKILL")

PAGE_BYTES = 4096
"""Of SQLite's default."""


@pytest.fixture
def root(tmp_path):
    """An archive of two days, come to its clean end."""
    fill(tmp_path, *(offer(n, day=day) for n, day in enumerate([DAY, NEXT_DAY] * 20)))
    return tmp_path


def reopen(root):
    with opened(root):
        pass


def kill(root, *offers, then=()):
    """A run that offers and keeps these, and is killed; ``then`` are offered by it, and no more."""
    child = os.fork()
    if child:
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        return
    archive = Archive.open(root, "clean", Clock())
    archive.offer([*offers, *then]).result()
    for of in offers:
        keep(archive, of)
    os.kill(os.getpid(), signal.SIGKILL)


# --- the catalogue -----------------------------------------------------------------------------------------------------


def empty(path):
    path.write_bytes(b"")


def fill_with_text(path):
    path.write_text("what is this?\n" * 1000)


def cut_in_the_middle(path):
    os.truncate(path, path.stat().st_size // 2)


def cut_within_a_page(path):
    os.truncate(path, path.stat().st_size - 100)


def zero_the_header(path):
    overwrite(path, 0, bytes(100))


def zero_a_page(path):
    overwrite(path, 3 * PAGE_BYTES, bytes(PAGE_BYTES))


def put_rubbish_in_the_middle(path):
    overwrite(path, path.stat().st_size // 2, random.Random(1).randbytes(2 * PAGE_BYTES))


def alter_a_title_in_place(path):
    path.write_bytes(path.read_bytes().replace(TITLE.encode(), TITLE[::-1].encode()))


def overwrite(path, offset, data):
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def make_it_older(path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")


def put_another_database_there(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE meta (key, value)")


DAMAGES = [
    os.unlink,
    empty,
    fill_with_text,
    cut_in_the_middle,
    cut_within_a_page,
    zero_the_header,
    zero_a_page,
    put_rubbish_in_the_middle,
    alter_a_title_in_place,
    make_it_older,
    put_another_database_there,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_catalogue_that_is_missing_old_or_damaged_is_rebuilt_and_nothing_is_lost(root, damage):
    files, before = tree(root), tables(root)
    damage(catalogue_path(root))
    reopen(root)
    assert tables(root) == before
    assert tree(root) == files


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage is not alter_a_title_in_place])
def test_after_a_kill_too_a_damaged_catalogue_is_rebuilt(root, damage):
    kill(root, offer(100))
    before = tables(root)
    damage(catalogue_path(root))
    reopen(root)
    assert tables(root) == before


def test_a_catalogue_that_is_as_it_was_left_is_not_rebuilt(root, caplog):
    with opened(root) as archive:
        archive.offer([offer(0)], poll="1686").result()
        archive.end_poll("1686").result()
    caplog.clear()
    with opened(root) as archive:
        assert archive.offer([offer(0)], poll="1686").result()[0].known
    assert not caplog.messages


def test_a_reader_that_stays_through_a_run_and_leaves_after_it_causes_no_rebuild(root, caplog):
    with opened(root) as archive:
        reader = archive.reader()
        archive.offer([offer(100)]).result()
        assert reader.document(docid_of(100))
    reader.close()
    reopen(root)
    assert not caplog.messages


def test_a_reader_in_the_middle_of_reading_costs_a_check_and_no_more(root, caplog):
    with opened(root) as archive:
        reader = archive.reader()
        archive.offer([offer(n) for n in range(100, 110)]).result()
        rows = reader.coverage.due(Clock()())
        next(rows)
        archive.offer([offer(200)]).result()
    list(rows)
    reader.close()
    reopen(root)
    assert state_of(root, 200) == "pending"
    assert not caplog.messages


def test_a_catalogue_that_fails_in_mid_run_is_rebuilt_by_the_next(root):
    before = tables(root)
    with opened(root) as archive:
        archive._catalogue._db.execute("DROP TABLE names")
        with pytest.raises(ArchiveNotWritable, match="rebuilt"):
            archive.offer([offer(100)]).result()
    reopen(root)
    assert tables(root) == before


def test_a_rebuild_that_is_killed_begins_again(root):
    before = tables(root)
    with closing(sqlite3.connect(catalogue_path(root))) as db, db:
        db.execute("DELETE FROM meta WHERE key = 'schema'")  # it is set last
        db.execute("DELETE FROM documents")
    reopen(root)
    assert tables(root) == before


def test_a_folder_where_the_catalogue_should_be_is_not_writable(root):
    catalogue_path(root).unlink()
    catalogue_path(root).mkdir()
    with pytest.raises(ArchiveNotWritable, match="catalogue"):
        reopen(root)
    catalogue_path(root).rmdir()
    reopen(root)


def test_without_its_state_folder_an_archive_goes_on_as_before(root):
    files, before = tree(root), tables(root)
    shutil.rmtree(root / ".newsarchive")
    reopen(root)
    assert (tree(root), tables(root)) == (files, before)


def test_after_a_rebuild_no_row_is_known(root):
    with opened(root) as archive:
        archive.offer([offer(0)], poll="1686").result()
        archive.end_poll("1686").result()
    catalogue_path(root).unlink()
    with opened(root) as archive:
        assert not archive.offer([offer(0)], poll="1686").result()[0].known


# --- the journals ------------------------------------------------------------------------------------------------------


def lines_of(root, day=DAY):
    return journal_path(root, day).read_bytes().splitlines(keepends=True)


def put(root, *lines, day=DAY):
    journal_path(root, day).write_bytes(b"".join(lines))


def test_a_journal_that_grew_is_read_on(root, tmp_path_factory):
    old = tmp_path_factory.mktemp("old") / "state"
    shutil.copytree(root / ".newsarchive", old)
    fill(root, offer(100))
    after = tables(root)
    shutil.rmtree(root / ".newsarchive")
    shutil.copytree(old, root / ".newsarchive")
    reopen(root)
    assert tables(root) == after


def test_a_journal_that_shrank_is_read_anew_and_the_lost_is_offered_again(root):
    put(root, *lines_of(root)[:-1])
    lost = docid_of(38)
    with opened(root) as archive, closing(archive.reader()) as catalogue:
        assert list(catalogue.coverage.due(archive.clock())) == [lost]
    fill(root, offer(38))
    assert said(root)[-1]["docid"] == lost


@pytest.mark.parametrize("size", [1, 100, 400])
def test_a_torn_last_line_is_cut_off_and_its_event_asked_for_again(root, size):
    before = essence(root)
    os.truncate(journal_path(root, DAY), journal_path(root, DAY).stat().st_size - size)
    reopen(root)
    assert lines_of(root)[-1].endswith(b"\n")
    fill(root, offer(38))
    assert essence(root) == before


def test_a_torn_line_behind_the_last_whole_one_is_cut_off(root):
    before = essence(root)
    put(root, *lines_of(root), b'{"at":"2026-11-23T12:00')
    reopen(root)
    assert essence(root) == before


def test_the_journal_of_a_whole_day_that_is_lost_is_written_again(root):
    before = essence(root)
    journal_path(root, DAY).unlink()
    fill(root, *(offer(n) for n in range(0, 40, 2)))
    assert essence(root) == before


def test_after_the_loss_of_a_day_no_poll_stops_at_rows_that_it_knows(root):
    with opened(root) as archive:
        archive.offer([offer(1, day=NEXT_DAY)], poll="1686").result()
        archive.end_poll("1686").result()
    journal_path(root, DAY).unlink()
    with opened(root) as archive:
        assert not archive.offer([offer(1, day=NEXT_DAY)], poll="1686").result()[0].known


@pytest.mark.parametrize("place", [0, 7, None])
@pytest.mark.parametrize("line", [b"{}\n", b"who was here?\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n", b"\n"])
def test_a_foreign_line_is_passed_over_and_told(root, caplog, line, place):
    before, lines = tables(root), lines_of(root)
    lines.insert(len(lines) if place is None else place, line)
    put(root, *lines)
    fill(root, offer(100))
    assert "not linked" in caplog.text
    after = tables(root)
    assert [row for row in after["documents"] if row["docid"] != docid_of(100)] == before["documents"]
    assert said(root)[-1]["docid"] == docid_of(100)


def test_a_day_that_comes_back_from_a_backup_is_taken_in(root):
    before = tables(root)
    journal_path(root, DAY).rename(root / "backup")
    reopen(root)
    (root / "backup").rename(journal_path(root, DAY))
    reopen(root)
    assert tables(root) == before


# --- what a killed run leaves ------------------------------------------------------------------------------------------


def test_a_part_file_of_a_killed_run_goes(root):
    kill(root, offer(100))
    part = day_folder(root) / f".{docid_of(101)}.part"
    part.write_text("half")
    reopen(root)
    assert not part.exists()


def test_a_file_without_its_line_is_fetched_again_under_the_same_name(root):
    kill(root, offer(100), then=[offer(101)])
    stray = day_folder(root) / f"{TITLE}-{docid_of(101)}.md"
    stray.write_bytes(data_of(docid_of(101)))
    reopen(root)
    assert not stray.exists()
    fill(root, offer(101))
    assert stray.read_bytes() == data_of(docid_of(101))


def test_a_file_without_its_line_of_an_address_given_by_hand_goes_too(root):
    kill(root, offer(100), then=[given(101), given(102)])
    strays = [day_folder(root) / f"页面的标题-{docid_of(101)}.md", day_folder(root) / f"{docid_of(102)}.md"]
    for stray in strays:
        stray.write_text("whole, but without a line")
    reopen(root)
    assert not any(stray.exists() for stray in strays)


def test_a_file_whose_title_ends_like_a_waiting_address_stays(root):
    twin = offer(101, title=f"像{TITLE}-{docid_of(102)}")
    kill(root, twin, then=[given(102)])
    reopen(root)
    assert f"{twin.title}.md" in names(root)


def test_a_line_without_its_file_is_fetched_again_after_a_kill(root):
    kill(root, offer(100), offer(101))
    path = day_folder(root) / f"{TITLE}-{docid_of(101)}.md"
    path.unlink()
    with opened(root) as archive:
        assert archive.offer([offer(101)]).result()[0].is_wanted
        assert keep(archive, offer(101)) == "kept"
    assert path.is_file()


@pytest.mark.parametrize("damage", [os.unlink, fill_with_text])
def test_a_line_without_its_file_is_fetched_again_also_where_the_catalogue_is_lost(root, damage):
    kill(root, offer(100))
    (day_folder(root) / f"{TITLE}-{docid_of(100)}.md").unlink()
    damage(catalogue_path(root))
    assert state_of(root, 100) == "pending"


@pytest.mark.parametrize("also_killed", [False, True], ids=["clean", "killed"])
def test_what_a_person_did_to_files_of_an_ended_run_is_left_alone(root, also_killed):
    edited, deleted = (day_folder(root) / name for name in names(root)[:2])
    own, own_part = day_folder(root) / "笔记.md", day_folder(root, NEXT_DAY) / ".something"
    edited.write_text("my remarks")
    deleted.unlink()
    own.write_text("mine")
    own_part.write_text("mine")
    if also_killed:
        kill(root, offer(100))
    reopen(root)
    with opened(root) as archive:
        sightings = archive.offer([offer(n) for n in range(0, 40, 2)]).result()
    assert not any(sighting.is_wanted for sighting in sightings)
    assert (edited.read_text(), own.read_text(), own_part.read_text()) == ("my remarks", "mine", "mine")
    assert not deleted.exists()


def test_a_killed_run_that_kept_nothing_in_a_day_leaves_an_earlier_deletion_alone(root):
    deleted = day_folder(root) / names(root)[0]
    deleted.unlink()
    kill(root, then=[offer(100)])
    (root / ".newsarchive" / "open-days").write_text(f"{DAY} {journal_path(root, DAY).stat().st_size}\n{NEXT_DAY} 1")
    with opened(root) as archive, closing(archive.reader()) as catalogue:
        assert list(catalogue.coverage.due(archive.clock())) == [docid_of(100)]


@pytest.mark.parametrize(
    "rubbish", [b"\x00" * 50, b"2026-02-31 5\n", b"2026-11-23\n", b"x\n\n\xff\n", b"2026-11-23 9" + b"9" * 30]
)
def test_rubbish_in_the_note_of_open_days_stops_no_start(root, rubbish):
    (root / ".newsarchive" / "open-days").write_bytes(rubbish)
    before = essence(root)
    reopen(root)
    assert essence(root) == before


# --- killed at any moment ----------------------------------------------------------------------------------------------

RUN = """
import sys
from contextlib import closing
from pathlib import Path
from making import Clock, article, data_of, opened
from newsarchive.archive.frontier import Frontier
from test_recovery import listed, take_all
with opened(Path(sys.argv[1])) as archive, closing(archive.reader()) as catalogue:
    print("begun", flush=True)
    with closing(Frontier(catalogue)) as frontier:
        frontier.add_due(archive.clock())
        for page in listed():
            sightings = archive.offer(page, poll="1686").result()
            frontier.add((sighting.docid, None) for sighting in sightings if sighting.is_wanted)
            take_all(archive, frontier)
        archive.end_poll("1686").result()
"""
ROWS, ROWS_A_PAGE = 240, 20
KILLS = 15


def listed():
    """Pages of rows over two days; every second title is that of many others."""
    rows = [
        offer(n, day=(DAY, NEXT_DAY)[n % 3 == 0], title=TITLE if n % 2 else f"第{n}条") if n % 11 else given(n)
        for n in range(ROWS)
    ]
    return [rows[start : start + ROWS_A_PAGE] for start in range(0, ROWS, ROWS_A_PAGE)]


def take_all(archive, frontier):
    """An outcome for all that wait, in an order of its own; the last one of a page is awaited, as a crawl would."""
    waiting = list(iter(frontier.take, None))
    random.shuffle(waiting)
    outcomes = [outcome(archive, of) for of in waiting]
    for future in outcomes[-1:]:
        future.result()


def outcome(archive, of):
    number = int(of.docid[-7:])
    if number % 10 == 3:
        return archive.failed(of.docid, "http-503")
    if number % 10 == 7:
        return archive.filtered(of.docid, "video-only")
    return archive.keep(article(of), data_of(of.docid))


def test_killed_at_random_moments_the_archive_ends_as_an_undisturbed_one(tmp_path):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    began_at = time.monotonic()
    run_script(RUN, undisturbed)
    seconds = time.monotonic() - began_at
    for _ in range(KILLS):
        with begin_script(RUN, killed) as process:
            process.stdout.readline()
            time.sleep(random.uniform(0, seconds / 10))
            process.kill()
        articles = {path.read_bytes() for path in killed.rglob("*.md")}
        assert articles <= {data_of(docid_of(n)) for n in range(ROWS)}
    run_script(RUN, killed)
    assert essence(killed) == essence(undisturbed)
    assert tables(killed)["names"] == tables(undisturbed)["names"]


def test_killed_and_robbed_of_its_state_folder_the_archive_ends_as_an_undisturbed_one(tmp_path):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    run_script(RUN, undisturbed)
    for pause in (0.05, 0.1, 0.15):
        with begin_script(RUN, killed) as process:
            process.stdout.readline()
            time.sleep(pause)
            process.kill()
        shutil.rmtree(killed / ".newsarchive")
    run_script(RUN, killed)
    assert essence(killed) == essence(undisturbed)


def test_a_journal_name_is_the_only_file_of_ours_beside_the_articles(root):
    assert {path.name for path in day_folder(root).iterdir()} - set(names(root)) == {JOURNAL_NAME}
    assert spoken(root).count("kept") == len(names(root))
