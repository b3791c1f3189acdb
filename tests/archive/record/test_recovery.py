import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import pytest

from newsarchive.archive.format.paths import JOURNAL_NAME, journal_path
from newsarchive.archive.index.frontier import Frontier
from newsarchive.archive.index.tails import Tails
from newsarchive.archive.record import appending, files
from newsarchive.archive.record.open_files import OpenFile
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveNotWritable
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
    essence,
    fill,
    given,
    keep,
    names,
    offer,
    opened,
    said,
    spoken,
    state_of,
    tables,
    tree,
)

pytestmark = [
    pytest.mark.slow,  # starts and ends by the dozen
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has neither fork nor SIGKILL"),
]

PAGE_BYTES = 4096
"""SQLite's default page size."""


@pytest.fixture
def root(tmp_path):
    """An archive of two days, come to its clean end."""
    fill(tmp_path, *(offer(n, day=day) for n, day in enumerate([DAY, NEXT_DAY] * 20)))
    return tmp_path


def reopen(root):
    with opened(root):
        pass


def kill(root, *offers, then=()):
    """Offer and keep ``offers``, offer ``then``, and be killed."""
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
    before_files, before = tree(root), tables(root)
    damage(catalogue_path(root))
    reopen(root)
    assert tables(root) == before
    assert tree(root) == before_files


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
    before = tree(root), tables(root)
    shutil.rmtree(root / ".newsarchive")
    reopen(root)
    assert (tree(root), tables(root)) == before


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


def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)


def die_after_half_a_line(path, data):
    with path.open("ab") as file:
        file.write(data[: len(data) // 2])
    die()


STEPS = {
    "the note": (files, "write_whole", die),
    "the temporary file": (files, "_replace", die),
    "the rename": (appending, "append", die),
    "half a line": (appending, "append_synced", die_after_half_a_line),
    "the line": (Tails, "set", die),
}
"""What the step after it does instead: the rows of the table in ``docs/architecture.md``."""


def kill_after(step, root, *offers):
    """A run that is killed at this step of its first commit of articles."""
    child = os.fork()
    if child:
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        return
    try:
        archive = Archive.open(root, "clean", Clock())
        archive.offer(offers).result()
        assert hasattr(*STEPS[step][:2])
        setattr(*STEPS[step])
        for of in offers:
            keep(archive, of)
    finally:
        os._exit(1)  # the step did not kill: without this, the child would go on as a second run of all tests


@pytest.mark.parametrize("state_is_lost", [False, True], ids=["", "and the catalogue is lost"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_after_each_step_nothing_is_left_over_and_the_next_run_ends_as_an_undisturbed_one(
    tmp_path, step, state_is_lost
):
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    rows = [offer(1), given(2)]
    kill_after(step, killed, *rows)
    if state_is_lost:
        catalogue_path(killed).unlink()
    reopen(killed)
    kept = spoken(killed).count("kept")
    assert len(names(killed)) == kept
    assert not list(day_folder(killed).glob(".*"))
    for root in (killed, undisturbed):
        fill(root, *rows)
    assert essence(killed) == essence(undisturbed)
    assert tables(killed)["names"] == tables(undisturbed)["names"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_and_robbed_of_its_notes_nothing_is_removed_and_the_file_is_adopted(tmp_path, step):
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    kill_after(step, killed, offer(1))
    shutil.rmtree(killed / ".newsarchive")
    before = tree(killed)
    reopen(killed)
    assert before.keys() <= tree(killed).keys()
    had_file = bool(names(killed))
    fill(killed, offer(1))
    fill(undisturbed, offer(1))
    assert essence(killed) == essence(undisturbed)
    was_adopted = step in ("the rename", "half a line")
    assert said(killed)[-1].get("adopted", False) == was_adopted == (had_file and step != "the line")


def test_a_file_begun_by_a_killed_run_and_altered_since_stays(tmp_path):
    kill_after("the rename", tmp_path, offer(1))
    altered = day_folder(tmp_path) / names(tmp_path)[0]
    altered.write_text("mine now")
    fill(tmp_path, offer(1))
    assert altered.read_text() == "mine now"
    assert said(tmp_path)[-1]["file"] == f"2026/11/23/{TITLE}-{docid_of(1)}.md"


@pytest.mark.parametrize("number", [0, 1, 100], ids=["another of the day", "one of another day", "one never offered"])
def test_a_note_of_another_document_removes_no_article(root, number):
    file, own_part = day_folder(root) / names(root)[0], day_folder(root) / ".mine.part"
    own_part.write_text("mine")
    docid = docid_of(number) if docid_of(number) != said(root)[0]["docid"] else docid_of(2)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    noted = OpenFile(file.relative_to(root).as_posix(), digest, docid, f".{docid}.part")
    notes = [noted, replace(noted, part=own_part.name)]
    (root / ".newsarchive" / "open-days").write_text("".join(json.dumps(asdict(note)) + "\n" for note in notes))
    before = essence(root)
    reopen(root)
    assert essence(root) == before
    assert own_part.read_text() == "mine"


def test_while_a_journal_is_damaged_no_file_is_removed(root):
    kill_after("the rename", root, offer(100))
    put(root, *lines_of(root)[:3], b"rubbish\n", *lines_of(root)[4:])
    before = set(names(root))
    reopen(root)
    assert set(names(root)) == before


def test_a_file_whose_title_ends_like_a_waiting_address_stays(root):
    namesake = offer(101, title=f"像{TITLE}-{docid_of(102)}")
    kill(root, namesake, then=[given(102)])
    reopen(root)
    assert f"{namesake.title}.md" in names(root)


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
    own, own_part = day_folder(root) / "笔记.md", day_folder(root) / f".{docid_of(100)}.part"
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
    with opened(root) as archive, closing(archive.reader()) as catalogue:
        assert list(catalogue.coverage.due(archive.clock())) == [docid_of(100)]


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00" * 50,
        b"2026-11-23 -5\n",
        b"[" * 100_000 + b"\n",
        b"\xff\n{}\n1e999\n",
        b'{"file":1,"sha256":null,"docid":[],"part":{}}\n',
        b'{"file":"../../x.md","sha256":"","docid":"","part":".x.part"}\n',
        b'{"file":"\\ud800.md","sha256":"","docid":"","part":".x.part"}\n',
        b'{"file":"x.md","sha256":"","docid":"x","part":".\\ud800.part"}\n',
        b'{"file":"%b.md","sha256":"","docid":"x","part":".x.part"}\n' % (b"x" * 5000),
    ],
)
def test_rubbish_in_the_notes_stops_no_start(root, rubbish):
    (root / ".newsarchive" / "open-days").write_bytes(rubbish)
    before = essence(root)
    reopen(root)
    assert essence(root) == before


def test_in_a_folder_that_days_share_a_rebuild_leaves_a_kept_article_its_file_and_its_name(tmp_path):
    kept, earlier = offer(1, day=NEXT_DAY), offer(2, day=DAY)
    with opened(tmp_path, profile="rsshub") as archive:
        archive.offer([kept]).result()
        keep(archive, kept)
        archive.offer([earlier]).result()
    before = tree(tmp_path)
    catalogue_path(tmp_path).unlink()
    with opened(tmp_path, profile="rsshub") as archive:
        keep(archive, earlier)
    assert before.items() - tree(tmp_path).items() == {("2026/11/23/_day.jsonl", before["2026/11/23/_day.jsonl"])}
    assert said(tmp_path)[-1]["file"].endswith(f"-{docid_of(2)}.md")


# --- killed at any moment ----------------------------------------------------------------------------------------------

ROWS, ROWS_A_PAGE = 240, 20
KILLS = 20
LONGEST_PAUSE_S = 0.05
"""Between a page and a kill: about as long as two pages take, so that any step of a page may be the last one."""


def crawl(root, seed, pages_done):
    """A run over all rows; sends on ``pages_done`` after its start and after each page.  For a process of its own."""
    chance = random.Random(seed)
    with opened(root) as archive, closing(archive.reader()) as catalogue, closing(Frontier(catalogue)) as frontier:
        pages_done.send(0)
        frontier.add_due(archive.clock())
        for number, page in enumerate(listed(), 1):
            sightings = archive.offer(page, poll="1686").result()
            frontier.add((sighting.docid, None) for sighting in sightings if sighting.is_wanted)
            take_all(archive, frontier, chance)
            pages_done.send(number)
        archive.end_poll("1686").result()


@contextmanager
def begun(root, seed):
    """A process that crawls, and the connection by which it tells its pages."""
    context = multiprocessing.get_context("forkserver")  # forks from a process that has one thread, unlike this one
    context.set_forkserver_preload([__name__])
    pages_done, told = context.Pipe(duplex=False)
    process = context.Process(target=crawl, args=(root, seed, told))
    process.start()
    told.close()
    yield process, pages_done
    process.join()


def crawl_undisturbed(root, seed):
    with begun(root, seed) as (process, pages_done):
        list(iter_until_closed(pages_done))
    assert process.exitcode == 0, f"seed {seed}: the run ended with {process.exitcode}, its traceback is on stderr"


def crawl_and_be_killed(root, seed):
    """Killed at any moment of one of the first pages that this run comes to."""
    chance = random.Random(seed)
    with begun(root, seed) as (process, pages_done):
        assert next(iter_until_closed(pages_done), None) == 0, f"seed {seed}: the run did not start"
        list(islice(iter_until_closed(pages_done), chance.randrange(ROWS // ROWS_A_PAGE)))
        time.sleep(chance.uniform(0, LONGEST_PAUSE_S))
        process.kill()
    assert process.exitcode in (0, -signal.SIGKILL), f"seed {seed}: the run ended with {process.exitcode}"


def iter_until_closed(connection):
    with suppress(EOFError):
        while True:
            yield connection.recv()


WHOLE_ARTICLES = {data_of(docid_of(number)) for number in range(ROWS)}


def listed():
    """Pages of rows over two days; half of the rows have the same title, one in eleven has none."""
    rows = [
        offer(n, day=(DAY, NEXT_DAY)[n % 3 == 0], title=TITLE if n % 2 else f"第{n}条") if n % 11 else given(n)
        for n in range(ROWS)
    ]
    return [rows[start : start + ROWS_A_PAGE] for start in range(0, ROWS, ROWS_A_PAGE)]


def take_all(archive, frontier, chance):
    """Give all waiting documents their outcome, in random order; wait for the last one, as a crawl does for each page."""
    waiting = list(iter(frontier.take, None))
    chance.shuffle(waiting)
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


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 6))])
def test_killed_at_random_moments_the_archive_ends_as_an_undisturbed_one(tmp_path, seed):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    crawl_undisturbed(undisturbed, seed)
    for number in range(KILLS):
        crawl_and_be_killed(killed, f"{seed}/{number}")
        articles = {path.name: path.read_bytes() for path in killed.glob("*/*/*/*.md")}
        half_written = [name for name, data in articles.items() if data not in WHOLE_ARTICLES]
        assert not half_written, f"after kill {number}: half-written {half_written}"
    crawl_undisturbed(killed, seed)
    assert_alike(killed, undisturbed)


def test_killed_and_robbed_of_its_state_folder_the_archive_ends_as_an_undisturbed_one(tmp_path):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    crawl_undisturbed(undisturbed, 0)
    for number in range(3):
        crawl_and_be_killed(killed, number)
        shutil.rmtree(killed / ".newsarchive")
    crawl_undisturbed(killed, 0)
    assert_alike(killed, undisturbed)


def assert_alike(root, expected):
    """Equal articles, journal lines and names; a failure tells each file and each line that only one of them has."""
    found, wanted = lines_to_compare(root), lines_to_compare(expected)
    told = [f"+ {line}" for line in sorted(found - wanted)] + [f"- {line}" for line in sorted(wanted - found)]
    assert not told, f"{root} (+) is not as {expected} (-):\n" + "\n".join(told)


def lines_to_compare(root):
    """What two archives of the same news have in common: a line a file with its digest, a journal line, a name."""
    files = essence(root)
    articles = {f"{path} {hashlib.sha256(data).hexdigest()}" for path, data in files.items() if isinstance(data, bytes)}
    counted = Counter(f"{path} {line}" for path, lines in files.items() if isinstance(lines, list) for line in lines)
    return (
        articles
        | {f"{line} x{times}" for line, times in counted.items()}
        | {f"name {row}" for row in tables(root)["names"]}
    )


def test_a_journal_name_is_the_only_file_of_ours_beside_the_articles(root):
    assert {path.name for path in day_folder(root).iterdir()} - set(names(root)) == {JOURNAL_NAME}
    assert spoken(root).count("kept") == len(names(root))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here that cannot be read by its owner")
@pytest.mark.parametrize("name", ["open-raw", "open-days", "arranging.jsonl", "taking.jsonl"])
def test_note_that_cannot_be_read_stops_the_start_in_one_line(tmp_path, name):
    with closing(Archive.open(tmp_path, "clean", Clock())):
        pass
    (tmp_path / ".newsarchive" / name).unlink(missing_ok=True)
    (tmp_path / ".newsarchive" / name).symlink_to("/proc/self/mem")  # a plain file; reading it is an I/O error
    with pytest.raises(ArchiveNotWritable, match=f"{name} cannot be read"):
        Archive.open(tmp_path, "clean", Clock())
